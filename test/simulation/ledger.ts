/**
 * A record of what went into an arbiter and what it did, kept apart from the arbiter's own state.
 *
 * @module
 */
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterSettings, ListenerSetFacts } from "../../src/arbiter/settings.ts";
import { ListenerLedger } from "./listener-rules.ts";
import { takeInChange } from "./reloading-rules.ts";
import { KinLedger, type KinOptions } from "./upgrade-rules.ts";

/** Awake time and how often the system was suspended: the arbiter's clock may be up to half a second ahead for each time. */
export interface Clock {
  readonly awakeMs: number;
  readonly suspends: number;
  /** Of the time awake, how much the arbiter slept through. */
  readonly stalledMs: number;
}

/** A worker. */
export interface Seen {
  readonly age: number;
  readonly generation: number;
  readonly slot: number;
  readonly settings: ArbiterSettings;
  readonly listeners: ListenerSetFacts;
  pid: number | null;
  readyAt: Clock | null;
  slots: readonly number[];
  beats: number;
  /** When a beat was last seen; at first when it was spawned. */
  beatAt: Clock;
  readonly told: Map<string, Clock>;
  /** It asked to be replaced while it served. */
  isRetiring: boolean;
}

/** A slot's failures in a row. */
export interface Failures {
  readonly count: number;
  readonly at: Clock;
  /** False: by its clock the arbiter may think that one of them was none. */
  readonly isSure: boolean;
}

const TICK_MS = 500;
const HEALTHY_MS = 1_500;
const FIRST_BOOT_GRACE_MS = 3_000;

/** The time now, kept. */
export function at(clock: Clock): Clock {
  return { awakeMs: clock.awakeMs, suspends: clock.suspends, stalledMs: clock.stalledMs };
}

export class Ledger {
  readonly clock: Clock;
  readonly listeners: ListenerLedger;
  readonly kin: KinLedger;
  readonly workers = new Map<number, Seen>();
  readonly open: Set<number>;
  /** Slots that had a worker which was ready and to stay. */
  readonly everHeld = new Set<number>();
  startedAt: Clock | null = null;
  readonly settings = new Map<number, ArbiterSettings>();
  /** How many workers a generation should have. */
  readonly targets = new Map<number, number>();
  /** By generation and slot. */
  readonly failures = new Map<string, Failures>();
  lastLoaded: ArbiterSettings;
  lastAge = 0;
  current = 1;
  tickedAt: Clock;
  isLoading = false;
  /** HUP came while the configuration was being read. */
  isReadAgain = false;
  wasReady = false;
  firstBootCode: number | null = null;
  /** The start came to nothing, and files may change. */
  isWaiting = false;
  /** A graceful stop was asked for and is put off. */
  delay: { readonly at: Clock; readonly ms: number } | null = null;
  stop: { readonly name: string; readonly at: Clock; readonly gracefulMs: number } | null = null;
  quick: Clock | null = null;
  sealed = false;
  closed = false;
  halted = false;

  constructor(clock: Clock, settings: ArbiterSettings, slotCapacity: number, firstSlots: number, kin: KinOptions) {
    this.clock = clock;
    this.kin = new KinLedger(kin);
    this.listeners = new ListenerLedger({ number: 1, slotCapacity });
    this.open = new Set(Array.from({ length: firstSlots }, (_, slot) => slot));
    this.lastLoaded = settings;
    this.settings.set(1, settings);
    this.targets.set(1, this.clamp(settings.workers, 1));
    this.tickedAt = at(clock);
  }

  get isStopping(): boolean {
    return this.stop !== null;
  }

  /** To be called before the arbiter sees the event. */
  takeIn(event: ArbiterEvent): void {
    const { kin } = this;
    if (kin.takeIn(event) && !this.isStopping && this.delay === null && kin.beforeWinch !== null) {
      this.targets.set(this.current, kin.beforeWinch);
      kin.beforeWinch = null;
    }
    if (this.listeners.takeIn(event)) this.forgetSlots();
    switch (event.type) {
      case "slots_opened":
        for (const slot of event.slots) if (slot < this.listeners.slotCapacity) this.open.add(slot);
        return;
      case "started":
        this.startedAt ??= at(this.clock);
        return;
      case "signal_received":
        return this.takeInSignal(event.signal);
      case "worker_spawned": {
        const worker = this.workers.get(event.age);
        if (worker?.pid === null) Object.assign(worker, { pid: event.pid, beatAt: at(this.clock) });
        return;
      }
      case "worker_ready": {
        const worker = this.workers.get(event.age);
        if (worker === undefined || worker.readyAt !== null) return;
        Object.assign(worker, { readyAt: at(this.clock), beatAt: at(this.clock) });
        if (worker.slot < this.listeners.slotCapacity) this.open.add(worker.slot);
        if (worker.told.size === 0) {
          this.wasReady = true;
          this.everHeld.add(worker.slot);
        }
        return;
      }
      case "worker_retiring": {
        const worker = this.workers.get(event.age);
        if (worker !== undefined && worker.readyAt !== null && worker.told.size === 0) worker.isRetiring = true;
        return;
      }
      case "spawn_failed":
        if (this.workers.get(event.age)?.pid === null) this.takeInEnd(event.age, null);
        return;
      case "worker_exited":
        return this.takeInEnd(event.age, event.status.code);
      case "settings_loaded":
        kin.isLoadUnwanted = false;
        if (this.delay === null) {
          this.lastLoaded = event.settings;
          this.listeners.lastLoaded = event.listeners;
        }
        this.isLoading = false;
        return;
      case "settings_refused":
        kin.isLoadUnwanted = false;
        this.isLoading = false;
        return;
      case "files_changed":
        return takeInChange(this);
      case "ticked":
        this.tickedAt = at(this.clock);
        for (const worker of this.workers.values()) {
          const beats = event.beats.get(worker.age) ?? worker.beats;
          if (beats === worker.beats) continue;
          // A worker that boots is judged from its spawn.
          Object.assign(worker, { beats, beatAt: worker.readyAt === null ? worker.beatAt : at(this.clock) });
        }
        return;
      default:
        return;
    }
  }

  takeInSignal(signal: string): void {
    const { kin } = this;
    if (signal === "SIGHUP" && this.isLoading && this.delay === null) {
      this.isReadAgain = true;
      kin.isLoadUnwanted = false;
    }
    const isServing = !this.isStopping && this.delay === null;
    if (isServing && (signal === "SIGTTIN" || signal === "SIGTTOU")) {
      for (const [generation, target] of this.targets) {
        // After WINCH there are none, and only TTIN and HUP change that.
        if (target === 0 && signal === "SIGTTOU") continue;
        this.targets.set(generation, this.clamp(target + (signal === "SIGTTIN" ? 1 : -1), generation));
      }
      if (this.targets.get(this.current) !== 0) kin.beforeWinch = null;
    }
    if (isServing && signal === "SIGWINCH" && this.wasReady && (kin.isDaemon || kin.isShared)) {
      const target = this.targets.get(this.current) ?? 0;
      if (target > 0) kin.beforeWinch = target;
      this.targets.set(this.current, 0);
      for (const age of this.workers.keys()) kin.released.add(age);
      kin.isLoadUnwanted = this.isLoading;
      this.isReadAgain = false;
    }
    if (!["SIGTERM", "SIGINT", "SIGQUIT"].includes(signal)) return;
    const { shutdownDelayMs } = this.settings.get(this.current) ?? this.lastLoaded;
    if (signal === "SIGTERM" && this.stop === null && this.wasReady && shutdownDelayMs > 0 && kin.scope === "all") {
      this.delay ??= { at: at(this.clock), ms: shutdownDelayMs };
      this.isLoading = false;
      this.isReadAgain = false;
      return;
    }
    this.beginStop(signal);
    if (signal !== "SIGTERM") this.quick ??= at(this.clock);
  }

  /** Of the first stop. */
  beginStop(signal: string): void {
    const graceful = (this.settings.get(this.current) ?? this.lastLoaded).gracefulTimeoutMs;
    this.stop ??= { name: signal, at: at(this.clock), gracefulMs: graceful };
  }

  takeInEnd(age: number, code: number | null): void {
    const worker = this.workers.get(age);
    if (worker === undefined) return;
    this.workers.delete(age);
    const asked = worker.told.has("SIGTERM") || worker.told.has("SIGQUIT") || this.kin.released.has(age);
    if (asked || this.isStopping) return;
    const key = `${worker.generation}/${worker.slot}`;
    if (!this.wasReady) this.firstBootCode ??= code === 4 ? 4 : 3;
    const lastedMs = worker.readyAt === null ? 0 : this.sinceMs(worker.readyAt);
    if (lastedMs >= 5_000) {
      this.failures.delete(key);
      return;
    }
    const before = this.failures.get(key);
    const isSure = worker.readyAt === null || lastedMs + this.slackMs(worker.readyAt) < 5_000;
    this.failures.set(key, { count: (before?.count ?? 0) + 1, at: at(this.clock), isSure: isSure && before?.isSure !== false });
  }

  clamp(target: number, generation: number): number {
    return Math.max(1, Math.min(target, this.listeners.of(generation).slotCapacity));
  }

  /** Those that no generation has sockets for. */
  forgetSlots(): void {
    for (const slots of [this.open, this.everHeld]) {
      for (const slot of slots) if (slot >= this.listeners.slotCapacity) slots.delete(slot);
    }
  }

  /** Those of a generation that were not let go. */
  staff(generation: number): Seen[] {
    return [...this.workers.values()].filter((worker) =>
      worker.generation === generation && !worker.told.has("SIGTERM") && !worker.told.has("SIGQUIT") &&
      !this.kin.released.has(worker.age)
    );
  }

  /** Ready, told nothing, and beating when last looked at: by any clock, or by the witness's own. */
  healthy(how: "surely" | "perhaps"): Seen[] {
    return [...this.workers.values()].filter((worker) => {
      if (worker.readyAt === null || worker.told.size > 0) return false;
      const silentMs = this.tickedAt.awakeMs - worker.beatAt.awakeMs;
      return silentMs + (how === "surely" ? this.slackMs(worker.beatAt) : 0) <= HEALTHY_MS;
    });
  }

  /** The slots that somebody serves, by set of listeners: `1/0` is slot 0 of set 1. */
  held(how: "surely" | "perhaps"): ReadonlySet<string> {
    return new Set(this.healthy(how).flatMap(({ slots, listeners }) => slots.map((slot) => `${listeners.number}/${slot}`)));
  }

  /** Whether a slot's connections may still wait for the first worker of that slot, which boots. */
  mayAwait(slot: number): boolean {
    if (this.startedAt === null || this.isStopping || this.everHeld.has(slot)) return false;
    const boots = [...this.workers.values()].some((worker) => worker.slot === slot && worker.readyAt === null);
    return boots && this.sinceMs(this.startedAt) < FIRST_BOOT_GRACE_MS;
  }

  sinceMs(then: Clock): number {
    return this.clock.awakeMs - then.awakeMs;
  }

  slackMs(then: Clock): number {
    return (this.clock.suspends - then.suspends) * TICK_MS;
  }
}

/** Processes that there may be, a slot. */
export const PROCESSES_PER_SLOT = 4;

/** What the arbiter should wait after so many failures in a row, in milliseconds. Written again here on purpose. */
export function backoffOf(failures: number): number {
  return [0, 0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000][failures] ?? 30_000;
}
