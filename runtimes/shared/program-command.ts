/**
 * How to start tsgunicorn's own program from inside another program: as that was started, where its flags are for the runtime and
 * not for the program.
 *
 * @module
 */
import process from "node:process";
import type { RuntimeName } from "../../src/runtime/port.ts";
import { denoConfig, programScript } from "./foreign-runtime.ts";
import type { SelfCommand } from "./self-command.ts";

/** Why a worker cannot be a guest's host: it would start workers, which would start workers. */
export const WORKER_REFUSAL =
  "serve() was called in a worker of tsgunicorn. Keep the application in a module of its own, which does not import the one that calls serve()";

/** What the program was started with. */
export interface ProgramStart {
  readonly name: RuntimeName;
  /** Of the runtime, without those that only one process can have. On Deno: all words before the user's own. */
  readonly flags: readonly string[];
  /** Where the worker is to work. */
  readonly directory: string;
}

/** Node and Bun: a program that is a text, a test runner, a watcher, another way to run a script; the text may follow as a word. */
const NOT_FOR_SCRIPTS =
  /^(?:-e|--eval|-p|--print|-pe|-c|--check|-i|--interactive|--input-type|--run|--test|--build-sea|--watch)(?:$|[=-])/;
const WITH_TEXT = /^(?:-e|--eval|-p|--print|-pe|--input-type|--run)$/;

/** Deno: what a script may do, and how its modules are found. Everything else is of the subcommand (`test`, `serve`, `task`). */
const DENO_FLAGS =
  /^(?:-[ARWNESIqP]+(?:=.*)?|--(?:allow|deny|ignore|unstable|no-(?:config|lock|npm|remote|prompt))(?:-.*|=.*)?|--(?:permission-set|config|import-map|lock|frozen|node-modules-dir|cert|conditions|cached-only|vendor|v8-flags|location|seed|quiet|preload|require|no-check|unsafely-ignore-certificate-errors)(?:=.*)?|-c)$/;
/** These may have their value in the next word. */
const DENO_WITH_VALUE = /^(?:-c|--config|--import-map|--cert|--conditions|--location|--seed|--preload|--require)$/;

/** See `SpawnerParts.workerCommand`. Throws an Error where tsgunicorn is not there as files, as in a bundle. */
export function programCommand({ name, flags, directory }: ProgramStart): SelfCommand {
  const file = process.execPath;
  const script = programScript(name);
  if (name !== "deno") return { file, args: [...scriptFlags(flags), script] };
  const kept = denoFlags(flags);
  const allowed = kept.some((flag) => /^(?:-[ARWNESIP]|--allow-|--permission-set)/.test(flag)) ? kept : ["-A", ...kept];
  const isConfigured = kept.some((flag) => /^(?:-c|--config|--no-config)(?:$|=)/.test(flag));
  return { file, args: ["run", ...allowed, ...(isConfigured ? [] : denoConfig(directory)), script] };
}

/** The flags of a runtime that a script can be started with. */
export function scriptFlags(flags: readonly string[]): readonly string[] {
  return flags.filter((flag, index) => !NOT_FOR_SCRIPTS.test(flag) && !WITH_TEXT.test(flags[index - 1] ?? ""));
}

/** Those among the words of a command line that are Deno's, for a script. The program itself, the last word, is none. */
export function denoFlags(words: readonly string[]): readonly string[] {
  return words.slice(0, -1).filter((word, index) => DENO_FLAGS.test(word) || DENO_WITH_VALUE.test(words[index - 1] ?? ""));
}
