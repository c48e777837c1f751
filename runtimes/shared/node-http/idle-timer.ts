/** @module A timer that starts anew whenever something happens, at the price of a comparison. */

/** Fires once after so long without {@link active}. Keeps no process alive. */
export class IdleTimer {
  readonly #timer: NodeJS.Timeout;

  constructor(idleMs: number, fired: () => void) {
    this.#timer = setTimeout(fired, idleMs);
    this.#timer.unref();
  }

  active(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
