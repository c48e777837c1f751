/**
 * Setting `reload`: a change of the files is a HUP of its own. And since who saves a file also saves broken ones, one worker tries new code
 * before the others, and a start that fails waits for the next change.
 *
 * @module
 */
import { log } from "./log-line.ts";
import { readSettings } from "./reload.ts";
import { type ArbiterState, type Generation, isStopRequested, sequence, staff, type Step } from "./state.ts";

/** `files_changed`. An arbiter that is to have no workers (WINCH) stays so: it goes on in another one. */
export function filesChanged(state: ArbiterState, text: string): Step {
  const { current } = state;
  if (isStopRequested(state) || state.phase === "idle" || current.target === 0 || !current.settings.followsFiles) {
    return [state, []];
  }
  return sequence(state, (now) => [now, [log("info", `Worker reloading: ${text} modified`)]], readSettings);
}

/**
 * Whether a generation must not have another worker yet. An application that does not load is then loaded once, and its error is in the log
 * once, whatever `workers` is.
 */
export function isTrying(state: ArbiterState, { number, settings, retries }: Generation, hired: number): boolean {
  const isNew = state.phase === "starting" || number === state.pending?.number;
  if (!settings.followsFiles || !isNew) return false;
  const present = staff(state, number);
  if (present.some(({ readyAtMs }) => readyAtMs !== null)) return false;
  return present.length + hired > 0 || retries.size > 0;
}

/**
 * Whether a start that came to nothing waits instead of ending. Not that of an upgrade, which leaves the old arbiter in charge, nor of a
 * daemon, whose command is still waiting for the outcome.
 */
export function isStartRepeated(state: ArbiterState): boolean {
  return state.current.settings.followsFiles && state.parentPid === null && !state.isDaemon;
}

/** The start has failed: sockets stay open, nobody accepts. */
export function waitForChange(state: ArbiterState): Step {
  const line = log("error", "The application could not be started: waiting until its files change (reload)");
  return [{ ...state, phase: "waiting", bootExitCode: null }, [line]];
}
