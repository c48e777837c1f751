/**
 * What an arbiter knows, as immutable data.
 *
 * @module
 */
import type { FatalSignalName, SignalName } from "../runtime/port.ts";
import type { Retry } from "./backoff.ts";
import type { ArbiterEffect } from "./effects.ts";
import type { ArbiterSettings } from "./settings.ts";

/** The state after an event, and what is to be done, in order. */
export type Step = readonly [ArbiterState, readonly ArbiterEffect[]];

/**
 * - `idle`: listeners are not bound yet.
 * - `starting`: no worker was ever ready. If none gets there the arbiter halts.
 * - `running`.
 * - `sealed`: graceful stop; workers empty the accept queues, new connections are refused.
 * - `leaving`: graceful stop; listeners are closed, workers were sent SIGTERM.
 * - `quitting`: quick stop; listeners are closed, workers were sent SIGQUIT.
 * - `halted`: the last effect was given.
 */
export type ArbiterPhase = "idle" | "starting" | "running" | "sealed" | "leaving" | "quitting" | "halted";

/** `draining`, `aborted`, `killed`: SIGTERM or SIGQUIT, SIGABRT, SIGKILL was sent. A worker that exited is not known any more. */
export type WorkerPhase = "spawning" | "booting" | "ready" | "draining" | "aborted" | "killed";

/** One worker process, or the promise of one while `spawning`. */
export interface WorkerRecord {
  readonly age: number;
  readonly generation: number;
  readonly slot: number;
  /** Those it was started with: a later reload does not change what it does itself at `graceful_timeout`. */
  readonly settings: ArbiterSettings;
  /** Null while spawning. */
  readonly pid: number | null;
  readonly phase: WorkerPhase;
  /** Nobody takes its place and its exit is no failure. It is sent SIGTERM as soon as it has a pid. */
  readonly isLeaving: boolean;
  /** Null: its signal handlers may not be in yet, so nothing but SIGTERM, SIGABRT and SIGKILL may be sent (trap 8). */
  readonly readyAtMs: number | null;
  /** The heartbeat counter as last seen, and when it last changed (before the first beat: when it was spawned). */
  readonly beats: number;
  readonly beatAtMs: number;
  /** When it was last told to end. */
  readonly toldAtMs: number;
  readonly signalsSent: readonly (SignalName | FatalSignalName)[];
  /** It was sent a signal because it missed `timeout` or `graceful_timeout`. */
  readonly isOverdue: boolean;
  /** The slots it accepts from once it is ready, ascending. */
  readonly slots: readonly number[];
  /** Why it cannot serve, as it said itself; one line. */
  readonly bootError: string | null;
}

/** Workers of one load of the application. */
export interface Generation {
  readonly number: number;
  readonly settings: ArbiterSettings;
  /** How many workers it should have; TTIN and TTOU change it. */
  readonly target: number;
  /** Crash loops, by slot. */
  readonly retries: ReadonlyMap<number, Retry>;
}

export interface ArbiterState {
  readonly phase: ArbiterPhase;
  /** The machine's clock: time awake, see `clock.ts`. */
  readonly nowMs: number;
  /** `atMs` of the last event; null before the first. */
  readonly seenAtMs: number | null;
  /** The machine's clock when heartbeats were last read. */
  readonly tickedAtMs: number;
  readonly slotCapacity: number;
  /** Slots whose sockets listen: connections may wait in them for ever after. */
  readonly openSlots: ReadonlySet<number>;
  /** Slots that had a worker which was ready. */
  readonly heldSlots: ReadonlySet<number>;
  /** When slots without such a worker are adopted as well. */
  readonly adoptAllAtMs: number;
  readonly current: Generation;
  /** A reload: its workers share the slots with the current generation until all of them are ready. */
  readonly pending: Generation | null;
  /** `again`: another HUP came while the configuration was being read. */
  readonly load: "none" | "running" | "again";
  /** By age, ascending. A worker that is not leaving belongs to the current or the pending generation. */
  readonly workers: ReadonlyMap<number, WorkerRecord>;
  readonly lastAge: number;
  readonly lastGeneration: number;
  /** Of the first worker that failed while starting. */
  readonly bootExitCode: 3 | 4 | null;
  /** `sealed`: when queues count as emptied; `quitting`: when SIGKILL is due. Null otherwise. */
  readonly deadlineMs: number | null;
}

/**
 * `slotCapacity`: slots whose sockets were bound at start; there are never more workers than that. `firstSlots`: how many of
 * them listen from the start.
 */
export function initialState(
  settings: ArbiterSettings,
  options: { readonly slotCapacity: number; readonly firstSlots: number },
): ArbiterState {
  const { slotCapacity } = options;
  return {
    phase: "idle",
    nowMs: 0,
    seenAtMs: null,
    tickedAtMs: 0,
    slotCapacity,
    openSlots: new Set(Array.from({ length: Math.min(options.firstSlots, slotCapacity) }, (_, slot) => slot)),
    heldSlots: new Set(),
    adoptAllAtMs: 0,
    current: { number: 1, settings, target: clampTarget(settings.workers, slotCapacity), retries: new Map() },
    pending: null,
    load: "none",
    workers: new Map(),
    lastAge: 0,
    lastGeneration: 1,
    bootExitCode: null,
    deadlineMs: null,
  };
}

/** A number of workers that the slots allow: from 1 to `slotCapacity`. */
export function clampTarget(workers: number, slotCapacity: number): number {
  return Math.max(1, Math.min(workers, slotCapacity));
}

/** Whether a stop was asked for: nothing is spawned any more. */
export function isStopping(state: ArbiterState): boolean {
  return state.phase === "sealed" || state.phase === "leaving" || state.phase === "quitting" || state.phase === "halted";
}

/** The state with one worker added or replaced. */
export function withWorker(state: ArbiterState, worker: WorkerRecord): ArbiterState {
  return { ...state, workers: new Map(state.workers).set(worker.age, worker) };
}

/** The state with all those workers leaving that `chosen` picks. */
export function withLeaving(state: ArbiterState, chosen: (worker: WorkerRecord) => boolean): ArbiterState {
  const workers = new Map(state.workers);
  for (const worker of state.workers.values()) {
    if (!worker.isLeaving && chosen(worker)) workers.set(worker.age, { ...worker, isLeaving: true });
  }
  return { ...state, workers };
}

/** The state without one worker. */
export function withoutWorker(state: ArbiterState, age: number): ArbiterState {
  const workers = new Map(state.workers);
  workers.delete(age);
  return { ...state, workers };
}

/** The workers of a generation that are there to stay, oldest first. */
export function staff(state: ArbiterState, generation: number): readonly WorkerRecord[] {
  return [...state.workers.values()].filter((worker) => worker.generation === generation && !worker.isLeaving);
}

/** Does one thing after the other and gathers what they want done. */
export function sequence(state: ArbiterState, ...parts: readonly ((state: ArbiterState) => Step)[]): Step {
  let now = state;
  const effects: ArbiterEffect[] = [];
  for (const part of parts) {
    const [next, more] = part(now);
    now = next;
    effects.push(...more);
  }
  return [now, effects];
}
