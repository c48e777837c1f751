/**
 * Transcripts: what the command line program prints, as Markdown. Each case of `test/snapshots/*.md` has a title, files, and commands for
 * bash; the rest of it is what came of them, which `node test/support/write-snapshots.ts` writes and a test compares.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../src/version.ts";
import { inFolder } from "./folder.ts";
import { startCommand } from "./server.ts";

const SNAPSHOTS = fileURLToPath(new URL("../snapshots/", import.meta.url));
/** What stands for the folder of a case. */
const FOLDER = "/site";
const CASE_LIMIT_MS = 60_000;
const BLOCK = /^```(.*)\n([^]*?)^```$/gm;

export interface Transcript {
  readonly title: string;
  /** What a person writes: everything up to the end of the commands. */
  readonly setup: string;
  /** Texts by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Lines for bash, in which `tsgunicorn` is the program under test. */
  readonly commands: readonly string[];
  /** Whether it needs a runtime that imports TypeScript. */
  readonly needsTypeScript: boolean;
  /** What came of it, when it was written. */
  readonly outcome: string;
}

export interface TranscriptPage {
  readonly name: string;
  /** What is before the first case. */
  readonly preface: string;
  readonly transcripts: readonly Transcript[];
}

/** The pages, by name. */
export function readTranscripts(): readonly TranscriptPage[] {
  return readdirSync(SNAPSHOTS).filter((name) => name.endsWith(".md") && name !== "README.md").sort().map((name) => {
    const [preface = "", ...cases] = readFileSync(join(SNAPSHOTS, name), "utf8").split(/^(?=## )/m);
    return { name, preface, transcripts: cases.map(parseCase) };
  });
}

export function writeTranscripts({ name, preface, transcripts }: TranscriptPage, outcomes: readonly string[]): void {
  const cases = transcripts.map(({ setup }, index) => `${setup}\n\n${outcomes[index] ?? ""}`);
  writeFileSync(join(SNAPSHOTS, name), [`${preface.trimEnd()}\n`, ...cases].join("\n"));
}

/** Runs the commands in a folder of their own, and tells in Markdown what came of them. */
export async function runTranscript({ files, commands }: Transcript): Promise<string> {
  let outcome = "";
  await inFolder(async (path) => {
    const folder = realpathSync(path);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { code, stdout, stderr } = await runBash(folder, commands);
    const written = readdirSync(folder).sort().filter((name) => !Object.keys(files).some((file) => file.split("/")[0] === name));
    outcome = [
      block("stdout", stdout, folder),
      block("stderr", stderr, folder),
      ...written.map((name) => block(`wrote ${name}`, readFileSync(join(folder, name), "utf8"), folder)),
      `Exit status ${code}.\n`,
    ].filter((text) => text !== "").join("\n\n");
  });
  return outcome;
}

function parseCase(text: string): Transcript {
  const [title = ""] = /(?<=^## ).*/.exec(text) ?? [];
  const files: Record<string, string> = {};
  for (const { 1: info = "", 2: content = "", index, 0: whole } of text.matchAll(BLOCK)) {
    const [kind, name = ""] = info.split(" ");
    if (kind === "file") files[name] = content;
    if (kind !== "console") continue;
    const end = index + whole.length;
    const commands = content.split("\n").filter((line) => line !== "").map((line) => line.replace(/^\$ /, ""));
    return {
      title,
      setup: text.slice(0, end),
      files,
      commands,
      needsTypeScript: name === "typescript",
      outcome: text.slice(end).trim().concat("\n"),
    };
  }
  throw new Error(`"${title}" has no commands`);
}

function runBash(cwd: string, commands: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const script = ["set -o pipefail", 'start=("$@")', 'tsgunicorn() { "${start[@]}" "$@"; }', ...commands].join("\n");
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn("bash", ["--norc", "-c", script, "bash", ...startCommand()], {
    cwd,
    env: { PATH, HOME, USER: "web", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: CASE_LIMIT_MS,
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (texts.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (texts.stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
}

function block(info: string, text: string, folder: string): string {
  if (text === "") return "";
  const shown = normalize(text, folder);
  if (shown.includes("```")) throw new Error(`The ${info} cannot stand in Markdown`);
  return `\`\`\`${info}\n${shown}${shown.endsWith("\n") ? "" : "\n(no newline at the end)\n"}\`\`\``;
}

/** What is other on every machine, runtime or release. Columns stay columns: what a name loses, the blanks behind it get. */
function normalize(text: string, folder: string): string {
  const lost = " ".repeat(Math.max(0, folder.length - FOLDER.length));
  const inColumns = new RegExp(`${folder}(\\S*)( {2,})`, "g");
  return text
    .replaceAll(inColumns, (_, rest: string, blanks: string) => `${FOLDER}${rest}${blanks}${lost}`)
    .replaceAll(folder, FOLDER)
    .replaceAll(VERSION, "VERSION")
    .replaceAll(/\b(?:node|bun|deno) \d+\.\d+\.\d+\b/g, "RUNTIME")
    .replaceAll(/(?:\.[cm]?[jt]sx?, ){2,}then/g, "ENDINGS, then");
}
