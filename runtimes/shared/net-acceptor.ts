/**
 * Accepts connections from an inherited descriptor with node:net, and lets go of it again.
 *
 * @module
 */
import { createServer, type Server } from "node:net";
import type { Acceptor, ClientSocket, SocketAddress } from "../../src/runtime/port.ts";
import { NetClientSocket } from "./client-socket.ts";
import { SystemCallError, wrapError } from "./system-error.ts";

/** What differs between runtimes. */
export interface AcceptorParts {
  /** Listens on the descriptor; where the runtime can be told, with this backlog (trap 9). */
  listen(server: Server, fd: number, backlog: number): void;
  /** Restores the backlog where the runtime's own listen(2) has replaced it. */
  restoreBacklog(fd: number, backlog: number): void;
  /** Another descriptor of the same socket, close-on-exec. */
  duplicate(fd: number): number;
  /** Closes a descriptor that no server owns. */
  closeListener(fd: number): void;
}

/** See `InheritancePort.accept`. */
export type Accept = (
  fd: number,
  kind: SocketAddress["kind"],
  backlog: number,
  accepted: (socket: ClientSocket) => void,
) => Promise<Acceptor>;

/** How a worker accepts. */
export interface Accepting {
  readonly accept: Accept;
  /** See `InheritancePort.releaseListeners`. */
  release(fds: readonly number[]): void;
}

/** The accepting of a worker. It remembers under which number a descriptor lives on after `close(true)`. */
export function createAccepting(parts: AcceptorParts): Accepting {
  /** By the number that the port uses. Null: accepting now, or given up. */
  const current = new Map<number, number | null>();
  const accept: Accept = async (fd, kind, backlog, accepted) => {
    const action = `Cannot accept from descriptor ${fd}`;
    const now = current.get(fd);
    if (now === null) throw new SystemCallError(action, "EBADF", "it is in use or was closed");
    const actual = now ?? fd;
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, pauseOnConnect: false },
      (socket) => accepted(new NetClientSocket(socket, kind === "unix")),
    );
    current.set(fd, null);
    try {
      await listening(server, () => parts.listen(server, actual, backlog));
    } catch (error) {
      current.set(fd, actual);
      throw wrapError(action, error);
    }
    let isOpen = true;
    const close = (keepFd: boolean): void => {
      if (!isOpen) return;
      // The server closes its descriptor (trap 14), and with the last one the kernel resets what is queued.
      if (keepFd) current.set(fd, parts.duplicate(actual));
      isOpen = false;
      server.close();
    };
    try {
      parts.restoreBacklog(actual, backlog);
    } catch (error) {
      close(false);
      throw wrapError(action, error);
    }
    return { close };
  };
  const release = (fds: readonly number[]): void => {
    for (const fd of fds) {
      const now = current.get(fd);
      if (now === null) continue;
      current.set(fd, null);
      parts.closeListener(now ?? fd);
    }
  };
  return { accept, release };
}

// Later errors (EMFILE from accept(2)) have no listener on purpose: they are uncaught errors, which a worker logs and survives.
function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((fulfil, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.removeListener("error", reject);
      fulfil();
    });
    listen();
  });
}
