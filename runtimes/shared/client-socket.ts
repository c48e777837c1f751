/**
 * One accepted connection over node:net. The hot path: listeners are set once per connection, nothing is made per request.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { ClientSocket, ClientSocketHandlers } from "../../src/runtime/port.ts";

/** The client socket port over a connection of a server with `allowHalfOpen`. */
export class NetClientSocket implements ClientSocket {
  private readonly socket: Socket;
  private readonly isUnix: boolean;

  constructor(socket: Socket, isUnix: boolean) {
    this.socket = socket;
    this.isUnix = isUnix;
    // A reset is followed by "close", which is all that matters; without a listener it would be an uncaught error.
    socket.on("error", destroyIt);
  }

  get remoteAddress(): string {
    // After a reset the system does not know either, while what the client sent is still delivered.
    return this.isUnix ? "" : this.socket.remoteAddress ?? "unknown";
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.socket.localAddress ?? "";
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  attach(handlers: ClientSocketHandlers): void {
    const { socket } = this;
    let isClosed = false;
    socket.on("data", (chunk: Uint8Array) => {
      // A receiver that destroyed the socket in the middle of a batch is not called again.
      if (!socket.destroyed) handlers.received(chunk);
    });
    socket.on("end", () => {
      // Bun says "end" after a destroy() of this side as well.
      if (!socket.destroyed) handlers.ended();
    });
    socket.on("drain", () => handlers.drained());
    socket.on("close", () => {
      if (isClosed) return;
      isClosed = true;
      handlers.closed();
    });
  }

  writeLatin1(text: string): boolean {
    return this.socket.write(text, "latin1");
  }

  write(bytes: Uint8Array): boolean {
    return this.socket.write(bytes);
  }

  bufferedBytes(): number {
    return this.socket.writableLength;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    // A unix socket has no reset, and Node throws where one is asked for.
    if (this.isUnix) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }
}

function destroyIt(this: Socket): void {
  this.destroy();
}
