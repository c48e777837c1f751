/**
 * Heartbeats, and the end of workers that miss a deadline.
 *
 * @module
 */
import { log } from "./log-line.ts";
import { type ArbiterState, sequence, type Step, withWorker, type WorkerRecord } from "./state.ts";
import { tell } from "./telling.ts";
import { ABORT_GRACE_MS, DRAIN_MARGIN_MS } from "./times.ts";

/**
 * Takes the heartbeat counters in. Any change is a sign of life, but not of a worker that boots: it beats while its application waits
 * for something, and `boot_timeout` bounds the whole boot.
 */
export function readBeats(state: ArbiterState, beats: ReadonlyMap<number, number>): ArbiterState {
  const workers = new Map(state.workers);
  for (const worker of state.workers.values()) {
    const counter = beats.get(worker.age);
    if (counter === undefined || counter === worker.beats) continue;
    workers.set(worker.age, { ...worker, beats: counter, beatAtMs: worker.readyAtMs === null ? worker.beatAtMs : state.nowMs });
  }
  return { ...state, workers, tickedAtMs: state.nowMs };
}

/**
 * Aborts workers that do not beat (`timeout`; `boot_timeout` bounds the boot: defect 28), kills those that an abort did not end, and
 * kills those that were told to drain and did not give up at `graceful_timeout`.
 */
export function murder(state: ArbiterState): Step {
  return sequence(state, ...[...state.workers.values()].map((worker) => (now: ArbiterState) => judge(now, worker)));
}

function judge(state: ArbiterState, worker: WorkerRecord): Step {
  if (worker.pid === null || worker.phase === "killed") return [state, []];
  const { gracefulTimeoutMs } = worker.settings;
  const isBooting = worker.readyAtMs === null;
  const timeoutMs = isBooting ? worker.settings.bootTimeoutMs : worker.settings.timeoutMs;
  const toldMs = state.nowMs - worker.toldAtMs;
  if (worker.phase === "aborted") return toldMs >= ABORT_GRACE_MS ? tell(state, worker, "SIGKILL") : [state, []];
  if (worker.phase === "draining" && toldMs >= gracefulTimeoutMs + DRAIN_MARGIN_MS) {
    return overdue(state, worker, "SIGKILL", log("warning", `Worker graceful timeout (pid:${worker.pid})`));
  }
  if (timeoutMs > 0 && state.nowMs - worker.beatAtMs > timeoutMs) {
    const detail = isBooting ? `: not ready within boot_timeout (${timeoutMs / 1000} s)` : lastWork(worker);
    return overdue(state, worker, "SIGABRT", log("critical", `WORKER TIMEOUT (pid:${worker.pid})${detail}`));
  }
  return [state, []];
}

function overdue(state: ArbiterState, worker: WorkerRecord, signal: "SIGABRT" | "SIGKILL", line: ReturnType<typeof log>): Step {
  const late: WorkerRecord = { ...worker, isOverdue: true };
  return sequence(withWorker(state, late), (now) => [now, [line]], (now) => tell(now, late, signal));
}

/** What a hung worker is at can only be guessed: the request that took longest when it last could speak. */
function lastWork({ longestRequest }: WorkerRecord): string {
  return longestRequest === null ? "" : `: its longest request was ${longestRequest}`;
}
