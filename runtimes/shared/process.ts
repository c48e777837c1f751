/**
 * The process port through node:process.
 *
 * @module
 */
import process from "node:process";
import type { FatalSignalName, ProcessPort, SignalName, Undo } from "../../src/runtime/port.ts";
import { attempting, errorCode } from "./system-error.ts";

/** What differs between runtimes. */
export interface ProcessParts {
  /** The environment without the variables of an inheritance. */
  readonly env: Readonly<Record<string, string | undefined>>;
  setTitle(title: string): void;
  /** Called whenever a signal arrived, before its listener. */
  beforeSignal?(signal: SignalName): void;
}

/** The process port. */
export function createProcess(parts: ProcessParts): ProcessPort {
  return {
    pid: process.pid,
    env: parts.env,
    cwd: () => process.cwd(),
    chdir: (path) => attempting(`Cannot change to the folder "${path}"`, () => process.chdir(path)),
    exit: (code) => process.exit(code),
    kill,
    exists,
    onSignal(signal, listener): Undo {
      const heard = (): void => {
        parts.beforeSignal?.(signal);
        listener();
      };
      process.on(signal, heard);
      return () => {
        process.removeListener(signal, heard);
      };
    },
    onExit(listener): Undo {
      process.on("exit", listener);
      return () => {
        process.removeListener("exit", listener);
      };
    },
    onUncaught,
    setTitle: (title) => parts.setTitle(title),
  };
}

// Never ChildProcess.kill(): on Deno it works once and falsifies how the process ended (trap 2).
function kill(pid: number, signal: SignalName | FatalSignalName): void {
  attempting(`Cannot send ${signal} to process ${pid}`, () => process.kill(pid, signal));
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function onUncaught(listener: (error: unknown, origin: "exception" | "rejection") => void): Undo {
  const exception = (error: unknown): void => listener(error, "exception");
  const rejection = (reason: unknown): void => listener(reason, "rejection");
  process.on("uncaughtException", exception);
  process.on("unhandledRejection", rejection);
  return () => {
    process.removeListener("uncaughtException", exception);
    process.removeListener("unhandledRejection", rejection);
  };
}
