/**
 * Reads the wire cases in `test/http/*.md`. The pages are meant to be read by people; `test/http/README.md` describes the format.
 * Every mistake in a page is an error that names page and case, so that no case can be lost.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ParserLimits } from "../../src/http/limits.ts";
import { type GrammarPermissions, STRICT } from "../../src/http/permissions.ts";

/** One case of a page. */
export interface WireCase {
  /** File name of the page. */
  readonly page: string;
  readonly title: string;
  /** RFC section or setting. */
  readonly source: string;
  /** What the client sends, as latin-1 characters. */
  readonly wire: string;
  /** Limits that differ from {@link FIXTURE_LIMITS}. */
  readonly limits: Partial<ParserLimits>;
  /** What is permitted; {@link STRICT} where the case says nothing. */
  readonly permissions: GrammarPermissions;
  /** The client ends its side after the bytes. */
  readonly eof: boolean;
  /** Expected trace, a line per event. */
  readonly events: readonly string[];
}

/** The limits that hold where a case names none, which are those of a server without settings. */
export const FIXTURE_LIMITS: ParserLimits = {
  requestLineBytes: 4094,
  fieldCount: 100,
  fieldLineBytes: 8190,
  headBytes: 65_536,
  chunkLineBytes: 4096,
  chunkExtensionBytes: 16_384,
  bodyBytes: 0,
};

const FOLDER = new URL("../http/", import.meta.url);

/** Names of all pages, sorted. */
export function fixturePages(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(".md") && name !== "README.md").sort();
}

/** The cases of a page, in their order. Throws an `Error` that names the page and the case. */
export function readFixtures(page: string): WireCase[] {
  const text = readFileSync(fileURLToPath(new URL(page, FOLDER)), "utf8");
  const sections = text.split(/^## /m).slice(1);
  if (sections.length === 0) throw new Error(`Page "${page}" has no cases`);
  const cases = sections.map((section) => readCase(page, section));
  const titles = new Set(cases.map((wireCase) => wireCase.title));
  if (titles.size !== cases.length) throw new Error(`Page "${page}" has two cases of the same title`);
  return cases;
}

/**
 * The statuses that a server must answer with, in order, when its application reads all content and answers 200. Shorter than the
 * requests where the last one never becomes complete.
 */
export function expectedAnswers(wireCase: WireCase): number[] {
  const answers: number[] = [];
  for (const line of wireCase.events) {
    const error = /^error (\d{3}) /.exec(line);
    if (error !== null) answers.push(Number(error[1]));
    else if (line === "end") answers.push(200);
  }
  return answers;
}

const CASE = /^(.+)\n([^]*?)```http\n([^]*?)```\n+```events\n([^]*?)```\s*$/;
const OPTION = /^- (limits|permit|then): (.+)$/;

function readCase(page: string, section: string): WireCase {
  const [, title = "", intro = "", http = "", events = ""] = CASE.exec(section) ?? [];
  const place = `Case "${title || section.slice(0, 40)}" of page "${page}"`;
  const lines = intro.split("\n").filter((line) => line.trim() !== "");
  const source = lines.filter((line) => !line.startsWith("- ")).join(" ");
  if (!/RFC \d{4}|`[a-z_]+`/.test(source)) throw new Error(`${place} names no RFC section and no setting`);
  let limits: Partial<ParserLimits> = {};
  let permissions = STRICT;
  let eof = false;
  for (const line of lines.filter((each) => each.startsWith("- "))) {
    const [, option, value = ""] = OPTION.exec(line) ?? [];
    if (option === "limits") limits = readLimits(place, value);
    else if (option === "permit") permissions = readPermissions(place, value);
    else if (option === "then" && value === "eof") eof = true;
    else throw new Error(`${place} has an unknown option "${line}"`);
  }
  const wire = decodeWire(place, http);
  const expected = events.split("\n").filter((line) => line !== "");
  if (wire === "" && !eof) throw new Error(`${place} sends nothing`);
  if (expected.length === 0) throw new Error(`${place} expects nothing`);
  return { page, title, source, wire, limits, permissions, eof, events: expected };
}

function readLimits(place: string, text: string): Partial<ParserLimits> {
  const limits: Record<string, number> = {};
  for (const pair of text.split(/,\s*/)) {
    const [name = "", value = ""] = pair.split("=");
    if (!(name in FIXTURE_LIMITS) || !/^\d+$/.test(value)) throw new Error(`${place} has an unknown limit "${pair}"`);
    limits[name] = Number(value);
  }
  return limits;
}

function readPermissions(place: string, text: string): GrammarPermissions {
  const permissions: Record<keyof GrammarPermissions, boolean> = { ...STRICT };
  for (const name of text.split(/,\s*/)) {
    const known = (Object.keys(STRICT) as (keyof GrammarPermissions)[]).find((each) => each === name);
    if (known === undefined) throw new Error(`${place} permits an unknown thing "${name}"`);
    permissions[known] = true;
  }
  return permissions;
}

/** A line of the page is a line of the wire with CRLF; a backslash at its end stands in for the CRLF and sends nothing. */
function decodeWire(place: string, block: string): string {
  const lines = block.split("\n").slice(0, -1);
  return lines.map((
    line,
  ) => (/(?<!\\)(?:\\\\)*\\$/.test(line) ? unescape(place, line.slice(0, -1)) : unescape(place, line) + "\r\n")).join("");
}

const SIMPLE: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", s: " ", "\\": "\\" };

/** `\r \n \t \s \\`, `\xNN`, and `\(text*N)`: the text N times. */
function unescape(place: string, text: string): string {
  return text.replace(/\\(?:\(((?:[^*\\]|\\.)+)\*(\d+)\)|x([0-9a-f]{2})|(.))/g, (_, repeated, count, hex, simple) => {
    if (repeated !== undefined) return unescape(place, repeated).repeat(Number(count));
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    const character = SIMPLE[simple];
    if (character === undefined) throw new Error(`${place} has an unknown escape "\\${simple}"`);
    return character;
  });
}
