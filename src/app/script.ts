/**
 * The script interface: runs a program that listens by itself, and serves what it gave to its first listen call.
 *
 * @module
 */
import type { WorkerSettings } from "../config/worker-settings.ts";
import type { ProgramAddress, ProgramListener, ProgramServer, RuntimeAdapter, Undo } from "../runtime/port.ts";
import type { BridgeHost, ServedApplication } from "./bridge.ts";
import { createFetchApplication } from "./fetch.ts";
import { findProgram } from "./find-program.ts";
import { installLightObjects } from "./install.ts";
import { applicationFailure, importFailure } from "./load.ts";
import { asksElsewhereLine, lateError, refusedError, silentLine } from "./script-text.ts";

/** A program that is loaded and does not listen: the log says so after this. */
const SILENT_MS = 5_000;
/** A program that does not listen is given up so long before `boot_timeout`, or at half of it: the worker knows why, the arbiter does not. */
const BEFORE_BOOT_TIMEOUT_MS = 2_000;

/** What running a program needs. */
export type ProgramRuntime = Pick<RuntimeAdapter, "files" | "modules" | "process" | "clock" | "scripts" | "nodeHttp">;

type ProgramSettings = Pick<WorkerSettings, "app" | "lightObjects" | "bootTimeoutMs">;

interface AskedApplication extends Pick<ProgramServer, "asked"> {
  readonly application: ServedApplication;
}

/** Runs the program until it listens, and serves it. Rejects with an `AppLoadError` (3). */
export async function serveProgram(
  adapter: ProgramRuntime,
  settings: ProgramSettings,
  host: BridgeHost,
): Promise<ServedApplication> {
  const node = await adapter.nodeHttp();
  const scripts = await adapter.scripts();
  // Servers of node:http have no use for them.
  const lightObjects = settings.lightObjects && scripts.hasFetchServers;
  if (lightObjects) installLightObjects();
  const fetchHost = { ...host, lightObjects };
  const served = await firstListen<AskedApplication>(adapter, settings, host, (server, done) => {
    const application = server.serve({ host, node, fetch: (handler) => createFetchApplication(handler, fetchHost) });
    // What the program does in the same turn, such as to fail, comes before anything is served.
    adapter.clock.after(0, () => done({ application, asked: server.asked }));
  });
  const line = asksElsewhereLine(settings.app, served.asked, host.addresses);
  // Once in the life of a server: every worker finds the same.
  if (line !== null) host.log(host.worker.age <= 1 ? "info" : "debug", line);
  return served.application;
}

/** Runs the program until it listens, to learn where. Null: it names a descriptor. Rejects with an `AppLoadError` (3). */
export function askProgram(
  adapter: ProgramRuntime,
  settings: ProgramSettings,
  host: Pick<BridgeHost, "log" | "onError">,
): Promise<ProgramAddress | null> {
  return firstListen(adapter, settings, host, ({ asked }, done) => done(asked));
}

/** `use` is called in the turn of the listen call; until it is done, whatever fails is a failure of the start. */
async function firstListen<T>(
  adapter: ProgramRuntime,
  { app, bootTimeoutMs }: ProgramSettings,
  host: Pick<BridgeHost, "log" | "onError">,
  use: (server: ProgramServer, done: (result: T) => void) => void,
): Promise<T> {
  const url = findProgram(adapter, app, adapter.process.cwd());
  const scripts = await adapter.scripts();
  const undo: Undo[] = [];
  let isListening = false;
  let isOver = false;
  try {
    return await new Promise((resolve, reject) => {
      const listener: ProgramListener = {
        listened(server): void {
          try {
            use(server, (result) => {
              isListening = true;
              resolve(result);
            });
          } catch (error) {
            reject(error);
          }
        },
        refused: (reason) => reject(refusedError(app, reason)),
        warned: (text) => host.log("warning", text),
      };
      // By itself the program would end here.
      undo.push(adapter.process.onUncaught((error) => reject(applicationFailure(adapter, app, "Before it listened", error))));
      let isSettled = false;
      scripts.run(url, listener).then((exports) => {
        isSettled = true;
        if (!isOver) undo.push(adapter.clock.after(SILENT_MS, () => host.log("warning", silentLine(app, exports))));
      }, (error: unknown) => {
        isSettled = true;
        if (isListening) host.onError(error, `'${app}' after its listen call`);
        else reject(importFailure(adapter, app, url, error));
      });
      if (bootTimeoutMs > 0) {
        const limitMs = Math.max(bootTimeoutMs - BEFORE_BOOT_TIMEOUT_MS, bootTimeoutMs / 2);
        undo.push(adapter.clock.after(limitMs, () => reject(lateError(app, limitMs, isSettled))));
      }
    });
  } finally {
    isOver = true;
    for (const each of undo) each();
  }
}
