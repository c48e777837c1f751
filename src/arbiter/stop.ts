/**
 * The end: graceful (TERM) in two moves, so that connections that wait in an accept queue are answered and not reset; quick (INT,
 * QUIT) at once; and the halt when no worker is left.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { log } from "./log-line.ts";
import { type ArbiterState, sequence, type Step, withLeaving } from "./state.ts";
import { hurry, killAll } from "./telling.ts";
import { QUICK_STOP_MS } from "./times.ts";

/** TERM: refuses new connections and lets the workers empty the queues. Reloads and respawns end here. */
export function beginGracefulStop(state: ArbiterState): Step {
  const deadlineMs = state.nowMs + state.current.settings.gracefulTimeoutMs;
  return [{ ...state, phase: "sealed", pending: null, load: "none", deadlineMs }, [{ type: "seal_listeners" }]];
}

/** The second move: everybody is to leave. Their SIGTERM follows when the event is settled. */
export function listenersEmptied(state: ArbiterState): Step {
  if (state.phase !== "sealed") return [state, []];
  return [{ ...withLeaving(state, () => true), phase: "leaving", deadlineMs: null }, [{ type: "close_listeners" }]];
}

/** INT, QUIT: from any phase before. */
export function beginQuickStop(state: ArbiterState): Step {
  const closing: readonly ArbiterEffect[] = state.phase === "leaving" ? [] : [{ type: "close_listeners" }];
  const deadlineMs = state.nowMs + QUICK_STOP_MS;
  const quitting: ArbiterState = {
    ...withLeaving(state, () => true),
    phase: "quitting",
    pending: null,
    load: "none",
    deadlineMs,
  };
  return sequence(quitting, (now) => [now, closing], hurry);
}

/** On a tick: what must not wait any longer. */
export function enforceDeadline(state: ArbiterState): Step {
  if (state.deadlineMs === null || state.nowMs < state.deadlineMs) return [state, []];
  return state.phase === "sealed" ? listenersEmptied(state) : killAll({ ...state, deadlineMs: null });
}

/** Halts if no worker is left: after a stop, or because none could boot (exit codes 3 and 4 are gunicorn's). */
export function finish(state: ArbiterState): Step {
  if (state.workers.size > 0 || state.phase === "idle" || state.phase === "running" || state.phase === "halted") {
    return [state, []];
  }
  const halted: ArbiterState = { ...state, phase: "halted", deadlineMs: null };
  const areListenersOpen = state.phase === "starting" || state.phase === "sealed";
  const effects: ArbiterEffect[] = areListenersOpen ? [{ type: "close_listeners" }] : [];
  if (state.phase === "starting") {
    const exitCode = state.bootExitCode ?? 3;
    // Operators' scripts look for gunicorn's words.
    effects.push(log("error", "Shutting down: Master"));
    effects.push(log("error", exitCode === 4 ? "Reason: App failed to load." : "Reason: Worker failed to boot."));
    effects.push({ type: "halt", exitCode });
  } else {
    effects.push(log("info", "Shutting down: Master"));
    effects.push({ type: "halt", exitCode: 0 });
  }
  return [halted, effects];
}
