/**
 * Sets of listeners that a reload gave up: the old one when the new generation serves, the new one when that came to nothing. What waits
 * in the queues of sockets that no generation has any more is answered: the workers that have them stay until they are empty.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { stopScope } from "./kin.ts";
import { type ArbiterState, slotCapacityOf, type Step, type WorkerRecord } from "./state.ts";
import { RELEASE_LIMIT_MS } from "./times.ts";

/** Gives up every set that neither the current nor the pending generation has. */
export function release(state: ArbiterState): Step {
  const inUse = [state.current.listeners.number, state.pending?.listeners.number];
  const unused = [...state.listenerSets].filter(([number, set]) => set.emptiedAtMs === null && !inUse.includes(number));
  if (unused.length === 0) return [state, []];
  const listenerSets = new Map(state.listenerSets);
  for (const [number, set] of unused) listenerSets.set(number, { ...set, emptiedAtMs: state.nowMs + RELEASE_LIMIT_MS });
  const scope = stopScope(state);
  const effects = unused.map(([number]): ArbiterEffect => ({ type: "release_listeners", number, scope }));
  return [{ ...state, listenerSets }, effects];
}

/** Whether a worker may have to empty queues of a set that is being given up, and therefore stays although it is to leave. */
export function isEmptying(state: ArbiterState, worker: WorkerRecord): boolean {
  return isReleasing(state, worker.listeners.number);
}

/** `listeners_released`, of a set that is being given up. Slots that nobody has sockets for any more are forgotten. */
export function listenersReleased(state: ArbiterState, number: number): ArbiterState {
  if (!isReleasing(state, number)) return state;
  const listenerSets = new Map(state.listenerSets);
  listenerSets.delete(number);
  const left = { ...state, listenerSets };
  const isBound = (slot: number): boolean => slot < slotCapacityOf(left);
  const openSlots = new Set([...state.openSlots].filter(isBound));
  return { ...left, openSlots, heldSlots: new Set([...state.heldSlots].filter(isBound)) };
}

/** On a tick: nobody is kept for ever because an answer does not come. */
export function releaseOverdue(state: ArbiterState): ArbiterState {
  const overdue = [...state.listenerSets].filter(([, { emptiedAtMs }]) => emptiedAtMs !== null && state.nowMs >= emptiedAtMs);
  return overdue.reduce((now, [number]) => listenersReleased(now, number), state);
}

function isReleasing(state: ArbiterState, number: number): boolean {
  return (state.listenerSets.get(number)?.emptiedAtMs ?? null) !== null;
}
