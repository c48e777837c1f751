/**
 * The port on Bun.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import process from "node:process";
import type { RuntimeAdapter } from "../../src/runtime/port.ts";
import { bytes } from "../shared/bytes.ts";
import { clock } from "../shared/clock.ts";
import { files } from "../shared/files.ts";
import { asItIs, createHeartbeat } from "../shared/heartbeat.ts";
import { createInheritance, keepFromChildren } from "../shared/inheritance.ts";
import { takeInheritance } from "../shared/inheritance-variable.ts";
import { callLibc, duplicateHigh } from "../shared/libc-calls.ts";
import { logs } from "../shared/logs.ts";
import { createProcess } from "../shared/process.ts";
import { type AdapterOptions, scriptCommand, type SelfCommand, workerFlags } from "../shared/self-command.ts";
import { createSockets } from "../shared/sockets.ts";
import { createSpawner, passBySlot } from "../shared/spawn.ts";
import { loadLibc } from "./libc.ts";
import { modules } from "./modules.ts";

/** Where a program made by `bun build --compile` finds its own files. */
const COMPILED_ROOT = "/$bunfs/";

const SIGABRT = 6;
const SIG_DFL = 0;

/** comm(5): 15 characters and a zero byte. */
const MAX_COMM_CHARS = 15;

/** Takes the inheritance, if there is one, out of the environment. */
export function createAdapter(options: AdapterOptions = {}): RuntimeAdapter {
  const record = takeInheritance(process.env);
  if (record !== null) {
    keepFromChildren(loadLibc(), record);
    // Bun's own handler calls an abort a bug of Bun and asks for a report; here it is the arbiter that ends a hung worker.
    loadLibc().call("signal", SIGABRT, SIG_DFL);
  }
  const env = { ...process.env };
  const command = (): SelfCommand => options.selfCommand ?? ownCommand();
  return {
    name: "bun",
    version: process.versions["bun"] ?? "",
    clock,
    process: createProcess({ env, setTitle }),
    files,
    logs,
    modules,
    bytes,
    sockets: async () => createSockets(loadLibc()),
    spawner: createSpawner({
      env,
      isWorker: record !== null,
      passing: passBySlot,
      createHeartbeat: (directory) => createHeartbeat(directory, asItIs),
      workerCommand: command,
      userCommand: command,
      // The only title that `ps` shows of a Bun process.
      argv0: (title) => title === "" ? null : title,
    }),
    inheritance: record === null ? null : createInheritance(record, {
      setTitle,
      listen: (server, fd) => server.listen({ fd }),
      // Bun listens with its own backlog, whatever it is told (trap 9).
      restoreBacklog: (fd, backlog) => void callLibc(loadLibc(), `Cannot listen on descriptor ${fd}`, "listen", fd, backlog),
      duplicate: (fd) => duplicateHigh(loadLibc(), fd),
      closeListener: (fd) => void loadLibc().call("close", fd),
      // Its `new Socket({ fd })` is a closed socket (trap 7).
      channelSocket: connectToDescriptor,
      writeNow: () => null,
    }),
  };
}

/** The adapter of this process. */
export const adapter: RuntimeAdapter = createAdapter();

export { loadLibc };

function ownCommand(): SelfCommand {
  // A compiled program takes argv[1] for the user's first argument (trap 12).
  if (Bun.main.startsWith(COMPILED_ROOT)) return { file: process.execPath, args: [] };
  return scriptCommand(workerFlags(process.execArgv));
}

function setTitle(title: string): void {
  try {
    // `process.title = …` has no effect that another process can see.
    writeFileSync("/proc/self/comm", title.slice(0, MAX_COMM_CHARS));
  } catch {
    // A container may hide /proc; a title is only decoration.
  }
}

// Bun connects to an open descriptor; Node's type for the options does not know that.
function connectToDescriptor(fd: number): Socket {
  const options: NetConnectOpts & { readonly fd: number } = { fd, path: "" };
  return connect(options);
}
