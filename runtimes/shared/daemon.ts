/**
 * Starts this program again in the background, and what the two tell each other: one line, when the daemon serves.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type process from "node:process";
import { Buffer } from "node:buffer";
import type { DaemonHandlers, LauncherPort } from "../../src/runtime/port.ts";
import type { SelfCommand } from "./self-command.ts";
import { SystemCallError, wrapError } from "./system-error.ts";
import { writeFully } from "./write-fully.ts";

/** The variable that makes a process a daemon whose launcher waits. Not near the name of a setting: typos are told by others. */
const DAEMON_VARIABLE = "_TSGUNICORN_LAUNCHER";

/** The first stdio slot behind the standard streams. */
const LAUNCHER_FD = 3;
const READY_LINE = "ready\n";
/** The line is smaller than any pipe. */
const WRITE_LIMIT_MS = 1_000;

type Env = Readonly<Record<string, string | undefined>>;

/** How this process itself was started. */
export interface DaemonStart {
  readonly env: Env;
  readonly command: SelfCommand;
  readonly folder: string;
}

/** Gives the pid. In a session of its own, so that neither a closed terminal nor its keys concern it. Throws a SystemError. */
export function startDaemon(start: DaemonStart, args: readonly string[], handlers: DaemonHandlers): number {
  const { command, folder } = start;
  const action = `Cannot start a daemon with "${command.file}"`;
  const env = Object.entries({ ...start.env, [DAEMON_VARIABLE]: String(LAUNCHER_FD) });
  let child: ChildProcess;
  try {
    child = spawn(command.file, [...command.args, ...args], {
      cwd: folder,
      detached: true,
      env: Object.fromEntries(env.filter(([, value]) => value !== undefined)),
      stdio: ["ignore", "inherit", "inherit", "pipe"],
    });
  } catch (error) {
    throw wrapError(action, error);
  }
  // What could not be started says so in this event, too late for a throw; without a listener it would be an uncaught error.
  child.on("error", () => {});
  if (child.pid === undefined) throw new SystemCallError(action, "EAGAIN", "the system refused a new process");
  const pipe = child.stdio[LAUNCHER_FD];
  pipe?.on("error", () => {});
  // One short line: it comes whole.
  pipe?.once("data", () => handlers.ready());
  child.once("exit", (code, signal) => handlers.exited({ code, signal }));
  return child.pid;
}

/** Takes the variable out of `env`. `keepFromChildren` makes a descriptor close-on-exec. Null: nobody waits. */
export function takeLauncher(env: typeof process.env, keepFromChildren: (fd: number) => void): LauncherPort | null {
  const isDaemon = env[DAEMON_VARIABLE] === String(LAUNCHER_FD);
  delete env[DAEMON_VARIABLE];
  if (!isDaemon) return null;
  keepFromChildren(LAUNCHER_FD);
  let isTold = false;
  return {
    ready(): void {
      if (isTold) return;
      isTold = true;
      try {
        writeFully(LAUNCHER_FD, Buffer.from(READY_LINE), WRITE_LIMIT_MS);
      } catch {
        // EPIPE: the launcher was killed. The daemon serves all the same.
      }
      closeSync(LAUNCHER_FD);
    },
  };
}
