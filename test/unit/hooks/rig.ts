/** @module A clock that stands still until it is told, and a log that is kept: what hooks are called with in these tests. */
import type { LogLevel } from "../../../src/log/level.ts";
import type { Logger } from "../../../src/log/logger.ts";

export class HookRig {
  readonly lines: string[] = [];
  readonly #timers = new Map<() => void, number>();

  readonly clock = {
    after: (delayMs: number, run: () => void): () => void => {
      this.#timers.set(run, delayMs);
      return () => void this.#timers.delete(run);
    },
  };

  readonly log: Logger = {
    log: (level: LogLevel, text: string) => void this.lines.push(`${level}: ${text.split("\n", 2).join(" | ")}`),
    isEnabled: () => true,
  };

  /** Delays of the timers that were not undone, in milliseconds. */
  get delays(): readonly number[] {
    return [...this.#timers.values()];
  }

  /** Lets them all expire. */
  expire(): void {
    for (const run of [...this.#timers.keys()]) {
      this.#timers.delete(run);
      run();
    }
  }
}

export const never: Promise<never> = new Promise(() => {});
