/**
 * A reload is a transaction: everything that it needs is got first (prepared), then its generation boots, and when all of that serves
 * the changes are committed. Whatever fails before rolls them back, and nothing has changed.
 *
 * @module
 */

/** Something that was got for a reload. One of the two is called, once. Neither throws: what cannot be helped any more is logged. */
export interface Change {
  /** The new generation serves: the arbiter follows. */
  commit(): void;
  /** The reload came to nothing. */
  rollback(): void;
}

/** What was prepared so far. */
export class Changes implements Change {
  readonly #all: Change[] = [];

  add(change: Change): void {
    this.#all.push(change);
  }

  commit(): void {
    for (const change of this.#all) change.commit();
  }

  /** Last first. */
  rollback(): void {
    for (const change of this.#all.toReversed()) change.rollback();
  }
}
