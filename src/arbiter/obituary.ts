/**
 * How a worker's end is told in the log: gunicorn's texts, with what the arbiter did itself left out of the alarm.
 *
 * @module
 */
import type { ExitStatus } from "../runtime/port.ts";
import type { ArbiterEffect } from "./effects.ts";
import { log } from "./log-line.ts";
import type { WorkerRecord } from "./state.ts";

/** The log line of an exit. An expected one is debug; SIGKILL hints at the kernel only if it was not the arbiter's. */
export function obituary(worker: WorkerRecord, status: ExitStatus): ArbiterEffect {
  const name = `Worker (pid:${worker.pid ?? "unknown"})`;
  if (status.signal === null) {
    const code = status.code ?? "unknown";
    const isSilentFailure = status.code === 0 && worker.readyAtMs === null && !worker.isLeaving;
    if (isSilentFailure) {
      return log("error", `${name} exited with code 0 before it was ready: the application ended the process.`);
    }
    return log(status.code === 0 ? "debug" : "error", `${name} exited with code ${code}.`);
  }
  const isOurs = worker.signalsSent.some((signal) => signal === status.signal);
  const text = `${name} was sent ${status.signal}!`;
  if (isOurs && !worker.isOverdue) return log("debug", text);
  if (status.signal === "SIGKILL") return log("error", isOurs ? text : `${text} Perhaps out of memory?`);
  return log(status.signal === "SIGTERM" ? "info" : "warning", text);
}

/** How it ended and, if it said so, why; for the middle of a sentence. */
export function causeOfDeath(worker: WorkerRecord, status: ExitStatus): string {
  const name = `worker (pid:${worker.pid ?? "unknown"})`;
  const how = status.signal === null ? `exited with code ${status.code ?? "unknown"}` : `was sent ${status.signal}`;
  return worker.bootError === null ? `${name} ${how}` : `${name} ${how}: ${worker.bootError}`;
}
