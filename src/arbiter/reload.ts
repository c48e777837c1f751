/**
 * HUP: a new generation boots beside the current one, which is let go only when all of the new one is ready. gunicorn stops the
 * old workers at once and dies of a broken configuration (defects 2 and 3); here whatever fails leaves the old ones serving.
 *
 * @module
 */
import { log } from "./log-line.ts";
import { type ArbiterState, clampTarget, isStopping, sequence, staff, type Step, withLeaving } from "./state.ts";
import type { ArbiterSettings } from "./settings.ts";

/** Reads the configuration again. While it is being read, further requests are answered together by one more reading. */
export function requestReload(state: ArbiterState): Step {
  const lines = [log("info", "Handling signal: hup"), log("info", "Hang up: Master")];
  if (state.load !== "none") return [{ ...state, load: "again" }, lines];
  return [{ ...state, load: "running" }, [...lines, { type: "load_settings" }]];
}

/**
 * `settings_loaded`: prepares the new generation, in place of one that is still pending. What was read before the last HUP is used
 * all the same: an endless row of HUPs must not put the reload off for ever.
 */
export function settingsLoaded(state: ArbiterState, settings: ArbiterSettings): Step {
  if (isStopping(state)) return [state, []];
  return sequence(state, (now) => useSettings(now, settings), readAgainIfAsked);
}

function useSettings(state: ArbiterState, settings: ArbiterSettings): Step {
  const { slotCapacity } = state;
  // TTIN and TTOU survive a reload (defect 24) unless the operator wrote another number.
  const wanted = settings.workers === state.current.settings.workers ? state.current.target : settings.workers;
  const target = clampTarget(wanted, slotCapacity);
  const warnings = wanted > slotCapacity ? [log("warning", capacityLine(wanted, slotCapacity))] : [];
  if (state.phase === "idle") return [{ ...state, current: { ...state.current, settings, target } }, warnings];
  const number = state.lastGeneration + 1;
  const pending = { number, settings, target, retries: new Map() };
  return [{ ...withoutPending(state), lastGeneration: number, pending }, warnings];
}

function readAgainIfAsked(state: ArbiterState): Step {
  if (state.load === "again") return [{ ...state, load: "running" }, [{ type: "load_settings" }]];
  return [{ ...state, load: "none" }, []];
}

function capacityLine(wanted: number, slotCapacity: number): string {
  return `Setting 'workers' is ${wanted} but sockets were bound for ${slotCapacity}: using ${slotCapacity}, restart for more`;
}

/** `settings_refused`: everything goes on as it was. */
export function settingsRefused(state: ArbiterState, reason: string): Step {
  if (isStopping(state)) return [state, []];
  const line = log("error", `Reload failed: ${reason}; the old workers go on serving`);
  return sequence(state, (now) => [now, [line]], readAgainIfAsked);
}

/** Gives a pending reload up: its workers leave, its number is not used again. */
export function abandonReload(state: ArbiterState, reason: string): Step {
  return [withoutPending(state), [log("error", `Reload failed: ${reason}; the old workers go on serving`)]];
}

function withoutPending(state: ArbiterState): ArbiterState {
  const { pending } = state;
  if (pending === null) return state;
  return { ...withLeaving(state, (worker) => worker.generation === pending.number), pending: null };
}

/** Makes the pending generation the current one if all of it is ready, and lets the old one go. */
export function switchGeneration(state: ArbiterState): Step {
  const { pending } = state;
  if (pending === null) return [state, []];
  const present = staff(state, pending.number);
  if (present.length < pending.target || present.some((worker) => worker.phase !== "ready")) return [state, []];
  const old = state.current.number;
  const line = log("info", `Reload complete: generation ${pending.number} has ${present.length} workers ready`);
  return [{ ...withLeaving(state, (worker) => worker.generation === old), current: pending, pending: null }, [line]];
}
