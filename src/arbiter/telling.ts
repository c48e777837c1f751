/**
 * What a worker may be told by signal: one place that knows what was sent already and what it can stand.
 *
 * @module
 */
import type { FatalSignalName } from "../runtime/port.ts";
import { isEmptying } from "./release.ts";
import { servingWorkers } from "./slots.ts";
import { type ArbiterState, sequence, type Step, withWorker, type WorkerPhase, type WorkerRecord } from "./state.ts";

type EndingSignal = "SIGTERM" | "SIGQUIT" | FatalSignalName;

const PHASE_AFTER: Readonly<Record<EndingSignal, WorkerPhase>> = {
  SIGTERM: "draining",
  SIGQUIT: "draining",
  SIGABRT: "aborted",
  SIGKILL: "killed",
};

/** Tells a worker to end. One that has no pid yet is not told anything, and nobody is told the same twice (defect 25). */
export function tell(state: ArbiterState, worker: WorkerRecord, signal: EndingSignal): Step {
  if (worker.pid === null || worker.signalsSent.includes(signal)) return [state, []];
  const told: WorkerRecord = {
    ...worker,
    phase: PHASE_AFTER[signal],
    toldAtMs: state.nowMs,
    signalsSent: [...worker.signalsSent, signal],
  };
  return [withWorker(state, told), [{ type: "kill_worker", age: worker.age, pid: worker.pid, signal }]];
}

/**
 * Sends SIGTERM to the leaving workers that were not told yet, oldest first. Those without a pid are told once they have one; before
 * a stop, those that serve stay while they are missed.
 */
export function dismiss(state: ArbiterState): Step {
  // While queues are being emptied, whoever accepts is needed as before.
  const hasTime = state.phase !== "leaving" && state.phase !== "quitting";
  const needed = hasTime ? servingWorkers(state) : [];
  // One that hangs may come round in time: nobody else can empty what only its generation has.
  const stays = (worker: WorkerRecord): boolean =>
    needed.includes(worker) || (hasTime && worker.phase === "ready" && isEmptying(state, worker));
  const untold = [...state.workers.values()].filter((worker) =>
    worker.isLeaving && (worker.phase === "booting" || worker.phase === "ready") && !stays(worker)
  );
  return sequence(state, ...untold.map((worker) => (now: ArbiterState) => tell(now, worker, "SIGTERM")));
}

/**
 * The quick stop's signal to every worker: SIGQUIT where handlers are in. Before that SIGQUIT would dump core (trap 8), so it is
 * SIGTERM, and SIGKILL for one that did not mind the SIGTERM.
 */
export function hurry(state: ArbiterState): Step {
  const hurried = [...state.workers.values()].filter((worker) => worker.phase !== "aborted" && worker.phase !== "killed");
  return sequence(state, ...hurried.map((worker) => (now: ArbiterState) => tell(now, worker, hurrySignal(worker))));
}

function hurrySignal(worker: WorkerRecord): EndingSignal {
  if (worker.readyAtMs !== null) return "SIGQUIT";
  return worker.signalsSent.includes("SIGTERM") ? "SIGKILL" : "SIGTERM";
}

/** Sends SIGKILL to every worker that is left. */
export function killAll(state: ArbiterState): Step {
  return sequence(state, ...[...state.workers.values()].map((worker) => (now: ArbiterState) => tell(now, worker, "SIGKILL")));
}
