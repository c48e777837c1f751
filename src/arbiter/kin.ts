/**
 * The arbiter beside this one during an upgrade (USR2): the new one that it started, or the old one that started it.
 *
 * @module
 */
import type { ArbiterEffect } from "./effects.ts";
import type { ArbiterState } from "./state.ts";

/** Whether another arbiter has the same listening sockets. */
export function isShared(state: ArbiterState): boolean {
  return state.child !== null || state.parentPid !== null;
}

/**
 * What a stop may end of the listeners. A socket filter and a socket's file belong to the socket, not to the process: those of shared
 * sockets must stay, save when process 1 of a container stops, with which everything ends.
 */
export function stopScope(state: ArbiterState): "all" | "own" {
  return isShared(state) && !endsTogether(state) ? "own" : "all";
}

/** Whether the new arbiter cannot outlive this one: nothing outlives process 1 of a container. */
export function endsTogether(state: ArbiterState): boolean {
  return state.isInit && state.child !== null;
}

/** Process 1 passes its stop on to the new arbiter. */
export function stopChild(state: ArbiterState, signal: "SIGTERM" | "SIGQUIT" | "SIGKILL"): readonly ArbiterEffect[] {
  const pid = state.child?.pid ?? null;
  return state.isInit && pid !== null ? [{ type: "kill_child", pid, signal }] : [];
}

/** Gunicorn's name of an arbiter in its log. */
export function arbiterName(state: ArbiterState): string {
  return state.parentPid === null ? "Master" : "Master.2";
}
