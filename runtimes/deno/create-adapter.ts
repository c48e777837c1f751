/**
 * The port on Deno. Needs `-A`: libc through FFI, /proc, and whatever the application does.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import process from "node:process";
import type { RuntimeAdapter, SignalName } from "../../src/runtime/port.ts";
import { bytes } from "../shared/bytes.ts";
import { clock } from "../shared/clock.ts";
import { takeLauncher } from "../shared/daemon.ts";
import { files } from "../shared/files.ts";
import { createHeartbeat } from "../shared/heartbeat.ts";
import { setGroupsWith } from "../shared/identity.ts";
import { createInheritance, keepFromChildren } from "../shared/inheritance.ts";
import { takeInheritance } from "../shared/inheritance-variable.ts";
import { duplicateHigh, setInheritable } from "../shared/libc-calls.ts";
import { logs } from "../shared/logs.ts";
import { createProcess } from "../shared/process.ts";
import { programCommand, WORKER_REFUSAL } from "../shared/program-command.ts";
import type { AdapterOptions, SelfCommand } from "../shared/self-command.ts";
import { createSockets } from "../shared/sockets.ts";
import { createSystem } from "../shared/system.ts";
import { createSpawner } from "../shared/spawn.ts";
import { takeHandover } from "../shared/upgrade-variable.ts";
import { createWatch } from "../shared/watch.ts";
import { createInspectorGuard } from "./inspector-guard.ts";
import { loadLibc } from "./libc.ts";
import { aboveTheSlots, passByNumber } from "./listener-passing.ts";
import { modules } from "./modules.ts";
import { openFolders } from "./open-folders.ts";
import { readSelfCommand } from "./self-command.ts";
import { findStreamCopies } from "./stream-copies.ts";

/** Takes the inheritance, if there is one, out of the environment. */
export function createAdapter(options: AdapterOptions = {}): RuntimeAdapter {
  const record = takeInheritance(process.env);
  if (options.isGuest === true && record !== null) throw new Error(WORKER_REFUSAL);
  const handover = takeHandover(process.env);
  const launcher = takeLauncher(process.env, (fd) => setInheritable(loadLibc(), fd, false));
  // Only a daemon gives its streams up, and a worker whose output is captured.
  const streamCopies = launcher === null && record === null ? [] : findStreamCopies();
  const env = { ...process.env };
  const self = options.selfCommand ?? readSelfCommand();
  const command = (directory: string): SelfCommand =>
    options.isGuest === true ? programCommand({ name: "deno", flags: self.args, directory }) : self;
  const guard = createInspectorGuard();
  if (record !== null) {
    keepFromChildren(loadLibc(), record);
    // The arbiter never sends this to a worker on Deno; anybody else still can (trap 3).
    process.on("SIGUSR1", guard);
  }
  const version = Deno.version.deno;
  return {
    name: "deno",
    version,
    clock,
    process: createProcess({
      env,
      setTitle,
      beforeSignal(signal: SignalName): void {
        if (signal === "SIGUSR1") guard();
      },
    }),
    files,
    logs,
    modules,
    bytes,
    watch: createWatch(openFolders),
    scripts: async () => (await import("./script.ts")).scripts,
    nodeHttp: async () => (await import("../shared/node-http/port.ts")).nodeHttp,
    sockets: async () => createSockets(loadLibc()),
    system: async () => createSystem(loadLibc(), streamCopies),
    spawner: createSpawner({
      own: { name: "deno", version, file: process.execPath },
      foreignScript: options.foreignScript ?? null,
      isGuest: options.isGuest ?? false,
      env,
      isWorker: record !== null,
      passing: passByNumber(loadLibc),
      createHeartbeat: (directory, owner) => createHeartbeat(directory, owner, aboveTheSlots(loadLibc)),
      workerCommand: command,
      userCommand: () => self,
    }),
    handover,
    launcher,
    inheritance: record === null ? null : createInheritance(record, {
      setTitle,
      setGroups: (groups) => setGroupsWith(loadLibc())(groups),
      listen: (server, fd) => server.listen({ fd }),
      // Deno's listen({ fd }) does not call listen(2), so the arbiter's backlog stays (trap 9).
      restoreBacklog: () => {},
      duplicate: (fd) => duplicateHigh(loadLibc(), fd),
      closeListener: (fd) => void loadLibc().call("close", fd),
      channelSocket: (fd) => new Socket({ fd, readable: true, writable: true }),
      // Socket.write() on Deno only starts to write: a last line before an exit would be lost.
      writeNow: (fd) => (line) => writeWhatFits(fd, line),
    }),
  };
}

function writeWhatFits(fd: number, line: Uint8Array): number {
  try {
    return writeSync(fd, line);
  } catch {
    // EAGAIN: the socket's queue takes it. EPIPE: the socket will say so.
    return 0;
  }
}

function setTitle(title: string): void {
  // Cut off where the original command line ended.
  process.title = title;
}
