/**
 * Where messages for another program leave as datagrams. Nobody waits for it: what cannot be sent is lost, and the log hears of the first loss.
 *
 * @module
 */
import { type Logger, messageOf } from "./logger.ts";
import type { DatagramSocket, RuntimeAdapter } from "../runtime/port.ts";
import type { DatagramTarget } from "./datagram-target.ts";

/** Datagrams that wait at most while the name of the host is looked up. */
const WAITING_MAX_COUNT = 64;
/** Between two attempts to look the host up or to make the socket. */
const RETRY_AFTER_MS = 10_000;

/** Takes what is to be sent. Never throws, never waits. */
export interface Outlet {
  send(text: string): void;
  close(): void;
}

/** What an outlet is made of. */
export interface OutletParts {
  readonly adapter: Pick<RuntimeAdapter, "sockets" | "clock">;
  /** Hears of the first loss. */
  readonly log: Logger;
  /** The setting that names the target. */
  readonly setting: string;
}

/** An {@link Outlet} for datagrams. */
export class DatagramOutlet implements Outlet {
  readonly #parts: OutletParts;
  readonly #target: DatagramTarget;
  #socket: DatagramSocket | null = null;
  #waiting: string[] = [];
  #isOpening = false;
  #isClosed = false;
  #hasWarned = false;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: OutletParts, target: DatagramTarget) {
    this.#parts = parts;
    this.#target = target;
    // At once: what is sent later leaves at once too, and a process that ends loses nothing.
    void this.#open();
  }

  send(text: string): void {
    if (this.#isClosed) return;
    if (this.#socket !== null) return this.#sendNow(this.#socket, text);
    if (this.#waiting.length < WAITING_MAX_COUNT) this.#waiting.push(text);
    if (this.#isOpening || this.#parts.adapter.clock.monotonicMs() < this.#retryAtMs) return;
    void this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#socket?.close();
    this.#socket = null;
  }

  async #open(): Promise<void> {
    const { adapter } = this.#parts;
    this.#isOpening = true;
    try {
      const sockets = await adapter.sockets();
      const target = this.#target;
      const socket = sockets.openDatagram(
        target.kind === "unix" ? target : { ...await sockets.resolve(target.host), kind: "tcp", port: target.port },
      );
      if (this.#isClosed) return socket.close();
      this.#socket = socket;
      for (const text of this.#waiting) this.#sendNow(socket, text);
    } catch (error) {
      this.#retryAtMs = adapter.clock.monotonicMs() + RETRY_AFTER_MS;
      this.#warn(error);
    } finally {
      this.#waiting = [];
      this.#isOpening = false;
    }
  }

  #sendNow(socket: DatagramSocket, text: string): void {
    try {
      socket.send(text);
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    if (this.#hasWarned || this.#isClosed) return;
    this.#hasWarned = true;
    const { log, setting } = this.#parts;
    log.log("warning", `${setting}: ${messageOf(error)}; what goes there is lost until it can be sent (said once)`);
  }
}
