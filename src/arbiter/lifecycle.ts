/**
 * A worker's life as its events tell it.
 *
 * @module
 */
import type { ExitStatus } from "../runtime/port.ts";
import { afterFailure, backoffLine, isFailure, type Retry } from "./backoff.ts";
import { childExit } from "./hook-calls.ts";
import { log } from "./log-line.ts";
import { causeOfDeath, obituary } from "./obituary.ts";
import { abandonReload } from "./reload.ts";
import {
  type ArbiterState,
  type Generation,
  isStopping,
  sequence,
  slotCapacityOf,
  type Step,
  withoutWorker,
  withWorker,
  type WorkerRecord,
} from "./state.ts";
import { tell } from "./telling.ts";

/** What a worker says is quoted in one log line: no more characters of it than this. */
const SAID_MAX_CHARS = 300;

/** `worker_spawned`. A stop that began meanwhile is not told to the worker, whose program has hardly started: it is killed. */
export function workerSpawned(state: ArbiterState, age: number, pid: number): Step {
  const worker = state.workers.get(age);
  if (worker?.phase !== "spawning") return [state, []];
  const booting: WorkerRecord = { ...worker, pid, phase: "booting", beatAtMs: state.nowMs };
  const known = withWorker(state, booting);
  return isStopping(state) ? tell(known, booting, "SIGKILL") : [known, []];
}

/** `spawn_failed`: as a worker that failed before it was ready. */
export function spawnFailed(state: ArbiterState, age: number, reason: string): Step {
  const worker = state.workers.get(age);
  if (worker?.phase !== "spawning") return [state, []];
  const line = log("error", `Worker could not be started: ${reason}`);
  return sequence(
    withoutWorker(state, age),
    (now) => [now, [line]],
    (now) => lost(now, worker, null, `a worker could not be started: ${reason}`),
  );
}

/** `worker_ready`. The slot's socket listens from now on. One that was told to leave while it booted goes on leaving. */
export function workerReady(state: ArbiterState, age: number): Step {
  const worker = state.workers.get(age);
  if (worker === undefined || worker.phase === "spawning" || worker.readyAtMs !== null) return [state, []];
  const ready: WorkerRecord = { ...worker, readyAtMs: state.nowMs, beatAtMs: state.nowMs };
  // Not what is given up already, and nobody else has sockets for.
  const openSlots = worker.slot < slotCapacityOf(state) ? new Set(state.openSlots).add(worker.slot) : state.openSlots;
  const heldSlots = new Set(state.heldSlots).add(worker.slot);
  if (worker.phase !== "booting") return [{ ...withWorker(state, ready), openSlots }, []];
  const phase = state.phase === "starting" ? "running" : state.phase;
  return [{ ...withWorker(state, { ...ready, phase: "ready" }), openSlots, heldSlots, phase }, []];
}

/** `worker_boot_failed`: kept for the line that its exit causes; the worker has logged it in full itself. */
export function workerBootFailed(state: ArbiterState, age: number, text: string): Step {
  const worker = state.workers.get(age);
  if (worker === undefined) return [state, []];
  return [withWorker(state, { ...worker, bootError: oneLine(text) }), []];
}

/** `worker_busy`: kept for the line that a missed `timeout` causes. */
export function workerBusy(state: ArbiterState, age: number, request: string | null): Step {
  const worker = state.workers.get(age);
  if (worker === undefined) return [state, []];
  const text = request === null ? null : oneLine(request);
  return [withWorker(state, { ...worker, longestRequest: text }), []];
}

/** The first line of what a worker said, cut. */
function oneLine(text: string): string | null {
  const line = text.trimStart().split(/\r?\n/, 1).join("").slice(0, SAID_MAX_CHARS);
  return line === "" ? null : line;
}

/** `worker_exited`. Codes 3 and 4 only matter while no worker was ever ready: later no worker takes the server down. */
export function workerExited(state: ArbiterState, age: number, status: ExitStatus): Step {
  const worker = state.workers.get(age);
  if (worker === undefined) return [state, []];
  return sequence(
    withoutWorker(state, age),
    (now) => [now, [obituary(worker, status), childExit(now, worker, status)]],
    (now) => lost(now, worker, status.code, causeOfDeath(worker, status)),
  );
}

/** What the loss of a worker means for its slot and its generation. The respawn itself follows when the event is settled. */
function lost(state: ArbiterState, worker: WorkerRecord, code: number | null, reason: string): Step {
  if (worker.isLeaving || isStopping(state)) return [state, []];
  if (!isFailure(worker.readyAtMs, state.nowMs)) return [withRetry(state, worker, undefined), []];
  const failed: ArbiterState = state.phase === "starting" && state.bootExitCode === null
    ? { ...state, bootExitCode: code === 4 ? 4 : 3 }
    : state;
  // A release that fails right after it was ready is as broken as one that never is.
  if (worker.generation === state.pending?.number) return abandonReload(failed, reason);
  const retry = afterFailure(state.current.retries.get(worker.slot), state.nowMs);
  const line = backoffLine(worker.slot, retry);
  return [withRetry(failed, worker, retry), line === null ? [] : [log("warning", line)]];
}

function withRetry(state: ArbiterState, worker: WorkerRecord, retry: Retry | undefined): ArbiterState {
  const patched = (generation: Generation): Generation => {
    const retries = new Map(generation.retries);
    if (retry === undefined) retries.delete(worker.slot);
    else retries.set(worker.slot, retry);
    return { ...generation, retries };
  };
  if (worker.generation === state.current.number) return { ...state, current: patched(state.current) };
  if (worker.generation === state.pending?.number) return { ...state, pending: patched(state.pending) };
  return state;
}
