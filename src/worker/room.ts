/**
 * Whether a worker has room for another connection: who waits without a request makes room, and only when nobody can, nothing
 * is accepted for a while.
 *
 * @module
 */
import type { Logger } from "../log/logger.ts";
import type { ConnectionLimit } from "./connection-limit.ts";
import { Shedding, type Waiter } from "./shedding.ts";

/** A worker that had room for so long is no longer crowded: the log says so, and that it is crowded again the next time. */
export const CALM_MS = 2_000;

export class Room<W extends Waiter> {
  readonly #connections: ReadonlySet<W>;
  readonly #limit: ConnectionLimit;
  readonly #log: Logger;
  readonly #changed: () => void;
  readonly #shedding: Shedding<W>;
  #isFull = false;
  /** The limit was reached, which the log says once, and the worker has not had room for {@link CALM_MS} since. */
  #isCrowded = false;
  /** When it was seen last without room to spare; host time. */
  #crowdedMs = 0;

  /** `changed` is called when `isFull` has changed. */
  constructor(connections: ReadonlySet<W>, limit: ConnectionLimit, log: Logger, changed: () => void) {
    this.#connections = connections;
    this.#limit = limit;
    this.#log = log;
    this.#changed = changed;
    this.#shedding = new Shedding(connections, limit.leavingMost);
  }

  /** As many connections as may be, and none that may be let go: nothing is to be accepted. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** To be called when a connection was added. */
  added(nowMs: number): void {
    if (this.#connections.size >= this.#limit.most) this.#make(nowMs);
  }

  /** To be called when a connection was removed. */
  removed(connection: W): void {
    this.#shedding.closed(connection);
    if (this.#isFull && this.#connections.size <= this.#limit.resumeAt) this.#setFull(false);
  }

  /** To be called every sweep. `wasBlocked`: the event loop was, so that nobody waits for sure. */
  swept(nowMs: number, wasBlocked: boolean): void {
    this.#shedding.swept();
    if (wasBlocked) this.#shedding.postpone(nowMs);
    // Who was too young to be let go when the worker got full may be old enough now.
    else if (this.#isFull) this.#make(nowMs);
    if (!this.#isCrowded) return;
    if (this.#connections.size > this.#limit.resumeAt) this.#crowdedMs = nowMs;
    else if (nowMs - this.#crowdedMs >= CALM_MS) this.#calmed();
  }

  #make(nowMs: number): void {
    const { most, name } = this.#limit;
    this.#crowdedMs = nowMs;
    while (this.#connections.size - this.#shedding.leavingCount >= most && this.#shedding.letGo(nowMs));
    if (!this.#isCrowded) {
      this.#isCrowded = true;
      this.#log.log(
        "warning",
        `${most} connections, the most that ${name} allows: those that wait without a request are let go, then others wait`,
      );
    }
    this.#setFull(this.#connections.size - this.#shedding.leavingCount >= most);
  }

  #calmed(): void {
    this.#isCrowded = false;
    const count = this.#shedding.takeLetGoCount();
    this.#log.log(
      "info",
      `Connections are accepted again${count === 0 ? "" : `; ${count} that waited without a request were let go`}`,
    );
  }

  #setFull(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    this.#changed();
  }
}
