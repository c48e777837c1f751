/**
 * The listeners that an arbiter starts with: bound, inherited from outside, or taken over from an old arbiter (USR2).
 *
 * @module
 */
import { type BindTarget, formatBind } from "../config/bind.ts";
import type { Logger } from "../log/logger.ts";
import type { BoundSocket, ClockPort, SocketAddress, SocketPort } from "../runtime/port.ts";
import { AddressInUseError, attempt, Binder, type BinderOptions, ListenError, resolveTarget } from "./binder.ts";
import { describeAddress, type Listener } from "./listener-set.ts";
import type { HandedListener } from "./upgrade-record.ts";
import { HandedPool, type HandedSockets } from "./upgrade-sockets.ts";

/** gunicorn's rule for an address in use, in case an earlier server is still leaving. */
const BIND_ATTEMPTS = 5;
const BIND_RETRY_MS = 1_000;

export interface FirstListenersOptions extends BinderOptions {
  /** What the old arbiter hands over (USR2): addresses among `binds` are taken from it, the others are left to it. */
  readonly handed: readonly HandedListener[];
}

export interface FirstListeners {
  readonly listeners: readonly Listener[];
  /** Descriptors of sockets that the old arbiter has too. */
  readonly shared: Set<number>;
}

/** Binds all addresses or none. Rejects with a {@link ListenError}. */
export async function openFirst(
  port: SocketPort,
  clock: ClockPort,
  log: Logger,
  binds: readonly BindTarget[],
  options: FirstListenersOptions,
): Promise<FirstListeners> {
  const handed = attempt("the old arbiter's sockets", () => new HandedPool(port, options.handed));
  const binder = new Binder(port, options, binds);
  const taken: BoundSocket[] = [];
  const adopt = (target: BindTarget, sockets: HandedSockets): Listener => {
    taken.push(...sockets.sockets);
    return binder.grow(adopted(port, target, sockets, options.backlog));
  };
  const open = async (target: BindTarget): Promise<Listener> => {
    const same = handed.take(({ bind }) => bind === formatBind(target));
    if (same !== null) return adopt(target, same);
    if (target.kind === "fd") {
      if (options.handed.length > 0) throw new ListenError(notHandedLine(target.fd));
      return binder.inherit(target);
    }
    const address = await resolveTarget(port, target);
    // The old arbiter's configuration may have written it in another way.
    const alike = handed.take(({ first }) => describeAddress(first.address) === describeAddress(address));
    if (alike !== null) return adopt(target, alike);
    return await bindPatiently(clock, log, address, () => binder.bind(target, address, false));
  };
  try {
    const listeners: Listener[] = [];
    for (const target of binds) listeners.push(await open(target));
    return { listeners, shared: new Set(taken.map(({ fd }) => fd)) };
  } catch (error) {
    binder.undo();
    for (const socket of taken) letGo(port, socket);
    throw error;
  } finally {
    handed.close();
  }
}

/** Closes a socket of which another arbiter has a descriptor, and the file. */
export function letGo(port: SocketPort, socket: BoundSocket): void {
  port.leaveFile(socket);
  port.close(socket);
}

/**
 * Sockets of the old arbiter. Slots that do not listen yet are left so until a worker here has them: connections in them would wait, and for
 * ever if this arbiter fails.
 */
function adopted(port: SocketPort, target: BindTarget, handed: HandedSockets, backlog: number): Listener {
  const { first, sockets, slotted } = handed;
  for (const socket of sockets) {
    // Its backlog may have changed.
    if (port.isListening(socket)) attempt(describeAddress(socket.address), () => port.listen(socket, backlog));
  }
  if (target.kind === "unix") port.claimFile(first);
  return { target, address: first.address, sockets, slotted };
}

async function bindPatiently(
  clock: ClockPort,
  log: Logger,
  address: SocketAddress,
  bind: () => Listener,
): Promise<Listener> {
  for (let left = BIND_ATTEMPTS;; left--) {
    try {
      return bind();
    } catch (error) {
      if (!(error instanceof AddressInUseError) || left === 1) throw error;
      log.log("error", `Connection in use: ${describeAddress(address)}. Retrying in 1 second.`);
      await new Promise<void>((resolve) => clock.after(BIND_RETRY_MS, resolve));
    }
  }
}

function notHandedLine(fd: number): string {
  return `Cannot take over "fd://${fd}" in an upgrade: the old arbiter did not have it. Restart instead of USR2`;
}
