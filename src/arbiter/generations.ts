/**
 * What belongs to the generations beside their workers, from the reload that brought it to the one that replaces it.
 *
 * @module
 */
import type { Change } from "./change.ts";
import type { ArbiterState } from "./state.ts";

/** What was prepared for a generation. */
export interface PreparedGeneration extends Change {
  /** Instead of {@link rollback}, when no generation came of it: no worker has seen any of it. */
  discard(): void;
}

export class Generations<Prepared extends PreparedGeneration> {
  readonly #byNumber = new Map<number, Prepared>();
  #current: Prepared;

  /** `first`: of the generation that the arbiter starts with. */
  constructor(first: Prepared) {
    this.#current = first;
    this.#byNumber.set(1, first);
  }

  /** What a generation has; of one that is gone, what the current one has. */
  of(generation: number): Prepared {
    return this.#byNumber.get(generation) ?? this.#current;
  }

  /**
   * To be called after each step of the machine. `arrived`: what the step's event brought; the generation that came of it gets it. The one
   * that took over is committed before those that were given up are rolled back.
   */
  follow(before: ArbiterState, after: ArbiterState, arrived: Prepared | null): void {
    const { current, pending } = after;
    if (arrived !== null) {
      // The current one at once where a start that failed is repeated.
      const taker = [pending, current].find((generation) => generation !== null && generation.number > before.lastGeneration);
      if (taker) this.#byNumber.set(taker.number, arrived);
      else arrived.discard();
    }
    if (current.number !== before.current.number) {
      this.#current = this.of(current.number);
      this.#current.commit();
    }
    for (const [number, prepared] of this.#byNumber) {
      if (number === current.number || number === pending?.number) continue;
      this.#byNumber.delete(number);
      if (number > current.number) prepared.rollback();
    }
  }
}
