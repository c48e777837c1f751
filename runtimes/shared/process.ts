/**
 * The process port through node:process.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import type { FatalSignalName, ProcessPort, SignalName, Undo } from "../../src/runtime/port.ts";
import { attempting, errorCode } from "./system-error.ts";

/** What differs between runtimes. */
export interface ProcessParts {
  /** The environment without the variables of an inheritance. */
  readonly env: Readonly<Record<string, string | undefined>>;
  setTitle(title: string): void;
  /** Called whenever a signal arrived, before its listener. */
  beforeSignal?(signal: SignalName | "SIGABRT"): void;
}

/** The process port. */
export function createProcess(parts: ProcessParts): ProcessPort {
  return {
    pid: process.pid,
    env: parts.env,
    parentPid: () => process.ppid,
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
    setVariables,
    setUmask: (mask) => void process.umask(mask),
    setTitle: (title) => parts.setTitle(title),
  };
}

// Never ChildProcess.kill(): on Deno it works once and falsifies how the process ended (trap 2).
function kill(pid: number, signal: SignalName | FatalSignalName): void {
  attempting(`Cannot send ${signal} to process ${pid}`, () => process.kill(pid, signal));
}

function setVariables(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== "EPERM") return false;
  }
  return !isZombie(pid);
}

/** Ended, and waiting for a parent that may never ask (a container without an init): it holds nothing any more. */
function isZombie(pid: number): boolean {
  try {
    // proc_pid_stat(5): the name in parentheses may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.startsWith("Z", stat.lastIndexOf(")") + 2);
  } catch {
    return false;
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
