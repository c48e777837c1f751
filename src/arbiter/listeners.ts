/**
 * The arbiter's listening sockets: the sets of the generations, what an upgrade shares with another arbiter, and how sockets that nobody
 * is to have any more are closed without losing who waits in them.
 *
 * @module
 */
import { type BindTarget, formatBind } from "../config/bind.ts";
import type { Logger } from "../log/logger.ts";
import type { BoundSocket, ClockPort, SocketAddress, SocketPort, Undo } from "../runtime/port.ts";
import { Binder, type BinderOptions, ListenError, resolveTarget } from "./binder.ts";
import { type FirstListenersOptions, letGo, openFirst } from "./first-listeners.ts";
import { describeAddress, type Listener, ListenerSet } from "./listener-set.ts";
import type { HandedListener } from "./upgrade-record.ts";

export { ListenError } from "./binder.ts";

/** Looking at the accept queues while they empty, and the longest that may take at a stop. */
const SEAL_POLL_MS = 10;
const SEAL_LIMIT_MS = 1_000;
/** After a reload nobody waits for it. A handshake that is under way takes a round trip to get into the queue. */
const RELEASE_LEAST_MS = 200;
const RELEASE_LIMIT_MS = 4_000;

/** What a reload changes about listeners. */
export interface PreparedListeners {
  readonly set: ListenerSet;
  /** Whether it was made for this; it may also be one that a generation has. */
  readonly isNew: boolean;
}

export class Listeners {
  readonly #sockets: SocketPort;
  readonly #clock: ClockPort;
  /** By number. The current one, that of a reload, and such as are being prepared. */
  readonly #sets = new Map<number, ListenerSet>();
  #current: ListenerSet;
  #lastNumber: number;
  #backlog: number;
  /** Sockets that no set has any more and that are not empty yet. */
  readonly #emptying = new Set<BoundSocket>();
  readonly #polls = new Set<Undo>();
  /** Descriptors of sockets that another arbiter has too. */
  readonly #shared: Set<number>;
  /** Sockets that this server was started with: who opened them (systemd) goes on with them afterwards. */
  readonly #lent: ReadonlySet<BoundSocket>;
  #isClosed = false;

  private constructor(sockets: SocketPort, clock: ClockPort, first: ListenerSet, backlog: number, shared: Set<number>) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#sets.set(first.number, first);
    this.#current = first;
    this.#lastNumber = first.number;
    this.#backlog = backlog;
    this.#shared = shared;
    // No reload brings another one.
    this.#lent = new Set(first.listeners.filter(({ target }) => target.kind === "fd").flatMap(({ sockets }) => sockets));
  }

  /** Binds all addresses or none, as set number 1. Rejects with a {@link ListenError}. */
  static async open(
    sockets: SocketPort,
    clock: ClockPort,
    log: Logger,
    binds: readonly BindTarget[],
    options: FirstListenersOptions,
  ): Promise<Listeners> {
    const { listeners, shared } = await openFirst(sockets, clock, log, binds, options);
    return new Listeners(sockets, clock, new ListenerSet(1, options.slotCapacity, listeners), options.backlog, shared);
  }

  /** Of the generation that serves. */
  get current(): ListenerSet {
    return this.#current;
  }

  /** For the log: `http://127.0.0.1:8000,unix:/run/app.sock`. */
  describe(): string {
    return this.#current.describe();
  }

  /** Whether a set is not given up yet. */
  has(set: ListenerSet): boolean {
    return this.#sets.get(set.number) === set;
  }

  /**
   * The set of a reload: addresses that are there already keep their sockets, the others are bound. Nothing is closed, and nothing is
   * changed when it rejects, with a {@link ListenError}. Nobody else's address is waited for: the reload can be asked for again.
   */
  async prepare(binds: readonly BindTarget[], options: BinderOptions): Promise<PreparedListeners> {
    const addresses = new Map<BindTarget, SocketAddress>();
    const isUnknown = (target: BindTarget): boolean =>
      !addresses.has(target) && this.#known((each) => isSame(each, target)) === null;
    // Again after each, for sets come and go meanwhile.
    for (let next = binds.find(isUnknown); next !== undefined; next = binds.find(isUnknown)) {
      if (next.kind === "fd") throw new ListenError(lateDescriptorLine(next.fd));
      addresses.set(next, await resolveTarget(this.#sockets, next));
    }
    if (this.#isClosed) throw new ListenError("The arbiter stops");
    const binder = new Binder(this.#sockets, options, binds);
    const listeners: Listener[] = [];
    try {
      for (const target of binds) listeners.push(this.#listener(target, addresses.get(target) ?? null, binder, listeners));
    } catch (error) {
      binder.undo();
      throw error;
    }
    const facts = { slotCapacity: options.slotCapacity, listeners };
    for (const set of this.#sets.values()) if (set.hasSameSockets(facts)) return { set, isNew: false };
    this.#lastNumber += 1;
    const set = new ListenerSet(this.#lastNumber, options.slotCapacity, listeners);
    this.#sets.set(set.number, set);
    return { set, isNew: true };
  }

  /** Makes a set the one of the generation that serves. */
  use(set: ListenerSet, backlog: number): void {
    this.#current = set;
    this.#backlog = backlog;
    this.restoreBacklog();
  }

  /** Workers of a reload that came to nothing may have listened with another backlog. Throws a SystemError. */
  restoreBacklog(): void {
    for (const socket of this.#current.sockets()) {
      if (this.#sockets.isListening(socket)) this.#sockets.listen(socket, this.#backlog);
    }
  }

  /** Closes what only this set has, at once: no worker ever got it. */
  discard(set: ListenerSet): void {
    for (const socket of this.#giveUp(set.number)) this.#close(socket);
  }

  /**
   * No generation has this set any more. Sockets that only it has take no newcomers, and are closed when nobody waits in them, or after some
   * seconds; then `released` is called. `own`: what another arbiter shares is its business.
   */
  release(number: number, scope: "all" | "own", released: () => void): void {
    const orphans = this.#giveUp(number);
    if (orphans.length === 0) return released();
    for (const socket of orphans) this.#emptying.add(socket);
    this.#empty(orphans.filter((socket) => this.#isIn(scope, socket)), RELEASE_LEAST_MS, RELEASE_LIMIT_MS, () => {
      for (const socket of orphans) {
        this.#emptying.delete(socket);
        this.#close(socket);
      }
      released();
    });
  }

  /** All sockets of the current set, for the arbiter that is to replace this one. From now on it shares them. */
  handOver(): HandedListener[] {
    for (const fd of this.#current.fds()) this.#shared.add(fd);
    return this.#current.listeners.map(({ target, sockets, slotted }) => ({
      bind: formatBind(target),
      slotted,
      fds: sockets.map(({ fd }) => fd),
    }));
  }

  /** The other arbiter is gone: nothing is shared any more. */
  reclaim(): void {
    this.#shared.clear();
  }

  /** Slots that listen at any address, by the doing of any arbiter. */
  openSlots(): number[] {
    const open = new Set<number>();
    for (const { sockets, slotted } of this.#current.listeners) {
      if (!slotted) continue;
      for (const [slot, socket] of sockets.entries()) if (this.#sockets.isListening(socket)) open.add(slot);
    }
    return [...open].sort((a, b) => a - b);
  }

  /**
   * Lets no new connection in and calls `emptied` when none waits in a queue any more, or after a second. `own`: shared sockets stay as
   * they are; what waits in them is the other arbiter's.
   */
  seal(scope: "all" | "own", emptied: () => void): void {
    this.#empty([...this.#all()].filter((socket) => this.#isIn(scope, socket)), 0, SEAL_LIMIT_MS, emptied);
  }

  /** `own`: the files of shared unix sockets stay. */
  close(scope: "all" | "own" = "own"): void {
    this.#isClosed = true;
    for (const stop of this.#polls) stop();
    this.#polls.clear();
    if (scope === "all") this.#shared.clear();
    for (const socket of this.#all()) this.#close(socket);
    this.#sets.clear();
    this.#emptying.clear();
    this.#current = new ListenerSet(this.#current.number, this.#current.slotCapacity, []);
  }

  /** One that is there already, by its name or its address, else a new one. `chosen` is what others of the same set have. */
  #listener(target: BindTarget, address: SocketAddress | null, binder: Binder, chosen: readonly Listener[]): Listener {
    const isFree = ({ sockets }: Listener): boolean => !chosen.some((other) => other.sockets[0] === sockets[0]);
    const known = this.#known((each) => isSame(each, target) && isFree(each)) ??
      this.#known((each) => address !== null && describeAddress(each.address) === describeAddress(address) && isFree(each));
    if (known !== null) return binder.grow({ ...known, target });
    if (address === null || chosen.some((other) => describeAddress(other.address) === describeAddress(address))) {
      throw new ListenError(`Cannot listen on "${formatBind(target)}" twice: name it once in bind`);
    }
    return binder.bind(target, address, [...this.#all()].some((socket) => overlaps(socket.address, address)));
  }

  /** A listener of any set: of several with the same sockets the one with the most. */
  #known(fits: (listener: Listener) => boolean): Listener | null {
    const found = [...this.#sets.values()].flatMap(({ listeners }) => listeners.filter(fits));
    const [first] = found;
    if (first === undefined) return null;
    const same = found.filter(({ sockets }) => sockets[0] === first.sockets[0]);
    return same.reduce((most, each) => each.sockets.length > most.sockets.length ? each : most);
  }

  /** Forgets a set that is not the current one; answers with the sockets that no other has. */
  #giveUp(number: number): readonly BoundSocket[] {
    const set = this.#sets.get(number);
    if (set === undefined || set === this.#current) return [];
    this.#sets.delete(number);
    const kept = this.#all();
    return set.sockets().filter((socket) => !kept.has(socket));
  }

  #all(): ReadonlySet<BoundSocket> {
    return new Set([...[...this.#sets.values()].flatMap((set) => set.sockets()), ...this.#emptying]);
  }

  #isIn(scope: "all" | "own", socket: BoundSocket): boolean {
    return scope === "all" || !this.#shared.has(socket.fd);
  }

  #empty(sockets: readonly BoundSocket[], leastMs: number, limitMs: number, emptied: () => void): void {
    for (const socket of sockets) {
      // A filter belongs to the socket: its owner's next server would be reached by nobody.
      if (this.#lent.has(socket)) continue;
      try {
        this.#sockets.refuseNew(socket);
      } catch {
        // A sandbox may forbid socket filters: the queue is emptied all the same, and what comes after that is reset.
      }
    }
    const startMs = this.#clock.monotonicMs();
    const stop = this.#clock.every(SEAL_POLL_MS, () => {
      const waitedMs = this.#clock.monotonicMs() - startMs;
      const mayWait = sockets.length > 0 && waitedMs < limitMs;
      if (mayWait && (waitedMs < leastMs || sockets.some((socket) => this.#sockets.hasWaiting(socket)))) return;
      stop();
      this.#polls.delete(stop);
      emptied();
    });
    this.#polls.add(stop);
  }

  #close(socket: BoundSocket): void {
    if (this.#shared.delete(socket.fd)) letGo(this.#sockets, socket);
    else this.#sockets.close(socket);
  }
}

function isSame(listener: Listener, target: BindTarget): boolean {
  return formatBind(listener.target) === formatBind(target);
}

/** Whether the two cannot both have their port to themselves. */
function overlaps(one: SocketAddress, other: SocketAddress): boolean {
  if (one.kind !== "tcp" || other.kind !== "tcp" || one.port !== other.port) return false;
  return one.host === other.host || [one.host, other.host].some((host) => host === "0.0.0.0" || host === "::");
}

function lateDescriptorLine(fd: number): string {
  return `Cannot listen on "fd://${fd}": descriptors are inherited when the server starts. Restart for another one`;
}
