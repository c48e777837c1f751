/**
 * When the arbiter calls server hooks: part of the pure machine, so that their order among spawns and exits is fixed.
 *
 * @module
 */
import type { ExitStatus } from "../runtime/port.ts";
import type { ArbiterEffect } from "./effects.ts";
import { type ArbiterState, isStopRequested, type Step, type WorkerRecord } from "./state.ts";

/** A worker as hooks see it. */
export interface HookedWorker {
  readonly pid: number | null;
  readonly age: number;
  readonly generation: number;
  readonly slot: number;
  readonly ready: boolean;
}

/** One call. `generation`: of the configuration whose hook is called. */
export type HookCall =
  & { readonly generation: number }
  & (
    | { readonly hook: "on_reload" | "pre_exec" }
    | { readonly hook: "nworkers_changed"; readonly count: number; readonly previous: number }
    | { readonly hook: "pre_fork"; readonly worker: HookedWorker }
    | { readonly hook: "child_exit"; readonly worker: HookedWorker; readonly status: ExitStatus }
  );

/** A worker's record as hooks see it. */
export function hookedWorker({ pid, age, generation, slot, phase }: WorkerRecord): HookedWorker {
  return { pid, age, generation, slot, ready: phase === "ready" };
}

/** Before a worker is spawned. */
export function preFork(worker: WorkerRecord): ArbiterEffect {
  return { type: "run_hook", call: { hook: "pre_fork", generation: worker.generation, worker: hookedWorker(worker) } };
}

/** A worker was reaped. The hook is that of the configuration that serves: the worker's own may be gone. */
export function childExit(state: ArbiterState, worker: WorkerRecord, status: ExitStatus): ArbiterEffect {
  const gone = { ...hookedWorker(worker), ready: false };
  return { type: "run_hook", call: { hook: "child_exit", generation: state.current.number, worker: gone, status } };
}

/** Before the new arbiter of an upgrade is started. */
export function preExec(state: ArbiterState): ArbiterEffect {
  return { type: "run_hook", call: { hook: "pre_exec", generation: state.current.number } };
}

/**
 * What an event did to the number of wanted workers, before anything follows from it: a new number, by whatever means, and every
 * accepted reload, which also calls `on_reload` (gunicorn's order).
 */
export function announceTarget(before: ArbiterState, after: ArbiterState): Step {
  if (isStopRequested(after)) return [after, []];
  const was = before.pending ?? before.current;
  const is = after.pending ?? after.current;
  const isReload = is.number > was.number;
  if (is.target === was.target && !isReload) return [after, []];
  const generation = is.number;
  const changed: ArbiterEffect = {
    type: "run_hook",
    call: { hook: "nworkers_changed", generation, count: is.target, previous: was.target },
  };
  return [after, isReload ? [changed, { type: "run_hook", call: { hook: "on_reload", generation } }] : [changed]];
}
