/**
 * How many workers there are: spawns those that are missing, lets go those that are too many.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { isHealthy } from "./slots.ts";
import { type ArbiterState, type Generation, staff, type Step, withLeaving, type WorkerRecord } from "./state.ts";
import { PROCESSES_PER_SLOT } from "./times.ts";

/**
 * The slots where a generation owes a worker, ascending: the lowest free ones. A slot that must wait because of a crash loop is
 * among them, otherwise a crash loop would wander to the next free slot and never wait.
 */
export function vacantSlots(state: ArbiterState, generation: Generation): readonly number[] {
  const present = staff(state, generation.number);
  let missing = generation.target - present.length;
  const vacant: number[] = [];
  if (missing <= 0) return vacant;
  const taken = new Set(present.map((worker) => worker.slot));
  for (let slot = 0; slot < state.slotCapacity && missing > 0; slot += 1) {
    if (taken.has(slot)) continue;
    vacant.push(slot);
    missing -= 1;
  }
  return vacant;
}

/** Spawns what the current and then the pending generation owe and may have now. */
export function hire(state: ArbiterState): Step {
  const effects: ArbiterEffect[] = [];
  const workers = new Map(state.workers);
  let lastAge = state.lastAge;
  for (const generation of state.pending === null ? [state.current] : [state.current, state.pending]) {
    for (const slot of vacantSlots(state, generation)) {
      // A storm of HUP or TTIN and TTOU leaves many workers draining: the next ones wait until some are gone.
      if (workers.size >= state.slotCapacity * PROCESSES_PER_SLOT) break;
      if (!isDue(state, generation, slot)) continue;
      lastAge += 1;
      workers.set(lastAge, newWorker(state, generation, lastAge, slot));
      effects.push({ type: "spawn_worker", age: lastAge, generation: generation.number, slot, slots: [slot] });
    }
  }
  return effects.length === 0 ? [state, effects] : [{ ...state, workers, lastAge }, effects];
}

function isDue(state: ArbiterState, generation: Generation, slot: number): boolean {
  const retry = generation.retries.get(slot);
  if (retry === undefined) return true;
  // While no worker was ever ready a failed one is not tried again: when all have failed the arbiter halts.
  return state.phase !== "starting" && state.nowMs >= retry.notBeforeMs;
}

function newWorker(state: ArbiterState, generation: Generation, age: number, slot: number): WorkerRecord {
  return {
    age,
    generation: generation.number,
    slot,
    settings: generation.settings,
    pid: null,
    phase: "spawning",
    isLeaving: false,
    readyAtMs: null,
    beats: 0,
    beatAtMs: state.nowMs,
    toldAtMs: state.nowMs,
    signalsSent: [],
    isOverdue: false,
    slots: [slot],
    bootError: null,
  };
}

/**
 * Lets the oldest healthy workers of the current generation go while more than `target` are healthy. Counting those only means
 * that TTOU never takes the one worker that serves because another is about to.
 */
export function trim(state: ArbiterState): Step {
  const healthy = staff(state, state.current.number).filter((worker) => isHealthy(state, worker));
  const surplus = healthy.length - state.current.target;
  if (surplus <= 0) return [state, []];
  const ages = new Set(healthy.slice(0, surplus).map((worker) => worker.age));
  return [withLeaving(state, (worker) => ages.has(worker.age)), []];
}
