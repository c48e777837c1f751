/**
 * When a program may end: its own graceful-shutdown code waits for its server to be closed, which it is when the worker has drained.
 *
 * @module
 */

/** After its callbacks: how long code that was waiting may take until it ends the process by itself, beyond promises that are known. */
export const AFTERMATH_MS = 1_000;

/** Of one worker. */
export class ProgramEnd {
  #isOver = false;
  #isDraining = false;
  #waiting: (() => unknown)[] = [];
  #resolveOver: () => void = () => {};
  readonly #over: Promise<void> = new Promise((resolve) => this.#resolveOver = resolve);

  /** Whether the worker drains, and is not done. */
  get isDraining(): boolean {
    return this.#isDraining && !this.#isOver;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  draining(): void {
    this.#isDraining = true;
  }

  /** Calls `run` when the last connection is gone. */
  whenOver(run: () => unknown): void {
    if (this.#isOver) queueMicrotask(run);
    else this.#waiting.push(run);
  }

  /** Resolves when the last connection is gone. Who only awaits this does not count as having more to do. */
  over(): Promise<void> {
    return this.#over;
  }

  /** The same for a program that has asked for it. */
  closed(): Promise<void> {
    return new Promise((resolve) => this.whenOver(resolve));
  }

  /**
   * The last connection is gone: calls who waits, and resolves when they are done. A program that waited has more to do than what can be
   * seen from here (a database to leave), and most then end the process. Never rejects.
   */
  async finish(failed: (error: unknown) => void): Promise<void> {
    this.#isOver = true;
    this.#resolveOver();
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) return;
    await Promise.all(waiting.map(async (run) => {
      try {
        await run();
      } catch (error) {
        failed(error);
      }
    }));
    await new Promise<void>((resolve) => setTimeout(resolve, AFTERMATH_MS));
  }
}
