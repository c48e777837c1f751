import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConnectionPhase } from "../../../src/worker/phase.ts";
import { connectionLimit } from "../../../src/worker/connection-limit.ts";
import { CALM_MS, Room } from "../../../src/worker/room.ts";
import { SHED_GRACE_MS, Shedding, type Waiter } from "../../../src/worker/shedding.ts";

interface FakeOptions {
  readonly hadRequest?: boolean;
  /** What `shed` leaves behind: the phase itself where it does nothing. */
  readonly shedTo?: ConnectionPhase;
}

/** Connections that only have what the policy looks at; the names of those that were let go, in order. */
class FakeConnections {
  readonly all = new Set<Fake>();
  readonly shed: string[] = [];

  add(name: string, phase: ConnectionPhase, sinceMs: number, options: FakeOptions = {}): Fake {
    const connection = new Fake(this, name, phase, sinceMs, options);
    this.all.add(connection);
    return connection;
  }
}

class Fake implements Waiter {
  readonly hadRequest: boolean;
  phase: ConnectionPhase;
  phaseSinceMs: number;
  readonly name: string;
  readonly #owner: FakeConnections;
  readonly #shedTo: ConnectionPhase;

  constructor(owner: FakeConnections, name: string, phase: ConnectionPhase, sinceMs: number, options: FakeOptions) {
    this.#owner = owner;
    this.name = name;
    this.phase = phase;
    this.phaseSinceMs = sinceMs;
    this.hadRequest = options.hadRequest ?? false;
    this.#shedTo = options.shedTo ?? "linger";
  }

  shed(): void {
    if (this.#shedTo === this.phase) return;
    this.phase = this.#shedTo;
    this.#owner.shed.push(this.name);
  }
}

/** Lets go as many as go. */
function letAllGo(shedding: Shedding<Fake>, nowMs: number): void {
  while (shedding.letGo(nowMs));
}

describe("Shedding lets go", () => {
  it("what never sent a request and half-sent heads before kept-alive connections, each the longest waiting first", () => {
    const connections = new FakeConnections();
    connections.add("kept, long", "idle", 0, { hadRequest: true });
    connections.add("fresh, long", "idle", 1_000);
    connections.add("second head", "head", 3_000, { hadRequest: true });
    connections.add("kept, short", "idle", 2_500, { hadRequest: true });
    connections.add("head", "head", 2_000);
    connections.add("proxy header", "proxy", 500);
    const shedding = new Shedding(connections.all, 100);
    letAllGo(shedding, 10_000);
    assert.deepEqual(connections.shed, ["proxy header", "fresh, long", "head", "second head", "kept, long", "kept, short"]);
    assert.equal(shedding.takeLetGoCount(), 6);
    assert.equal(shedding.takeLetGoCount(), 0);
  });

  it("nothing that carries a request, a rest of one or another protocol, and nothing that closes already", () => {
    const connections = new FakeConnections();
    for (const phase of ["exchange", "discard", "tunnel", "linger", "closed"] as const) {
      connections.add(phase, phase, 0, { shedTo: "closed" });
    }
    assert.equal(new Shedding(connections.all, 100).letGo(1_000_000), false);
    assert.deepEqual(connections.shed, []);
  });

  it("nobody before the grace is over", () => {
    const connections = new FakeConnections();
    connections.add("fresh", "idle", 5_000);
    connections.add("kept", "idle", 5_000, { hadRequest: true });
    connections.add("head", "head", 5_000);
    const shedding = new Shedding(connections.all, 100);
    assert.equal(shedding.letGo(5_000 + SHED_GRACE_MS - 1), false);
    shedding.swept();
    assert.equal(shedding.letGo(5_000 + SHED_GRACE_MS), true);
  });

  it("nobody who has sent a request since the connections were looked at", () => {
    const connections = new FakeConnections();
    connections.add("first", "idle", 0);
    const busy = connections.add("busy", "idle", 1);
    const again = connections.add("idle again", "idle", 2);
    const shedding = new Shedding(connections.all, 100);
    assert.equal(shedding.letGo(5_000), true);
    busy.phase = "exchange";
    again.phaseSinceMs = 5_000;
    assert.equal(shedding.letGo(5_000), false);
    assert.deepEqual(connections.shed, ["first"]);
  });

  it("nobody while the event loop may not have read what came", () => {
    const connections = new FakeConnections();
    connections.add("idle", "idle", 0);
    const shedding = new Shedding(connections.all, 100);
    shedding.postpone(60_000);
    assert.equal(shedding.letGo(60_000 + SHED_GRACE_MS - 1), false);
    assert.equal(shedding.letGo(60_000 + SHED_GRACE_MS), true);
  });

  it("no more than may be on their way out at once", () => {
    const connections = new FakeConnections();
    const [first] = Array.from({ length: 5 }, (_, index) => connections.add(String(index), "idle", index));
    assert.ok(first);
    const shedding = new Shedding(connections.all, 3);
    letAllGo(shedding, 10_000);
    assert.deepEqual(connections.shed, ["0", "1", "2"]);
    assert.equal(shedding.leavingCount, 3);
    shedding.closed(first);
    letAllGo(shedding, 10_000);
    assert.deepEqual(connections.shed, ["0", "1", "2", "3"]);
  });

  it("goes on behind one that could not be let go, and counts none that is gone at once as leaving", () => {
    const connections = new FakeConnections();
    connections.add("stays", "idle", 0, { shedTo: "idle" });
    connections.add("goes", "idle", 1, { shedTo: "closed" });
    const shedding = new Shedding(connections.all, 1);
    letAllGo(shedding, 10_000);
    assert.deepEqual(connections.shed, ["goes"]);
    assert.equal(shedding.leavingCount, 0);
    assert.equal(shedding.takeLetGoCount(), 1);
  });

  it("looks at all connections once between two sweeps, however many come", () => {
    const connections = new FakeConnections();
    for (let index = 0; index < 100; index++) connections.add(String(index), "idle", 0);
    let looks = 0;
    const counted = {
      [Symbol.iterator]: () => {
        looks++;
        return connections.all[Symbol.iterator]();
      },
    };
    const shedding = new Shedding(counted, 1_000);
    letAllGo(shedding, 10_000);
    assert.equal(shedding.letGo(10_000), false);
    assert.equal(looks, 1);
    shedding.swept();
    assert.equal(shedding.letGo(10_250), false);
    assert.equal(looks, 2);
  });
});

const LIMIT = { most: 4, resumeAt: 2, leavingMost: 4, name: "worker_connections" };

function roomOf(connections: FakeConnections): { room: Room<Fake>; log: string[]; changes: boolean[]; remove(one: Fake): void } {
  const log: string[] = [];
  const changes: boolean[] = [];
  const room: Room<Fake> = new Room(
    connections.all,
    LIMIT,
    { log: (level, text) => void log.push(`${level} ${text}`), isEnabled: () => true },
    () => changes.push(room.isFull),
  );
  return {
    room,
    log,
    changes,
    remove(one) {
      connections.all.delete(one);
      room.removed(one);
    },
  };
}

describe("Room", () => {
  it("a full worker goes on accepting as long as somebody can be let go", () => {
    const connections = new FakeConnections();
    const { room, changes } = roomOf(connections);
    connections.add("busy", "exchange", 0);
    for (let index = 0; index < 3; index++) connections.add(`idle ${index}`, "idle", index);
    room.added(5_000);
    assert.deepEqual(connections.shed, ["idle 0"]);
    for (let index = 0; index < 2; index++) {
      connections.add(`next ${index}`, "exchange", 5_000);
      room.added(5_000);
      assert.equal(room.isFull, false);
    }
    assert.deepEqual(connections.shed, ["idle 0", "idle 1", "idle 2"]);
    connections.add("one more", "idle", 5_000);
    room.added(5_000);
    assert.equal(room.isFull, true);
    assert.deepEqual(changes, [true]);
  });

  it("does nothing below the limit", () => {
    const connections = new FakeConnections();
    const { room, log } = roomOf(connections);
    for (let index = 0; index < 3; index++) connections.add("idle", "idle", 0);
    room.added(60_000);
    room.swept(60_000, false);
    assert.deepEqual([connections.shed, log, room.isFull], [[], [], false]);
  });

  it("stops accepting when nobody can be let go, and a sweep finds who has become old enough", () => {
    const connections = new FakeConnections();
    const { room, changes } = roomOf(connections);
    for (let index = 0; index < 4; index++) connections.add(String(index), "head", 5_000);
    room.added(5_000);
    assert.equal(room.isFull, true);
    room.swept(5_000 + SHED_GRACE_MS - 1, false);
    assert.equal(room.isFull, true);
    room.swept(5_000 + SHED_GRACE_MS, false);
    assert.equal(room.isFull, false);
    assert.deepEqual(connections.shed, ["0"]);
    assert.deepEqual(changes, [true, false]);
  });

  it("lets nobody go at a sweep that comes late", () => {
    const connections = new FakeConnections();
    const { room } = roomOf(connections);
    for (let index = 0; index < 4; index++) connections.add(String(index), "idle", 0);
    room.added(0);
    room.swept(60_000, true);
    assert.deepEqual(connections.shed, []);
    room.swept(60_250, false);
    assert.deepEqual(connections.shed, []);
    room.swept(60_000 + SHED_GRACE_MS, false);
    assert.deepEqual(connections.shed, ["0"]);
  });

  it("accepts again when enough have left", () => {
    const connections = new FakeConnections();
    const { room, changes, remove } = roomOf(connections);
    for (let index = 0; index < 4; index++) connections.add(String(index), "exchange", 0);
    room.added(0);
    const [first, second] = connections.all;
    assert.ok(first && second);
    remove(first);
    assert.equal(room.isFull, true);
    remove(second);
    assert.equal(room.isFull, false);
    assert.deepEqual(changes, [true, false]);
  });

  it("says once that it is crowded, naming the limit, and once that it no longer is, with the number of those let go", () => {
    const connections = new FakeConnections();
    const { room, log, remove } = roomOf(connections);
    let nowMs = 10_000;
    // One comes, one goes: crowded all the time.
    for (let index = 0; index < 20; index++) {
      connections.add(String(index), "idle", nowMs);
      room.added(nowMs);
      for (const one of connections.all) if (one.phase === "linger") remove(one);
      nowMs += SHED_GRACE_MS / 2;
      room.swept(nowMs, false);
    }
    assert.deepEqual(log, [
      "warning 4 connections, the most that worker_connections allows: those that wait without a request are let go, then others wait",
    ]);
    for (const one of [...connections.all]) remove(one);
    room.swept(nowMs += 250, false);
    assert.equal(log.length, 1);
    room.swept(nowMs += CALM_MS, false);
    const letGo = connections.shed.length;
    assert.ok(letGo > 10);
    assert.deepEqual(log.slice(1), [
      `info Connections are accepted again; ${letGo} that waited without a request were let go`,
    ]);
    for (let index = 0; index < 4; index++) connections.add("busy", "exchange", nowMs);
    room.added(nowMs);
    for (const one of [...connections.all]) remove(one);
    room.swept(nowMs + CALM_MS, false);
    assert.match(log[2] ?? "", /^warning 4 connections/);
    assert.equal(log[3], "info Connections are accepted again");
  });
});

describe("Room that is crowded", () => {
  it("stays so while it is nearly full", () => {
    const connections = new FakeConnections();
    const { room, log, remove } = roomOf(connections);
    const [idle, ...busy] = ["idle", "exchange", "exchange", "exchange"].map((phase) =>
      connections.add(phase, phase === "idle" ? "idle" : "exchange", 0)
    );
    assert.ok(idle && busy[0]);
    room.added(SHED_GRACE_MS);
    remove(idle);
    let nowMs = SHED_GRACE_MS;
    for (let sweeps = 0; sweeps < 20; sweeps++) room.swept(nowMs += 250, false);
    assert.deepEqual([room.isFull, log.length], [false, 1]);
    remove(busy[0]);
    room.swept(nowMs + CALM_MS - 1, false);
    assert.equal(log.length, 1);
    room.swept(nowMs + CALM_MS, false);
    assert.equal(log.length, 2);
  });
});

describe("connectionLimit", () => {
  const filesOf = (limits: string | null) => ({
    readText(): string {
      if (limits === null) throw new Error("ENOENT");
      return limits;
    },
  });
  const soft = (count: number | string): string =>
    `Limit Soft Limit Hard Limit Units\nMax open files            ${count}                 524288               files\n`;

  it("is worker_connections where enough files may be open", () => {
    const limit = connectionLimit(filesOf(soft(20_000)), 4096);
    assert.deepEqual(limit, { most: 4096, resumeAt: 3686, leavingMost: 2500, name: "worker_connections" });
  });

  it("is three quarters of the open files where those are fewer", () => {
    const limit = connectionLimit(filesOf(soft(1024)), 4096);
    assert.deepEqual(limit, { most: 768, resumeAt: 691, leavingMost: 128, name: "the limit of open files (ulimit -n)" });
  });

  it("leaves a worker some connections, and without a limit of files is worker_connections", () => {
    assert.equal(connectionLimit(filesOf(soft(4)), 4096).most, 8);
    for (const limits of [null, soft("unlimited")]) assert.equal(connectionLimit(filesOf(limits), 4096).most, 4096);
    assert.deepEqual(connectionLimit(filesOf(null), 1), {
      most: 1,
      resumeAt: 0,
      leavingMost: 1,
      name: "worker_connections",
    });
  });
});
