/**
 * What the arbiter itself holds and a reload may change: sockets, pid file, error log, working directory.
 *
 * @module
 */
import type { BindTarget } from "../config/bind.ts";
import type { Config } from "../config/config.ts";
import { messageOf } from "../log/logger.ts";
import type { FileOwner, RuntimeAdapter } from "../runtime/port.ts";
import type { ArbiterProcess } from "./arbiter-process.ts";
import { type Change, Changes } from "./change.ts";
import type { ErrorLog } from "./error-log.ts";
import type { ListenerSet } from "./listener-set.ts";
import type { Listeners } from "./listeners.ts";
import { pathIn } from "./path-in.ts";
import type { PidfileKeeper } from "./pidfile-keeper.ts";

/**
 * Slots are bound beyond `workers`, so that TTIN has room: a worker inherits descriptors when it is spawned, not later, and a
 * slot that it does not know it could not adopt.
 */
const SLOT_CAPACITY_FACTOR = 2;
const SLOT_CAPACITY_MIN = 8;

/** How many slots are bound for so many workers. */
export function slotCapacityFor(workers: number): number {
  return Math.max(SLOT_CAPACITY_MIN, workers * SLOT_CAPACITY_FACTOR);
}

/** Where the workers of a generation are started, and with what. */
export interface WorkerPlace {
  readonly listeners: ListenerSet;
  /** Absolute. Setting `chdir`. */
  readonly directory: string;
  /** Folder of the heartbeat files; null is the adapter's choice. Setting `worker_tmp_dir`. */
  readonly heartbeatDirectory: string | null;
}

/** All that a reload needs, got. */
export interface PreparedResources extends WorkerPlace, Change {
  /** Instead of {@link rollback}, when no worker has seen any of it. */
  discard(): void;
}

export interface ArbiterResourcesParts {
  readonly adapter: RuntimeAdapter;
  readonly errorLog: ErrorLog;
  readonly pidfile: PidfileKeeper;
  readonly listeners: Listeners;
  readonly own: ArbiterProcess;
  /** Sockets of systemd's that stand in for `bind`; null: `bind` counts. */
  readonly activated: readonly BindTarget[] | null;
}

export class ArbiterResources {
  readonly #parts: ArbiterResourcesParts;
  /** Of the generation that serves. */
  #config: Config;

  constructor(parts: ArbiterResourcesParts, config: Config) {
    this.#parts = parts;
    this.#config = config;
  }

  /** Whether systemd's sockets are used instead of `bind`. */
  get isActivated(): boolean {
    return this.#parts.activated !== null;
  }

  /** Of the generation that the arbiter starts with. */
  first(): PreparedResources {
    const { adapter, listeners } = this.#parts;
    const nothing = (): void => {};
    const place = directories(adapter, this.#config.settings);
    return { ...place, listeners: listeners.current, commit: nothing, rollback: nothing, discard: nothing };
  }

  /** Gets what another configuration needs, or nothing. `owner`: see {@link ArbiterProcess.use}. Rejects with an error that says what cannot be had, and why. */
  async prepare(config: Config, owner: FileOwner | null): Promise<PreparedResources> {
    const { adapter, errorLog, pidfile, listeners, activated, own } = this.#parts;
    const { settings } = config;
    this.#checkFile(config);
    // Last of what takes time: what it binds may not lie about while something else is waited for.
    const prepared = await listeners.prepare(activated ?? config.binds, {
      backlog: settings.backlog,
      firstSlots: 1,
      slotCapacity: Math.max(listeners.current.slotCapacity, slotCapacityFor(settings.workers)),
      unixUmask: settings.umask,
      unixOwner: owner,
      isShareable: settings.reuse_port,
    });
    const { set } = prepared;
    const changes = new Changes();
    const discard = (): void => {
      changes.rollback();
      if (prepared.isNew) listeners.discard(set);
    };
    try {
      const place = directories(adapter, settings);
      changes.add(this.#listenersChange(set, settings.backlog));
      checkWritable(adapter, place, settings.accesslog);
      changes.add(errorLog.prepare({ errorlog: settings.errorlog, level: settings.loglevel, directory: place.directory }));
      const path = settings.pidfile === null ? null : pathIn(adapter.files, place.directory, settings.pidfile);
      changes.add(pidfile.prepare(path));
      changes.add(this.#directoryChange(place.directory));
      changes.add({ commit: () => void (this.#config = config), rollback: () => {} });
      changes.add({ commit: () => own.use(config, owner), rollback: () => {} });
      return {
        ...place,
        listeners: set,
        commit: () => changes.commit(),
        rollback: () => changes.rollback(),
        discard,
      };
    } catch (error) {
      discard();
      throw error;
    }
  }

  /** One that was found by itself may have been removed by mistake; without it the defaults would count, `bind` among them. */
  #checkFile(config: Config): void {
    const { file } = this.#config;
    if (file === null || config.file !== null) return;
    throw new Error(`the config file "${file}" is gone; restore it, or restart without it`);
  }

  #listenersChange(set: ListenerSet, backlog: number): Change {
    const { listeners, errorLog } = this.#parts;
    const attempt = (act: () => void): void => {
      try {
        act();
      } catch (error) {
        errorLog.logger.log("error", messageOf(error));
      }
    };
    return {
      commit(): void {
        const before = listeners.describe();
        attempt(() => listeners.use(set, backlog));
        if (listeners.describe() !== before) errorLog.logger.log("info", `Listening at: ${listeners.describe()}`);
      },
      rollback: () => attempt(() => listeners.restoreBacklog()),
    };
  }

  #directoryChange(directory: string): Change {
    const { adapter, errorLog } = this.#parts;
    return {
      commit(): void {
        try {
          if (adapter.process.cwd() !== directory) adapter.process.chdir(directory);
        } catch (error) {
          // Only the arbiter's own: the workers are there already.
          errorLog.logger.log("error", messageOf(error));
        }
      },
      rollback: () => {},
    };
  }
}

function directories(adapter: Pick<RuntimeAdapter, "files">, settings: Config["settings"]): Omit<WorkerPlace, "listeners"> {
  const { chdir, worker_tmp_dir } = settings;
  return {
    directory: chdir,
    heartbeatDirectory: worker_tmp_dir === null ? null : pathIn(adapter.files, chdir, worker_tmp_dir),
  };
}

/** Throws an Error that names the setting for what workers could not write to. The arbiter's own log is opened anyway. */
function checkWritable(adapter: RuntimeAdapter, place: Omit<WorkerPlace, "listeners">, accesslog: string | null): void {
  try {
    adapter.spawner.createHeartbeat(place.heartbeatDirectory).close();
  } catch (error) {
    throw new Error(`worker_tmp_dir: ${messageOf(error)}`, { cause: error });
  }
  if (accesslog === null || accesslog === "-") return;
  try {
    adapter.logs.open(pathIn(adapter.files, place.directory, accesslog)).close();
  } catch (error) {
    throw new Error(`accesslog: cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
