/**
 * What a service manager wants to know of an arbiter, drawn from its state.
 *
 * @module
 */
import { type ArbiterState, type Generation, isStopRequested, staff } from "./state.ts";

/**
 * `ready`: somebody serves. `reloading`: a HUP is under way. `stopping`: a stop was asked for. `waiting`: the old arbiter speaks for the
 * service, this one does not yet (USR2). `succeeded`: this one has ended and the new one speaks.
 */
export type ServicePhase = "starting" | "ready" | "reloading" | "stopping" | "waiting" | "succeeded";

export interface ServiceStatus {
  readonly phase: ServicePhase;
  /** One line for people. */
  readonly text: string;
  /** Of the arbiter that speaks for the service from now on, when it has `succeeded` this one. */
  readonly successorPid: number | null;
}

/** The status that belongs to a state. */
export function serviceStatus(state: ArbiterState): ServiceStatus {
  if (state.parentPid !== null) return status("waiting", "Waiting for the end of the old arbiter");
  if (isStopRequested(state)) return stoppingStatus(state);
  const text = readiness(state, state.current);
  if (state.phase === "waiting") return status("starting", "Starting failed, waiting until files change");
  if (state.phase !== "running") return status("starting", `Starting, ${text}`);
  const { pending } = state;
  if (pending !== null) return status("reloading", `Reloading, ${readiness(state, pending)}`);
  return state.load === "none" || state.load === "unwanted"
    ? status("ready", text)
    : status("reloading", "Reloading, reading the configuration");
}

/** A service that another arbiter goes on with does not stop; a service manager must hear of that one before this one is gone. */
function stoppingStatus(state: ArbiterState): ServiceStatus {
  const pid = state.child?.pid ?? null;
  const text = `Stopping, ${count(state.workers.size, "worker")} left`;
  if (pid === null || state.isInit) return status("stopping", text);
  if (state.phase === "halted") return { phase: "succeeded", text: `Upgraded to the arbiter with pid ${pid}`, successorPid: pid };
  return status("ready", `Upgrading to the arbiter with pid ${pid}, ${count(state.workers.size, "worker")} left`);
}

function status(phase: ServicePhase, text: string): ServiceStatus {
  return { phase, text, successorPid: null };
}

function readiness(state: ArbiterState, generation: Generation): string {
  if (generation.target === 0) return "No worker is wanted since WINCH";
  const ready = staff(state, generation.number).filter((worker) => worker.phase === "ready").length;
  return `${ready} of ${count(generation.target, "worker")} ready`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
