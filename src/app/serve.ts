/**
 * From the setting that names an application to something that answers: loads it and puts the bridge of its interface before it.
 *
 * @module
 */
import type { WorkerSettings } from "../config/worker-settings.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import type { WorkerIdentity } from "./call.ts";
import { createFetchApplication, type FetchApplication } from "./fetch.ts";
import { installLightObjects } from "./install.ts";
import { AppLoadError } from "./load-error.ts";
import { loadApplication } from "./load.ts";

/** An application that serves, or why there is none. */
export type Loaded =
  | { readonly ok: true; readonly application: FetchApplication }
  /** `report` is for the log: several lines, the first of which says it all. */
  | { readonly ok: false; readonly exitCode: number; readonly report: string };

/** Loads the application in a worker. Never rejects. */
export async function loadService(
  adapter: RuntimeAdapter,
  settings: WorkerSettings,
  worker: WorkerIdentity,
  log: Logger,
): Promise<Loaded> {
  try {
    // Before the application: a module may keep `Response` in a variable of its own when it is loaded.
    if (settings.lightObjects) installLightObjects();
    const { handler } = await loadApplication(adapter, settings.app, adapter.process.cwd());
    const onError = (error: unknown, during: string): void => log.log("error", `Error in ${during}\n${describeError(error)}`);
    return { ok: true, application: createFetchApplication(handler, { worker, onError, lightObjects: settings.lightObjects }) };
  } catch (error) {
    return failure(error);
  }
}

/** Loads the application to see whether it can be; null when all is well, else the report. */
export async function checkApplication(adapter: RuntimeAdapter, settings: WorkerSettings): Promise<string | null> {
  try {
    await loadApplication(adapter, settings.app, adapter.process.cwd());
    return null;
  } catch (error) {
    return failure(error).report;
  }
}

function failure(error: unknown): Extract<Loaded, { ok: false }> {
  if (error instanceof AppLoadError) return { ok: false, exitCode: error.exitCode, report: error.report };
  return { ok: false, exitCode: WORKER_BOOT_EXIT_CODE, report: describeError(error) };
}
