/** @module A connection that was taken over, under the duplex stream that the application holds. */
import { Buffer } from "node:buffer";
import type { ClientSocket, ClientSocketHandlers } from "../../../src/runtime/port.ts";

/** What the stream is to its tunnel. */
export interface TunnelEnd {
  /** Takes bytes, or null for the end of the client's half. False: no more for now. */
  received(bytes: Buffer | null): boolean;
  /** The connection is gone. */
  closed(): void;
}

export class SocketTunnel implements ClientSocketHandlers {
  readonly #stream: TunnelEnd;
  readonly #socket: ClientSocket;
  /** Of the one write that the client has no room for. */
  #written: ((error?: Error | null) => void) | null = null;
  #isPaused = false;
  /** Our FIN was sent. */
  #isFinished = false;
  #isClosed = false;

  constructor(stream: TunnelEnd, socket: ClientSocket) {
    this.#stream = stream;
    this.#socket = socket;
    socket.attach(this);
  }

  // What the connection tells.

  /** Bytes of the new protocol. */
  received(bytes: Uint8Array): void {
    if (this.#stream.received(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  ended(): void {
    this.#stream.received(null);
  }

  drained(): void {
    const written = this.#written;
    this.#written = null;
    written?.();
  }

  closed(): void {
    this.#isClosed = true;
    const written = this.#written;
    this.#written = null;
    this.#stream.closed();
    written?.(Object.assign(new Error("write after the connection was closed"), { code: "EPIPE" }));
  }

  // What the stream asks for.

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** One at a time; `written` is called when there is room for the next. */
  write(bytes: Uint8Array, written: (error?: Error | null) => void): void {
    if (this.#isClosed || this.#socket.write(bytes)) written();
    else this.#written = written;
  }

  end(): void {
    this.#isFinished = true;
    this.#socket.end();
  }

  /** `isFailure`: at once. Else what was written before the end still goes out, and the socket then ends by itself. */
  destroy(isFailure: boolean): void {
    if (this.#isClosed) return;
    if (!isFailure && this.#isFinished && this.#socket.bufferedBytes() > 0) return;
    this.#socket.destroy();
  }
}
