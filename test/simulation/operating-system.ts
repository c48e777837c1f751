/**
 * A simulated operating system and driver: it performs an arbiter's effects, sooner or later, well or badly, and tells what happened.
 *
 * @module
 */
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterSettings, ListenerSetFacts } from "../../src/arbiter/settings.ts";
import type { ExitStatus, FatalSignalName, SignalName } from "../../src/runtime/port.ts";
import { type Faults, NO_FAULTS } from "./faults.ts";
import type { Random } from "./random.ts";

type EventWithoutTime = ArbiterEvent extends infer E ? E extends ArbiterEvent ? Omit<E, "atMs"> : never : never;

const TICK_MS = 500;
/** The longest times that a system without faults takes; a faulty one takes longer where `Faults` says so. */
export const SPAWN_MAX_MS = 300;
export const BOOT_MAX_MS = 1_500;
export const EXIT_MAX_MS = 200;
/** Another arbiter that is to start, or told to stop. */
export const CHILD_START_MAX_MS = 300;
export const CHILD_STOP_MAX_MS = 3_000;
const SLOW_BOOT_MAX_MS = 20_000;
const LATE_EMPTIED_MAX_MS = 60_000;
const LATE_RELEASED_MAX_MS = 20_000;
const LOAD_MAX_MS = 3_000;

interface Process {
  readonly age: number;
  readonly pid: number;
  readonly isDeaf: boolean;
  readonly isStuck: boolean;
  readonly settings: ArbiterSettings;
  hasHandlers: boolean;
  beatsNow: boolean;
  hasSkippedBeat: boolean;
  isHung: boolean;
  isEnding: boolean;
  boot: (() => void) | null;
  beats: number;
}

interface Plan {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export function randomSettings(random: Random, slotCapacity: number): ArbiterSettings {
  return {
    // Now and then more than there are sockets for.
    workers: random.between(1, random.chance(0.1) ? slotCapacity + 3 : slotCapacity),
    timeoutMs: random.pick([0, 2_000, 3_000, 10_000]),
    gracefulTimeoutMs: random.pick([500, 2_000, 5_000, 20_000]),
    // Longer than the longest good boot.
    bootTimeoutMs: random.pick([0, 2_000, 3_000, 10_000]),
    shutdownDelayMs: random.pick([0, 0, 700, 4_000]),
    reloadSurge: random.pick([0, 0, 1, 2]),
    followsFiles: random.chance(0.3),
  };
}

export class OperatingSystem {
  readonly #random: Random;
  readonly #slotCapacity: number;
  readonly #deliver: (event: ArbiterEvent) => void;
  readonly #settingsOf = new Map<number, ArbiterSettings>();
  readonly #processes = new Map<number, Process>();
  #plans: Plan[] = [];
  #order = 0;
  #nextTickMs = TICK_MS;
  #faults: Faults;
  #lastLoaded: ArbiterSettings;
  /** Sets of listeners that are not given up. */
  readonly #listenerSets: ListenerSetFacts[];
  #lastSet = 1;
  #hasJustWoken = false;
  /** The new arbiter's pid. */
  #child: number | null = null;
  #hasParent = false;
  /** Sets of listeners that are being emptied, whether anybody waits for it or not. */
  answersDue = 0;
  nowMs = 0;
  suspendedMs = 0;
  suspends = 0;
  stalledMs = 0;

  constructor(
    random: Random,
    faults: Faults,
    settings: ArbiterSettings,
    slotCapacity: number,
    deliver: (event: ArbiterEvent) => void,
  ) {
    this.#random = random;
    this.#faults = faults;
    this.#lastLoaded = settings;
    this.#slotCapacity = slotCapacity;
    this.#listenerSets = [{ number: 1, slotCapacity }];
    this.#deliver = deliver;
  }

  /** Time that passed less the time suspended. */
  get awakeMs(): number {
    return this.nowMs - this.suspendedMs;
  }

  get liveProcesses(): number {
    return this.#processes.size;
  }

  /** Processes that a heartbeat or an exit will betray. */
  get brokenProcesses(): number {
    return [...this.#processes.values()].filter((process) => process.isHung || process.isEnding).length;
  }

  /** No more faults, save that queues may be slow to empty. What hangs goes on hanging where a timeout can find it. */
  calm(): void {
    this.#faults = { ...NO_FAULTS, emptiedLate: 0.3 };
    for (const process of this.#processes.values()) {
      if (process.settings.timeoutMs > 0 && process.settings.bootTimeoutMs > 0) continue;
      process.isHung = false;
      // Its silence may be about to be too long: the next beat is not missed as well.
      process.hasSkippedBeat = true;
      process.boot?.();
    }
  }

  post(event: EventWithoutTime): void {
    this.#deliver({ ...event, atMs: this.nowMs } as ArbiterEvent);
  }

  /** Runs what is due up to and with the next tick. */
  runToTick(): void {
    const tickMs = this.#nextTickMs;
    for (let plan = this.#earliest(tickMs); plan !== undefined; plan = this.#earliest(tickMs)) {
      this.nowMs = Math.max(this.nowMs, plan.atMs);
      plan.run();
    }
    this.nowMs = tickMs;
    this.#nextTickMs += TICK_MS;
    this.#misbehave();
    this.post({ type: "ticked", beats: this.#readBeats() });
  }

  perform(effect: ArbiterEffect): void {
    switch (effect.type) {
      case "spawn_worker":
        return this.#spawn(effect.age, effect.generation);
      case "kill_worker":
        return this.#kill(effect.age, effect.pid, effect.signal);
      case "load_settings":
        return this.#load();
      case "start_child":
        return this.#startChild();
      case "kill_child":
        return this.#later(effect.signal === "SIGKILL" ? EXIT_MAX_MS : CHILD_STOP_MAX_MS, () => this.#endChild(0));
      case "seal_listeners": {
        const mostMs = this.#random.chance(this.#faults.emptiedLate) ? LATE_EMPTIED_MAX_MS : 2_000;
        return this.#later(mostMs, () => this.post({ type: "listeners_emptied" }));
      }
      case "release_listeners": {
        const { number } = effect;
        this.#listenerSets.splice(this.#listenerSets.findIndex((set) => set.number === number), 1);
        const mostMs = this.#random.chance(this.#faults.emptiedLate) ? LATE_RELEASED_MAX_MS : 2_000;
        this.answersDue += 1;
        return this.#later(mostMs, () => {
          this.answersDue -= 1;
          this.post({ type: "listeners_released", number });
        });
      }
      default:
        return;
    }
  }

  /** This arbiter was started by another one. */
  adopt(): void {
    this.#hasParent = true;
  }

  #startChild(): void {
    const fails = this.#random.chance(this.#faults.childFails);
    this.#later(CHILD_START_MAX_MS, () => {
      if (fails) return this.post({ type: "child_failed", reason: "EAGAIN" });
      this.#child = this.#random.between(2, 9);
      this.post({ type: "child_started", pid: this.#child });
    });
  }

  #endChild(code: number): void {
    if (this.#child === null) return;
    this.#child = null;
    this.post({ type: "child_exited", status: { code, signal: null } });
  }

  /** What the other arbiter does by itself. */
  #misbehaveAsKin(): void {
    const { childExitsPerTick, parentExitsPerTick, slotOpensPerTick } = this.#faults;
    const random = this.#random;
    if (random.chance(childExitsPerTick)) this.#endChild(random.pick([0, 1, 3]));
    if (this.#hasParent && random.chance(parentExitsPerTick)) {
      this.#hasParent = false;
      this.post({ type: "parent_exited" });
    }
    const isShared = this.#hasParent || this.#child !== null;
    if (isShared && random.chance(slotOpensPerTick)) {
      this.post({ type: "slots_opened", slots: [random.between(0, this.#slotCapacity + 1)] });
    }
  }

  #earliest(untilMs: number): Plan | undefined {
    let best: Plan | undefined;
    for (const plan of this.#plans) {
      if (plan.atMs > untilMs) continue;
      if (best === undefined || plan.atMs < best.atMs || (plan.atMs === best.atMs && plan.order < best.order)) best = plan;
    }
    if (best !== undefined) this.#plans = this.#plans.filter((plan) => plan !== best);
    return best;
  }

  #later(mostMs: number, run: () => void): void {
    this.#order += 1;
    this.#plans.push({ atMs: this.nowMs + this.#random.between(0, mostMs), order: this.#order, run });
  }

  #spawn(age: number, generation: number): void {
    const fails = this.#random.chance(this.#faults.spawnFails);
    // A driver gives a generation that it has not seen before the settings that were read last.
    const settings = this.#settingsOf.get(generation) ?? this.#lastLoaded;
    this.#settingsOf.set(generation, settings);
    this.#later(this.#random.chance(0.7) ? 5 : SPAWN_MAX_MS, () => {
      if (fails) return this.post({ type: "spawn_failed", age, reason: "EAGAIN" });
      const process: Process = {
        age,
        // Pids come round again soon.
        pid: 100 + (age % 7),
        isDeaf: this.#random.chance(this.#faults.isDeaf),
        isStuck: this.#random.chance(this.#faults.isStuck),
        settings,
        hasHandlers: false,
        beatsNow: this.#random.chance(0.5),
        hasSkippedBeat: false,
        isHung: false,
        isEnding: false,
        boot: null,
        beats: 0,
      };
      this.#processes.set(age, process);
      this.#planBoot(process);
      this.post({ type: "worker_spawned", age, pid: process.pid });
    });
  }

  #planBoot(process: Process): void {
    process.boot = () => {
      process.boot = null;
      if (process.isEnding) return;
      if (this.#random.chance(this.#faults.bootFails)) {
        if (this.#random.chance(0.7)) this.post({ type: "worker_boot_failed", age: process.age, text: "Error: no\n    at x" });
        return this.#end(
          process,
          this.#random.pick([{ code: 3, signal: null }, { code: 4, signal: null }, { code: 1, signal: null }]),
        );
      }
      process.hasHandlers = true;
      process.beatsNow = true;
      this.#later(20, () => this.#processes.has(process.age) && this.post({ type: "worker_ready", age: process.age }));
    };
    if (this.#random.chance(this.#faults.bootHangs)) {
      process.beatsNow = false;
      return;
    }
    const mostMs = this.#random.chance(this.#faults.bootSlow) ? SLOW_BOOT_MAX_MS : BOOT_MAX_MS;
    this.#later(this.#random.chance(0.5) ? 200 : mostMs, () => process.boot?.());
  }

  #kill(age: number, pid: number, signal: SignalName | FatalSignalName): void {
    const process = this.#processes.get(age);
    if (process === undefined || process.pid !== pid || process.isEnding) return;
    if (signal === "SIGKILL" || !process.hasHandlers) return this.#end(process, { code: null, signal });
    if (signal === "SIGABRT") return process.isStuck ? undefined : this.#end(process, { code: null, signal });
    if (process.isHung || process.isDeaf) return;
    const mostMs = signal === "SIGTERM" && this.#random.chance(0.5) ? process.settings.gracefulTimeoutMs : EXIT_MAX_MS;
    this.#later(mostMs, () => this.#end(process, { code: this.#random.chance(0.05) ? 1 : 0, signal: null }));
  }

  #end(process: Process, status: ExitStatus): void {
    if (process.isEnding) return;
    process.isEnding = true;
    this.#later(this.#random.chance(0.5) ? 0 : EXIT_MAX_MS, () => {
      this.#processes.delete(process.age);
      this.post({ type: "worker_exited", age: process.age, status });
    });
  }

  #load(): void {
    const isRefused = this.#random.chance(this.#faults.settingsRefused);
    // Mostly the number of workers stays, as an operator's reload is for new code.
    const read = randomSettings(this.#random, this.#slotCapacity);
    const settings = this.#random.chance(0.6) ? { ...read, workers: this.#lastLoaded.workers } : read;
    this.#later(LOAD_MAX_MS, () => {
      if (isRefused) return this.post({ type: "settings_refused", reason: "no" });
      this.#lastLoaded = settings;
      this.post({ type: "settings_loaded", settings, listeners: this.#prepareListeners() });
    });
  }

  /** Mostly a set that there is already. */
  #prepareListeners(): ListenerSetFacts {
    if (this.#random.chance(0.7)) return this.#random.pick(this.#listenerSets);
    this.#lastSet += 1;
    const set = { number: this.#lastSet, slotCapacity: this.#slotCapacity + this.#random.pick([-1, 0, 0, 2]) };
    const prepared = { ...set, slotCapacity: Math.max(1, set.slotCapacity) };
    this.#listenerSets.push(prepared);
    return prepared;
  }

  #misbehave(): void {
    const faults = this.#faults;
    const random = this.#random;
    for (const process of this.#processes.values()) {
      if (random.chance(faults.exitsPerTick)) {
        const signal = random.pick([null, null, "SIGKILL", "SIGSEGV", "SIGTERM"]);
        this.#end(process, { code: signal === null ? random.pick([0, 1, 3, 4, 255]) : null, signal });
      }
      const mayRetire = process.hasHandlers && process.boot === null && !process.isHung && !process.isEnding;
      if (mayRetire && random.chance(faults.retiresPerTick)) this.post({ type: "worker_retiring", age: process.age });
      if (random.chance(process.isHung ? faults.recoversPerTick : faults.hangsPerTick)) process.isHung = !process.isHung;
    }
    this.#misbehaveAsKin();
    if (random.chance(faults.suspendPerTick)) this.#suspend(random.between(6_000, 7_200_000));
    else if (random.chance(faults.stallPerTick)) this.#stall(random.between(600, 4_400));
    if (random.chance(faults.strayEventPerTick)) this.#stray();
    if (random.chance(faults.filesChangePerTick)) this.post({ type: "files_changed", text: "app.js" });
    while (random.chance(faults.signalPerTick)) this.post({ type: "signal_received", signal: random.pick(faults.signals) });
  }

  /** Nothing runs, and all clocks but the processes' own go on. */
  #suspend(gapMs: number): void {
    this.nowMs += gapMs;
    this.#nextTickMs += gapMs;
    this.suspendedMs += gapMs;
    this.suspends += 1;
    this.#hasJustWoken = this.#random.chance(0.5);
    this.#plans = this.#plans.map((plan) => ({ ...plan, atMs: plan.atMs + gapMs }));
  }

  /** The arbiter gets no time, the workers do. */
  #stall(gapMs: number): void {
    this.nowMs += gapMs;
    this.#nextTickMs += gapMs;
    this.stalledMs += gapMs;
  }

  /** What a driver might say too late or of nobody. */
  #stray(): void {
    // Nobody's age, or one that all this was said of before.
    const ready = [...this.#processes.values()].find((process) => process.beats > 3 && process.hasHandlers);
    if (ready !== undefined && this.#random.chance(0.5)) {
      const { age } = ready;
      this.post(this.#random.pick<EventWithoutTime>([
        { type: "worker_spawned", age, pid: 1 },
        { type: "worker_ready", age },
        { type: "spawn_failed", age, reason: "late" },
      ]));
    }
    const age = this.#random.pick([0, 100_000]);
    this.post(this.#random.pick<EventWithoutTime>([
      { type: "started" },
      { type: "worker_spawned", age, pid: 1 },
      { type: "worker_ready", age },
      { type: "worker_retiring", age },
      { type: "spawn_failed", age, reason: "late" },
      { type: "worker_boot_failed", age, text: "late" },
      { type: "worker_exited", age, status: { code: 3, signal: null } },
      { type: "listeners_released", number: age },
      // Of a new arbiter that is known already, or of none.
      ...(this.#child === null ? [] : [{ type: "child_started", pid: 1 }, { type: "child_failed", reason: "late" }] as const),
    ]));
  }

  #readBeats(): ReadonlyMap<number, number> {
    const beats = new Map<number, number>();
    for (const process of this.#processes.values()) {
      // A worker's timer and the arbiter's are not in step: sometimes no beat is between two ticks, never twice in a row.
      const isLate = this.#hasJustWoken || (!process.hasSkippedBeat && this.#random.chance(0.05));
      if (process.beatsNow && !process.isHung && !process.isEnding && !isLate) process.beats += 1;
      process.hasSkippedBeat = isLate;
      beats.set(process.age, process.beats);
    }
    this.#hasJustWoken = false;
    return beats;
  }
}
