/**
 * Who accepts from which slot. Each slot has sockets of its own, and what waits in their queues is lost on nobody but a worker
 * that accepts from them: a slot whose own worker is gone, hung or not up yet is adopted by another one.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { type ArbiterState, isStopping, type Step, type WorkerRecord } from "./state.ts";
import { HEALTHY_BEAT_AGE_MS } from "./times.ts";

/**
 * Whether a worker serves and was not told to end. Beats are only read on ticks, so their age is seen from the last tick: an event
 * that comes late must not make everybody look hung.
 */
export function isHealthy(state: ArbiterState, worker: WorkerRecord): boolean {
  return worker.phase === "ready" && state.tickedAtMs - worker.beatAtMs <= HEALTHY_BEAT_AGE_MS;
}

/**
 * The workers that connections may be left to, oldest first: the healthy ones that are to stay; if there is none, those that are to
 * leave and therefore may not yet. Without that, giving up a half-ready reload would stop the only workers that serve when
 * the old generation is in a crash loop.
 */
export function servingWorkers(state: ArbiterState): readonly WorkerRecord[] {
  const healthy = [...state.workers.values()].filter((worker) => isHealthy(state, worker));
  const staying = healthy.filter((worker) => !worker.isLeaving);
  return staying.length > 0 ? staying : healthy;
}

/**
 * What each serving worker should accept from, by age: its own slot, and every open slot without a serving worker of its own once.
 * An adopter keeps what it has; else the one with the fewest slots takes it, the oldest of several. A hung worker is in nobody's
 * way and cannot hear, so it is not in the answer.
 */
export function desiredSlots(state: ArbiterState): ReadonlyMap<number, readonly number[]> {
  const serving = servingWorkers(state);
  const desired = new Map(serving.map((worker) => [worker.age, [worker.slot]]));
  const owned = new Set(serving.map((worker) => worker.slot));
  const orphans = [...state.openSlots].filter((slot) => !owned.has(slot) && !isAwaited(state, serving, slot)).sort((a, b) =>
    a - b
  );

  const unclaimed: number[] = [];
  for (const slot of orphans) {
    const keeper = serving.find((worker) => worker.slots.includes(slot));
    if (keeper === undefined) unclaimed.push(slot);
    else desired.get(keeper.age)?.push(slot);
  }
  for (const slot of unclaimed) {
    let least: number[] | undefined;
    for (const slots of desired.values()) {
      if (least === undefined || slots.length < least.length) least = slots;
    }
    least?.push(slot);
  }
  return new Map([...desired].map(([age, slots]) => [age, slots.sort((a, b) => a - b)]));
}

/** Whether nobody has a slot and its first worker is on its way, right after the start: see `FIRST_BOOT_GRACE_MS`. */
function isAwaited(state: ArbiterState, serving: readonly WorkerRecord[], slot: number): boolean {
  if (state.nowMs >= state.adoptAllAtMs || state.heldSlots.has(slot) || isStopping(state)) return false;
  if (state.current.retries.has(slot) || serving.some((worker) => worker.slots.includes(slot))) return false;
  return [...state.workers.values()].some((worker) =>
    worker.slot === slot && !worker.isLeaving && (worker.phase === "spawning" || worker.phase === "booting")
  );
}

/** Tells the workers whose slots change. Who gets one is told before who loses one, so that no slot is without a holder in between. */
export function shareSlots(state: ArbiterState): Step {
  const workers = new Map(state.workers);
  const gains: ArbiterEffect[] = [];
  const losses: ArbiterEffect[] = [];
  for (const [age, slots] of desiredSlots(state)) {
    const worker = workers.get(age);
    if (worker === undefined || worker.slots.join() === slots.join()) continue;
    workers.set(age, { ...worker, slots });
    const gained = slots.some((slot) => !worker.slots.includes(slot));
    (gained ? gains : losses).push({ type: "assign_slots", age, slots });
  }
  if (gains.length + losses.length === 0) return [state, []];
  return [{ ...state, workers }, [...gains, ...losses]];
}
