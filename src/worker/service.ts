/**
 * What a worker serves: acceptors on its slots, the connections they give, and the one way to end them all.
 *
 * @module
 */
import type { ServedApplication } from "../app/bridge.ts";
import type { BootMessage } from "../channel/messages.ts";
import { httpDate } from "../http/date.ts";
import { TrustRules } from "../http/trust-rules.ts";
import type { AccessLog } from "../log/access.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { Acceptor, ClientSocket, InheritancePort, RuntimeAdapter, Undo } from "../runtime/port.ts";
import { SWEEP_GAP_MS, SWEEP_MS } from "./bounds.ts";
import { Connection } from "./connection.ts";
import { connectionLimit } from "./connection-limit.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { RecyclingWatch } from "./recycling.ts";
import { Room } from "./room.ts";

/** A request that takes longer is told to the arbiter. */
const LONG_REQUEST_MS = 1_000;

export interface ServiceParts {
  readonly adapter: RuntimeAdapter;
  readonly inheritance: InheritancePort;
  readonly boot: BootMessage;
  readonly application: ServedApplication;
  readonly log: Logger;
  readonly access: AccessLog | null;
  /** Asks for a successor (`max_requests` and its like). */
  retire(): void;
  /** Tells which request takes longest; null: none takes long. */
  busy(request: string | null): void;
  /** The worker drains, and nobody is left but connections that were taken over, which may stay for long. Called once at most. */
  onlyTunnels(): void;
}

export class Service {
  readonly #parts: ServiceParts;
  readonly #host: ConnectionHost;
  readonly #connections = new Set<Connection>();
  /** By descriptor. */
  readonly #acceptors = new Map<number, Acceptor>();
  /** Changes of the assignment, one after another: opening takes a turn, and a descriptor must not be opened twice. */
  #assignment: Promise<void> = Promise.resolve();
  readonly #room: Room<Connection>;
  readonly #recycling: RecyclingWatch;
  /** What the arbiter said last. */
  #slots: readonly number[] = [];
  /** A listener could not be let go when the worker was full. Runtimes may have given up on it since: it is opened anew. */
  #isStuck = false;
  readonly #stopSweep: Undo;
  /** Whose request the arbiter heard of last. */
  #longest: Connection | null = null;
  #drained: (() => void) | null = null;
  #toldOfTunnels = false;

  constructor(parts: ServiceParts) {
    const { adapter, boot, application, log, access } = parts;
    const { settings } = boot;
    this.#parts = parts;
    const limit = connectionLimit(adapter.files, boot.settings.workerConnections);
    this.#room = new Room(this.#connections, limit, log, () => this.#reassignOrLog());
    this.#host = {
      app: application,
      limits: settings.limits,
      permissions: settings.permissions,
      deadlines: settings.deadlines,
      trust: new TrustRules(settings.trust),
      proxyProtocol: settings.trust.proxyProtocol,
      bytes: adapter.bytes,
      log,
      access,
      server: settings.server,
      keepaliveMs: settings.keepaliveMs,
      requests: 0,
      nowMs: adapter.clock.monotonicMs(),
      date: httpDate(adapter.clock.wallMs()),
      draining: false,
      closed: (connection) => this.#closed(connection),
    };
    this.#recycling = new RecyclingWatch(settings.recycling, adapter.files, this.#host.nowMs, Math.random());
    this.#stopSweep = adapter.clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Accepts from exactly these slots, and always from what all workers share. Resolves when the new ones listen. */
  accept(slots: readonly number[]): Promise<void> {
    this.#slots = slots;
    return this.#reassign();
  }

  #reassign(): Promise<void> {
    const change = this.#assignment.then(() => this.#assign());
    this.#assignment = change.catch(() => {});
    return change;
  }

  /**
   * Stops accepting, answers the next request of every connection with `Connection: close`, ends what stays idle after a short
   * grace, and gives up after `graceful_timeout`. Closing a connection that merely looks idle would lose the
   * request that is on the wire already.
   */
  drain(drained: () => void): void {
    const { inheritance, boot, application } = this.#parts;
    this.#host.draining = true;
    void this.#assignment.then(() => {
      for (const acceptor of this.#acceptors.values()) acceptor.close(false);
      this.#acceptors.clear();
      inheritance.releaseListeners();
    });
    application.drain();
    for (const connection of this.#connections) connection.drain();
    this.#drained = drained;
    this.limitDrain(boot.settings.gracefulTimeoutMs);
    this.#tellTunnels();
    this.#finishIfEmpty();
  }

  /** Ends a drain after so long at the latest. */
  limitDrain(limitMs: number): void {
    const { adapter, log } = this.#parts;
    adapter.clock.after(limitMs, () => {
      if (this.#connections.size > 0) {
        log.log(
          "warning",
          `Worker graceful timeout (pid:${adapter.process.pid}): ${this.#connections.size} connections are cut off`,
        );
      }
      for (const connection of this.#connections) connection.giveUp();
      this.#finish();
    });
  }

  /**
   * Never in the turn of an accept: Deno takes all that wait in a listener's queue at once and would reset those that it has not handed
   * over when the listener closes. A burst can therefore take a worker past its limit there, by what waits in the queue at most.
   */
  async #assign(): Promise<void> {
    const { boot, inheritance } = this.#parts;
    let isStuck = false;
    for (const [index, { slot, address }] of boot.listeners.entries()) {
      const fd = inheritance.listenerFds[index];
      if (fd === undefined || this.#host.draining) continue;
      const wanted = !this.#room.isFull && (slot === null || this.#slots.includes(slot));
      const acceptor = this.#acceptors.get(fd);
      if (acceptor !== undefined && (!wanted || this.#isStuck)) {
        try {
          acceptor.close(true);
          this.#acceptors.delete(fd);
        } catch {
          // No descriptor is free to keep the listener by: it goes on accepting, or does not, until clients have left.
          isStuck = true;
          continue;
        }
      }
      if (wanted && !this.#acceptors.has(fd)) {
        const { backlog } = boot.settings;
        this.#acceptors.set(fd, await inheritance.accept(fd, address.kind, backlog, (socket) => this.#accepted(socket)));
      }
    }
    this.#isStuck = isStuck || (this.#isStuck && this.#room.isFull);
  }

  #accepted(socket: ClientSocket): void {
    this.#connections.add(new Connection(socket, this.#host));
    // Nobody comes any more: who is here is not in the way.
    if (!this.#host.draining) this.#room.added(this.#host.nowMs);
  }

  #reassignOrLog(): void {
    this.#reassign().catch((error: unknown) => this.#parts.log.log("error", `Cannot accept: ${describeError(error)}`));
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection);
    if (!this.#host.draining) this.#room.removed(connection);
    if (this.#drained !== null) this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (this.#connections.size > 0) return;
    const { application } = this.#parts;
    if (application.pendingCount === 0) this.#finish();
    // What the application asked to wait for may have begun during the drain.
    else void application.settled().then(() => this.#finishIfEmpty());
  }

  /** Not at every end of a connection: there may be thousands. */
  #tellTunnels(): void {
    if (this.#toldOfTunnels || this.#connections.size === 0 || this.#parts.application.pendingCount > 0) return;
    for (const { phase } of this.#connections) if (phase !== "tunnel") return;
    this.#toldOfTunnels = true;
    this.#parts.onlyTunnels();
  }

  #finish(): void {
    const drained = this.#drained;
    if (drained === null) return;
    this.#drained = null;
    this.#stopSweep();
    drained();
  }

  /** A worker that hangs cannot say any more what it is at: it is said before. */
  #tellLongest(nowMs: number): void {
    let longest: Connection | null = null;
    let sinceMs = nowMs - LONG_REQUEST_MS;
    for (const connection of this.#connections) {
      if (connection.phase !== "exchange" || connection.phaseSinceMs > sinceMs) continue;
      longest = connection;
      sinceMs = connection.phaseSinceMs;
    }
    if (longest === this.#longest) return;
    this.#longest = longest;
    this.#parts.busy(longest?.request ?? null);
  }

  #sweep(): void {
    const { clock } = this.#parts.adapter;
    const nowMs = clock.monotonicMs();
    const gapMs = nowMs - this.#host.nowMs;
    this.#host.nowMs = nowMs;
    this.#host.date = httpDate(clock.wallMs());
    if (this.#isStuck && !this.#room.isFull) this.#reassignOrLog();
    const wasBlocked = gapMs > SWEEP_GAP_MS;
    for (const connection of this.#connections) {
      if (wasBlocked) connection.postpone(gapMs);
      else connection.expire();
    }
    this.#tellLongest(nowMs);
    if (this.#host.draining) return this.#tellTunnels();
    this.#room.swept(nowMs, wasBlocked);
    const reason = this.#recycling.reason(this.#host.requests, nowMs);
    if (reason === null) return;
    this.#parts.log.log("info", `Autorestarting worker after ${reason}`);
    this.#parts.retire();
  }
}
