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
  const undo: Undo[] = [];
  let isStopped = false;
  const failure = await checkInProcess(adapter, {
    ...request,
    started(end): void {
      for (const signal of STOP_SIGNALS) {
        undo.push(adapter.process.onSignal(signal, () => {
          isStopped = true;
          end();
        }));
      }
    },
  });
  for (const each of undo) each();
  if (failure === null || isStopped) return null;
  log.log("error", `Exception in worker process\n${failure.report}`);
  log.log("error", "Shutting down: Master");
  log.log("error", failure.exitCode === APP_LOAD_EXIT_CODE ? "Reason: App failed to load." : "Reason: Worker failed to boot.");
  return failure.exitCode;
}

/** Before a reload. Rejects with an error that says what is wrong with the application. */
export async function preloadAgain(adapter: RuntimeAdapter, request: CheckRequest): Promise<void> {
  const failure: CheckFailure | null = await checkInProcess(adapter, request);
  if (failure !== null) throw new Error(`the application cannot be loaded\n${failure.report}`);
}
