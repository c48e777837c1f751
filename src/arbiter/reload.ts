/**
 * HUP: a new generation boots beside the current one, which is let go only when all of the new one is ready. gunicorn stops the
 * old workers at once and dies of a broken configuration (defects 2 and 3); here whatever fails leaves the old ones serving.
 *
 * @module
 */
import { arbiterName } from "./kin.ts";
import { log } from "./log-line.ts";
import { type ArbiterState, clampTarget, isStopRequested, sequence, staff, type Step, withLeaving } from "./state.ts";
import type { ArbiterSettings, ListenerSetFacts } from "./settings.ts";

/** Reads the configuration again. While it is being read, further requests are answered together by one more reading. */
export function requestReload(state: ArbiterState): Step {
  const lines = [log("info", "Handling signal: hup"), log("info", `Hang up: ${arbiterName(state)}`)];
  return sequence(state, (now) => [now, lines], readSettings);
}

/** What HUP does, without its lines. */
export function readSettings(state: ArbiterState): Step {
  if (state.load !== "none") return [{ ...state, load: "again" }, []];
  return [{ ...state, load: "running" }, [{ type: "load_settings" }]];
}

/**
 * `settings_loaded`: prepares the new generation, in place of one that is still pending. What was read before the last HUP is used
 * all the same: an endless row of HUPs must not put the reload off for ever.
 */
export function settingsLoaded(state: ArbiterState, settings: ArbiterSettings, listeners: ListenerSetFacts): Step {
  if (isStopRequested(state)) return [state, []];
  if (state.load === "unwanted") {
    // Nobody uses the set that was prepared, so it is released.
    return readAgainIfAsked({ ...state, listenerSets: withSet(state, listeners) });
  }
  return sequence(state, (now) => useSettings(now, settings, listeners), readAgainIfAsked);
}

function useSettings(state: ArbiterState, settings: ArbiterSettings, listeners: ListenerSetFacts): Step {
  // TTIN and TTOU survive a reload (defect 24) unless the operator wrote another number.
  const asBefore = state.targetBeforeWinch ?? state.current.target;
  const wanted = settings.workers === state.current.settings.workers ? asBefore : settings.workers;
  const target = clampTarget(wanted, listeners.slotCapacity);
  const listenerSets = withSet(state, listeners);
  if (state.phase === "idle") {
    return [{ ...state, listenerSets, current: { ...state.current, settings, listeners, target } }, []];
  }
  const number = state.lastGeneration + 1;
  const pending = { number, settings, listeners, target, retries: new Map() };
  if (state.phase === "waiting") {
    // Nobody serves who could go on, so that the new generation is another start.
    return [{ ...state, phase: "starting", listenerSets, lastGeneration: number, current: pending, targetBeforeWinch: null }, []];
  }
  return [{ ...withoutPending(state), listenerSets, lastGeneration: number, pending }, []];
}

function withSet(state: ArbiterState, { number, slotCapacity }: ListenerSetFacts): ArbiterState["listenerSets"] {
  return new Map(state.listenerSets).set(number, { slotCapacity, emptiedAtMs: null });
}

function readAgainIfAsked(state: ArbiterState): Step {
  if (state.load === "again") return [{ ...state, load: "running" }, [{ type: "load_settings" }]];
  return [{ ...state, load: "none" }, []];
}

/** `settings_refused`: everything goes on as it was. */
export function settingsRefused(state: ArbiterState, reason: string): Step {
  if (isStopRequested(state)) return [state, []];
  return sequence(state, (now) => [now, [log("error", `Reload failed: ${reason}; ${whatGoesOn(now)}`)]], readAgainIfAsked);
}

/** Gives a pending reload up: its workers leave, its number is not used again. */
export function abandonReload(state: ArbiterState, reason: string): Step {
  return [withoutPending(state), [log("error", `Reload failed: ${reason}; ${whatGoesOn(state)}`)]];
}

function whatGoesOn({ phase }: ArbiterState): string {
  if (phase === "waiting") return "waiting until it is mended (reload)";
  return phase === "starting" ? "the start goes on as it was" : "the old workers go on serving";
}

/** The state without its reload: the workers of that leave. */
export function withoutPending(state: ArbiterState): ArbiterState {
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
  return [{
    ...withLeaving(state, (worker) => worker.generation === old),
    current: pending,
    pending: null,
    targetBeforeWinch: null,
  }, [line]];
}
