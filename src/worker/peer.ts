/** @module The two ends of a connection. Asking the system costs two calls, so that is done when somebody wants to know. */
import type { PeerInfo } from "../app/application.ts";
import type { ClientSocket } from "../runtime/port.ts";

export class SocketPeer implements PeerInfo {
  readonly secure = false;
  readonly #socket: ClientSocket;
  #remoteAddress: string | null = null;

  constructor(socket: ClientSocket) {
    this.#socket = socket;
  }

  /** Remembered: a socket that is closed has forgotten it, and the log wants it then. */
  get remoteAddress(): string {
    return this.#remoteAddress ??= this.#socket.remoteAddress;
  }

  get remotePort(): number {
    return this.#socket.remotePort;
  }

  get localAddress(): string {
    return this.#socket.localAddress;
  }

  get localPort(): number {
    return this.#socket.localPort;
  }
}
