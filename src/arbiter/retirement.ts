/**
 * Recycling: a worker that served enough asks to be replaced, and leaves only when its successor serves. gunicorn's worker leaves
 * first, so that capacity is missing while the next one boots, and many may leave at the same time.
 *
 * @module
 */
import { isHealthy } from "./slots.ts";
import { type ArbiterState, staff, type Step, withWorker } from "./state.ts";

/** `worker_retiring`. One that leaves already, or never served, has nothing to ask for. */
export function workerRetiring(state: ArbiterState, age: number): Step {
  const worker = state.workers.get(age);
  if (worker === undefined || worker.phase !== "ready" || worker.isLeaving) return [state, []];
  return [withWorker(state, { ...worker, isRetiring: true }), []];
}

/**
 * Lets one retiring worker after the other be relieved, the oldest first: a successor is then owed to its slot. Never two at once,
 * however many ask, so that the server keeps its warm workers and a release that leaks does not boot all over together. A
 * reload replaces them all anyway.
 */
export function relieve(state: ArbiterState): Step {
  if (state.pending !== null) return [state, []];
  const present = staff(state, state.current.number);
  if (present.some((worker) => worker.isRelieved)) return [state, []];
  const next = present.find((worker) => worker.isRetiring && isHealthy(state, worker));
  return next === undefined ? [state, []] : [withWorker(state, { ...next, isRelieved: true }), []];
}
