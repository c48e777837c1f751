/**
 * Whom a full worker lets go so that others are served: connections that wait without a request. Otherwise a few thousand
 * half-sent heads, which cost their sender nothing, would keep everybody else out until their deadlines (slowloris).
 *
 * @module
 */
import type { ConnectionPhase } from "./phase.ts";

/** A connection that waits for so long at least may be let go: every client gets this much time for a request, and for the next one. */
export const SHED_GRACE_MS = 1_000;

/** What is to be known of a connection. */
export interface Waiter {
  readonly phase: ConnectionPhase;
  /** When the phase began; host time. */
  readonly phaseSinceMs: number;
  /** Whether any request began on it. */
  readonly hadRequest: boolean;
  /** Answers 503 where a head had begun, and closes. Does nothing in other phases than `idle`, `head` and `proxy`. */
  shed(): void;
}

/**
 * Connections that wait, those first that are given up most easily. All connections are looked at once between two sweeps
 * at most, and only when one has to go: a worker that is not full pays nothing.
 */
export class Shedding<W extends Waiter> {
  readonly #connections: Iterable<W>;
  readonly #leavingMost: number;
  /** The next one to go is at the end. Null: nobody was looked at since the last sweep. */
  #victims: W[] | null = null;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** Told to go; their sockets are not closed yet. */
  readonly #leaving = new Set<W>();
  #letGoCount = 0;

  /** `leavingMost`: with more than so many sockets on their way out, no other one is let go. */
  constructor(connections: Iterable<W>, leavingMost: number) {
    this.#connections = connections;
    this.#leavingMost = leavingMost;
  }

  /** How many still count as connections though they were let go. */
  get leavingCount(): number {
    return this.#leaving.size;
  }

  /** How many were let go since the last call. */
  takeLetGoCount(): number {
    const count = this.#letGoCount;
    this.#letGoCount = 0;
    return count;
  }

  /** Lets the connection go that waits most uselessly. False: there is none. */
  letGo(nowMs: number): boolean {
    if (nowMs < this.#notBeforeMs || this.#leaving.size >= this.#leavingMost) return false;
    const victims = this.#victims ??= this.#look(nowMs);
    for (let victim = victims.pop(); victim !== undefined; victim = victims.pop()) {
      // It may have sent a request since, or left.
      if (!waitsLong(victim, nowMs)) continue;
      victim.shed();
      if (isWaiting(victim.phase)) continue;
      if (victim.phase !== "closed") this.#leaving.add(victim);
      this.#letGoCount++;
      return true;
    }
    return false;
  }

  /** The socket of this connection is closed. */
  closed(connection: W): void {
    this.#leaving.delete(connection);
  }

  /** A sweep: what was found before it is out of date, and must not be kept alive from here. */
  swept(): void {
    this.#victims = null;
  }

  /** The event loop was blocked until now. What clients sent meanwhile is not read yet: none of them waits for sure. */
  postpone(nowMs: number): void {
    this.#notBeforeMs = nowMs + SHED_GRACE_MS;
  }

  #look(nowMs: number): W[] {
    // Connections come in the order of their age, so that there is little to sort.
    return [...this.#connections].filter((one) => waitsLong(one, nowMs)).sort(byUselessness).reverse();
  }
}

function waitsLong(connection: Waiter, nowMs: number): boolean {
  return isWaiting(connection.phase) && nowMs - connection.phaseSinceMs >= SHED_GRACE_MS;
}

function isWaiting(phase: ConnectionPhase): boolean {
  return phase === "idle" || phase === "head" || phase === "proxy";
}

/** Those that go first come first. A client that was answered is likely to come back, and has shown that it ends what it begins. */
function byUselessness(one: Waiter, other: Waiter): number {
  return Number(isKeptAlive(one)) - Number(isKeptAlive(other)) || one.phaseSinceMs - other.phaseSinceMs;
}

function isKeptAlive(connection: Waiter): boolean {
  return connection.phase === "idle" && connection.hadRequest;
}
