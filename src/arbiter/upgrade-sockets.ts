/**
 * The sockets that an old arbiter hands over, until each is taken for an address or let go.
 *
 * @module
 */
import type { BoundSocket, SocketPort } from "../runtime/port.ts";
import type { HandedListener } from "./upgrade-record.ts";

/** The sockets of one address, with descriptors of this process. */
export interface HandedSockets {
  /** The address as the old arbiter's configuration has it. */
  readonly bind: string;
  readonly slotted: boolean;
  readonly first: BoundSocket;
  readonly sockets: readonly BoundSocket[];
}

export class HandedPool {
  readonly #port: SocketPort;
  readonly #all: HandedSockets[];

  /** Throws a SystemError for a descriptor that is not there. */
  constructor(port: SocketPort, listeners: readonly HandedListener[]) {
    this.#port = port;
    this.#all = listeners.flatMap(({ bind, slotted, fds }) => {
      const sockets = fds.map((fd) => port.inherit(fd));
      const [first] = sockets;
      return first === undefined ? [] : [{ bind, slotted, first, sockets }];
    });
  }

  /** Takes the first that fits; null where none does. */
  take(fits: (handed: HandedSockets) => boolean): HandedSockets | null {
    const index = this.#all.findIndex(fits);
    return index < 0 ? null : this.#all.splice(index, 1)[0] ?? null;
  }

  /** Lets go what nobody took; the old arbiter goes on with it. */
  close(): void {
    for (const { sockets } of this.#all.splice(0)) {
      for (const socket of sockets) this.#port.close(socket);
    }
  }
}
