/**
 * What a worker serves: acceptors on its slots, the connections they give, and the one way to end them all.
 *
 * @module
 */
import type { FetchApplication } from "../app/fetch.ts";
import type { BootMessage } from "../channel/messages.ts";
import { httpDate } from "../http/date.ts";
import type { AccessLog } from "../log/access.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { Acceptor, ClientSocket, InheritancePort, RuntimeAdapter, Undo } from "../runtime/port.ts";
import { SWEEP_GAP_MS, SWEEP_MS } from "./bounds.ts";
import { Connection } from "./connection.ts";
import { type ConnectionLimit, connectionLimit } from "./connection-limit.ts";
import type { ConnectionHost } from "./connection-host.ts";

/** Value of the Server field: no version, which would only help an attacker. */
const SERVER = "tsgunicorn";

export interface ServiceParts {
  readonly adapter: RuntimeAdapter;
  readonly inheritance: InheritancePort;
  readonly boot: BootMessage;
  readonly application: FetchApplication;
  readonly log: Logger;
  readonly access: AccessLog | null;
}

export class Service {
  readonly #parts: ServiceParts;
  readonly #host: ConnectionHost;
  readonly #connections = new Set<Connection>();
  /** By descriptor. */
  readonly #acceptors = new Map<number, Acceptor>();
  /** Changes of the assignment, one after another: opening takes a turn, and a descriptor must not be opened twice. */
  #assignment: Promise<void> = Promise.resolve();
  readonly #limit: ConnectionLimit;
  /** What the arbiter said last. */
  #slots: readonly number[] = [];
  /** As many connections as may be: nothing is accepted. */
  #isFull = false;
  /** A listener could not be let go when the worker was full. Runtimes may have given up on it since: it is opened anew. */
  #isStuck = false;
  readonly #stopSweep: Undo;
  #drained: (() => void) | null = null;

  constructor(parts: ServiceParts) {
    const { adapter, boot, application, log, access } = parts;
    this.#parts = parts;
    this.#limit = connectionLimit(adapter.files);
    this.#host = {
      app: application,
      limits: boot.settings.limits,
      bytes: adapter.bytes,
      log,
      access,
      server: SERVER,
      keepaliveMs: boot.settings.keepaliveMs,
      nowMs: adapter.clock.monotonicMs(),
      date: httpDate(adapter.clock.wallMs()),
      draining: false,
      closed: (connection) => this.#closed(connection),
    };
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
    const { inheritance, boot } = this.#parts;
    this.#host.draining = true;
    void this.#assignment.then(() => {
      for (const acceptor of this.#acceptors.values()) acceptor.close(false);
      this.#acceptors.clear();
      inheritance.releaseListeners();
    });
    for (const connection of this.#connections) connection.drain();
    this.#drained = drained;
    this.limitDrain(boot.settings.gracefulTimeoutMs);
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
      for (const connection of this.#connections) connection.abandon("The worker's graceful timeout is over");
      this.#finish();
    });
  }

  async #assign(): Promise<void> {
    const { boot, inheritance } = this.#parts;
    let isStuck = false;
    for (const [index, { slot }] of boot.listeners.entries()) {
      const fd = inheritance.listenerFds[index];
      if (fd === undefined || this.#host.draining) continue;
      const wanted = !this.#isFull && (slot === null || this.#slots.includes(slot));
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
        this.#acceptors.set(fd, await inheritance.accept(fd, boot.settings.backlog, (socket) => this.#accepted(socket)));
      }
    }
    this.#isStuck = isStuck || (this.#isStuck && this.#isFull);
  }

  #accepted(socket: ClientSocket): void {
    this.#connections.add(new Connection(socket, this.#host));
    if (this.#connections.size >= this.#limit.most && !this.#isFull) {
      this.#changeFull(
        true,
        `${this.#limit.most} connections, the most that the limit of open files (ulimit -n) allows: others wait`,
      );
    }
  }

  #changeFull(isFull: boolean, text: string): void {
    const { log } = this.#parts;
    this.#isFull = isFull;
    log.log("warning", text);
    this.#reassignOrLog();
  }

  #reassignOrLog(): void {
    this.#reassign().catch((error: unknown) => this.#parts.log.log("error", `Cannot accept: ${describeError(error)}`));
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#isFull && this.#connections.size <= this.#limit.resumeAt && !this.#host.draining) {
      this.#changeFull(false, "Connections are accepted again");
    }
    if (this.#drained !== null) this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (this.#connections.size > 0) return;
    const { application } = this.#parts;
    if (application.pendingCount === 0) this.#finish();
    // What the application asked to wait for may have begun during the drain.
    else void application.settled().then(() => this.#finishIfEmpty());
  }

  #finish(): void {
    const drained = this.#drained;
    if (drained === null) return;
    this.#drained = null;
    this.#stopSweep();
    drained();
  }

  #sweep(): void {
    const { clock } = this.#parts.adapter;
    const nowMs = clock.monotonicMs();
    const gapMs = nowMs - this.#host.nowMs;
    this.#host.nowMs = nowMs;
    this.#host.date = httpDate(clock.wallMs());
    if (this.#isStuck && !this.#isFull) this.#reassignOrLog();
    for (const connection of this.#connections) {
      if (gapMs > SWEEP_GAP_MS) connection.postpone(gapMs);
      else connection.expire();
    }
  }
}
