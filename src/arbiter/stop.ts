/**
 * The end: graceful (TERM) in two moves, so that connections that wait in an accept queue are answered and not reset; quick (INT,
 * QUIT) at once; and the halt when no worker is left.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import { isStartRepeated, waitForChange } from "./file-changes.ts";
import { arbiterName, endsTogether, stopChild, stopScope } from "./kin.ts";
import { log } from "./log-line.ts";
import { withoutPending } from "./reload.ts";
import { type ArbiterState, sequence, type Step, withLeaving } from "./state.ts";
import { hurry, killAll } from "./telling.ts";
import { CHILD_STOP_MARGIN_MS, QUICK_STOP_MS } from "./times.ts";

/**
 * TERM: at once, or `shutdown_delay` later. Load balancers learn late that a server goes (in Kubernetes, endpoints are taken away at
 * about the time of the TERM): until then it goes on accepting.
 */
export function requestGracefulStop(state: ArbiterState): Step {
  const { shutdownDelayMs } = state.current.settings;
  // Before a worker was ready nobody can have been sent here, and with another arbiter on the same sockets nobody is sent away.
  if (shutdownDelayMs === 0 || state.phase !== "running" || stopScope(state) === "own") return beginGracefulStop(state);
  const line = log("info", `Accepting for another ${shutdownDelayMs / 1000} s (shutdown_delay)`);
  const deadlineMs = state.nowMs + shutdownDelayMs;
  return [{ ...withoutPending(state), phase: "delaying", load: "none", deadlineMs }, [line]];
}

/** The first move: refuses new connections and lets the workers empty the queues. Reloads and respawns end here. */
function beginGracefulStop(state: ArbiterState): Step {
  const deadlineMs = state.nowMs + state.current.settings.gracefulTimeoutMs;
  return [{ ...state, phase: "sealed", pending: null, load: "none", deadlineMs }, [{
    type: "seal_listeners",
    scope: stopScope(state),
  }]];
}

/** The second move: everybody is to leave. Their SIGTERM follows when the event is settled. */
export function listenersEmptied(state: ArbiterState): Step {
  if (state.phase !== "sealed") return [state, []];
  const { gracefulTimeoutMs } = state.current.settings;
  const deadlineMs = endsTogether(state) ? state.nowMs + gracefulTimeoutMs + CHILD_STOP_MARGIN_MS : null;
  // The other arbiter's workers have emptied the queues as well; now it is its turn.
  const effects: readonly ArbiterEffect[] = [
    { type: "close_listeners", scope: stopScope(state) },
    ...stopChild(state, "SIGTERM"),
  ];
  return [{ ...withLeaving(state, () => true), phase: "leaving", deadlineMs }, effects];
}

/** INT, QUIT: from any phase before. */
export function beginQuickStop(state: ArbiterState): Step {
  const closing: readonly ArbiterEffect[] = state.phase === "leaving"
    ? []
    : [{ type: "close_listeners", scope: stopScope(state) }];
  const deadlineMs = state.nowMs + QUICK_STOP_MS;
  const quitting: ArbiterState = {
    ...withLeaving(state, () => true),
    phase: "quitting",
    pending: null,
    load: "none",
    deadlineMs,
  };
  return sequence(quitting, (now) => [now, [...closing, ...stopChild(now, "SIGQUIT")]], hurry);
}

/** On a tick: what must not wait any longer. */
export function enforceDeadline(state: ArbiterState): Step {
  if (state.deadlineMs === null || state.nowMs < state.deadlineMs) return [state, []];
  if (state.phase === "delaying") return beginGracefulStop(state);
  if (state.phase === "sealed") return listenersEmptied(state);
  return sequence({ ...state, deadlineMs: null }, (now) => [now, stopChild(now, "SIGKILL")], killAll);
}

/** Halts if no worker is left: after a stop, or because none could boot (exit codes 3 and 4 are gunicorn's). */
export function finish(state: ArbiterState): Step {
  if (
    state.workers.size > 0 || state.phase === "idle" || state.phase === "running" || state.phase === "delaying" ||
    state.phase === "halted"
  ) {
    return [state, []];
  }
  if (state.phase === "starting" && isStartRepeated(state)) return waitForChange(state);
  // One that is being started would be lost, and nothing outlives process 1.
  if (state.child !== null && (state.child.pid === null || state.isInit)) return [state, []];
  const halted: ArbiterState = { ...state, phase: "halted", deadlineMs: null };
  const areListenersOpen = state.phase === "starting" || state.phase === "sealed";
  const effects: ArbiterEffect[] = areListenersOpen ? [{ type: "close_listeners", scope: stopScope(state) }] : [];
  if (state.phase === "starting") {
    const exitCode = state.bootExitCode ?? 3;
    // Operators' scripts look for gunicorn's words.
    effects.push(log("error", `Shutting down: ${arbiterName(state)}`));
    effects.push(log("error", exitCode === 4 ? "Reason: App failed to load." : "Reason: Worker failed to boot."));
    effects.push({ type: "halt", exitCode });
  } else {
    effects.push(log("info", `Shutting down: ${arbiterName(state)}`));
    effects.push({ type: "halt", exitCode: 0 });
  }
  return [halted, effects];
}
