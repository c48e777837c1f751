/**
 * USR2: another arbiter is started from what is on disk now, with the listening sockets of this one. Both serve until one of them is
 * told to stop: TERM to the old one completes the upgrade, TERM to the new one undoes it. Whatever becomes of the new one, the old
 * one goes on.
 *
 * @module
 */
import type { ExitStatus } from "../runtime/port.ts";
import type { ArbiterEffect } from "./effects.ts";
import { preExec } from "./hook-calls.ts";
import { arbiterName, stopChild } from "./kin.ts";
import { log } from "./log-line.ts";
import { type ArbiterState, isStopping, isStopRequested, slotCapacityOf, staff, type Step } from "./state.ts";
import { bringBack } from "./winch.ts";

/** USR2, in gunicorn's words where it is refused. */
export function requestUpgrade(state: ArbiterState): Step {
  if (state.child !== null) return [state, [log("warning", "USR2 signal ignored. Child exists.")]];
  if (state.parentPid !== null) return [state, [log("warning", "USR2 signal ignored. Parent exists.")]];
  // Process 1 could not end with its own failed boot while another arbiter lives.
  const isEarly = state.phase !== "running" && (state.phase !== "starting" || state.isInit);
  if (isEarly) return [state, [log("warning", "USR2 signal ignored. No worker is ready yet.")]];
  return [{ ...state, child: { pid: null } }, [preExec(state), { type: "start_child" }]];
}

/** `child_started`. A stop that began meanwhile leaves the sockets to it, unless nothing outlives this process. */
export function childStarted(state: ArbiterState, pid: number): Step {
  if (state.child === null || state.child.pid !== null) return [state, []];
  const started: ArbiterState = { ...state, child: { pid } };
  const advice = state.isInit
    ? `WINCH to this one hands over to it, TERM to ${pid} undoes the upgrade; this one is process 1 and stays`
    : `TERM to this one completes the upgrade, TERM to ${pid} undoes it`;
  const line = log("info", `Upgrading: the new arbiter has pid ${pid}. When it serves, ${advice}`);
  const stop = state.phase === "leaving" ? stopChild(started, "SIGTERM") : [];
  return [started, [line, ...(state.phase === "quitting" ? stopChild(started, "SIGQUIT") : stop)]];
}

/** `child_failed`: it could not be started. */
export function childFailed(state: ArbiterState, reason: string): Step {
  if (state.child === null || state.child.pid !== null) return [state, []];
  const [next, effects] = goOnAlone({ ...state, child: null });
  return [next, [log("error", `Upgrade failed: ${reason}; this arbiter goes on`), ...effects]];
}

/** `child_exited`: it failed, or the upgrade was undone. Workers that WINCH took away come back: nobody else serves now. */
export function childExited(state: ArbiterState, status: ExitStatus): Step {
  const pid = state.child?.pid ?? null;
  if (pid === null) return [state, []];
  const [next, lines] = goOnAlone({ ...state, child: null });
  return [next, [log(status.code === 0 ? "info" : "error", obituary(state, pid, status)), ...lines]];
}

/** WINCH counted on the other arbiter to serve. */
function goOnAlone(state: ArbiterState): Step {
  return isStopRequested(state) ? [state, []] : bringBack(state);
}

function obituary(state: ArbiterState, pid: number, { code, signal }: ExitStatus): string {
  const goesOn = isStopRequested(state) ? "" : "; this one goes on";
  if (code === 0) return `The new arbiter (pid:${pid}) has ended${goesOn}`;
  const how = code === null ? `was sent ${signal ?? "a signal"}!` : `exited with code ${code}.`;
  return `The new arbiter (pid:${pid}) ${how} The upgrade has failed${goesOn}`;
}

/** `parent_exited`: this is the only arbiter now. */
export function parentExited(state: ArbiterState): Step {
  if (state.parentPid === null) return [state, []];
  const [next, lines] = goOnAlone({ ...state, parentPid: null });
  const promotion: readonly ArbiterEffect[] = isStopping(state) ? [] : [{ type: "promote" }];
  return [next, [log("info", `${arbiterName(next)} has been promoted.`), ...promotion, ...lines]];
}

/** Tells once that a new arbiter is as good as the old one: what an operator waits for before the old one may go. */
export function announceUpgrade(state: ArbiterState): Step {
  const { parentPid, current } = state;
  if (parentPid === null || state.isAnnounced || current.target === 0) return [state, []];
  const ready = staff(state, current.number).filter(({ phase }) => phase === "ready").length;
  if (ready < current.target) return [state, []];
  const line = `Upgrade ready: ${ready} of ${current.target} workers serve beside the old arbiter (pid:${parentPid})`;
  return [{ ...state, isAnnounced: true }, [log("info", line)]];
}

/** `slots_opened`: the other arbiter's workers have made them listen, and may stop to accept from them at any time. */
export function slotsOpened(state: ArbiterState, slots: readonly number[]): Step {
  const known = slots.filter((slot) => slot < slotCapacityOf(state));
  return [{ ...state, openSlots: new Set([...state.openSlots, ...known]) }, []];
}
