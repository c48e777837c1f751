/**
 * Follows an arbiter's state and log for those who wait for something to come about.
 *
 * @module
 */
import type { ArbiterObserver, ArbiterView } from "../arbiter/owner.ts";
import { type ArbiterState, isStopRequested, staff } from "../arbiter/state.ts";

/** Of what an arbiter logs as errors while somebody waits, no more texts than this are kept: the last. */
const KEPT_MAX_COUNT = 20;

const ENDED = "The server has ended";

/** Somebody who waits. */
interface Waiter {
  /** A set: attempts that are repeated fail with the same words. */
  readonly errors: Set<string>;
  /** True: it came about. A text: it never will, for this reason. */
  readonly look: (state: ArbiterState) => boolean | string;
  /** Null: well. */
  settle(reason: string | null): void;
}

/** What was waited for did not come about. */
export class NotReachedError extends Error {
  override readonly name: string = "NotReachedError";
  /** What the arbiter logged as errors meanwhile, each text once, the latest last. */
  readonly logged: readonly string[];

  constructor(reason: string, logged: readonly string[]) {
    super(reason);
    this.logged = logged;
  }
}

export class StateWatch implements ArbiterObserver {
  #view: ArbiterView | null = null;
  readonly #waiters = new Set<Waiter>();
  #isOver = false;
  /** Why a worker could not boot, as the last one said. */
  #bootError: string | null = null;

  get view(): ArbiterView | null {
    return this.#view;
  }

  get bootError(): string | null {
    return this.#bootError;
  }

  logged(level: string, text: string): void {
    if (level !== "error" && level !== "critical") return;
    for (const { errors } of this.#waiters) {
      errors.delete(text);
      errors.add(text);
      const [oldest] = errors;
      if (errors.size > KEPT_MAX_COUNT && oldest !== undefined) errors.delete(oldest);
    }
  }

  listening(view: ArbiterView): void {
    this.#view = view;
  }

  changed(): void {
    const state = this.#view?.state();
    if (state === undefined) return;
    for (const { bootError } of state.workers.values()) this.#bootError = bootError ?? this.#bootError;
    for (const waiter of [...this.#waiters]) this.#check(waiter, state);
  }

  /**
   * Resolves when `look` says true. Rejects with a {@link NotReachedError} when it gives a reason, and when the arbiter ends before. `begin` is
   * called as soon as somebody listens to what follows from it.
   */
  until(look: Waiter["look"], begin: () => void = () => {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        look,
        errors: new Set(),
        settle: (reason): void => {
          this.#waiters.delete(waiter);
          if (reason === null) resolve();
          else reject(new NotReachedError(reason, [...waiter.errors]));
        },
      };
      if (this.#isOver) return reject(new NotReachedError(ENDED, []));
      this.#waiters.add(waiter);
      begin();
      const state = this.#view?.state();
      if (state !== undefined && this.#waiters.has(waiter)) this.#check(waiter, state);
    });
  }

  /** The arbiter has ended: nothing comes about any more. */
  end(): void {
    this.#isOver = true;
    for (const { settle } of [...this.#waiters]) settle(ENDED);
  }

  #check(waiter: Waiter, state: ArbiterState): void {
    const found = waiter.look(state);
    if (found === true) waiter.settle(null);
    else if (typeof found === "string") waiter.settle(found);
  }
}

/** Whether all workers that are wanted serve, save those that keep failing while others serve. */
export function isStaffed(state: ArbiterState): boolean {
  if (state.phase !== "running") return false;
  const { number, target, retries } = state.current;
  const workers = staff(state, number);
  return workers.every(({ phase, slot }) => phase === "ready" || retries.has(slot)) && workers.length + retries.size >= target;
}

/** Why nothing but the end comes about; null where it may. */
export function whyNot(state: ArbiterState): string | null {
  return isStopRequested(state) ? "The server is stopping" : null;
}
