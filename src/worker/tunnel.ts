/**
 * A connection after it was handed over: the socket as the application has it, and the events that its connection passes on.
 *
 * @module
 */
import { describeError, type Logger } from "../log/logger.ts";
import type { ClientSocket, ClientSocketHandlers } from "../runtime/port.ts";

/**
 * The connection stays attached to the real socket, so that its worker goes on counting it, and tells this one what happens. What happens
 * before the application attaches, or in a runtime's buffers while reading is paused, waits here in order.
 */
export class Tunnel implements ClientSocket {
  private readonly socket: ClientSocket;
  private readonly log: Logger;
  private handlers: ClientSocketHandlers | null = null;
  private waiting: Uint8Array[] = [];
  /** FIN came, and was not told yet. */
  private endWaits = false;
  private isClosed = false;
  private closeTold = false;
  /** The application does not want bytes now. Until it attaches, it cannot. */
  private isPaused = true;
  private catchUpQueued = false;

  /** The socket must be paused. `peerEnded`: FIN came already. */
  constructor(socket: ClientSocket, peerEnded: boolean, log: Logger) {
    this.socket = socket;
    this.endWaits = peerEnded;
    this.log = log;
  }

  // What the application asks for.

  get remoteAddress(): string {
    return this.socket.remoteAddress;
  }

  get remotePort(): number {
    return this.socket.remotePort;
  }

  get localAddress(): string {
    return this.socket.localAddress;
  }

  get localPort(): number {
    return this.socket.localPort;
  }

  reset(): void {
    if (!this.isClosed) this.socket.reset();
  }

  attach(handlers: ClientSocketHandlers): void {
    this.handlers = handlers;
    this.resume();
  }

  writeLatin1(text: string): boolean {
    return this.isClosed || this.socket.writeLatin1(text);
  }

  write(bytes: Uint8Array): boolean {
    return this.isClosed || this.socket.write(bytes);
  }

  bufferedBytes(): number {
    return this.isClosed ? 0 : this.socket.bufferedBytes();
  }

  pause(): void {
    this.isPaused = true;
    if (!this.isClosed) this.socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.queueCatchUp();
  }

  end(): void {
    if (!this.isClosed) this.socket.end();
  }

  destroy(): void {
    this.waiting = [];
    if (!this.isClosed) this.socket.destroy();
  }

  // What the connection tells.

  received(bytes: Uint8Array): void {
    if (this.isPaused || this.catchUpQueued) this.waiting.push(bytes);
    else this.tell((handlers) => handlers.received(bytes));
  }

  ended(): void {
    this.endWaits = true;
    this.queueCatchUp();
  }

  drained(): void {
    // Who has not attached has not written.
    this.tell((handlers) => handlers.drained());
  }

  closed(): void {
    this.isClosed = true;
    this.queueCatchUp();
  }

  // Inside.

  /** Never in the call of `attach` or `resume`: who makes it may have the first bytes of the protocol to look at before. */
  private queueCatchUp(): void {
    if (this.catchUpQueued || this.handlers === null) return;
    this.catchUpQueued = true;
    queueMicrotask(this.catchUp);
  }

  private readonly catchUp = (): void => {
    while (!this.isPaused) {
      const bytes = this.waiting.shift();
      if (bytes === undefined) break;
      this.tell((handlers) => handlers.received(bytes));
    }
    this.catchUpQueued = false;
    if (this.isClosed) return this.tellClosed();
    if (this.isPaused) return;
    if (this.endWaits) {
      this.endWaits = false;
      this.tell((handlers) => handlers.ended());
    }
    this.socket.resume();
  };

  private tellClosed(): void {
    if (this.closeTold) return;
    this.closeTold = true;
    // The bytes may be the end of a message; nobody resumes a socket that is gone.
    const waiting = this.waiting;
    this.waiting = [];
    for (const bytes of waiting) this.tell((handlers) => handlers.received(bytes));
    if (this.endWaits) this.tell((handlers) => handlers.ended());
    this.endWaits = false;
    this.tell((handlers) => handlers.closed());
  }

  /** What the application throws ends its connection and nothing else. */
  private tell(event: (handlers: ClientSocketHandlers) => void): void {
    if (this.handlers === null) return;
    try {
      event(this.handlers);
    } catch (error) {
      this.log.log("error", `Error in a connection that was taken over\n${describeError(error)}`);
      this.destroy();
    }
  }
}
