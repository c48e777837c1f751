/**
 * How many workers there are: spawns those that are missing, lets go those that are too many.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { isTrying } from "./file-changes.ts";
import { preFork } from "./hook-calls.ts";
import { isHealthy } from "./slots.ts";
import { type ArbiterState, type Generation, slotCapacityOf, staff, type Step, withLeaving, type WorkerRecord } from "./state.ts";
import { PROCESSES_PER_SLOT } from "./times.ts";

/**
 * The slots where a generation owes a worker, ascending: the lowest free ones. A slot that must wait because of a crash loop is
 * among them, otherwise a crash loop would wander to the next free slot and never wait.
 */
export function vacantSlots(state: ArbiterState, generation: Generation): readonly number[] {
  const present = staff(state, generation.number).filter((worker) => !worker.isRelieved);
  let missing = wantedCount(state, generation) - present.length;
  const vacant: number[] = [];
  if (missing <= 0) return vacant;
  const taken = new Set(present.map((worker) => worker.slot));
  for (let slot = 0; slot < generation.listeners.slotCapacity && missing > 0; slot += 1) {
    if (taken.has(slot)) continue;
    vacant.push(slot);
    missing -= 1;
  }
  return vacant;
}

/**
 * How many workers a generation should have now: its target, save that the current one hands over worker by worker during a reload with
 * `reload_surge`, as fast as those of the pending one get ready.
 */
function wantedCount(state: ArbiterState, generation: Generation): number {
  const { pending } = state;
  if (pending === null || pending.settings.reloadSurge === 0 || generation !== state.current) return generation.target;
  const ready = staff(state, pending.number).filter((worker) => isHealthy(state, worker));
  // What only its own listeners have would be without anybody if the other generation has more workers.
  const leastCount = generation.listeners.number === pending.listeners.number ? 0 : Math.min(1, generation.target);
  return Math.max(leastCount, generation.target - ready.length);
}

/** Whether a reload may start one more process beside those there are, the draining ones too: they need their memory to the end. */
function hasRoomFor(state: ArbiterState, generation: Generation, processes: number): boolean {
  const { reloadSurge } = generation.settings;
  if (reloadSurge === 0 || generation !== state.pending) return true;
  return processes < Math.max(state.current.target, generation.target) + reloadSurge;
}

/** Spawns what the current and then the pending generation owe and may have now. */
export function hire(state: ArbiterState): Step {
  const effects: ArbiterEffect[] = [];
  const workers = new Map(state.workers);
  let lastAge = state.lastAge;
  for (const generation of state.pending === null ? [state.current] : [state.current, state.pending]) {
    const lastAgeBefore = lastAge;
    for (const slot of vacantSlots(state, generation)) {
      if (isTrying(state, generation, lastAge - lastAgeBefore)) break;
      // A storm of HUP or TTIN and TTOU leaves many workers draining: the next ones wait until some are gone.
      if (workers.size >= slotCapacityOf(state) * PROCESSES_PER_SLOT) break;
      if (!isDue(state, generation, slot) || !hasRoomFor(state, generation, workers.size)) continue;
      lastAge += 1;
      const worker = newWorker(state, generation, lastAge, slot);
      workers.set(lastAge, worker);
      effects.push(preFork(worker), { type: "spawn_worker", age: lastAge, generation: generation.number, slot, slots: [slot] });
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
    listeners: generation.listeners,
    pid: null,
    phase: "spawning",
    isLeaving: false,
    isRetiring: false,
    isRelieved: false,
    readyAtMs: null,
    beats: 0,
    beatAtMs: state.nowMs,
    toldAtMs: state.nowMs,
    signalsSent: [],
    isOverdue: false,
    slots: [slot],
    bootError: null,
    longestRequest: null,
  };
}

/**
 * Lets healthy workers of the current generation go while more are healthy than there should be: those that were relieved first, then the
 * oldest. Counting those only means
 * that TTOU never takes the one worker that serves because another is about to.
 */
export function trim(state: ArbiterState): Step {
  const healthy = staff(state, state.current.number).filter((worker) => isHealthy(state, worker));
  const surplus = healthy.length - wantedCount(state, state.current);
  if (surplus <= 0) return [state, []];
  const inOrder = [...healthy.filter((worker) => worker.isRelieved), ...healthy.filter((worker) => !worker.isRelieved)];
  const ages = new Set(inOrder.slice(0, surplus).map((worker) => worker.age));
  return [withLeaving(state, (worker) => ages.has(worker.age)), []];
}
