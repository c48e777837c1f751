/**
 * Starts this program again as a worker, with its listeners, its heartbeat file and its channel.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { Socket } from "node:net";
import process from "node:process";
import type {
  CapturedRun,
  ExitStatus,
  FileOwner,
  HeartbeatFile,
  SpawnHandlers,
  SpawnPort,
  SpawnRequest,
  WorkerProcess,
  WorkerRuntime,
} from "../../src/runtime/port.ts";
import { capture } from "./capture.ts";
import { startDaemon } from "./daemon.ts";
import { findRuntime, firstWord, foreignCommand, type ForeignParts } from "./foreign-runtime.ts";
import { DENO_VARIABLE, encodeInheritance, WORKER_VARIABLE } from "./inheritance-variable.ts";
import { openLineChannel } from "./line-channel.ts";
import type { SelfCommand } from "./self-command.ts";
import { SystemCallError, wrapError } from "./system-error.ts";
import { startArbiter, startFolder } from "./upgrade-spawn.ts";

/**
 * A worker's last lines may still be in the channel when its end is reported; they are waited for this long. Longer only when a process
 * that the worker started has got hold of the channel.
 */
const LAST_LINES_MS = 500;

const FIRST_STDIO_SLOT = 3;

/** How many arbiters are above a process: an application may start a server of its own, but a mistake must not go on without end (trap 12). */
const DEPTH_VARIABLE = "TSGUNICORN_DEPTH";
const MAX_DEPTH = 4;

/** How a runtime hands listeners to a child. */
export interface ListenerPassing {
  /** Descriptors that go into stdio slots from 3 on. */
  slots(listenerFds: readonly number[]): readonly number[];
  /** The numbers under which the child finds them. */
  numbersInChild(listenerFds: readonly number[]): readonly number[];
  /** Runs `start` while the child can inherit them. */
  during<T>(listenerFds: readonly number[], start: () => T): T;
}

/** Node and Bun: through the stdio slots from 3 on. */
export const passBySlot: ListenerPassing = {
  slots: (fds) => fds,
  numbersInChild: (fds) => fds.map((_, index) => FIRST_STDIO_SLOT + index),
  during: (_, start) => start(),
};

/** What differs between runtimes. */
export interface SpawnerParts {
  /** The runtime of this process. */
  readonly own: WorkerRuntime;
  /** See {@link ForeignParts.script}. */
  readonly foreignScript: string | null;
  /** See {@link ForeignParts.isGuest}. */
  readonly isGuest: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A worker must not start workers: a mistake here would multiply processes without end (trap 12). */
  readonly isWorker: boolean;
  readonly passing: ListenerPassing;
  readonly createHeartbeat: (directory: string | null, owner: FileOwner | null) => HeartbeatFile;
  /** Of the program as a worker that is to work in `directory`. Throws an Error that says why it cannot be started again. */
  workerCommand(directory: string): SelfCommand;
  /** Of the program as the user started it. */
  userCommand(): SelfCommand;
}

/** The spawn port. */
export function createSpawner(parts: SpawnerParts): SpawnPort {
  // Relative paths among the runtime's flags mean this folder, wherever the arbiter goes later.
  const startDirectory = process.cwd();
  const namedFolder = startFolder(parts.env, startDirectory);
  const foreign: ForeignParts = { own: parts.own, env: parts.env, script: parts.foreignScript, isGuest: parts.isGuest };
  const home: Home = { startDirectory, foreign };
  return {
    createHeartbeat: (directory, owner = null) => parts.createHeartbeat(directory, owner),
    findRuntime: (wanted, directory) => findRuntime(foreign, wanted, directory),
    spawn: (request, handlers) => spawnWorker(parts, home, request, handlers),
    startArbiter(request, exited): number {
      if (parts.isWorker) throw new Error("A worker cannot start arbiters");
      const { env, passing } = parts;
      return startArbiter({ env, passing, command: parts.userCommand(), folder: namedFolder }, request, exited);
    },
    startDaemon(args, handlers): number {
      if (parts.isWorker) throw new Error("A worker cannot start a daemon");
      return startDaemon({ env: parts.env, command: parts.userCommand(), folder: namedFolder }, args, handlers);
    },
    ownCommand(): readonly string[] {
      const { file, args } = parts.userCommand();
      return [file, ...args];
    },
    async capture(args, env, timeoutMs): Promise<CapturedRun> {
      const command = parts.userCommand();
      const cwd = process.cwd() === startDirectory ? null : startDirectory;
      return await capture({
        file: command.file,
        args: [...command.args, ...args],
        env: { ...parts.env, ...env },
        cwd,
        timeoutMs,
      });
    },
  };
}

/** Where this process comes from. */
interface Home {
  readonly startDirectory: string;
  readonly foreign: ForeignParts;
}

function spawnWorker(parts: SpawnerParts, home: Home, request: SpawnRequest, handlers: SpawnHandlers): WorkerProcess {
  if (parts.isWorker) throw new Error("A worker cannot start workers");
  const depth = Number(parts.env[DEPTH_VARIABLE] ?? 0);
  if (!(depth < MAX_DEPTH)) {
    throw new Error(
      `Servers start servers, ${MAX_DEPTH} deep. If that is what you want, unset "${DEPTH_VARIABLE}" where they are started`,
    );
  }
  const { listenerFds, heartbeat, title } = request;
  const { startDirectory } = home;
  const directory = request.directory ?? process.cwd();
  const runtime = request.runtime ?? parts.own;
  const command = commandOn(parts, home.foreign, runtime, directory);
  const slots = parts.passing.slots(listenerFds);
  const channelFd = FIRST_STDIO_SLOT + slots.length + 1;
  // Omitted when they agree: a child can inherit a folder that has been deleted, but it cannot be sent there.
  const moved = directory !== startDirectory;
  const inheritance = encodeInheritance({
    listenerFds: parts.passing.numbersInChild(listenerFds),
    heartbeatFd: channelFd - 1,
    channelFd,
    arbiterPid: process.pid,
    directory: moved ? directory : null,
    title,
  });
  const argv0 = firstWord(runtime.name, title);
  const action = `Cannot start a worker with "${command.file}"`;
  let child: ChildProcess;
  try {
    child = parts.passing.during(listenerFds, () =>
      spawn(command.file, command.args, {
        env: present({
          ...parts.env,
          ...request.env,
          ...(runtime.name === "deno" && parts.own.name !== "deno" ? { [DENO_VARIABLE]: `${channelFd - 1},${channelFd}` } : {}),
          [WORKER_VARIABLE]: inheritance,
          [DEPTH_VARIABLE]: String(depth + 1),
        }),
        stdio: ["ignore", "inherit", "inherit", ...slots, heartbeat.fd, "pipe"],
        ...(process.cwd() === startDirectory ? {} : { cwd: startDirectory }),
        ...(argv0 === null ? {} : { argv0 }),
      }));
  } catch (error) {
    throw wrapError(action, error);
  }
  // What could not be started says so in this event, too late for a throw; without a listener it would be an uncaught error.
  child.on("error", () => {});
  const pipe = child.stdio?.[channelFd];
  if (child.pid === undefined || !(pipe instanceof Socket)) throw refused(command.file, startDirectory, action);
  return watch(child, child.pid, pipe, handlers);
}

/** The flags of this process are for its own runtime, in whatever version; another one gets none. */
function commandOn(parts: SpawnerParts, foreign: ForeignParts, runtime: WorkerRuntime, directory: string): SelfCommand {
  if (runtime.name !== parts.own.name) return foreignCommand(foreign, runtime, directory);
  const own = parts.workerCommand(directory);
  return runtime.file === parts.own.file ? own : { ...own, file: runtime.file };
}

/** The runtimes disagree about what a variable that is undefined means to a child. */
function present(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/** Finds out why spawn gave no process: the runtimes tell only later, in an event. */
function refused(file: string, directory: string, action: string): SystemCallError {
  try {
    accessSync(directory);
    if (file.includes("/")) accessSync(file, constants.X_OK);
  } catch (error) {
    return wrapError(action, error);
  }
  return new SystemCallError(action, "EAGAIN", "the system refused a new process. See the limits on processes and open files");
}

function watch(child: ChildProcess, pid: number, pipe: Socket, handlers: SpawnHandlers): WorkerProcess {
  let status: ExitStatus | null = null;
  let isReported = false;
  let isChannelOver = false;
  const report = (): void => {
    if (status === null || isReported) return;
    isReported = true;
    channel.close();
    handlers.exited(status);
  };
  const channel = openLineChannel(pipe, {
    line: (text) => handlers.line(text),
    closed(): void {
      isChannelOver = true;
      handlers.closed();
      report();
    },
  });
  child.once("exit", (code, signal) => {
    status = { code, signal };
    // Last lines first ("boot_failed"), then the end: the two come from the system in any order.
    if (isChannelOver) report();
    else setTimeout(report, LAST_LINES_MS);
  });
  return {
    pid,
    channel: {
      send: (line) => channel.send(line),
      close(): void {
        isChannelOver = true;
        channel.close();
        report();
      },
    },
  };
}
