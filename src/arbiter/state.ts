/**
 * What an arbiter knows, as immutable data.
 *
 * @module
 */
import type { FatalSignalName, SignalName } from "../runtime/port.ts";
import type { Retry } from "./backoff.ts";
import type { ArbiterEffect } from "./effects.ts";
import type { ArbiterSettings, ListenerSetFacts } from "./settings.ts";

/** The state after an event, and what is to be done, in order. */
export type Step = readonly [ArbiterState, readonly ArbiterEffect[]];

/**
 * - `idle`: listeners are not bound yet.
 * - `starting`: no worker was ever ready. If none gets there the arbiter halts.
 * - `waiting`: that happened while files are watched (`reload`): there are no workers until a change or a HUP.
 * - `running`.
 * - `delaying`: a graceful stop was asked for, and load balancers get `shutdown_delay` to notice; everything goes on as in `running`.
 * - `sealed`: graceful stop; workers empty the accept queues, new connections are refused.
 * - `leaving`: graceful stop; listeners are closed, workers were sent SIGTERM.
 * - `quitting`: quick stop; listeners are closed, workers were sent SIGQUIT.
 * - `halted`: the last effect was given.
 */
export type ArbiterPhase =
  | "idle"
  | "starting"
  | "waiting"
  | "running"
  | "delaying"
  | "sealed"
  | "leaving"
  | "quitting"
  | "halted";

/** `draining`, `aborted`, `killed`: SIGTERM or SIGQUIT, SIGABRT, SIGKILL was sent. A worker that exited is not known any more. */
export type WorkerPhase = "spawning" | "booting" | "ready" | "draining" | "aborted" | "killed";

/** One worker process, or the promise of one while `spawning`. */
export interface WorkerRecord {
  readonly age: number;
  readonly generation: number;
  readonly slot: number;
  /** Those it was started with: a later reload does not change what it does itself at `graceful_timeout`. */
  readonly settings: ArbiterSettings;
  /** The set that it inherited. */
  readonly listeners: ListenerSetFacts;
  /** Null while spawning. */
  readonly pid: number | null;
  readonly phase: WorkerPhase;
  /** Nobody takes its place and its exit is no failure. It is sent SIGTERM as soon as it has a pid. */
  readonly isLeaving: boolean;
  /** It wants to be replaced (`max_requests` and its like) and goes on serving until it is. */
  readonly isRetiring: boolean;
  /** Its successor is on the way: it does not count any more, and is the first to be let go when there are workers enough. */
  readonly isRelieved: boolean;
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
  /** The request that it has been at for longest, as it said itself before it fell silent; one line. */
  readonly longestRequest: string | null;
  /** Why it cannot serve, as it said itself; one line. */
  readonly bootError: string | null;
}

/** Workers of one load of the application. */
export interface Generation {
  readonly number: number;
  readonly settings: ArbiterSettings;
  readonly listeners: ListenerSetFacts;
  /** How many workers it should have; TTIN and TTOU change it, and WINCH makes it 0. */
  readonly target: number;
  /** Crash loops, by slot. */
  readonly retries: ReadonlyMap<number, Retry>;
}

/** A set of listeners. */
export interface OpenSet {
  readonly slotCapacity: number;
  /** Null: a generation has it. Else it is being given up, and counts as emptied at this time by the machine's clock. */
  readonly emptiedAtMs: number | null;
}

export interface ArbiterState {
  readonly phase: ArbiterPhase;
  /** The machine's clock: time awake, see `clock.ts`. */
  readonly nowMs: number;
  /** `atMs` of the last event; null before the first. */
  readonly seenAtMs: number | null;
  /** The machine's clock when heartbeats were last read. */
  readonly tickedAtMs: number;
  /** Sets of listeners whose sockets are open, by number. */
  readonly listenerSets: ReadonlyMap<number, OpenSet>;
  /** Slots whose sockets listen: connections may wait in them as long as a generation has sockets for them. */
  readonly openSlots: ReadonlySet<number>;
  /** Slots that had a worker which was ready. */
  readonly heldSlots: ReadonlySet<number>;
  /** When slots without such a worker are adopted as well. */
  readonly adoptAllAtMs: number;
  readonly current: Generation;
  /** A reload: its workers share the slots with the current generation until all of them are ready. */
  readonly pending: Generation | null;
  /** `again`: another HUP came while the configuration was being read; `unwanted`: WINCH did. */
  readonly load: "none" | "running" | "again" | "unwanted";
  /** By age, ascending. A worker that is not leaving belongs to the current or the pending generation. */
  readonly workers: ReadonlyMap<number, WorkerRecord>;
  readonly lastAge: number;
  readonly lastGeneration: number;
  /** Of the first worker that failed while starting. */
  readonly bootExitCode: 3 | 4 | null;
  /** `delaying`: when the stop begins; `sealed`: when queues count as emptied; `quitting`: when SIGKILL is due. Null otherwise. */
  readonly deadlineMs: number | null;
  /** The arbiter that USR2 started; its pid is null until that is known. */
  readonly child: { readonly pid: number | null } | null;
  /** The arbiter that started this one, while it lives. */
  readonly parentPid: number | null;
  /** A new arbiter has told that all its workers serve. */
  readonly isAnnounced: boolean;
  /** What the target was when WINCH made it 0, so that the end of an upgrade can undo that. */
  readonly targetBeforeWinch: number | null;
  /** WINCH counts at any time. Setting `daemon`. */
  readonly isDaemon: boolean;
  /** Process 1 of a container, which nothing outlives. */
  readonly isInit: boolean;
}

/** What an arbiter is given at its start. */
export interface InitialOptions {
  /** Slots whose sockets were bound, as set number 1; the first generation never has more workers than that. */
  readonly slotCapacity: number;
  /** How many of them listen from the start. */
  readonly firstSlots: number;
  readonly parentPid?: number | null;
  readonly isDaemon?: boolean;
  readonly isInit?: boolean;
}

/** An arbiter before anything happened. */
export function initialState(settings: ArbiterSettings, options: InitialOptions): ArbiterState {
  const { slotCapacity } = options;
  const listeners = { number: 1, slotCapacity };
  return {
    phase: "idle",
    nowMs: 0,
    seenAtMs: null,
    tickedAtMs: 0,
    listenerSets: new Map([[listeners.number, { slotCapacity, emptiedAtMs: null }]]),
    openSlots: new Set(Array.from({ length: Math.min(options.firstSlots, slotCapacity) }, (_, slot) => slot)),
    heldSlots: new Set(),
    adoptAllAtMs: 0,
    current: { number: 1, settings, listeners, target: clampTarget(settings.workers, slotCapacity), retries: new Map() },
    pending: null,
    load: "none",
    workers: new Map(),
    lastAge: 0,
    lastGeneration: 1,
    bootExitCode: null,
    deadlineMs: null,
    child: null,
    parentPid: options.parentPid ?? null,
    isAnnounced: false,
    targetBeforeWinch: null,
    isDaemon: options.isDaemon ?? false,
    isInit: options.isInit ?? false,
  };
}

/** The most slots that there are sockets for. */
export function slotCapacityOf(state: ArbiterState): number {
  return Math.max(...[...state.listenerSets.values()].map(({ slotCapacity }) => slotCapacity));
}

/** A number of workers that the slots allow: from 1 to `slotCapacity`. */
export function clampTarget(workers: number, slotCapacity: number): number {
  return Math.max(1, Math.min(workers, slotCapacity));
}

/** Whether a stop was asked for, even if its delay is not over: signals mean something else now, and no reload begins. */
export function isStopRequested(state: ArbiterState): boolean {
  return state.phase === "delaying" || isStopping(state);
}

/** Whether the stop has begun: nothing is spawned any more. */
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
