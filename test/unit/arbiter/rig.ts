/**
 * An arbiter's machine on a test bench: events go in, effects come out as short lines.
 *
 * @module
 */
import type { ArbiterEffect } from "../../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../../src/arbiter/events.ts";
import type { HookCall } from "../../../src/arbiter/hook-calls.ts";
import { type ArbiterState, initialState, step } from "../../../src/arbiter/machine.ts";
import type { ArbiterSettings, ListenerSetFacts } from "../../../src/arbiter/settings.ts";
import type { InitialOptions } from "../../../src/arbiter/state.ts";
import type { SignalName } from "../../../src/runtime/port.ts";

export type EventWithoutTime = ArbiterEvent extends infer E ? E extends ArbiterEvent ? Omit<E, "atMs"> : never : never;

export const SETTINGS: ArbiterSettings = {
  workers: 2,
  timeoutMs: 30_000,
  gracefulTimeoutMs: 10_000,
  bootTimeoutMs: 30_000,
  shutdownDelayMs: 0,
  reloadSurge: 0,
  followsFiles: false,
};

/** `pre_fork 3`, `child_exit 3`, `nworkers_changed 2 to 3`, `on_reload g2`. */
export function hookLine(call: HookCall): string {
  switch (call.hook) {
    case "pre_fork":
    case "child_exit":
      return `${call.hook} ${call.worker.age}`;
    case "nworkers_changed":
      return `${call.hook} ${call.previous} to ${call.count}`;
    default:
      return `${call.hook} g${call.generation}`;
  }
}

/** `spawn 3 g2 s0`, `SIGTERM 3`, `assign 3 0,1`, `info: text`, `halt 0`. */
export function line(effect: ArbiterEffect): string {
  switch (effect.type) {
    case "spawn_worker":
      return `spawn ${effect.age} g${effect.generation} s${effect.slot}`;
    case "kill_worker":
      return `${effect.signal} ${effect.age}`;
    case "assign_slots":
      return `assign ${effect.age} ${effect.slots.join()}`;
    case "log":
      return `${effect.level}: ${effect.text}`;
    case "halt":
      return `halt ${effect.exitCode}`;
    case "release_listeners":
      return `release ${effect.number}${effect.scope === "own" ? " own" : ""}`;
    case "seal_listeners":
    case "close_listeners":
      return effect.scope === "all" ? effect.type : `${effect.type} ${effect.scope}`;
    case "kill_child":
      return `${effect.type} ${effect.pid} ${effect.signal}`;
    default:
      return effect.type;
  }
}

export class Rig {
  state: ArbiterState;
  nowMs = 1_000;
  readonly #beats = new Map<number, number>();
  /** Ages that do not beat. */
  readonly hung = new Set<number>();
  /** Every call of a hook so far, and every spawn. */
  readonly hooks: string[] = [];

  constructor(settings: Partial<ArbiterSettings> = {}, options: Partial<InitialOptions> = {}) {
    const all = { ...SETTINGS, ...settings };
    this.state = initialState(all, { slotCapacity: 4, firstSlots: all.workers, ...options });
  }

  /** A rig whose first workers are all ready. */
  static running(settings: Partial<ArbiterSettings> = {}, options: Partial<InitialOptions> = {}): Rig {
    const rig = new Rig(settings, options);
    rig.post({ type: "started" });
    rig.boot(...rig.state.workers.keys());
    return rig;
  }

  post(event: EventWithoutTime): string[] {
    const [state, effects] = step(this.state, { ...event, atMs: this.nowMs } as ArbiterEvent);
    this.state = state;
    for (const effect of effects) {
      if (effect.type === "run_hook") this.hooks.push(hookLine(effect.call));
      else if (effect.type === "spawn_worker") this.hooks.push(`spawn ${effect.age}`);
    }
    return effects.filter(({ type }) => type !== "run_hook").map(line);
  }

  signal(signal: SignalName): string[] {
    return this.post({ type: "signal_received", signal });
  }

  spawned(age: number): string[] {
    return this.post({ type: "worker_spawned", age, pid: 1000 + age });
  }

  ready(age: number): string[] {
    return this.post({ type: "worker_ready", age });
  }

  retiring(age: number): string[] {
    return this.post({ type: "worker_retiring", age });
  }

  boot(...ages: readonly number[]): string[] {
    return ages.flatMap((age) => [...this.spawned(age), ...this.ready(age)]);
  }

  /** With a code or by a signal. */
  exit(age: number, how: number | string): string[] {
    const status = typeof how === "number" ? { code: how, signal: null } : { code: null, signal: how };
    return this.post({ type: "worker_exited", age, status });
  }

  /** `listeners`: those of the current generation, unless others were bound. */
  loaded(settings: Partial<ArbiterSettings> = {}, listeners: ListenerSetFacts = this.state.current.listeners): string[] {
    return this.post({ type: "settings_loaded", settings: { ...SETTINGS, ...settings }, listeners });
  }

  reload(settings: Partial<ArbiterSettings> = {}): string[] {
    const requested = this.signal("SIGHUP");
    return [...requested, ...this.loaded(settings)];
  }

  /** Ticks every half second for so long; everybody beats but the hung. */
  elapse(durationMs: number): string[] {
    const lines: string[] = [];
    for (let leftMs = durationMs; leftMs > 0; leftMs -= 500) {
      this.nowMs += Math.min(500, leftMs);
      lines.push(...this.tick());
    }
    return lines;
  }

  /** One tick, now. */
  tick(): string[] {
    for (const [age, worker] of this.state.workers) {
      if (worker.readyAtMs !== null && !this.hung.has(age)) this.#beats.set(age, (this.#beats.get(age) ?? 0) + 1);
    }
    return this.post({ type: "ticked", beats: new Map(this.#beats) });
  }
}

/** Without the log lines. */
export function acts(lines: readonly string[]): string[] {
  return lines.filter((text) => !/^(debug|info|warning|error|critical): /.test(text));
}

/** The log lines only. */
export function logs(lines: readonly string[]): string[] {
  return lines.filter((text) => !acts([text]).length);
}
