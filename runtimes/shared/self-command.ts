/**
 * How to start this very program again.
 *
 * @module
 */
import process from "node:process";

/** An executable and what comes before the user's own arguments. */
export interface SelfCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/** Options of adapters that tests need. */
export interface AdapterOptions {
  /** The program to start as a worker, instead of this one. */
  readonly selfCommand?: SelfCommand;
  /** The script to start as a worker on another runtime, instead of this program's own. */
  readonly foreignScript?: string;
  /** The process is somebody else's program, in which an arbiter is to live: workers are started from tsgunicorn's own files. */
  readonly isGuest?: boolean;
}

/** The command of a runtime that keeps its flags in `process.execArgv`. Throws an Error when there is no script to start again. */
export function scriptCommand(flags: readonly string[]): SelfCommand {
  const script = process.argv[1];
  if (script === undefined) {
    throw new Error("Cannot start workers: this program was not started from a script. Put it into a file");
  }
  return { file: process.execPath, args: [...flags, script] };
}

/**
 * Without what only one process can have or what belongs to the arbiter alone: a debugger's port, and restarting when a file changes.
 */
export function workerFlags(flags: readonly string[]): readonly string[] {
  return flags.filter((flag, index) => {
    if (/^--(?:inspect|debug-port|watch|hot$)/.test(flag)) return false;
    // The form in two words; the other flags of the family take a value only after "=".
    const before = flags[index - 1];
    return before !== "--inspect-port" && before !== "--debug-port";
  });
}
