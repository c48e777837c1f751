/**
 * Setting `preload_app`: the application is loaded once, in a process of its own, before any worker is touched for it.
 *
 * @module
 */
import type { CheckFailure } from "../channel/messages.ts";
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import type { Logger } from "../log/logger.ts";
import type { RuntimeAdapter, SignalName, Undo } from "../runtime/port.ts";
import { checkInProcess, type CheckRequest } from "./application-check.ts";

const STOP_SIGNALS: readonly SignalName[] = ["SIGTERM", "SIGINT", "SIGQUIT"];

/**
 * Before the start. Gives the exit status of a start that must not be; null when all is well, and when a signal asks for the end: the
 * arbiter does what it does on that signal.
 */
export async function preloadFirst(adapter: RuntimeAdapter, log: Logger, request: CheckRequest): Promise<number | null> {
  const failure = await untilStopSignal(adapter, (started) => checkInProcess(adapter, { ...request, started }));
  if (failure === null || failure === "stopped") return null;
  logFailedStart(log, failure);
  return failure.exitCode;
}

/** As gunicorn says it. */
export function logFailedStart(log: Logger, failure: CheckFailure): void {
  log.log("error", `Exception in worker process\n${failure.report}`);
  log.log("error", "Shutting down: Master");
  log.log("error", failure.exitCode === APP_LOAD_EXIT_CODE ? "Reason: App failed to load." : "Reason: Worker failed to boot.");
}

/** Before the start: ends the process that `run` starts when a signal asks for the end. The arbiter does what it does on that signal. */
export async function untilStopSignal<T>(
  adapter: RuntimeAdapter,
  run: (started: (end: () => void) => void) => Promise<T>,
): Promise<T | "stopped"> {
  const undo: Undo[] = [];
  let isStopped = false;
  try {
    const result = await run((end) => {
      for (const signal of STOP_SIGNALS) {
        undo.push(adapter.process.onSignal(signal, () => {
          isStopped = true;
          end();
        }));
      }
    });
    return isStopped ? "stopped" : result;
  } catch (error) {
    // Of a process that was ended.
    if (isStopped) return "stopped";
    throw error;
  } finally {
    for (const each of undo) each();
  }
}

/** Before a reload. Rejects with an error that says what is wrong with the application. */
export async function preloadAgain(adapter: RuntimeAdapter, request: CheckRequest): Promise<void> {
  const failure: CheckFailure | null = await checkInProcess(adapter, request);
  if (failure !== null) throw new Error(`the application cannot be loaded\n${failure.report}`);
}
