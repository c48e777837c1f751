/**
 * This program on another runtime than this process is on: which one, and the command that starts it.
 *
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { RuntimeName, WorkerRuntime } from "../../src/runtime/port.ts";
import { askRuntime } from "./runtime-probe.ts";
import { executablesNamed, isExecutable } from "./runtime-search.ts";
import { RUNTIME_TEXTS, tooOld } from "./runtime-versions.ts";
import type { SelfCommand } from "./self-command.ts";
import { errorCode } from "./system-error.ts";

/** What a search for a runtime depends on. */
export interface ForeignParts {
  /** The runtime of this process. */
  readonly own: WorkerRuntime;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The script to start on another runtime; null: this program's own way in. */
  readonly script: string | null;
  /** Whether this process is another program, which workers are not. */
  readonly isGuest?: boolean;
}

/** See `SpawnPort.findRuntime`. */
export async function findRuntime(parts: ForeignParts, wanted: string, directory: string): Promise<WorkerRuntime> {
  const name = asName(wanted);
  // With its flags, and also where it is on no PATH.
  if (name === parts.own.name) return parts.own;
  const found = name === null ? await atPath(parts, wanted, directory) : await byName(parts, name, directory);
  if (isSameFile(found.file, parts.own.file)) return parts.own;
  // An own runtime of another version starts what this process was started from.
  const isOwn = found.name === parts.own.name && parts.isGuest !== true;
  const script = isOwn ? parts.script ?? process.argv[1] ?? "" : scriptFor(parts, found.name);
  const problem = tooOld(found, !/\.[cm]?ts$/.test(script));
  if (problem !== null) throw new Error(problem);
  return found;
}

/**
 * The words that start this program on a runtime of another name, to work in `directory`. Throws an Error where there is no file to
 * start.
 */
export function foreignCommand(parts: ForeignParts, { name, file }: WorkerRuntime, directory: string): SelfCommand {
  const script = scriptFor(parts, name);
  if (name !== "deno") return { file, args: [script] };
  return { file, args: ["run", "-A", ...denoConfig(directory), script] };
}

/** What `ps` shows first of a worker; null: the executable. On Bun it is the only title, the others set theirs themselves. */
export function firstWord(name: RuntimeName, title: string): string | null {
  return name === "bun" && title !== "" ? title : null;
}

function asName(wanted: string): RuntimeName | null {
  return wanted === "node" || wanted === "bun" || wanted === "deno" ? wanted : null;
}

async function atPath({ env }: ForeignParts, wanted: string, directory: string): Promise<WorkerRuntime> {
  const file = resolve(directory, wanted);
  if (!isExecutable(file)) {
    const exists = statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
    throw new Error(`"${file}" ${exists ? "is not executable" : "does not exist"}. Name the runtime's executable`);
  }
  return await askRuntime(file, env, directory);
}

/** The first that really is one: `bunx --bun` puts a `node` on PATH that is Bun, and where Node is missing Deno puts one that is Deno. */
async function byName({ env }: ForeignParts, name: RuntimeName, directory: string): Promise<WorkerRuntime> {
  const path = env["PATH"] ?? "";
  const others: string[] = [];
  for (const file of executablesNamed(name, path, directory)) {
    try {
      const runtime = await askRuntime(file, env, directory);
      if (runtime.name === name) return runtime;
      others.push(`"${file}" is ${RUNTIME_TEXTS[runtime.name].title}`);
    } catch (error) {
      others.push(error instanceof Error ? error.message : String(error));
    }
  }
  const { title, install } = RUNTIME_TEXTS[name];
  const seen = others.length === 0 ? "" : ` (${others.join("; ")})`;
  const looked = path.split(delimiter).join(", ") || "which is empty";
  throw new Error(
    `${title} is not installed: there is no "${name}" on PATH (${looked}) nor in node_modules/.bin${seen}. ` +
      `Install it (${install}), or give the path of its executable`,
  );
}

/** Checkout and package have a way in for each runtime beside this folder, as TypeScript and as JavaScript. */
function scriptFor({ script }: Pick<ForeignParts, "script">, name: RuntimeName): string {
  return script ?? programScript(name);
}

/** The file that starts this program on a runtime; its address where Deno has it from elsewhere. Throws an Error where there is none. */
export function programScript(name: RuntimeName): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const url = new URL(`../${name}/main.${extension}`, import.meta.url);
  if (name === "deno" && /^https?:$/.test(url.protocol)) return url.href;
  const path = url.protocol === "file:" ? fileURLToPath(url) : null;
  if (path !== null && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) return path;
  throw new Error(
    `${RUNTIME_TEXTS[name].title} can only run a tsgunicorn that is installed as files, which this one is not (${url.href}). ` +
      `Install it with "npm install tsgunicorn", and keep it out of bundles (as external)`,
  );
}

/** Words for Deno, which looks for its configuration beside the script, which is ours; the application's is in its folder or above. */
export function denoConfig(directory: string): readonly string[] {
  for (let folder = directory;; folder = dirname(folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const file = join(folder, name);
      if (statSync(file, { throwIfNoEntry: false })?.isFile() ?? false) return ["--config", file];
    }
    if (folder === dirname(folder)) return [];
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch (error) {
    // Without /proc an executable that was replaced has no path any more.
    if (errorCode(error) === null) throw error;
    return one === other;
  }
}
