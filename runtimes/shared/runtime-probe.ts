/**
 * Asks an executable which runtime it is. Its name does not tell: version managers put shims on PATH, `bunx --bun` a `node` that is Bun,
 * and the npm packages of Bun and Deno may leave a script that only starts the real one.
 *
 * @module
 */
import { basename } from "node:path";
import type { RuntimeName, WorkerRuntime } from "../../src/runtime/port.ts";
import { capture } from "./capture.ts";

/** A runtime prints its version within a tenth of a second; a shim may have something to look up first. */
const PROBE_LIMIT_MS = 15_000;

const QUESTION = "const { versions, execPath } = process; console.log(`\n${JSON.stringify({ versions, execPath })}`)";

/** The words that make a runtime run a text. Deno's are a mistake on the others, and theirs on Deno: the wrong ones fail and do nothing. */
const ASKING = {
  script: ["-e", QUESTION],
  deno: ["eval", "--no-config", "--no-lock", QUESTION],
} as const;

/** Rejects with an Error that quotes what the executable printed instead of an answer. */
export async function askRuntime(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<WorkerRuntime> {
  const ways = basename(file).includes("deno") ? [ASKING.deno, ASKING.script] : [ASKING.script, ASKING.deno];
  let complaint = "";
  for (const args of ways) {
    const run = await capture({ file, args, env, cwd, timeoutMs: PROBE_LIMIT_MS });
    const answer = readAnswer(run.stdout);
    if (answer !== null) return answer;
    // What it says to the words that should be right for it.
    complaint ||= run.signal === "SIGKILL"
      ? `it did not answer within ${PROBE_LIMIT_MS / 1000} s`
      : firstLine(run.stderr) || firstLine(run.stdout) || `exit ${run.code ?? run.signal}`;
  }
  throw new Error(`"${file}" is neither Node, Bun nor Deno: ${complaint}`);
}

/** Bun and Deno also claim to be a Node. */
function readAnswer(output: string): WorkerRuntime | null {
  let value: unknown;
  try {
    value = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("versions" in value && "execPath" in value)) return null;
  const { versions, execPath } = value;
  if (typeof versions !== "object" || versions === null || typeof execPath !== "string") return null;
  const known = new Map<string, unknown>(Object.entries(versions));
  for (const name of ["bun", "deno", "node"] as const satisfies readonly RuntimeName[]) {
    const version = known.get(name);
    if (typeof version === "string") return { name, version, file: execPath };
  }
  return null;
}

const QUOTE_MAX_CHARS = 200;

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]?.slice(0, QUOTE_MAX_CHARS) ?? "";
}
