/**
 * What a connection is busy with, since when, and until when. The clock is the worker's, which the sweep sets.
 *
 * @module
 */
import { DRAIN_GRACE_MS, LINGER_MAX_MS, LINGER_MS } from "./bounds.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { ConnectionPhase } from "./phase.ts";

const NEVER_MS = Number.POSITIVE_INFINITY;
/** A deadline that the next sweep finds passed, whatever happens before. */
const AT_ONCE_MS = Number.NEGATIVE_INFINITY;

export class PhaseClock {
  // Read for every request; only the connection changes them.
  phase: ConnectionPhase;
  /** While `idle`: the time of the accept or of the last answer. */
  sinceMs: number;
  private readonly host: ConnectionHost;
  private dueMs: number;
  /** When the first request's head must be here, which the PROXY header before it counts in. */
  private headDueMs = NEVER_MS;

  constructor(host: ConnectionHost) {
    this.host = host;
    this.phase = host.proxyProtocol === "off" ? "idle" : "proxy";
    this.sinceMs = host.nowMs;
    this.dueMs = this.firstByteDueMs();
  }

  /** Whether the deadline has passed. It is then none until the next is set. */
  get isOver(): boolean {
    if (this.host.nowMs < this.dueMs) return false;
    this.dueMs = NEVER_MS;
    return true;
  }

  /** The first byte of a PROXY header is here. */
  beginProxy(): void {
    this.dueMs = this.headDueMs = this.after(this.host.deadlines.headMs);
  }

  /** The connection was introduced, or nobody wanted to. */
  endProxy(): void {
    this.phase = "idle";
    this.dueMs = Math.min(this.firstByteDueMs(), this.headDueMs);
  }

  /** The first byte of a request head is here. */
  beginHead(): void {
    this.enter("head");
    this.dueMs = Math.min(this.after(this.host.deadlines.headMs), this.headDueMs);
  }

  beginExchange(): void {
    this.enter("exchange");
    this.headDueMs = NEVER_MS;
    this.dueMs = NEVER_MS;
  }

  /** The application waits for content; until then at most. Infinite: as long as it likes. */
  waitForBody(dueMs: number): void {
    this.dueMs = dueMs;
  }

  beginIdle(): void {
    this.enter("idle");
    this.dueMs = this.host.nowMs + this.idleMs();
  }

  beginDiscard(): void {
    this.enter("discard");
    this.dueMs = this.host.nowMs + LINGER_MS;
  }

  beginLinger(): void {
    this.enter("linger");
    this.dueMs = this.host.nowMs + LINGER_MS;
  }

  beginTunnel(): void {
    this.enter("tunnel");
    this.dueMs = NEVER_MS;
  }

  /** The client sends on, though our side is closed. While it does, it may not look at its answer. */
  lingerOn(): void {
    if (this.dueMs === AT_ONCE_MS) return;
    const mostMs = this.host.draining ? LINGER_MS : LINGER_MAX_MS;
    this.dueMs = Math.min(this.host.nowMs + LINGER_MS, this.sinceMs + mostMs);
  }

  /** The next sweep ends this phase. */
  endAtOnce(): void {
    this.dueMs = AT_ONCE_MS;
  }

  /** The client still takes its answer: what may follow is timed from the end of that. True: this put the deadline off. */
  restart(): boolean {
    if (this.dueMs === AT_ONCE_MS || this.host.nowMs < this.dueMs) return false;
    switch (this.phase) {
      case "idle":
        this.beginIdle();
        return true;
      case "discard":
        this.beginDiscard();
        return true;
      case "linger":
        this.beginLinger();
        return true;
      default:
        return false;
    }
  }

  /** The worker drains: who has not begun to ask gets a short grace for it. */
  shorten(): void {
    this.dueMs = Math.min(this.dueMs, this.host.nowMs + DRAIN_GRACE_MS);
  }

  /** The event loop was blocked for so long: what passed meanwhile was nobody's fault. */
  postpone(ms: number): void {
    this.sinceMs += ms;
    this.dueMs += ms;
    this.headDueMs += ms;
  }

  private enter(phase: ConnectionPhase): void {
    this.phase = phase;
    this.sinceMs = this.host.nowMs;
  }

  /** `ms` is a setting: 0 is never. */
  private after(ms: number): number {
    return ms === 0 ? NEVER_MS : this.host.nowMs + ms;
  }

  private firstByteDueMs(): number {
    return this.host.draining ? this.host.nowMs + DRAIN_GRACE_MS : this.after(this.host.deadlines.firstByteMs);
  }

  /** How long a connection may carry no request. */
  private idleMs(): number {
    return this.host.draining ? Math.min(this.host.keepaliveMs, DRAIN_GRACE_MS) : this.host.keepaliveMs;
  }
}
