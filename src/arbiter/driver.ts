/**
 * The impure half of the arbiter: a mailbox, and one function per effect. Signal listeners, exit callbacks and channel lines do
 * nothing but post an event.
 *
 * @module
 */
import { type ArbiterMessage, ChannelProtocolError, decodeWorkerMessage, encodeMessage } from "../channel/messages.ts";
import type { WorkerSettings } from "../config/worker-settings.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { HeartbeatFile, RuntimeAdapter, SignalName, Undo, WorkerProcess } from "../runtime/port.ts";
import type { ArbiterEffect } from "./effects.ts";
import type { ArbiterEvent } from "./events.ts";
import type { Listeners } from "./listeners.ts";
import { initialState, step } from "./machine.ts";
import type { ArbiterSettings } from "./settings.ts";
import type { ArbiterState } from "./state.ts";
import { TICK_INTERVAL_MS } from "./times.ts";

const SIGNALS: readonly SignalName[] = [
  "SIGTERM",
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
];

/** What HUP reads again. */
export interface ReloadedSettings {
  readonly arbiter: ArbiterSettings;
  readonly worker: WorkerSettings;
  /** Makes the arbiter itself follow the new settings, once their generation serves. */
  apply(): void;
}

export interface DriverParts {
  readonly adapter: RuntimeAdapter;
  readonly log: Logger;
  readonly arbiter: ArbiterSettings;
  readonly worker: WorkerSettings;
  readonly slotCapacity: number;
  readonly firstSlots: number;
  /** Folder of the heartbeat files; null is the adapter's choice. Setting `worker_tmp_dir`. */
  readonly heartbeatDirectory: string | null;
  /** What `ps` shows for a worker, where the runtime can. */
  readonly workerTitle: string;
  /** Rejects with an error whose message says what is wrong with the new settings. */
  reload(): Promise<ReloadedSettings>;
  reopenLogs(): void;
}

interface LiveWorker {
  readonly process: WorkerProcess;
  readonly heartbeat: HeartbeatFile;
}

type EventWithoutTime = ArbiterEvent extends infer E ? E extends ArbiterEvent ? Omit<E, "atMs"> : never : never;

export class Driver {
  readonly #parts: DriverParts;
  readonly #mailbox: ArbiterEvent[] = [];
  readonly #live = new Map<number, LiveWorker>();
  readonly #undo: Undo[] = [];
  #listeners: Listeners | null = null;
  #state: ArbiterState;
  /** Before `run`, events only wait. */
  #running = false;
  #stepping = false;
  /** By generation, from the one that serves on. */
  readonly #settings = new Map<number, ReloadedSettings>();
  /** Read, and used by the next generation. */
  #reloaded: ReloadedSettings | null = null;
  #finish: (exitCode: number) => void = () => {};

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.#state = initialState(parts.arbiter, { slotCapacity: parts.slotCapacity, firstSlots: parts.firstSlots });
    for (const signal of SIGNALS) {
      this.#undo.push(parts.adapter.process.onSignal(signal, () => this.#post({ type: "signal_received", signal })));
    }
  }

  /** Resolves with the exit status when no worker is left. Signals that came since the driver was made are handled first. */
  run(listeners: Listeners): Promise<number> {
    const { clock } = this.#parts.adapter;
    this.#listeners = listeners;
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#undo.push(clock.every(TICK_INTERVAL_MS, () => this.#post({ type: "ticked", beats: this.#beats() })));
      this.#running = true;
      this.#mailbox.unshift({ type: "started", atMs: clock.monotonicMs() });
      this.#work();
    });
  }

  /** After a defect of ours: tells every worker to drain by itself. They also see the channel close. */
  abandonWorkers(): void {
    for (const { process } of this.#live.values()) {
      try {
        this.#parts.adapter.process.kill(process.pid, "SIGTERM");
      } catch {
        // It is gone already.
      }
    }
  }

  #post(event: EventWithoutTime): void {
    this.#mailbox.push({ ...event, atMs: this.#parts.adapter.clock.monotonicMs() });
    if (this.#running) this.#work();
  }

  #work(): void {
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let event = this.#mailbox.shift(); event !== undefined; event = this.#mailbox.shift()) {
        const [state, effects] = step(this.#state, event);
        const isSwitch = state.current.number !== this.#state.current.number;
        this.#state = state;
        if (isSwitch) this.#switchSettings(state.current.number);
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#stepping = false;
    }
  }

  #beats(): ReadonlyMap<number, number> {
    return new Map([...this.#live].map(([age, { heartbeat }]) => [age, heartbeat.beats()]));
  }

  #perform(effect: ArbiterEffect): void {
    switch (effect.type) {
      case "spawn_worker":
        return this.#spawn(effect);
      case "kill_worker":
        return this.#kill(effect.pid, effect.signal);
      case "assign_slots":
        return this.#tell(effect.age, { type: "accept", slots: effect.slots });
      case "load_settings":
        return this.#load();
      case "reopen_logs":
        try {
          this.#parts.reopenLogs();
        } catch (error) {
          // The old file is written on.
          this.#parts.log.log("error", `Cannot reopen the log: ${messageOf(error)}`);
        }
        for (const age of this.#live.keys()) this.#tell(age, { type: "reopen" });
        return;
      case "seal_listeners":
        return this.#listeners?.seal(() => this.#post({ type: "listeners_emptied" }));
      case "close_listeners":
        return this.#listeners?.close();
      case "log":
        return this.#parts.log.log(effect.level, effect.text);
      case "halt":
        for (const undo of this.#undo) undo();
        return this.#finish(effect.exitCode);
    }
  }

  #spawn({ age, generation, slots }: Extract<ArbiterEffect, { type: "spawn_worker" }>): void {
    const { adapter, heartbeatDirectory, workerTitle } = this.#parts;
    const listeners = this.#listeners;
    if (listeners === null) return;
    const settings = this.#settingsOf(generation);
    let heartbeat: HeartbeatFile | null = null;
    try {
      const file = heartbeat = adapter.spawner.createHeartbeat(heartbeatDirectory);
      const process = adapter.spawner.spawn({ listenerFds: listeners.fds(), heartbeat: file, env: {}, title: workerTitle }, {
        line: (text) => this.#heard(age, text),
        closed: () => {},
        exited: (status) => {
          this.#live.delete(age);
          file.close();
          process.channel.close();
          this.#post({ type: "worker_exited", age, status });
        },
      });
      this.#live.set(age, { process, heartbeat: file });
      this.#tell(age, { type: "boot", age, generation, listeners: listeners.inherited(), slots, settings: settings.worker });
      this.#post({ type: "worker_spawned", age, pid: process.pid });
    } catch (error) {
      heartbeat?.close();
      this.#post({ type: "spawn_failed", age, reason: messageOf(error) });
    }
  }

  #heard(age: number, line: string): void {
    try {
      const message = decodeWorkerMessage(line);
      if (message.type === "ready") this.#post({ type: "worker_ready", age });
      else this.#post({ type: "worker_boot_failed", age, text: message.text });
    } catch (error) {
      if (!(error instanceof ChannelProtocolError)) throw error;
      this.#parts.log.log("error", `Worker ${age}: ${error.message}`);
    }
  }

  #kill(pid: number, signal: Parameters<RuntimeAdapter["process"]["kill"]>[1]): void {
    try {
      this.#parts.adapter.process.kill(pid, signal);
    } catch {
      // ESRCH: it ended by itself, and its exit is on the way.
    }
  }

  #tell(age: number, message: ArbiterMessage): void {
    this.#live.get(age)?.process.channel.send(encodeMessage(message));
  }

  #load(): void {
    this.#parts.reload().then(
      (settings) => {
        this.#reloaded = settings;
        this.#post({ type: "settings_loaded", settings: settings.arbiter });
      },
      (error: unknown) => {
        const reason = messageOf(error);
        this.#post({ type: "settings_refused", reason });
      },
    );
  }

  /** Those that were read last are the ones of a generation that is seen first. */
  #settingsOf(generation: number): ReloadedSettings {
    const known = this.#settings.get(generation);
    if (known !== undefined) return known;
    const { arbiter, worker } = this.#parts;
    const settings = this.#reloaded ?? { arbiter, worker, apply: () => {} };
    this.#reloaded = null;
    this.#settings.set(generation, settings);
    return settings;
  }

  #switchSettings(current: number): void {
    for (const generation of this.#settings.keys()) {
      if (generation < current) this.#settings.delete(generation);
    }
    this.#settings.get(current)?.apply();
  }
}
