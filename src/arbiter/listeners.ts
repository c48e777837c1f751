/**
 * The arbiter's listening sockets. A TCP address has a socket for every slot (SO_REUSEPORT: the kernel spreads connections,
 * and a slot's queue outlives its worker); a unix socket or an inherited descriptor is one socket that all workers share.
 *
 * @module
 */
import type { InheritedListener } from "../channel/messages.ts";
import type { BindTarget } from "../config/bind.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { BoundSocket, ClockPort, SocketAddress, SocketPort, SystemError } from "../runtime/port.ts";

/** gunicorn's rule for an address in use, in case an earlier server is still leaving. */
const BIND_ATTEMPTS = 5;
const BIND_RETRY_MS = 1_000;
/** Looking at the accept queues while they empty, and the longest that may take. */
const SEAL_POLL_MS = 10;
const SEAL_LIMIT_MS = 1_000;

export interface ListenerOptions {
  readonly backlog: number;
  /** Slots that listen from the start. */
  readonly firstSlots: number;
  /** Slots that are bound; the rest is activated by the worker that gets it. */
  readonly slotCapacity: number;
  readonly unixUmask: number;
}

/** Says which address cannot be had, and why. */
export class ListenError extends Error {
  override readonly name: string = "ListenError";
}

interface Entry {
  readonly address: SocketAddress;
  readonly sockets: readonly BoundSocket[];
  readonly slotted: boolean;
}

export class Listeners {
  readonly #sockets: SocketPort;
  readonly #clock: ClockPort;
  readonly #entries: Entry[] = [];

  private constructor(sockets: SocketPort, clock: ClockPort) {
    this.#sockets = sockets;
    this.#clock = clock;
  }

  /** Binds all addresses or none. Rejects with a {@link ListenError}. */
  static async open(
    sockets: SocketPort,
    clock: ClockPort,
    log: Logger,
    binds: readonly BindTarget[],
    options: ListenerOptions,
  ): Promise<Listeners> {
    const listeners = new Listeners(sockets, clock);
    try {
      for (const target of binds) await listeners.#add(target, binds, options, log);
    } catch (error) {
      listeners.close();
      throw error;
    }
    return listeners;
  }

  /** For the log: `http://127.0.0.1:8000,unix:/run/app.sock`. */
  describe(): string {
    return this.#entries.map(({ address }) => describeAddress(address)).join(",");
  }

  /** What every worker inherits, in the order of {@link fds}. */
  inherited(): InheritedListener[] {
    return this.#entries.flatMap(({ address, sockets, slotted }) =>
      sockets.map((_, index) => ({ address, slot: slotted ? index : null }))
    );
  }

  fds(): number[] {
    return this.#entries.flatMap(({ sockets }) => sockets.map(({ fd }) => fd));
  }

  /** Lets no new connection in and calls `emptied` when none waits in a queue any more, or after a second. */
  seal(emptied: () => void): void {
    const all = this.#entries.flatMap((entry) => entry.sockets);
    for (const socket of all) {
      try {
        this.#sockets.refuseNew(socket);
      } catch {
        // A sandbox may forbid socket filters: the queue is emptied all the same, and what comes after that is reset.
      }
    }
    const limitMs = this.#clock.monotonicMs() + SEAL_LIMIT_MS;
    const stop = this.#clock.every(SEAL_POLL_MS, () => {
      if (this.#clock.monotonicMs() < limitMs && all.some((socket) => this.#sockets.hasWaiting(socket))) return;
      stop();
      emptied();
    });
  }

  close(): void {
    for (const { sockets } of this.#entries) {
      for (const socket of sockets) this.#sockets.close(socket);
    }
    this.#entries.length = 0;
  }

  async #add(target: BindTarget, all: readonly BindTarget[], options: ListenerOptions, log: Logger): Promise<void> {
    if (target.kind === "fd") {
      const socket = attempt(`fd://${target.fd}`, () => this.#sockets.inherit(target.fd));
      this.#listen(socket, options.backlog);
      this.#entries.push({ address: socket.address, sockets: [socket], slotted: false });
      return;
    }
    const address = target.kind === "unix" ? target : await this.#resolve(target.host, target.port);
    const v6Only = address.kind === "tcp" && address.family === 6 &&
      all.some((other) => other.kind === "tcp" && other.port === address.port && !other.host.includes(":"));
    const slotted = address.kind === "tcp";
    const first = await this.#bindPatiently(address, { siblings: slotted, unixUmask: options.unixUmask, v6Only }, log);
    const sockets = [first];
    this.#entries.push({ address: first.address, sockets, slotted });
    // Before any sibling: of two servers that start at the same moment, one fails here.
    this.#listen(first, options.backlog);
    while (slotted && sockets.length < options.slotCapacity) {
      const sibling = this.#sockets.bindSibling(first);
      sockets.push(sibling);
      if (sockets.length <= options.firstSlots) this.#listen(sibling, options.backlog);
    }
  }

  #listen(socket: BoundSocket, backlog: number): void {
    attempt(describeAddress(socket.address), () => this.#sockets.listen(socket, backlog));
  }

  async #resolve(host: string, port: number): Promise<SocketAddress> {
    try {
      return { kind: "tcp", port, ...await this.#sockets.resolve(host) };
    } catch (error) {
      throw new ListenError(`Cannot find the host of bind "${host}:${port}": ${messageOf(error)}`, { cause: error });
    }
  }

  async #bindPatiently(address: SocketAddress, options: Parameters<SocketPort["bind"]>[1], log: Logger): Promise<BoundSocket> {
    for (let left = BIND_ATTEMPTS;; left--) {
      try {
        return this.#sockets.bind(address, options);
      } catch (error) {
        if (codeOf(error) !== "EADDRINUSE") throw new ListenError(messageOf(error), { cause: error });
        const name = describeAddress(address);
        if (left === 1) {
          const advice = "stop the other server, or choose another address with --bind";
          throw new ListenError(`Can't connect to ${name}: ${messageOf(error)}; ${advice}`, { cause: error });
        }
        log.log("error", `Connection in use: ${name}. Retrying in 1 second.`);
        await new Promise<void>((resolve) => this.#clock.after(BIND_RETRY_MS, resolve));
      }
    }
  }
}

/** `http://127.0.0.1:8000`, `http://[::1]:8000`, `unix:/run/app.sock`. */
export function describeAddress(address: SocketAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `http://${address.family === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ListenError(`Cannot listen on "${what}": ${messageOf(error)}`, { cause: error });
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error ? (error as SystemError).code : null;
}
