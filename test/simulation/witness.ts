/**
 * What must always be true of an arbiter. The witness sees what goes in and what comes out and keeps a record of its own; of the
 * arbiter's state it believes only which generations there are and the phase.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";
import type { ArbiterSettings } from "../../src/arbiter/settings.ts";
import { BOOT_MAX_MS, EXIT_MAX_MS, SPAWN_MAX_MS } from "./operating-system.ts";

/** Awake time and how often the system was suspended: the arbiter's clock may be up to half a second ahead for each time. */
export interface Clock {
  readonly awakeMs: number;
  readonly suspends: number;
  /** Of the time awake, how much the arbiter slept through. */
  readonly stalledMs: number;
}

interface Seen {
  readonly age: number;
  readonly generation: number;
  readonly slot: number;
  readonly settings: ArbiterSettings;
  pid: number | null;
  readyAt: Clock | null;
  slots: readonly number[];
  beats: number;
  /** When a beat was last seen; at first when it was spawned. */
  beatAt: Clock;
  readonly told: Map<string, Clock>;
}

interface Failures {
  readonly count: number;
  readonly at: Clock;
  /** False: by its clock the arbiter may think that one of them was none. */
  readonly isSure: boolean;
}

const TICK_MS = 500;
const HEALTHY_MS = 1_500;
const PROCESSES_PER_SLOT = 4;

const at = (clock: Clock): Clock => ({ awakeMs: clock.awakeMs, suspends: clock.suspends, stalledMs: clock.stalledMs });

export class Witness {
  readonly #slotCapacity: number;
  readonly #clock: Clock;
  readonly #workers = new Map<number, Seen>();
  readonly #open: Set<number>;
  readonly #settings = new Map<number, ArbiterSettings>();
  /** How many workers a generation should have. */
  readonly #targets = new Map<number, number>();
  /** By generation and slot. */
  readonly #failures = new Map<string, Failures>();
  #lastLoaded: ArbiterSettings;
  #lastAge = 0;
  #current = 1;
  #tickedAt: Clock;
  #isLoading = false;
  #wasReady = false;
  #firstBootCode: number | null = null;
  #stop: { readonly name: string; readonly at: Clock; readonly gracefulMs: number } | null = null;
  #quick: Clock | null = null;
  #sealed = false;
  #closed = false;
  halted = false;

  constructor(clock: Clock, settings: ArbiterSettings, slotCapacity: number, firstSlots: number) {
    this.#clock = clock;
    this.#slotCapacity = slotCapacity;
    this.#open = new Set(Array.from({ length: firstSlots }, (_, slot) => slot));
    this.#lastLoaded = settings;
    this.#settings.set(1, settings);
    this.#targets.set(1, this.#clamp(settings.workers));
    this.#tickedAt = at(clock);
  }

  get isStopping(): boolean {
    return this.#stop !== null;
  }

  /** To be called before the arbiter sees the event. */
  takeIn(event: ArbiterEvent): void {
    switch (event.type) {
      case "signal_received":
        return this.#takeInSignal(event.signal);
      case "worker_spawned": {
        const worker = this.#workers.get(event.age);
        if (worker?.pid === null) Object.assign(worker, { pid: event.pid, beatAt: at(this.#clock) });
        return;
      }
      case "worker_ready": {
        const worker = this.#workers.get(event.age);
        if (worker === undefined || worker.readyAt !== null) return;
        Object.assign(worker, { readyAt: at(this.#clock), beatAt: at(this.#clock) });
        this.#open.add(worker.slot);
        if (worker.told.size === 0) this.#wasReady = true;
        return;
      }
      case "spawn_failed":
        if (this.#workers.get(event.age)?.pid === null) this.#takeInEnd(event.age, null);
        return;
      case "worker_exited":
        return this.#takeInEnd(event.age, event.status.code);
      case "settings_loaded":
        this.#lastLoaded = event.settings;
        this.#isLoading = false;
        return;
      case "settings_refused":
        this.#isLoading = false;
        return;
      case "ticked":
        this.#tickedAt = at(this.#clock);
        for (const worker of this.#workers.values()) {
          const beats = event.beats.get(worker.age) ?? worker.beats;
          if (beats !== worker.beats) Object.assign(worker, { beats, beatAt: at(this.#clock) });
        }
        return;
      default:
        return;
    }
  }

  /** To be called with what the arbiter wants done about the event. */
  check(event: ArbiterEvent, effects: readonly ArbiterEffect[], state: ArbiterState): void {
    assert.ok(!this.halted || effects.length === 0, "an arbiter that halted acted again");
    if (this.halted) return;
    this.#checkTargets(state);
    this.#checkSwitch(state);
    const heldBefore = this.#held("surely");
    const told: Seen[] = [];
    for (const effect of effects) {
      assert.ok(!this.halted, "halt was not the last effect");
      this.#checkEffect(effect, event, state, told);
      if (effect.type === "assign_slots" || effect.type === "kill_worker") this.#checkHandover(heldBefore);
    }
    if (this.halted) return;
    if (!this.isStopping) { for (const worker of told) this.#checkDismissal(worker, state); }
    this.#checkStaff(state);
    this.#checkSlots(state);
    if (event.type === "ticked") this.#checkDeadlines();
  }

  /** To be called when there were no faults for long enough. */
  checkSettled(state: ArbiterState): string | null {
    const workers = [...this.#workers.values()];
    if (this.#isLoading) return "the configuration is being read";
    if (state.pending !== null) return "a reload is pending";
    if (workers.length !== state.current.target) {
      return `there are ${workers.length} workers for a target of ${state.current.target}`;
    }
    if (workers.some((worker) => worker.readyAt === null)) return "a worker is not ready";
    if (workers.some((worker) => worker.told.size > 0)) return "a worker is leaving";
    if (workers.some((worker) => worker.generation !== state.current.number)) return "a worker is of an old generation";
    const held = workers.flatMap((worker) => [...worker.slots]).sort((a, b) => a - b);
    if (held.join() !== [...this.#open].sort((a, b) => a - b).join()) return `slots held are ${held.join()}`;
    return null;
  }

  #takeInSignal(signal: string): void {
    if (!this.isStopping && (signal === "SIGTTIN" || signal === "SIGTTOU")) {
      for (const [generation, target] of this.#targets) {
        this.#targets.set(generation, this.#clamp(target + (signal === "SIGTTIN" ? 1 : -1)));
      }
    }
    if (!["SIGTERM", "SIGINT", "SIGQUIT"].includes(signal)) return;
    if (this.#stop === null) {
      const graceful = (this.#settings.get(this.#current) ?? this.#lastLoaded).gracefulTimeoutMs;
      this.#stop = { name: signal, at: at(this.#clock), gracefulMs: graceful };
    }
    if (signal !== "SIGTERM") this.#quick ??= at(this.#clock);
  }

  #takeInEnd(age: number, code: number | null): void {
    const worker = this.#workers.get(age);
    if (worker === undefined) return;
    this.#workers.delete(age);
    const asked = worker.told.has("SIGTERM") || worker.told.has("SIGQUIT");
    if (asked || this.isStopping) return;
    const key = `${worker.generation}/${worker.slot}`;
    if (!this.#wasReady) this.#firstBootCode ??= code === 4 ? 4 : 3;
    const lastedMs = worker.readyAt === null ? 0 : this.#sinceMs(worker.readyAt);
    if (lastedMs >= 5_000) {
      this.#failures.delete(key);
      return;
    }
    const before = this.#failures.get(key);
    const isSure = worker.readyAt === null || lastedMs + this.#slackMs(worker.readyAt) < 5_000;
    this.#failures.set(key, { count: (before?.count ?? 0) + 1, at: at(this.#clock), isSure: isSure && before?.isSure !== false });
  }

  #checkEffect(effect: ArbiterEffect, event: ArbiterEvent, state: ArbiterState, told: Seen[]): void {
    switch (effect.type) {
      case "spawn_worker":
        return this.#checkSpawn(effect, state);
      case "kill_worker": {
        const worker = this.#workers.get(effect.age);
        assert.ok(worker !== undefined, `worker ${effect.age} does not exist and was sent ${effect.signal}`);
        assert.equal(effect.pid, worker.pid, "a signal went to another process");
        this.#checkKill(worker, effect.signal, event);
        if (effect.signal === "SIGTERM") told.push(worker);
        worker.told.set(effect.signal, at(this.#clock));
        return;
      }
      case "assign_slots":
        return this.#checkAssign(effect.age, effect.slots);
      case "load_settings":
        assert.ok(!this.#isLoading, "the configuration is read twice at once");
        assert.ok(!this.isStopping, "the configuration is read in a stop");
        this.#isLoading = true;
        return;
      case "seal_listeners":
        assert.ok(this.#stop?.name === "SIGTERM" && !this.#sealed && !this.#closed, "listeners are sealed without need");
        this.#sealed = true;
        return;
      case "close_listeners":
        assert.ok(!this.#closed, "listeners are closed twice");
        assert.ok(this.isStopping || this.#workers.size === 0, "listeners are closed while somebody serves");
        this.#closed = true;
        return;
      case "log":
        assert.match(effect.text, /^[^\r\n]+$/, "a log text is not one line");
        return;
      case "reopen_logs":
        return;
      case "halt":
        assert.ok(this.#closed, "halted with open listeners");
        assert.deepEqual([...this.#workers.keys()], [], "halted before every worker was reaped");
        if (this.isStopping) assert.equal(effect.exitCode, 0);
        else {
          assert.ok(!this.#wasReady, "halted unasked after a worker was ready");
          assert.equal(effect.exitCode, this.#firstBootCode);
        }
        this.halted = true;
        return;
    }
  }

  #checkSpawn(effect: Extract<ArbiterEffect, { type: "spawn_worker" }>, state: ArbiterState): void {
    const { age, generation, slot } = effect;
    assert.ok(!this.isStopping, "a worker is spawned in a stop");
    assert.equal(age, this.#lastAge + 1, "ages do not count up");
    assert.ok(slot >= 0 && slot < this.#slotCapacity, `slot ${slot} has no sockets`);
    assert.deepEqual(effect.slots, [slot]);
    assert.ok(
      [state.current.number, state.pending?.number].includes(generation),
      `a worker of the dead generation ${generation} is spawned`,
    );
    const rival = this.#staff(generation).find((worker) => worker.slot === slot);
    assert.equal(rival, undefined, `slot ${slot} has two workers of generation ${generation}`);
    const failures = this.#failures.get(`${generation}/${slot}`);
    if (failures?.isSure) {
      assert.ok(this.#wasReady, "a worker that failed at start is tried again before any was ready");
      const waitedMs = this.#sinceMs(failures.at) + this.#slackMs(failures.at);
      assert.ok(
        waitedMs >= backoffOf(failures.count),
        `after ${failures.count} failures the next attempt came after ${waitedMs} ms`,
      );
    }
    if (!this.#settings.has(generation)) this.#settings.set(generation, this.#lastLoaded);
    const settings = this.#settings.get(generation) ?? this.#lastLoaded;
    this.#lastAge = age;
    this.#workers.set(age, {
      age,
      generation,
      slot,
      settings,
      pid: null,
      readyAt: null,
      slots: [slot],
      beats: 0,
      beatAt: at(this.#clock),
      told: new Map(),
    });
    assert.ok(this.#workers.size <= this.#slotCapacity * PROCESSES_PER_SLOT, `there are ${this.#workers.size} processes`);
  }

  #checkKill(worker: Seen, signal: string, event: ArbiterEvent): void {
    assert.ok(!worker.told.has(signal), `worker ${worker.age} is sent ${signal} twice`);
    if (worker.readyAt === null) {
      assert.ok(["SIGTERM", "SIGKILL", "SIGABRT"].includes(signal), `${signal} before the worker was ready`);
    }
    const { timeoutMs, gracefulTimeoutMs } = worker.settings;
    const silentMs = this.#sinceMs(worker.beatAt) + this.#slackMs(worker.beatAt);
    switch (signal) {
      case "SIGTERM":
        assert.ok(!worker.told.has("SIGABRT") && !worker.told.has("SIGQUIT"), "SIGTERM comes after something worse");
        return;
      case "SIGQUIT":
        assert.ok(this.#quick !== null, "SIGQUIT without a quick stop");
        return;
      case "SIGABRT":
        assert.ok(timeoutMs > 0 && silentMs > timeoutMs, `a worker that beat ${silentMs} ms ago is aborted for ${timeoutMs}`);
        return;
      case "SIGKILL": {
        const isDue = (since: Clock | null | undefined, durationMs: number): boolean =>
          since !== null && since !== undefined && this.#sinceMs(since) + this.#slackMs(since) >= durationMs;
        const drainingSince = worker.told.get("SIGQUIT") ?? worker.told.get("SIGTERM");
        assert.ok(
          isDue(worker.told.get("SIGABRT"), 1_000) || isDue(drainingSince, gracefulTimeoutMs + 1_000) ||
            isDue(this.#quick, 2_000) ||
            (this.isStopping && event.type === "worker_spawned") || (this.#quick !== null && worker.readyAt === null),
          `worker ${worker.age} is killed for no reason`,
        );
      }
    }
  }

  #checkAssign(age: number, slots: readonly number[]): void {
    const worker = this.#workers.get(age);
    assert.ok(worker?.readyAt && worker.told.size === 0, `worker ${age} does not serve and is given slots`);
    assert.notDeepEqual(slots, worker.slots, "slots are assigned without a difference");
    assert.deepEqual(slots, [...new Set(slots)].sort((a, b) => a - b), "slots are not in order");
    assert.ok(slots.includes(worker.slot), `worker ${age} is not given its own slot`);
    for (const slot of slots) assert.ok(this.#open.has(slot), `slot ${slot} is assigned and does not listen`);
    worker.slots = slots;
  }

  /** TTIN and TTOU change every generation, HUP keeps what they did unless the setting changed. */
  #checkTargets(state: ArbiterState): void {
    const { pending } = state;
    if (pending !== null && !this.#targets.has(pending.number)) {
      const hasChanged = this.#lastLoaded.workers !== this.#settings.get(this.#current)?.workers;
      const target = hasChanged ? this.#clamp(this.#lastLoaded.workers) : this.#targets.get(this.#current);
      this.#targets.set(pending.number, target ?? 0);
    }
    for (const generation of [state.current, pending]) {
      if (generation !== null && !this.isStopping) {
        assert.equal(
          generation.target,
          this.#targets.get(generation.number),
          `generation ${generation.number} has a wrong target`,
        );
      }
    }
  }

  #clamp(target: number): number {
    return Math.max(1, Math.min(target, this.#slotCapacity));
  }

  /** The old generation goes only when the whole new one is ready. */
  #checkSwitch(state: ArbiterState): void {
    const { number, target } = state.current;
    if (number === this.#current) return;
    assert.ok(number > this.#current, "an old generation came back");
    const staff = this.#staff(number);
    assert.ok(staff.length >= target, `generation ${number} took over with ${staff.length} of ${target} workers`);
    assert.ok(staff.every((worker) => worker.readyAt !== null), `generation ${number} took over before all of it was ready`);
    assert.deepEqual(state.current.settings, this.#settings.get(number), "a generation came with the settings of another");
    this.#current = number;
  }

  /** Outside a stop nobody is let go who is needed. */
  #checkDismissal(worker: Seen, state: ArbiterState): void {
    if (worker.generation < state.current.number) return;
    if (worker.generation > state.current.number) {
      assert.notEqual(worker.generation, state.pending?.number, "a worker of a pending generation is let go");
      return;
    }
    const ready = this.#staff(worker.generation).filter(({ readyAt }) => readyAt !== null);
    assert.ok(ready.length >= state.current.target, `a worker is let go and ${ready.length} of ${state.current.target} stay`);
    const elder = this.#healthy("surely").find(({ generation, age }) => generation === worker.generation && age < worker.age);
    assert.equal(elder, undefined, `worker ${worker.age} is let go and is not the oldest`);
    assert.ok(worker.readyAt !== null, `worker ${worker.age} is let go while it boots`);
  }

  /** A missing worker is being spawned or waits for a reason; nobody stays who is not wanted. */
  #checkStaff(state: ArbiterState): void {
    const { number, target } = state.current;
    if (this.isStopping) return;
    for (const worker of this.#workers.values()) {
      if (worker.pid === null || worker.told.has("SIGTERM")) continue;
      const isWanted = (other: Seen): boolean => other.generation === number || other.generation === state.pending?.number;
      // One that nobody wants any more may stay as long as nobody else serves.
      const isNeeded = worker.readyAt !== null && !this.#healthy("surely").some(isWanted);
      assert.ok(
        isWanted(worker) || isNeeded || worker.told.size > 0,
        `worker ${worker.age} of generation ${worker.generation} was forgotten`,
      );
    }
    if (!this.#wasReady || this.#workers.size >= this.#slotCapacity * PROCESSES_PER_SLOT) return;
    for (const generation of [state.current, state.pending]) {
      if (generation === null) continue;
      const present = this.#staff(generation.number).length;
      let waiting = 0;
      for (let slot = 0; slot < this.#slotCapacity; slot += 1) {
        const failures = this.#failures.get(`${generation.number}/${slot}`);
        if (failures !== undefined && this.#sinceMs(failures.at) < backoffOf(failures.count)) waiting += 1;
      }
      assert.ok(present + waiting >= generation.target, `${generation.target - present} workers are missing and ${waiting} wait`);
    }
    const pending = state.pending;
    if (pending === null) return;
    const isComplete = this.#staff(pending.number).length >= pending.target &&
      this.#staff(pending.number).every((worker) => worker.readyAt !== null && worker.told.size === 0);
    assert.ok(!isComplete, "a generation is ready and does not take over");
  }

  #checkSlots(state: ArbiterState): void {
    if (state.phase !== "starting" && state.phase !== "running" && state.phase !== "sealed") return;
    this.#checkHolders();
    const adopters = new Map<number, number>();
    const healthy = this.#healthy("surely");
    for (const worker of healthy) {
      for (const slot of worker.slots) {
        if (slot === worker.slot) continue;
        assert.equal(adopters.get(slot), undefined, `slot ${slot} is adopted twice`);
        adopters.set(slot, worker.age);
        const owner = healthy.find((other) => other.slot === slot);
        assert.equal(owner, undefined, `slot ${slot} is adopted and its own worker serves`);
      }
    }
  }

  /** While anybody serves, connections wait in no queue for nobody. */
  #checkHolders(): void {
    if (this.#healthy("surely").length === 0) return;
    const held = this.#held("perhaps");
    for (const slot of this.#open) assert.ok(held.has(slot), `slot ${slot} has no holder`);
  }

  /** The slots that somebody serves. */
  #held(how: "surely" | "perhaps"): ReadonlySet<number> {
    return new Set(this.#healthy(how).flatMap((worker) => worker.slots));
  }

  /** In the middle of an event a slot may still wait for its holder, but none is taken from its only one. */
  #checkHandover(heldBefore: ReadonlySet<number>): void {
    if (this.isStopping) return;
    const held = this.#held("perhaps");
    for (const slot of heldBefore) assert.ok(held.has(slot), `slot ${slot} has no holder between two effects`);
  }

  #checkDeadlines(): void {
    for (const worker of this.#workers.values()) {
      if (worker.pid === null || worker.told.has("SIGKILL")) continue;
      const { timeoutMs, gracefulTimeoutMs } = worker.settings;
      const aborted = worker.told.get("SIGABRT");
      if (aborted !== undefined) {
        assert.ok(this.#sinceMs(aborted) < 1_000, `worker ${worker.age} survives its abort`);
        continue;
      }
      assert.ok(
        timeoutMs === 0 || this.#sinceMs(worker.beatAt) <= timeoutMs,
        `worker ${worker.age} is silent and nothing happens`,
      );
      const draining = worker.told.get("SIGQUIT") ?? worker.told.get("SIGTERM");
      if (draining !== undefined) {
        assert.ok(this.#sinceMs(draining) < gracefulTimeoutMs + 1_000, `worker ${worker.age} drains for ever`);
      }
    }
    const stop = this.#stop;
    if (stop === null) return;
    // Both moves of a stop are made on a tick; a worker takes its time to spawn and to exit.
    const lateMs = 3 * TICK_MS + SPAWN_MAX_MS + EXIT_MAX_MS;
    const longest = Math.max(...[...this.#settings.values()].map((settings) => settings.gracefulTimeoutMs));
    const overMs = (since: Clock): number => this.#sinceMs(since) - (this.#clock.stalledMs - since.stalledMs) - lateMs;
    assert.ok(overMs(stop.at) <= stop.gracefulMs + longest + 1_000, "a graceful stop does not end");
    assert.ok(this.#quick === null || overMs(this.#quick) <= 2_000, "a quick stop does not end");
  }

  /** Those of a generation that were not let go. */
  #staff(generation: number): Seen[] {
    return [...this.#workers.values()].filter((worker) =>
      worker.generation === generation && !worker.told.has("SIGTERM") && !worker.told.has("SIGQUIT")
    );
  }

  /** Ready, told nothing, and beating when last looked at: by any clock, or by the witness's own. */
  #healthy(how: "surely" | "perhaps"): Seen[] {
    return [...this.#workers.values()].filter((worker) => {
      if (worker.readyAt === null || worker.told.size > 0) return false;
      const silentMs = this.#tickedAt.awakeMs - worker.beatAt.awakeMs;
      return silentMs + (how === "surely" ? this.#slackMs(worker.beatAt) : 0) <= HEALTHY_MS;
    });
  }

  #sinceMs(then: Clock): number {
    return this.#clock.awakeMs - then.awakeMs;
  }

  #slackMs(then: Clock): number {
    return (this.#clock.suspends - then.suspends) * TICK_MS;
  }
}

/** Written again here on purpose. */
function backoffOf(failures: number): number {
  return [0, 0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000][failures] ?? 30_000;
}

/** After so long without faults everything must be in order: a crash loop's longest wait, a timeout, a boot, a drain. */
export const SETTLED_AFTER_MS: number = 30_000 + 10_000 + 2 * (SPAWN_MAX_MS + BOOT_MAX_MS) + 21_000 + 5_000;
