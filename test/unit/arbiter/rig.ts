/**
 * An arbiter's machine on a test bench: events go in, effects come out as short lines.
 *
 * @module
 */
import type { ArbiterEffect } from "../../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../../src/arbiter/events.ts";
import { type ArbiterState, initialState, step } from "../../../src/arbiter/machine.ts";
import type { ArbiterSettings } from "../../../src/arbiter/settings.ts";
import type { SignalName } from "../../../src/runtime/port.ts";

export type EventWithoutTime = ArbiterEvent extends infer E ? E extends ArbiterEvent ? Omit<E, "atMs"> : never : never;

export const SETTINGS: ArbiterSettings = { workers: 2, timeoutMs: 30_000, gracefulTimeoutMs: 10_000 };

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

  constructor(settings: Partial<ArbiterSettings> = {}, slots: { slotCapacity?: number; firstSlots?: number } = {}) {
    const all = { ...SETTINGS, ...settings };
    this.state = initialState(all, { slotCapacity: slots.slotCapacity ?? 4, firstSlots: slots.firstSlots ?? all.workers });
  }

  /** A rig whose first workers are all ready. */
  static running(settings: Partial<ArbiterSettings> = {}, slots: { slotCapacity?: number; firstSlots?: number } = {}): Rig {
    const rig = new Rig(settings, slots);
    rig.post({ type: "started" });
    rig.boot(...rig.state.workers.keys());
    return rig;
  }

  post(event: EventWithoutTime): string[] {
    const [state, effects] = step(this.state, { ...event, atMs: this.nowMs } as ArbiterEvent);
    this.state = state;
    return effects.map(line);
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

  boot(...ages: readonly number[]): string[] {
    return ages.flatMap((age) => [...this.spawned(age), ...this.ready(age)]);
  }

  /** With a code or by a signal. */
  exit(age: number, how: number | string): string[] {
    const status = typeof how === "number" ? { code: how, signal: null } : { code: null, signal: how };
    return this.post({ type: "worker_exited", age, status });
  }

  reload(settings: Partial<ArbiterSettings> = {}): string[] {
    const requested = this.signal("SIGHUP");
    return [...requested, ...this.post({ type: "settings_loaded", settings: { ...SETTINGS, ...settings } })];
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
