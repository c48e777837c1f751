/**
 * The machine's clock counts the time that the computer was awake, so no deadline can pass while nobody could act: after a
 * suspend or a SIGSTOP of the whole group every heartbeat is old, and murdering all workers for it would be an outage.
 *
 * @module
 */
import type { ArbiterState } from "./state.ts";
import { SUSPEND_GAP_MS, TICK_INTERVAL_MS } from "./times.ts";

/**
 * The state at the time of an event. Ticks come every half second, so a gap over {@link SUSPEND_GAP_MS} between any two events
 * is a suspend and counts as one tick. (Looking at ticks alone would miss an exit that is delivered first after a suspend.)
 */
export function advance(state: ArbiterState, atMs: number): ArbiterState {
  if (state.seenAtMs === null) return { ...state, seenAtMs: atMs };
  const gapMs = Math.max(0, atMs - state.seenAtMs);
  const awakeMs = gapMs > SUSPEND_GAP_MS ? TICK_INTERVAL_MS : gapMs;
  return { ...state, seenAtMs: state.seenAtMs + gapMs, nowMs: state.nowMs + awakeMs };
}
