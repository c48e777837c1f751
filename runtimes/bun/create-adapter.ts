/**
 * The port on Bun.
 *
 * @module
 */
import { connect, type NetConnectOpts, type Socket } from "node:net";
import process from "node:process";
import type { RuntimeAdapter } from "../../src/runtime/port.ts";
import { bytes } from "../shared/bytes.ts";
import { clock } from "../shared/clock.ts";
import { takeLauncher } from "../shared/daemon.ts";
import { files } from "../shared/files.ts";
import { asItIs, createHeartbeat } from "../shared/heartbeat.ts";
import { setGroupsWith } from "../shared/identity.ts";
import { createInheritance, keepFromChildren } from "../shared/inheritance.ts";
import { takeInheritance } from "../shared/inheritance-variable.ts";
import { callLibc, duplicateHigh, setInheritable } from "../shared/libc-calls.ts";
import { logs } from "../shared/logs.ts";
import { openFolders } from "../shared/open-folders.ts";
import { createProcess } from "../shared/process.ts";
import { programCommand, WORKER_REFUSAL } from "../shared/program-command.ts";
import { type AdapterOptions, scriptCommand, type SelfCommand, workerFlags } from "../shared/self-command.ts";
import { createSockets } from "../shared/sockets.ts";
import { createSystem } from "../shared/system.ts";
import { createSpawner, passBySlot } from "../shared/spawn.ts";
import { takeHandover } from "../shared/upgrade-variable.ts";
import { createWatch } from "../shared/watch.ts";
import { forgetEnvFiles } from "./env-files.ts";
import { loadLibc } from "./libc.ts";
import { modules } from "./modules.ts";
import { setShortTitle, setWholeTitle } from "./title.ts";

/** Where a program made by `bun build --compile` finds its own files. */
const COMPILED_ROOT = "/$bunfs/";

const SIGABRT = 6;
const SIG_DFL = 0;

/** Takes the inheritance, if there is one, out of the environment. */
export function createAdapter(options: AdapterOptions = {}): RuntimeAdapter {
  // Not for a guest: the variables are the program's.
  if (options.isGuest !== true) forgetEnvFiles(process.env, process.execArgv, process.cwd());
  const record = takeInheritance(process.env);
  if (options.isGuest === true && record !== null) throw new Error(WORKER_REFUSAL);
  const handover = takeHandover(process.env);
  const launcher = takeLauncher(process.env, (fd) => setInheritable(loadLibc(), fd, false));
  if (record !== null) {
    keepFromChildren(loadLibc(), record);
    // Bun's own handler calls an abort a bug of Bun and asks for a report; here it is the arbiter that ends a hung worker.
    loadLibc().call("signal", SIGABRT, SIG_DFL);
  }
  const env = { ...process.env };
  const command = (directory: string): SelfCommand => {
    const flags = workerFlags(process.execArgv);
    return options.selfCommand ??
      (options.isGuest === true ? programCommand({ name: "bun", flags, directory }) : ownCommand(flags));
  };
  const version = process.versions["bun"] ?? "";
  return {
    name: "bun",
    version,
    clock,
    process: createProcess({ env, setTitle: record === null ? (title) => setWholeTitle(loadLibc, title) : setShortTitle }),
    files,
    logs,
    modules,
    bytes,
    watch: createWatch(openFolders),
    scripts: async () => (await import("./script.ts")).scripts,
    nodeHttp: async () => (await import("../shared/node-http/port.ts")).nodeHttp,
    sockets: async () => createSockets(loadLibc()),
    system: async () => createSystem(loadLibc()),
    spawner: createSpawner({
      own: { name: "bun", version, file: process.execPath },
      foreignScript: options.foreignScript ?? null,
      isGuest: options.isGuest ?? false,
      env,
      isWorker: record !== null,
      passing: passBySlot,
      createHeartbeat: (directory, owner) => createHeartbeat(directory, owner, asItIs),
      workerCommand: command,
      userCommand: () => command(process.cwd()),
    }),
    handover,
    launcher,
    inheritance: record === null ? null : createInheritance(record, {
      // The rest comes with argv0.
      setTitle: setShortTitle,
      setGroups: (groups) => setGroupsWith(loadLibc())(groups),
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

function ownCommand(flags: readonly string[]): SelfCommand {
  // A compiled program takes argv[1] for the user's first argument (trap 12).
  if (Bun.main.startsWith(COMPILED_ROOT)) return { file: process.execPath, args: [] };
  return scriptCommand(flags);
}

// Bun connects to an open descriptor; Node's type for the options does not know that.
function connectToDescriptor(fd: number): Socket {
  const options: NetConnectOpts & { readonly fd: number } = { fd, path: "" };
  return connect(options);
}
