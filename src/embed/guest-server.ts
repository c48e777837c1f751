/**
 * A running server inside a program, as the program holds it: calls become the signals that an operator would send.
 *
 * @module
 */
import type { Reading } from "../arbiter/owner.ts";
import { hookedWorker } from "../arbiter/hook-calls.ts";
import type { WorkerInfo } from "../hooks/types.ts";
import type { GuestProcess } from "./guest-process.ts";
import type { SettingsReader } from "./settings-reader.ts";
import type { Server, ServeSettings, StopOptions } from "./types.ts";
import { isStaffed, NotReachedError, type StateWatch, whyNot } from "./watch-state.ts";

export interface GuestServerParts {
  readonly guest: GuestProcess;
  readonly reader: SettingsReader;
  readonly watch: StateWatch;
  /** Of the start. */
  readonly settings: ServeSettings;
}

export class GuestServer implements Server {
  readonly #parts: GuestServerParts;
  readonly #finished: Promise<number>;
  /** Those that workers serve with. */
  #settings: ServeSettings;
  /** Those that a reload asks for. */
  #wanted: ServeSettings;
  /** Calls of `reload` and `resize`, one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #isFinished = false;

  /** `run` is the arbiter's life; it is told what to read for a reload. */
  constructor(parts: GuestServerParts, run: (reread: () => Promise<Reading>) => Promise<number>) {
    this.#parts = parts;
    this.#settings = this.#wanted = parts.settings;
    this.#finished = run(() => this.#reread()).finally(() => {
      this.#isFinished = true;
      parts.watch.end();
      parts.guest.close();
    });
    // Who starts the server hears of it; afterwards it does not reject.
    this.#finished.catch(() => {});
  }

  get addresses(): readonly string[] {
    return this.#parts.watch.view?.addresses() ?? [];
  }

  get pid(): number {
    return this.#parts.guest.port.pid;
  }

  get workers(): readonly WorkerInfo[] {
    return [...this.#parts.watch.view?.state().workers.values() ?? []].map(hookedWorker);
  }

  get finished(): Promise<number> {
    return this.#finished;
  }

  reload(settings: ServeSettings = {}): Promise<void> {
    return this.#next(() => this.#reload(settings));
  }

  resize(workers: number): Promise<void> {
    return this.#next(() => this.#resize(workers));
  }

  stop({ graceful = true }: StopOptions = {}): Promise<number> {
    if (!this.#isFinished) this.#parts.guest.raise(graceful ? "SIGTERM" : "SIGQUIT");
    return this.#finished;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #reread(): Promise<Reading> {
    const settings = this.#wanted;
    const config = await this.#parts.reader.read(settings);
    return { config, used: () => void (this.#settings = settings) };
  }

  async #reload(changes: ServeSettings): Promise<void> {
    const { watch, guest } = this.#parts;
    const wanted = { ...this.#settings, ...changes };
    this.#wanted = wanted;
    try {
      await watch.until((state) => {
        const reason = whyNot(state);
        if (reason !== null) return reason;
        if (state.load !== "none" || state.pending !== null) return false;
        return this.#settings === wanted || "Reload failed";
      }, () => guest.raise("SIGHUP"));
    } catch (error) {
      // "Reload failed: " and the reason, as it was logged last.
      const logged = error instanceof NotReachedError ? error.logged.at(-1) : undefined;
      throw logged === undefined ? error : new Error(logged, { cause: error });
    } finally {
      this.#wanted = this.#settings;
    }
  }

  async #resize(workers: number): Promise<void> {
    const { watch, guest } = this.#parts;
    const capacity = watch.view?.slotCapacity() ?? 0;
    if (!Number.isSafeInteger(workers) || workers < 1) {
      throw new RangeError(`The number of workers must be 1 or more, got ${workers}`);
    }
    if (workers > capacity) {
      throw new RangeError(
        `Sockets were bound for ${capacity} workers, got ${workers}; call reload({ workers: ${workers} }) for more`,
      );
    }
    await watch.until(
      (state) => whyNot(state) ?? (state.pending === null && state.current.target === workers && isStaffed(state)),
      () => {
        const state = watch.view?.state();
        const target = state === undefined ? workers : (state.pending ?? state.current).target;
        for (let count = target; count < workers; count++) guest.raise("SIGTTIN");
        for (let count = target; count > workers; count--) guest.raise("SIGTTOU");
      },
    );
  }

  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => {});
    return done;
  }
}
