/**
 * The port on Node, 20.6 and newer.
 *
 * @module
 */
import { Socket } from "node:net";
import { closeSync } from "node:fs";
import process from "node:process";
import type { RuntimeAdapter } from "../../src/runtime/port.ts";
import { bytes } from "../shared/bytes.ts";
import { clock } from "../shared/clock.ts";
import { takeLauncher } from "../shared/daemon.ts";
import { files } from "../shared/files.ts";
import { asItIs, createHeartbeat } from "../shared/heartbeat.ts";
import { createInheritance, keepFromChildren } from "../shared/inheritance.ts";
import { takeInheritance } from "../shared/inheritance-variable.ts";
import { FIRST_LISTENER_FD } from "../shared/libc.ts";
import { duplicateHigh } from "../shared/libc-calls.ts";
import { logs } from "../shared/logs.ts";
import { openFolders } from "../shared/open-folders.ts";
import { createProcess } from "../shared/process.ts";
import { programCommand, WORKER_REFUSAL } from "../shared/program-command.ts";
import { type AdapterOptions, scriptCommand, type SelfCommand, workerFlags } from "../shared/self-command.ts";
import { createSockets } from "../shared/sockets.ts";
import { createSystem } from "../shared/system.ts";
import { createSpawner, passBySlot } from "../shared/spawn.ts";
import { attempting } from "../shared/system-error.ts";
import { takeHandover } from "../shared/upgrade-variable.ts";
import { createWatch } from "../shared/watch.ts";
import { loadLibc } from "./libc.ts";
import { modules } from "./modules.ts";

/** Takes the inheritance, if there is one, out of the environment. */
export function createAdapter(options: AdapterOptions = {}): RuntimeAdapter {
  const record = takeInheritance(process.env);
  if (options.isGuest === true && record !== null) throw new Error(WORKER_REFUSAL);
  const handover = takeHandover(process.env);
  const launcher = takeLauncher(process.env, () => {});
  const env = { ...process.env };
  const flags = workerFlags(process.execArgv);
  const command = (directory: string): SelfCommand =>
    options.selfCommand ?? (options.isGuest === true ? programCommand({ name: "node", flags, directory }) : scriptCommand(flags));
  // From here on a SIGUSR1 is no request for the inspector, also before the worker handles signals (trap 8). Not by --disable-sigusr1:
  // that blocks the signal for good, and the worker could not reopen its logs on it (seen on 26.10).
  if (record !== null) process.on("SIGUSR1", () => {});
  // libuv has made the descriptors close-on-exec when the process started: all of them up to the first gap past 15. Listeners of an
  // arbiter on Deno have higher numbers (trap 6); only there a worker loads koffi from the start.
  if (record?.listenerFds.some((fd) => fd >= FIRST_LISTENER_FD)) keepFromChildren(loadLibc(), record);
  const version = process.versions.node;
  return {
    name: "node",
    version,
    clock,
    process: createProcess({
      env,
      setTitle,
    }),
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
      own: { name: "node", version, file: process.execPath },
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
      setTitle,
      // Without loading koffi for it.
      setGroups: (groups) => attempting("Cannot set the groups of this process", () => process.setgroups?.([...groups])),
      listen: (server, fd, backlog) => server.listen({ fd }, backlog),
      restoreBacklog: () => {},
      duplicate: (fd) => duplicateHigh(loadLibc(), fd),
      // close(2), without loading koffi for it.
      closeListener: (fd) => closeSync(fd),
      // Never fs.createReadStream: an idle one makes process.exit() wait for ever (trap 7).
      channelSocket: (fd) => new Socket({ fd, readable: true, writable: true }),
      writeNow: () => null,
    }),
  };
}

function setTitle(title: string): void {
  // Cut off where the original command line ended.
  process.title = title;
}
