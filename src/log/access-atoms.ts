/**
 * The atoms of an access log's format: what each letter of gunicorn's stands for. Strings come as they were received; the format
 * escapes them.
 *
 * @module
 */
import { fieldValue } from "../http/fields.ts";
import type { AccessRecord } from "./access-record.ts";
import { basicUserName } from "./basic-user.ts";
import { readableText } from "./escape.ts";
import { formatAccessTime } from "./timestamp.ts";

/** A value of a line; null is shown as `-`. */
export type AtomValue = string | number | null;

/** What stands for one request. */
export interface AtomSource {
  readonly entry: AccessRecord;
  readonly epochMs: number;
  readonly pid: number;
}

/** One atom. */
export interface Atom {
  readonly read: (source: AtomSource) => AtomValue;
  /** Whether the record must have its detail. */
  readonly wantsDetail?: true;
  /** Whether `%(…)d` may show it too. */
  readonly isNumber?: true;
  /** Whether a space would end it. */
  readonly isWord?: true;
}

const MS_PER_S = 1000;
const US_PER_MS = 1000;

/** By gunicorn's letter. */
export const ATOMS: Readonly<Record<string, Atom>> = {
  h: { read: ({ entry }) => entry.remoteAddress },
  l: { read: () => null },
  u: { read: ({ entry }) => basicUserName(field(entry, "authorization")), isWord: true },
  t: { read: ({ epochMs }) => `[${formatAccessTime(epochMs)}]` },
  r: { read: ({ entry: { head } }) => `${head.method} ${head.target} ${protocol(head.minorVersion)}` },
  m: { read: ({ entry }) => entry.head.method },
  U: { read: ({ entry }) => decodedPath(entry.head.target) },
  q: { read: ({ entry }) => query(entry.head.target) },
  H: { read: ({ entry }) => protocol(entry.head.minorVersion) },
  s: { read: ({ entry }) => entry.status, isNumber: true },
  B: { read: ({ entry }) => entry.bodyBytes, isNumber: true },
  b: { read: ({ entry }) => entry.bodyBytes, isNumber: true },
  f: { read: ({ entry }) => field(entry, "referer") },
  a: { read: ({ entry }) => field(entry, "user-agent") },
  T: { read: ({ entry }) => Math.floor(durationMs(entry) / MS_PER_S), wantsDetail: true, isNumber: true },
  M: { read: ({ entry }) => Math.floor(durationMs(entry)), wantsDetail: true, isNumber: true },
  D: { read: ({ entry }) => durationUs(entry), wantsDetail: true, isNumber: true },
  L: { read: ({ entry }) => secondsText(durationUs(entry)), wantsDetail: true },
  p: { read: ({ pid }) => `<${pid}>` },
};

/** Words that people write for an atom, for the suggestion in "did you mean". */
export const ATOM_WORDS: Readonly<Record<string, string>> = {
  remote_address: "h",
  remote_addr: "h",
  host: "{host}i",
  user: "u",
  time: "t",
  request: "r",
  method: "m",
  path: "U",
  url: "U",
  query: "q",
  protocol: "H",
  status: "s",
  bytes: "B",
  length: "B",
  size: "B",
  referer: "f",
  referrer: "f",
  user_agent: "a",
  agent: "a",
  seconds: "T",
  milliseconds: "M",
  microseconds: "D",
  duration: "L",
  pid: "p",
  process: "p",
};

/** CGI's variables of a request (RFC 3875) and gunicorn's, as far as a line can show them. `HTTP_*` stands for a field besides. */
export const ENVIRON: Readonly<Record<string, Atom>> = {
  REQUEST_METHOD: { read: ({ entry }) => entry.head.method },
  RAW_URI: { read: ({ entry }) => entry.head.target },
  REQUEST_URI: { read: ({ entry }) => entry.head.target },
  PATH_INFO: { read: ({ entry }) => decodedPath(entry.head.target) },
  QUERY_STRING: { read: ({ entry }) => query(entry.head.target) },
  SERVER_PROTOCOL: { read: ({ entry }) => protocol(entry.head.minorVersion) },
  REMOTE_ADDR: { read: ({ entry }) => entry.remoteAddress },
  REMOTE_PORT: { read: ({ entry }) => entry.detail?.origin.clientPort || null, wantsDetail: true, isNumber: true },
  CONTENT_TYPE: { read: ({ entry }) => field(entry, "content-type") },
  CONTENT_LENGTH: { read: ({ entry }) => field(entry, "content-length") },
  "wsgi.url_scheme": { read: ({ entry }) => entry.detail?.origin.scheme ?? null, wantsDetail: true },
};

const END_OF_LINE = "\r\n";

/** `%({name}i)s`: a field of the request. */
export function requestField(name: string): Atom {
  const lowerName = name.toLowerCase();
  return { read: ({ entry }) => field(entry, lowerName) };
}

/** `%({name}o)s`: a field of the response, as it was sent. */
export function responseField(name: string): Atom {
  const lowerName = name.toLowerCase();
  return { read: ({ entry }) => sentField(entry.detail?.responseHead ?? "", lowerName), wantsDetail: true };
}

/** `%({name}e)s`; null where there is no such variable. */
export function environVariable(name: string): Atom | null {
  const upperName = name.toUpperCase();
  if (upperName.startsWith("HTTP_")) return requestField(upperName.slice("HTTP_".length).replaceAll("_", "-"));
  const known = Object.keys(ENVIRON).find((key) => key.toUpperCase() === upperName);
  return known === undefined ? null : ENVIRON[known] ?? null;
}

/** Of an answer, in milliseconds; 0 where it was not measured. */
export function durationMs(entry: AccessRecord): number {
  return entry.detail?.durationMs ?? 0;
}

function durationUs(entry: AccessRecord): number {
  return Math.round(durationMs(entry) * US_PER_MS);
}

/** `0.000685`. */
function secondsText(us: number): string {
  const perSecond = MS_PER_S * US_PER_MS;
  return `${Math.floor(us / perSecond)}.${String(us % perSecond).padStart(6, "0")}`;
}

function protocol(minorVersion: 0 | 1): string {
  return `HTTP/1.${minorVersion}`;
}

/** Percent-encoding is undone, as in gunicorn, but not for what could not be read in a line. */
function decodedPath(target: string): string {
  const path = target.split("?", 1)[0] ?? "";
  if (!path.includes("%")) return path;
  try {
    return readableText(decodeURIComponent(path));
  } catch {
    // Not UTF-8: as it was sent.
    return path;
  }
}

function query(target: string): string {
  const at = target.indexOf("?");
  return at < 0 ? "" : target.slice(at + 1);
}

function field(entry: AccessRecord, lowerName: string): string | null {
  return fieldValue(entry.head.fields, lowerName);
}

/** The first of that name. */
function sentField(head: string, lowerName: string): string | null {
  let start = head.indexOf(END_OF_LINE) + END_OF_LINE.length;
  while (start >= END_OF_LINE.length && start < head.length) {
    const end = head.indexOf(END_OF_LINE, start);
    if (end <= start) return null;
    const colon = start + lowerName.length;
    if (head[colon] === ":" && head.slice(start, colon).toLowerCase() === lowerName) return head.slice(colon + 1, end).trim();
    start = end + END_OF_LINE.length;
  }
  return null;
}
