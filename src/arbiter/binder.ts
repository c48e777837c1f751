/**
 * Makes the sockets of an address: a TCP address has one for every slot (SO_REUSEPORT: the kernel spreads connections, and a slot's
 * queue outlives its worker); a unix socket or an inherited descriptor is one socket that all workers share.
 *
 * @module
 */
import type { BindTarget } from "../config/bind.ts";
import { messageOf } from "../log/logger.ts";
import type { BoundSocket, FileOwner, SocketAddress, SocketPort, SystemError } from "../runtime/port.ts";
import { describeAddress, type Listener } from "./listener-set.ts";

export interface BinderOptions {
  readonly backlog: number;
  /** Slots that listen at once; the others when a worker gets them. The first does in any case: it is how an address in use is noticed. */
  readonly firstSlots: number;
  /** Slots that are bound. */
  readonly slotCapacity: number;
  readonly unixUmask: number;
  /** Who gets the files of unix sockets; null: they stay the arbiter's. Settings `user` and `group`. */
  readonly unixOwner: FileOwner | null;
  /** Other servers may have the address too. Setting `reuse_port`. */
  readonly isShareable: boolean;
}

/** Says which address cannot be had, and why. */
export class ListenError extends Error {
  override readonly name: string = "ListenError";
}

/** The address is in use: it may be free in a moment. */
export class AddressInUseError extends ListenError {
  override readonly name: string = "AddressInUseError";
}

export class Binder {
  readonly #port: SocketPort;
  readonly #options: BinderOptions;
  readonly #all: readonly BindTarget[];
  /** What was opened here, to be closed when the whole comes to nothing. */
  readonly #opened: BoundSocket[] = [];

  /** `all`: every address that there is to be. */
  constructor(port: SocketPort, options: BinderOptions, all: readonly BindTarget[]) {
    this.#port = port;
    this.#options = options;
    this.#all = all;
  }

  /** Closes what was opened. */
  undo(): void {
    for (const socket of this.#opened.splice(0)) this.#port.close(socket);
  }

  /** An inherited descriptor. Throws a {@link ListenError}. */
  inherit(target: Extract<BindTarget, { kind: "fd" }>): Listener {
    const socket = attempt(`fd://${target.fd}`, () => this.#port.inherit(target.fd));
    this.#opened.push(socket);
    this.#listen(socket);
    return { target, address: socket.address, sockets: [socket], slotted: false };
  }

  /**
   * A new address. `isOurs`: another of our sockets has the port already (on all addresses, or until it is emptied), and both are to live
   * side by side. Throws an {@link AddressInUseError}, or a {@link ListenError} for anything else.
   */
  bind(target: BindTarget, address: SocketAddress, isOurs: boolean): Listener {
    const slotted = address.kind === "tcp";
    const v6Only = isIpv6Only(this.#all, address);
    const { unixUmask, unixOwner, isShareable } = this.#options;
    const options = { siblings: slotted, unixUmask, unixOwner, v6Only, shared: slotted && isShareable };
    let first: BoundSocket;
    try {
      first = this.#port.bind(address, options);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw new ListenError(messageOf(error), { cause: error });
      if (!isOurs) throw new AddressInUseError(inUseLine(address, error), { cause: error });
      first = attempt(describeAddress(address), () => this.#port.bind(address, { ...options, shared: true }));
    }
    this.#opened.push(first);
    // Before any sibling: of two servers that start at the same moment, one fails here.
    this.#listen(first);
    return this.grow({ target, address: first.address, sockets: [first], slotted });
  }

  /** The listener with sockets for as many slots as there are to be; those that it has beyond that are left out. */
  grow(listener: Listener): Listener {
    const { slotCapacity, firstSlots } = this.#options;
    const [first] = listener.sockets;
    if (!listener.slotted || first === undefined) return listener;
    const sockets = listener.sockets.slice(0, slotCapacity);
    // Those of an address that is there already open with the worker that gets them.
    const isNew = this.#opened.includes(first);
    while (sockets.length < slotCapacity) {
      const sibling = attempt(describeAddress(first.address), () => this.#port.bindSibling(first));
      this.#opened.push(sibling);
      sockets.push(sibling);
      if (isNew && sockets.length <= firstSlots) this.#listen(sibling);
    }
    return { ...listener, sockets };
  }

  #listen(socket: BoundSocket): void {
    attempt(describeAddress(socket.address), () => this.#port.listen(socket, this.#options.backlog));
  }
}

/** Whether a socket must leave the IPv4 side of its port to another one of `all`. */
export function isIpv6Only(all: readonly BindTarget[], address: SocketAddress): boolean {
  return address.kind === "tcp" && address.family === 6 &&
    all.some((other) => other.kind === "tcp" && other.port === address.port && !other.host.includes(":"));
}

/** The address of a host and port. Rejects with a {@link ListenError}. */
export async function resolveTarget(
  port: Pick<SocketPort, "resolve">,
  target: Exclude<BindTarget, { kind: "fd" }>,
): Promise<SocketAddress> {
  if (target.kind === "unix") return target;
  try {
    return { kind: "tcp", port: target.port, ...await port.resolve(target.host) };
  } catch (error) {
    throw new ListenError(`Cannot find the host of bind "${target.host}:${target.port}": ${messageOf(error)}`, { cause: error });
  }
}

/** Throws a {@link ListenError} about `what` for whatever `run` throws. */
export function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ListenError(`Cannot listen on "${what}": ${messageOf(error)}`, { cause: error });
  }
}

function inUseLine(address: SocketAddress, error: unknown): string {
  const advice = "stop the other server, or choose another address with --bind";
  return `Can't connect to ${describeAddress(address)}: ${messageOf(error)}; ${advice}`;
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error ? (error as SystemError).code : null;
}
