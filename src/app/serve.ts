/**
 * From the setting that names an application to something that answers: loads it and puts the bridge of its interface before it.
 *
 * @module
 */
import type { WorkerSettings } from "../config/worker-settings.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import { describeError } from "../log/logger.ts";
import type { ProgramAddress, RuntimeAdapter } from "../runtime/port.ts";
import type { BridgeHost, InterfaceName, ServedApplication } from "./bridge.ts";
import { installLightObjects } from "./install.ts";
import { serveFitting } from "./interfaces.ts";
import { AppLoadError } from "./load-error.ts";
import { applicationFailure, loadApplication } from "./load.ts";

/** An application that serves, or why there is none. */
export type Loaded =
  | ({ readonly ok: true } & Served)
  | LoadFailure;

interface Served {
  readonly application: ServedApplication;
  readonly interface: InterfaceName;
}

export interface LoadFailure {
  readonly ok: false;
  readonly exitCode: number;
  /** For the log: several lines, the first of which says it all. */
  readonly report: string;
}

/** Loads the application in a worker. Never rejects. */
export async function loadService(adapter: RuntimeAdapter, settings: WorkerSettings, host: BridgeHost): Promise<Loaded> {
  try {
    return { ok: true, ...await open(adapter, settings, host) };
  } catch (error) {
    return failure(error);
  }
}

/** Runs a program until it listens; null: it does not say where (a descriptor). Never rejects. */
export async function askWhereProgramListens(
  adapter: RuntimeAdapter,
  settings: WorkerSettings,
  host: BridgeHost,
): Promise<LoadFailure | { readonly ok: true; readonly listens: ProgramAddress | null }> {
  const { askProgram } = await import("./script.ts");
  try {
    return { ok: true, listens: await askProgram(adapter, settings, host) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): LoadFailure {
  if (error instanceof AppLoadError) return { ok: false, exitCode: error.exitCode, report: error.report };
  return { ok: false, exitCode: WORKER_BOOT_EXIT_CODE, report: describeError(error) };
}

async function open(adapter: RuntimeAdapter, settings: WorkerSettings, host: BridgeHost): Promise<Served> {
  const { app, interface: wish } = settings;
  if (wish === "script") {
    const { serveProgram } = await import("./script.ts");
    return { application: await serveProgram(adapter, settings, host), interface: wish };
  }
  // Before the application: a module may keep `Response` in a variable of its own when it is loaded.
  if (settings.lightObjects && wish !== "node" && wish !== "wsgi") installLightObjects();
  const { fitting } = await loadApplication(adapter, app, adapter.process.cwd(), wish);
  if (wish === "auto") host.log("debug", `Interface of '${app}' is ${fitting.interface}: it is ${fitting.what}`);
  try {
    return { application: await serveFitting(adapter, fitting, host), interface: fitting.interface };
  } catch (error) {
    if (error instanceof AppLoadError) throw error;
    throw applicationFailure(adapter, app, `While getting ${fitting.what} ready`, error);
  }
}
