/**
 * WINCH: all workers leave and the arbiter stays, with its sockets. In gunicorn's choreography that is how an old arbiter hands over
 * to a new one and can still come back. A terminal sends it too, whenever its size changes, so it counts only where it can be meant.
 *
 * @module
 */
import { isShared } from "./kin.ts";
import { log } from "./log-line.ts";
import { withoutPending } from "./reload.ts";
import { type ArbiterState, type Step, withLeaving } from "./state.ts";

/** The signal. A reload that is under way is given up: what was asked for last counts. */
export function releaseWorkers(state: ArbiterState): Step {
  if (!state.isDaemon && !isShared(state)) return [state, [log("debug", "SIGWINCH ignored. Not daemonized")]];
  const heard = log("info", "Handling signal: winch");
  // Without this an arbiter whose workers have all failed to boot could not be told from one that wants none.
  if (state.phase !== "running") return [state, [heard, log("warning", "WINCH signal ignored. No worker is ready yet.")]];
  const calm = withoutPending(state);
  const targetBeforeWinch = state.current.target === 0 ? state.targetBeforeWinch : state.current.target;
  const resting: ArbiterState = {
    ...withLeaving(calm, () => true),
    load: calm.load === "none" ? "none" : "unwanted",
    current: { ...calm.current, target: 0 },
    targetBeforeWinch,
  };
  return [resting, [heard, log("info", "graceful stop of workers")]];
}

/** Ends the rest when the other arbiter is gone: WINCH counted on it to serve. */
export function bringBack(state: ArbiterState): Step {
  const { targetBeforeWinch: target } = state;
  if (target === null) return [state, []];
  const line = log("info", `Bringing the workers back that WINCH sent away: ${target}`);
  return [{ ...state, current: { ...state.current, target }, targetBeforeWinch: null }, [line]];
}
