/**
 * The listening sockets of a generation: what its workers inherit. Sets share sockets, for an address that a reload keeps must keep its
 * very queue; a socket is open as long as a set has it.
 *
 * @module
 */
import type { InheritedListener } from "../channel/messages.ts";
import type { BindTarget } from "../config/bind.ts";
import type { BoundSocket, SocketAddress } from "../runtime/port.ts";
import type { ListenerSetFacts } from "./settings.ts";

/** The sockets of one address. */
export interface Listener {
  /** As the configuration has it. */
  readonly target: BindTarget;
  readonly address: SocketAddress;
  /** One for every slot in their order (TCP), otherwise one that all workers share. Never empty. */
  readonly sockets: readonly BoundSocket[];
  readonly slotted: boolean;
}

export class ListenerSet implements ListenerSetFacts {
  readonly number: number;
  readonly slotCapacity: number;
  readonly listeners: readonly Listener[];

  constructor(number: number, slotCapacity: number, listeners: readonly Listener[]) {
    this.number = number;
    this.slotCapacity = slotCapacity;
    this.listeners = listeners;
  }

  /** For the log: `http://127.0.0.1:8000,unix:/run/app.sock`. */
  describe(): string {
    return this.listeners.map(({ address }) => describeAddress(address)).join(",");
  }

  /** What every worker inherits, in the order of {@link fds}. */
  inherited(): InheritedListener[] {
    return this.listeners.flatMap(({ address, sockets, slotted }) =>
      sockets.map((_, index) => ({ address, slot: slotted ? index : null }))
    );
  }

  sockets(): BoundSocket[] {
    return this.listeners.flatMap(({ sockets }) => sockets);
  }

  fds(): number[] {
    return this.sockets().map(({ fd }) => fd);
  }

  /** Whether there is nothing to choose between the two: the same sockets for as many slots. */
  hasSameSockets(other: { readonly slotCapacity: number; readonly listeners: readonly Listener[] }): boolean {
    const own = new Set(this.fds());
    const others = other.listeners.flatMap(({ sockets }) => sockets.map(({ fd }) => fd));
    return this.slotCapacity === other.slotCapacity && own.size === others.length && others.every((fd) => own.has(fd));
  }
}

/** `http://127.0.0.1:8000`, `http://[::1]:8000`, `unix:/run/app.sock`. */
export function describeAddress(address: SocketAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `http://${address.family === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}
