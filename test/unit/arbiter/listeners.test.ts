import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ListenError, Listeners } from "../../../src/arbiter/listeners.ts";
import type { BinderOptions } from "../../../src/arbiter/binder.ts";
import { parseBind } from "../../../src/config/bind.ts";
import type { BoundSocket, ClockPort, SocketAddress, SocketPort, Undo } from "../../../src/runtime/port.ts";

/** Sockets that only exist as entries of a table. */
class FakeSystem {
  readonly open = new Map<
    number,
    { address: SocketAddress; backlog: number; refuses: boolean; waiting: number; shared: boolean }
  >();
  readonly foreign = new Set<string>();
  readonly files: string[] = [];
  nowMs = 0;
  #lastFd = 99;
  readonly #timers = new Set<() => void>();

  readonly clock: ClockPort = {
    monotonicMs: () => this.nowMs,
    wallMs: () => this.nowMs,
    after: (_, run) => {
      run();
      return () => {};
    },
    every: (_, run): Undo => {
      this.#timers.add(run);
      return () => void this.#timers.delete(run);
    },
  };

  readonly port: SocketPort = {
    resolve: (host) =>
      host === "nowhere"
        ? Promise.reject(new Error("ENOTFOUND"))
        : Promise.resolve({ family: 4, host: host === "localhost" ? "127.0.0.1" : host }),
    bind: (address, options) => {
      const name = JSON.stringify(address);
      const isTaken = [...this.open.values()].some((other) => overlap(other.address, address));
      if (this.foreign.has(name) || (isTaken && options.shared !== true)) {
        throw Object.assign(new Error("in use"), { code: "EADDRINUSE" });
      }
      return this.#add(address, options.shared === true);
    },
    bindSibling: (first) => this.#add(first.address, true),
    tryBind: () => {},
    lookAtInherited: () => ({ kind: "unix", path: "/inherited" }),
    inherit: () => this.#add({ kind: "unix", path: "/inherited" }, false),
    listen: (socket, backlog) => void (this.of(socket.fd).backlog = backlog),
    isListening: (socket) => this.of(socket.fd).backlog > 0,
    claimFile: () => {},
    leaveFile: (socket) => void this.files.push(`left ${socket.fd}`),
    refuseNew: (socket) => void (this.of(socket.fd).refuses = true),
    hasWaiting: (socket) => this.of(socket.fd).waiting > 0,
    close: (socket) => {
      assert.ok(this.open.delete(socket.fd), `descriptor ${socket.fd} is closed twice`);
    },
    sendDatagram: () => {},
    openDatagram: () => ({ send: () => {}, close: () => {} }),
    systemMonotonicUs: () => 0,
  };

  of(fd: number): { address: SocketAddress; backlog: number; refuses: boolean; waiting: number; shared: boolean } {
    const entry = this.open.get(fd);
    assert.ok(entry, `descriptor ${fd} is used after it was closed`);
    return entry;
  }

  elapse(durationMs: number): void {
    this.nowMs += durationMs;
    for (const run of this.#timers) run();
  }

  #add(address: SocketAddress, shared: boolean): BoundSocket {
    this.#lastFd += 1;
    const fd = this.#lastFd;
    const bound: SocketAddress = address.kind === "tcp" && address.port === 0 ? { ...address, port: 40_000 + fd } : address;
    this.open.set(fd, { address: bound, backlog: 0, refuses: false, waiting: 0, shared });
    return { fd, address: bound };
  }
}

function overlap(one: SocketAddress, other: SocketAddress): boolean {
  if (one.kind !== "tcp" || other.kind !== "tcp") return JSON.stringify(one) === JSON.stringify(other);
  return one.port !== 0 && one.port === other.port &&
    (one.host === other.host || one.host === "0.0.0.0" || other.host === "0.0.0.0");
}

const OPTIONS: BinderOptions = { backlog: 64, firstSlots: 1, slotCapacity: 2, unixUmask: 0, unixOwner: null, isShareable: false };
const LOG = { log(): void {}, isEnabled: () => true };

const targets = (...texts: readonly string[]) => texts.map(parseBind);

async function opened(...texts: readonly string[]): Promise<{ system: FakeSystem; listeners: Listeners }> {
  const system = new FakeSystem();
  const listeners = await Listeners.open(system.port, system.clock, LOG, targets(...texts), { ...OPTIONS, handed: [] });
  return { system, listeners };
}

describe("Listeners", () => {
  it("keep the very set when nothing changed, in any order and also of port 0", async () => {
    const { listeners } = await opened("127.0.0.1:8000", "127.0.0.1:0", "127.0.0.1:0", "unix:/run/a");
    const prepared = await listeners.prepare(targets("127.0.0.1:0", "unix:/run/a", "127.0.0.1:8000", "127.0.0.1:0"), OPTIONS);
    assert.deepEqual([prepared.isNew, prepared.set], [false, listeners.current]);
  });

  it("share the sockets of an address that stays, and bind the new one", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const { set, isNew } = await listeners.prepare(targets("127.0.0.1:8000", "127.0.0.1:9000"), OPTIONS);
    assert.ok(isNew);
    assert.deepEqual(set.fds().slice(0, 2), listeners.current.fds());
    assert.equal(set.describe(), "http://127.0.0.1:8000,http://127.0.0.1:9000");
    assert.equal(listeners.describe(), "http://127.0.0.1:8000");
    assert.deepEqual(set.fds().slice(2).map((fd) => system.of(fd).backlog), [64, 0]);
  });

  it("know an address by another name", async () => {
    const { listeners } = await opened("localhost:8000");
    assert.equal((await listeners.prepare(targets("127.0.0.1:8000"), OPTIONS)).isNew, false);
  });

  it("need no name server for what stays", async () => {
    const { system, listeners } = await opened("localhost:8000");
    Object.assign(system.port, { resolve: () => Promise.reject(new Error("no name server")) });
    assert.equal((await listeners.prepare(targets("localhost:8000"), OPTIONS)).isNew, false);
  });

  it("bind sockets for more slots, and have all of them in the new set only", async () => {
    const { listeners } = await opened("127.0.0.1:8000", "unix:/run/a");
    const { set } = await listeners.prepare(targets("127.0.0.1:8000", "unix:/run/a"), { ...OPTIONS, slotCapacity: 4 });
    assert.deepEqual([listeners.current.fds().length, set.fds().length], [3, 5]);
    assert.deepEqual(set.inherited().map(({ slot }) => slot), [0, 1, 2, 3, null]);
  });

  it("are as before when an address cannot be had", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const before = [...system.open.keys()];
    system.foreign.add(JSON.stringify({ kind: "tcp", port: 9001, family: 4, host: "127.0.0.1" }));
    for (const text of ["127.0.0.1:9001", "nowhere:9002", "fd://7", "127.0.0.1:8000"]) {
      const binds = targets("127.0.0.1:8000", "127.0.0.1:9000", text);
      await assert.rejects(listeners.prepare(binds, { ...OPTIONS, slotCapacity: 8 }), (error: Error) => {
        assert.ok(error instanceof ListenError);
        assert.match(error.message, /127\.0\.0\.1:9001|nowhere|fd:\/\/7|127\.0\.0\.1:8000/);
        return true;
      });
      assert.deepEqual([...system.open.keys()], before, text);
    }
  });

  it("of one port may be of all addresses and of one, one after the other", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const { set } = await listeners.prepare(targets("0.0.0.0:8000"), OPTIONS);
    assert.ok(set.fds().every((fd) => system.of(fd).shared));
  });

  it("that went take nobody new, are emptied, and closed then", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000", "127.0.0.1:9000");
    const first = listeners.current;
    const { set } = await listeners.prepare(targets("127.0.0.1:8000"), OPTIONS);
    const [stays = 0, , gone = 0] = first.fds();
    system.of(gone).waiting = 1;
    listeners.use(set, 64);
    let released = 0;
    listeners.release(first.number, "all", () => released += 1);
    assert.deepEqual([system.of(gone).refuses, system.of(stays).refuses], [true, false]);
    system.elapse(500);
    assert.equal(released, 0, "somebody waits");
    system.of(gone).waiting = 0;
    system.elapse(10);
    assert.deepEqual([released, [...system.open.keys()]], [1, set.fds()]);
  });

  it("that went give a handshake time to get into the queue, and a queue that does not empty some seconds", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const first = listeners.current;
    listeners.use((await listeners.prepare(targets("127.0.0.1:9000"), OPTIONS)).set, 64);
    let released = 0;
    listeners.release(first.number, "all", () => released += 1);
    system.elapse(10);
    assert.equal(released, 0);
    system.of(first.fds()[0] ?? 0).waiting = 1;
    system.elapse(3_000);
    assert.equal(released, 0);
    system.elapse(3_000);
    assert.equal(released, 1);
  });

  it("may come back while they are being emptied", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const first = listeners.current;
    const second = await listeners.prepare(targets("127.0.0.1:9000"), OPTIONS);
    listeners.use(second.set, 64);
    listeners.release(first.number, "all", () => {});
    const third = await listeners.prepare(targets("127.0.0.1:8000"), OPTIONS);
    assert.equal(third.set.fds().some((fd) => first.fds().includes(fd)), false);
    system.elapse(1_000);
    for (const fd of third.set.fds()) system.of(fd);
  });

  it("of a reload that came to nothing are closed, those that a newer one has as well stay", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const one = await listeners.prepare(targets("127.0.0.1:8000", "127.0.0.1:9000", "127.0.0.1:9001"), OPTIONS);
    const two = await listeners.prepare(targets("127.0.0.1:8000", "127.0.0.1:9001"), OPTIONS);
    listeners.release(one.set.number, "all", () => {});
    system.elapse(1_000);
    assert.deepEqual([...system.open.keys()].sort(), [...new Set([...listeners.current.fds(), ...two.set.fds()])].sort());
    listeners.discard(two.set);
    assert.deepEqual([...system.open.keys()], listeners.current.fds());
    assert.deepEqual([listeners.has(two.set), listeners.has(listeners.current)], [false, true]);
  });

  it("are never given up while they are in use", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    listeners.release(1, "all", () => {});
    listeners.discard(listeners.current);
    system.elapse(10_000);
    for (const fd of listeners.current.fds()) assert.equal(system.of(fd).refuses, false);
  });

  it("listen with the new backlog, where they listen", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    listeners.use(listeners.current, 99);
    assert.deepEqual(listeners.current.fds().map((fd) => system.of(fd).backlog), [99, 0]);
  });

  it("that another arbiter shares are let go without a word", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const first = listeners.current;
    listeners.handOver();
    listeners.use((await listeners.prepare(targets("127.0.0.1:9000"), OPTIONS)).set, 64);
    const [fd = 0] = first.fds();
    system.of(fd).waiting = 1;
    const entry = system.of(fd);
    listeners.release(first.number, "own", () => {});
    system.elapse(10);
    assert.deepEqual([entry.refuses, system.open.has(fd), system.files[0]], [false, false, `left ${fd}`]);
  });

  it("that were inherited from outside are emptied and never sealed: a filter would outlive this server", async () => {
    const { system, listeners } = await opened("fd://3", "127.0.0.1:8000");
    const [lent = 0, own = 0] = listeners.current.fds();
    system.of(lent).waiting = 1;
    let isEmptied = false;
    listeners.seal("all", () => void (isEmptied = true));
    assert.deepEqual([system.of(lent).refuses, system.of(own).refuses, isEmptied], [false, true, false]);
    system.of(lent).waiting = 0;
    system.elapse(10);
    assert.equal(isEmptied, true);
  });

  it("are all closed at the end, and none is bound afterwards", async () => {
    const { system, listeners } = await opened("127.0.0.1:8000");
    const first = listeners.current;
    listeners.use((await listeners.prepare(targets("127.0.0.1:9000"), OPTIONS)).set, 64);
    listeners.release(first.number, "all", () => assert.fail("released after the end"));
    await listeners.prepare(targets("127.0.0.1:9001"), OPTIONS);
    listeners.close("all");
    assert.equal(system.open.size, 0);
    system.elapse(10_000);
    await assert.rejects(listeners.prepare(targets("127.0.0.1:9002"), OPTIONS));
    assert.equal(system.open.size, 0);
  });
});
