/**
 * Who accepts from which slot. Each slot has sockets of its own, and what waits in their queues is lost on nobody but a worker
 * that accepts from them: a slot whose own worker is gone, hung or not up yet is adopted by another one.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { isEmptying } from "./release.ts";
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
 * The workers that connections may be left to, oldest first: the healthy ones that are to stay, and of those that are to leave as many as
 * there are missing, which therefore may not leave yet. Without that, giving up a half-ready reload would stop workers that
 * serve while the old generation is short, or in a crash loop. The youngest stay: they are of the reload that was given up. Those that
 * still empty listeners stay in any case, and one with the listeners that are in use: no other can accept from those.
 */
export function servingWorkers(state: ArbiterState): readonly WorkerRecord[] {
  const healthy = [...state.workers.values()].filter((worker) => isHealthy(state, worker));
  const isPeer = (worker: WorkerRecord): boolean => worker.listeners.number === state.current.listeners.number;
  const staying = healthy.filter((worker) => !worker.isLeaving);
  const leaving = healthy.filter((worker) => worker.isLeaving);
  const missing = state.current.target - staying.length;
  const spared = missing > 0 ? leaving.slice(-missing) : [];
  const last = state.current.target > 0 && !staying.some(isPeer) ? leaving.findLast(isPeer) : undefined;
  const stays = (worker: WorkerRecord): boolean => spared.includes(worker) || worker === last || isEmptying(state, worker);
  return healthy.filter((worker) => !worker.isLeaving || stays(worker));
}

/**
 * What each serving worker should accept from, by age: its own slot, and every open slot without a serving worker of its own once.
 * Workers of different sets of listeners do that each among themselves, for what one set lacks the others cannot adopt. A hung worker is
 * in nobody's way and cannot hear, so it is not in the answer.
 */
export function desiredSlots(state: ArbiterState): ReadonlyMap<number, readonly number[]> {
  const serving = servingWorkers(state);
  const sets = new Set(serving.map((worker) => worker.listeners.number));
  const desired = [...sets].flatMap((number) => {
    const peers = serving.filter((worker) => worker.listeners.number === number);
    const open = isAdopting(state, sets, number) ? state.openSlots : new Set(peers.flatMap(({ slots }) => slots));
    return [...withOrphans(peers, open, (slot) => isAwaited(state, slot))];
  });
  return new Map(desired.map(([age, slots]) => [age, slots.sort((a, b) => a - b)]));
}

/** A reload with listeners of its own adopts nothing more before it is through: its first worker to be ready would take far more than its share. */
function isAdopting(state: ArbiterState, serving: ReadonlySet<number>, number: number): boolean {
  const current = state.current.listeners.number;
  return number !== state.pending?.listeners.number || number === current || !serving.has(current);
}

/**
 * The slots of workers with one set of listeners. An adopter keeps what it has; else the one with the fewest slots takes it, the oldest
 * of several.
 */
function withOrphans(
  peers: readonly WorkerRecord[],
  open: Iterable<number>,
  isAwaited: (slot: number) => boolean,
): ReadonlyMap<number, number[]> {
  const desired = new Map(peers.map((worker) => [worker.age, [worker.slot]]));
  const owned = new Set(peers.map((worker) => worker.slot));
  const slotCapacity = peers[0]?.listeners.slotCapacity ?? 0;
  const orphans = [...open].filter((slot) => slot < slotCapacity && !owned.has(slot) && !isAwaited(slot)).sort((a, b) => a - b);

  const unclaimed: number[] = [];
  for (const slot of orphans) {
    const keeper = peers.find((worker) => worker.slots.includes(slot));
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
  return desired;
}

/** Whether nobody has a slot and its first worker is on its way, right after the start: see `FIRST_BOOT_GRACE_MS`. */
function isAwaited(state: ArbiterState, slot: number): boolean {
  if (state.nowMs >= state.adoptAllAtMs || state.heldSlots.has(slot) || isStopping(state)) return false;
  const workers = [...state.workers.values()];
  // Also one that is about to leave: what it accepted from somebody must go on accepting from.
  const isHeld = workers.some((worker) => worker.phase === "ready" && worker.slots.includes(slot));
  if (isHeld || state.current.retries.has(slot)) return false;
  return workers.some((worker) =>
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
