/**
 * The impure half of the arbiter: a mailbox, and one function per effect. Signal listeners, exit callbacks and channel lines do
 * nothing but post an event.
 *
 * @module
 */
import { type ArbiterMessage, ChannelProtocolError, decodeWorkerMessage, encodeMessage } from "../channel/messages.ts";
import type { WorkerSettings } from "../config/worker-settings.ts";
import type { ArbiterHooks } from "../hooks/arbiter-hooks.ts";
import type { HookCall } from "./hook-calls.ts";
import type { HookSet } from "../hooks/hook-set.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { HeartbeatFile, RuntimeAdapter, SignalName, Undo, WorkerProcess, WorkerRuntime } from "../runtime/port.ts";
import type { PreparedResources } from "./arbiter-resources.ts";
import type { ArbiterEffect } from "./effects.ts";
import type { ArbiterEvent } from "./events.ts";
import type { Listeners } from "./listeners.ts";
import { Generations } from "./generations.ts";
import { initialState, step } from "./machine.ts";
import { type ServiceStatus, serviceStatus } from "./service-status.ts";
import type { ArbiterSettings } from "./settings.ts";
import type { ArbiterState } from "./state.ts";
import { TICK_INTERVAL_MS } from "./times.ts";
import { usingWorkerLine } from "./worker-line.ts";
import type { WorkerMake } from "./worker-make.ts";
import { UpgradeDriver, type UpgradeParts } from "./upgrade-driver.ts";

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

/** What a generation is started with: what HUP reads again, and what it took to follow that. */
export interface ReloadedSettings extends PreparedResources, WorkerMake {
  readonly arbiter: ArbiterSettings;
  readonly worker: WorkerSettings;
  /** Of the workers; null: the arbiter's. Setting `runtime`. */
  readonly runtime: WorkerRuntime | null;
  readonly hookSet: HookSet;
}

export interface DriverParts {
  readonly adapter: RuntimeAdapter;
  readonly log: Logger;
  readonly arbiter: ArbiterSettings;
  readonly slotCapacity: number;
  readonly firstSlots: number;
  /** Setting `daemon`. */
  readonly isDaemon: boolean;
  readonly hooks: ArbiterHooks;
  /** Rejects with an error whose message says what is wrong with the new settings. */
  reload(): Promise<ReloadedSettings>;
  reopenLogs(): void;
  readonly upgrade: UpgradeParts;
  /** Of the arbiter that started this one to be replaced by it. */
  readonly parentPid: number | null;
}

/** Who wants to know how the service is. */
export interface StatusListener {
  update(status: ServiceStatus): void;
  /** The main loop turns. */
  alive(nowMs: number): void;
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
  #status: StatusListener | null = null;
  readonly #upgrade: UpgradeDriver;
  #state: ArbiterState;
  /** Before `run`, events only wait. */
  #running = false;
  #stepping = false;
  #generations: Generations<ReloadedSettings> | null = null;
  /** What the `settings_loaded` that is in the mailbox brings. */
  #arrived: ReloadedSettings | null = null;
  #finish: (exitCode: number) => void = () => {};

  constructor(parts: DriverParts) {
    this.#parts = parts;
    const { process } = parts.adapter;
    this.#upgrade = new UpgradeDriver(process, parts.upgrade, (event) => this.#post(event));
    this.#state = initialState(parts.arbiter, {
      slotCapacity: parts.slotCapacity,
      firstSlots: parts.firstSlots,
      parentPid: parts.parentPid,
      isInit: process.pid === 1,
      isDaemon: parts.isDaemon,
    });
    parts.hooks.observe(() => this.#state);
    for (const signal of SIGNALS) {
      this.#undo.push(parts.adapter.process.onSignal(signal, () => this.#post({ type: "signal_received", signal })));
    }
  }

  /**
   * Resolves with the exit status when no worker is left. Signals that came since the driver was made are handled first. `first` is of the
   * first generation; `status` hears what becomes of the service.
   */
  run(first: ReloadedSettings, listeners: Listeners, status: StatusListener): Promise<number> {
    const { clock } = this.#parts.adapter;
    this.#generations = new Generations(first);
    this.#listeners = listeners;
    this.#status = status;
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#undo.push(clock.every(TICK_INTERVAL_MS, () => {
        this.#upgrade.watch(this.#state, listeners);
        this.#post({ type: "ticked", beats: this.#beats() });
      }));
      this.#running = true;
      this.#mailbox.unshift({ type: "started", atMs: clock.monotonicMs() });
      this.#work();
      this.#upgrade.watch(this.#state, listeners);
    });
  }

  /** As it is now. */
  get state(): ArbiterState {
    return this.#state;
  }

  /** Files that are watched (setting `reload`) have changed; `text` names them. */
  filesChanged(text: string): void {
    this.#post({ type: "files_changed", text });
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
        const before = this.#state;
        const [state, effects] = step(before, event);
        this.#state = state;
        this.#follow(before, state, event.type === "settings_loaded" ? this.#arrived : null);
        for (const effect of effects) this.#perform(effect);
        this.#status?.update(serviceStatus(state));
        if (event.type === "ticked") this.#status?.alive(event.atMs);
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
        return this.#listeners?.seal(effect.scope, () => this.#post({ type: "listeners_emptied" }));
      case "close_listeners":
        return this.#listeners?.close(effect.scope);
      case "release_listeners":
        return this.#listeners?.release(effect.number, effect.scope, () => {
          this.#post({ type: "listeners_released", number: effect.number });
        });
      case "start_child":
        return this.#listeners === null ? undefined : this.#upgrade.start(this.#listeners);
      case "kill_child":
        return this.#upgrade.kill(effect.pid, effect.signal);
      case "promote":
        return this.#upgrade.promote();
      case "run_hook":
        return this.#runHook(effect.call);
      case "log":
        return this.#parts.log.log(effect.level, effect.text);
      case "halt":
        for (const undo of this.#undo) undo();
        return this.#finish(effect.exitCode);
    }
  }

  #spawn({ age, generation, slots }: Extract<ArbiterEffect, { type: "spawn_worker" }>): void {
    const { adapter } = this.#parts;
    const settings = this.#generations?.of(generation);
    if (settings === undefined) return;
    const { listeners } = settings;
    let heartbeat: HeartbeatFile | null = null;
    try {
      const file = heartbeat = adapter.spawner.createHeartbeat(settings.heartbeatDirectory, settings.worker.identity);
      const process = adapter.spawner.spawn({
        listenerFds: listeners.fds(),
        directory: settings.directory,
        heartbeat: file,
        env: settings.env,
        title: settings.title,
        runtime: settings.runtime,
      }, {
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
      else if (message.type === "busy") this.#post({ type: "worker_busy", age, request: message.request });
      else if (message.type === "retiring") this.#post({ type: "worker_retiring", age });
      else if (message.type === "boot_failed") this.#post({ type: "worker_boot_failed", age, text: message.text });
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
        const { listeners } = settings;
        if (this.#listeners?.has(listeners) === false) {
          settings.discard();
          return this.#post({ type: "settings_refused", reason: "its sockets were given up meanwhile, try again" });
        }
        this.#arrived = settings;
        this.#post({ type: "settings_loaded", settings: settings.arbiter, listeners });
      },
      (error: unknown) => this.#post({ type: "settings_refused", reason: messageOf(error) }),
    );
  }

  #runHook(call: HookCall): void {
    const settings = this.#generations?.of(call.generation);
    if (settings !== undefined) this.#parts.hooks.perform(settings.hookSet, call);
  }

  /** The arbiter itself goes along with what became of a reload. */
  #follow(before: ArbiterState, after: ArbiterState, arrived: ReloadedSettings | null): void {
    const generations = this.#generations;
    if (generations === null) return;
    const old = generations.of(before.current.number);
    generations.follow(before, after, arrived);
    if (after.current.number === before.current.number) return;
    const { adapter, hooks, log } = this.#parts;
    const now = generations.of(after.current.number);
    const line = usingWorkerLine(adapter, now.runtime);
    if (line !== usingWorkerLine(adapter, old.runtime)) log.log("info", line);
    hooks.use(now.hookSet);
  }
}
