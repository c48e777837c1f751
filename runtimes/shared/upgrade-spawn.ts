/**
 * Starts this program again as an arbiter that is to replace this one.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import type { ArbiterRequest, ExitStatus } from "../../src/runtime/port.ts";
import type { SelfCommand } from "./self-command.ts";
import type { ListenerPassing } from "./spawn.ts";
import { SystemCallError, wrapError } from "./system-error.ts";
import { UPGRADE_VARIABLE } from "./upgrade-variable.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** How this process itself was started. */
export interface ArbiterStart {
  readonly env: Env;
  readonly command: SelfCommand;
  readonly passing: ListenerPassing;
  /** Where {@link startFolder} says. */
  readonly folder: string;
}

/**
 * The folder that this process was started in, by the name that the user's shell had for it: a release is often a link that has been
 * set to another folder since (gunicorn does the same). `cwd` where `PWD` does not name that folder.
 */
export function startFolder(env: Env, cwd: string): string {
  const named = env["PWD"];
  if (named === undefined || !named.startsWith("/")) return cwd;
  try {
    const [one, other] = [statSync(named), statSync(cwd)];
    return one.dev === other.dev && one.ino === other.ino ? named : cwd;
  } catch {
    return cwd;
  }
}

/** Gives the pid. In a session of its own: it outlives this process, and the terminal's keys are for the process that they know. */
export function startArbiter(start: ArbiterStart, request: ArbiterRequest, exited: (status: ExitStatus) => void): number {
  const { command, folder, passing } = start;
  const { listenerFds } = request;
  const action = `Cannot start a new arbiter with "${command.file}"`;
  const record = request.record(passing.numbersInChild(listenerFds));
  const env = Object.entries({ ...start.env, ...request.env, [UPGRADE_VARIABLE]: record });
  let child: ChildProcess;
  try {
    child = passing.during(listenerFds, () =>
      spawn(command.file, [...command.args, ...request.args], {
        cwd: folder,
        detached: true,
        env: Object.fromEntries(env.filter(([, value]) => value !== undefined)),
        stdio: ["inherit", "inherit", "inherit", ...passing.slots(listenerFds)],
      }));
  } catch (error) {
    throw wrapError(action, error);
  }
  // What could not be started says so in this event, too late for a throw; without a listener it would be an uncaught error.
  child.on("error", () => {});
  if (child.pid === undefined) throw refusal(command.file, folder, action);
  child.once("exit", (code, signal) => exited({ code, signal }));
  return child.pid;
}

/** Finds out why spawn gave no process: the runtimes tell only later, in an event. */
function refusal(file: string, folder: string, action: string): SystemCallError {
  try {
    accessSync(folder, constants.X_OK);
    if (file.includes("/")) accessSync(file, constants.X_OK);
  } catch (error) {
    return wrapError(action, error);
  }
  return new SystemCallError(action, "EAGAIN", "the system refused a new process. See the limits on processes and open files");
}
