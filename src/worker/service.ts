/**
 * What a worker serves: acceptors on its slots, the connections they give, and the one way to end them all.
 *
 * @module
 */
import type { FetchApplication } from "../app/fetch.ts";
import type { BootMessage } from "../channel/messages.ts";
import { httpDate } from "../http/date.ts";
import type { AccessLog } from "../log/access.ts";
import type { Logger } from "../log/logger.ts";
import type { Acceptor, ClientSocket, InheritancePort, RuntimeAdapter, Undo } from "../runtime/port.ts";
import { SWEEP_MS } from "./bounds.ts";
import { Connection } from "./connection.ts";
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
  readonly #stopSweep: Undo;
  #drained: (() => void) | null = null;

  constructor(parts: ServiceParts) {
    const { adapter, boot, application, log, access } = parts;
    this.#parts = parts;
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
    const change = this.#assignment.then(() => this.#assign(slots));
    this.#assignment = change.catch(() => {});
    return change;
  }

  /**
   * Stops accepting, answers the next request of every connection with `Connection: close`, ends what stays idle after a short
   * grace, and gives up after `graceful_timeout` (or `limitMs`). Closing a connection that merely looks idle would lose the
   * request that is on the wire already.
   */
  drain(limitMs: number | null, drained: () => void): void {
    const { adapter, application, log, boot } = this.#parts;
    const graceMs = Math.min(limitMs ?? boot.settings.gracefulTimeoutMs, boot.settings.gracefulTimeoutMs);
    this.#host.draining = true;
    void this.#assignment.then(() => {
      for (const acceptor of this.#acceptors.values()) acceptor.close(false);
      this.#acceptors.clear();
    });
    for (const connection of this.#connections) connection.drain();
    this.#drained = drained;
    adapter.clock.after(graceMs, () => {
      if (this.#connections.size > 0) {
        log.log(
          "warning",
          `Worker graceful timeout (pid:${adapter.process.pid}): ${this.#connections.size} connections are cut off`,
        );
      }
      for (const connection of this.#connections) connection.abandon("The worker's graceful timeout is over");
      this.#finish();
    });
    void application.settled().then(() => this.#finishIfEmpty());
    this.#finishIfEmpty();
  }

  async #assign(slots: readonly number[]): Promise<void> {
    const { boot, inheritance } = this.#parts;
    for (const [index, { slot }] of boot.listeners.entries()) {
      const fd = inheritance.listenerFds[index];
      if (fd === undefined || this.#host.draining) continue;
      const wanted = slot === null || slots.includes(slot);
      const acceptor = this.#acceptors.get(fd);
      if (wanted && acceptor === undefined) {
        this.#acceptors.set(fd, await inheritance.accept(fd, boot.settings.backlog, (socket) => this.#accepted(socket)));
      } else if (!wanted && acceptor !== undefined) {
        this.#acceptors.delete(fd);
        acceptor.close(true);
      }
    }
  }

  #accepted(socket: ClientSocket): void {
    this.#connections.add(new Connection(socket, this.#host));
  }

  #closed(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#drained !== null) this.#finishIfEmpty();
  }

  #finishIfEmpty(): void {
    if (this.#connections.size === 0 && this.#parts.application.pendingCount === 0) this.#finish();
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
    this.#host.nowMs = clock.monotonicMs();
    this.#host.date = httpDate(clock.wallMs());
    for (const connection of this.#connections) connection.expire();
  }
}
