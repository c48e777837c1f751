/**
 * Calls hooks so that nothing they do stops the server: what they throw is told, and what never ends is given up. Only a hook that
 * blocks the event loop cannot be bounded.
 *
 * @module
 */
import { describeError, type Logger } from "../log/logger.ts";
import type { ClockPort } from "../runtime/port.ts";
import type { HookName } from "./names.ts";

/** How a call ended. `error` is what the hook threw, or that it took too long. */
export type HookOutcome = { readonly ok: true } | { readonly ok: false; readonly isLate: boolean; readonly error: unknown };

const DONE: HookOutcome = { ok: true };

/** A hook that takes longer than this many milliseconds. Setting `hook_timeout`. */
export class HookTimeout extends Error {
  override readonly name: string = "HookTimeout";

  constructor(limitMs: number) {
    super(`it did not finish within ${limitMs / 1000} s`);
  }
}

export class HookCaller {
  readonly #clock: Pick<ClockPort, "after">;
  readonly #log: Logger;
  readonly #running = new Set<Promise<HookOutcome>>();

  constructor(clock: Pick<ClockPort, "after">, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Calls a hook. The outcome is there at once where it returned no promise. Never throws, never rejects, logs nothing. */
  attempt(limitMs: number, run: () => unknown): HookOutcome | Promise<HookOutcome> {
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      return { ok: false, isLate: false, error };
    }
    if (!isThenable(result)) return DONE;
    const outcome = this.#bound(result, limitMs);
    this.#running.add(outcome);
    void outcome.then(() => this.#running.delete(outcome));
    return outcome;
  }

  /** The same, and logs what went wrong: gunicorn's `Exception in NAME hook`, with the stack. */
  call(name: HookName, limitMs: number, run: () => unknown): HookOutcome | Promise<HookOutcome> {
    const outcome = this.attempt(limitMs, run);
    if (outcome instanceof Promise) return outcome.then((later) => this.#told(name, later));
    return this.#told(name, outcome);
  }

  /** Resolves when no call is under way; each is bounded. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #told(name: HookName, outcome: HookOutcome): HookOutcome {
    if (!outcome.ok) this.#log.log("error", describeFailure(name, outcome));
    return outcome;
  }

  #bound(work: PromiseLike<unknown>, limitMs: number): Promise<HookOutcome> {
    return new Promise((resolve) => {
      const undo = this.#clock.after(limitMs, () => resolve({ ok: false, isLate: true, error: new HookTimeout(limitMs) }));
      const end = (outcome: HookOutcome): void => {
        undo();
        resolve(outcome);
      };
      work.then(() => end(DONE), (error: unknown) => end({ ok: false, isLate: false, error }));
    });
  }
}

/** Several lines, the first of which says it all. */
export function describeFailure(name: HookName, outcome: Extract<HookOutcome, { ok: false }>): string {
  if (outcome.isLate && outcome.error instanceof Error) return `Hook ${name} is given up: ${outcome.error.message}`;
  return `Exception in ${name} hook\n${describeError(outcome.error)}`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
