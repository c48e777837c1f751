import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange } from "../../../src/app/application.ts";
import type { ServedApplication } from "../../../src/app/bridge.ts";
import type { BootMessage } from "../../../src/channel/messages.ts";
import type { ClientSocket, InheritancePort, RuntimeAdapter } from "../../../src/runtime/port.ts";
import { SWEEP_MS } from "../../../src/worker/bounds.ts";
import { Service } from "../../../src/worker/service.ts";
import { SHED_GRACE_MS } from "../../../src/worker/shedding.ts";
import { FakeSocket, OK, rig, turn } from "./rig.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LISTENER_FD = 100;
const GRACEFUL_TIMEOUT_MS = 5_000;

/** A service whose clock, listener and clients are fakes. */
class World {
  readonly exchanges: Exchange[] = [];
  readonly log: string[] = [];
  readonly service: Service;
  readonly sockets: FakeSocket[] = [];
  /** Whether the listener is accepted from; each change. */
  readonly accepting: boolean[] = [];
  /** What the arbiter was told. */
  readonly busy: (string | null)[] = [];
  #nowMs = 0;
  #sweep: () => void = () => {};
  readonly #timers: { readonly atMs: number; readonly run: () => void }[] = [];
  #accepted: (socket: ClientSocket) => void = () => {};

  constructor(workerConnections: number) {
    const { host } = rig({ keepaliveMs: 60_000 });
    const adapter = {
      bytes: host.bytes,
      files: { readText: () => "Max open files  1024  4096  files\n" },
      process: { pid: 1 },
      clock: {
        monotonicMs: () => this.#nowMs,
        wallMs: () => 0,
        every: (_ms: number, run: () => void) => {
          this.#sweep = run;
          return () => {};
        },
        after: (delayMs: number, run: () => void) => {
          this.#timers.push({ atMs: this.#nowMs + delayMs, run });
          return () => {};
        },
      },
    };
    const inheritance = {
      listenerFds: [LISTENER_FD],
      accept: (_fd: number, _kind: string, _backlog: number, accepted: (socket: ClientSocket) => void) => {
        this.#accepted = accepted;
        this.accepting.push(true);
        return Promise.resolve({ close: () => void this.accepting.push(false) });
      },
      releaseListeners: () => {},
    };
    const { limits, permissions, deadlines, keepaliveMs, server } = host;
    const boot = {
      listeners: [{ address: { kind: "unix", path: "/x" }, slot: 0 }],
      slots: [0],
      settings: {
        backlog: 10,
        gracefulTimeoutMs: GRACEFUL_TIMEOUT_MS,
        recycling: { requestsMax: 0, requestsJitter: 0, memoryMaxBytes: 0, lifetimeMs: 0 },
        trust: { forwardedAllowIps: [], proxyAllowIps: [], proxyProtocol: "off", forwarderHeaders: [], secureSchemeHeaders: {} },
        limits,
        permissions,
        deadlines,
        keepaliveMs,
        server,
        workerConnections,
      },
    };
    const application: ServedApplication = {
      handle: (exchange) => void this.exchanges.push(exchange),
      pendingCount: 0,
      settled: () => Promise.resolve(),
      drain: () => void this.log.push("application drains"),
      close: () => Promise.resolve(),
    };
    this.service = new Service({
      adapter: adapter as unknown as RuntimeAdapter,
      inheritance: inheritance as unknown as InheritancePort,
      boot: boot as unknown as BootMessage,
      application,
      log: { log: (level, text) => void this.log.push(`${level} ${text}`), isEnabled: () => true },
      access: null,
      retire: () => void this.log.push("retire"),
      busy: (request) => void this.busy.push(request),
      onlyTunnels: () => void this.log.push("only tunnels"),
    });
  }

  static async start(workerConnections: number): Promise<World> {
    const world = new World(workerConnections);
    await world.service.accept([0]);
    return world;
  }

  connect(text = ""): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    this.#accepted(socket);
    if (text !== "") socket.handlers?.received(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    return socket;
  }

  /** Sweep by sweep. */
  async advance(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += SWEEP_MS) {
      this.#nowMs += SWEEP_MS;
      this.#sweep();
      for (const timer of this.#timers.filter(({ atMs }) => atMs <= this.#nowMs)) {
        this.#timers.splice(this.#timers.indexOf(timer), 1);
        timer.run();
      }
      await turn();
    }
  }

  /** The event loop stands still. */
  block(ms: number): void {
    this.#nowMs += ms;
    this.#sweep();
  }
}

describe("Service with as many connections as it may have", () => {
  it("lets the one go that waits longest, and goes on accepting", async () => {
    const world = await World.start(3);
    const [first, second] = [world.connect(), world.connect("GET / HT")];
    await world.advance(SHED_GRACE_MS);
    const busy = world.connect(GET);
    assert.deepEqual([first.destroyed, second.destroyed, busy.destroyed], [true, false, false]);
    world.connect(GET);
    assert.match(second.sent, /^HTTP\/1\.1 503 /);
    assert.deepEqual(world.accepting, [true]);
    assert.equal(world.exchanges.length, 2);
  });

  it("stops accepting while nobody can be let go, and accepts again when a connection has waited long enough", async () => {
    const world = await World.start(2);
    world.connect(GET);
    const idle = world.connect();
    await turn();
    assert.deepEqual(world.accepting, [true, false]);
    await world.advance(SHED_GRACE_MS);
    assert.equal(idle.destroyed, true);
    assert.deepEqual(world.accepting, [true, false, true]);
    world.connect(GET);
    await turn();
    assert.deepEqual(world.accepting, [true, false, true, false]);
    assert.equal(world.exchanges.length, 2);
    await world.advance(60_000);
    assert.equal(world.sockets.filter(({ destroyed }) => destroyed).length, 1);
  });

  it("accepts again when enough connections have been closed", async () => {
    const world = await World.start(2);
    const [one] = [world.connect(GET), world.connect(GET)];
    await turn();
    one.destroy();
    await turn();
    assert.deepEqual(world.accepting, [true, false, true]);
  });

  it("lets kept-alive connections go after all others, and those with an answer under way never", async () => {
    const world = await World.start(4);
    const [kept, slow] = [world.connect(GET), world.connect(GET)];
    slow.accepts = false;
    for (const exchange of world.exchanges) exchange.respond(OK, "x".repeat(100));
    slow.buffered = 100;
    await world.advance(SWEEP_MS);
    const fresh = world.connect();
    await world.advance(SHED_GRACE_MS);
    world.connect(GET);
    assert.deepEqual([fresh.destroyed, kept.destroyed], [true, false]);
    world.connect(GET);
    assert.deepEqual([kept.destroyed, slow.destroyed], [true, false]);
    world.connect(GET);
    await turn();
    assert.equal(slow.destroyed, false);
    assert.deepEqual(world.accepting, [true, false]);
  });

  it("lets nobody go whose bytes it could not read while the event loop was blocked", async () => {
    const world = await World.start(3);
    const first = world.connect();
    world.block(SHED_GRACE_MS * 10);
    world.connect(GET);
    world.connect(GET);
    assert.equal(first.destroyed, false);
    await world.advance(SHED_GRACE_MS + SWEEP_MS);
    assert.equal(first.destroyed, true);
  });

  for (const most of [2, 3]) {
    it(`lets nobody go for room when it drains (${most})`, async () => {
      const world = await World.start(most);
      world.connect();
      world.connect();
      await turn();
      let isDrained = false;
      world.service.drain(() => isDrained = true);
      await world.advance(SHED_GRACE_MS);
      // It was accepted already.
      world.connect();
      assert.deepEqual(world.sockets.map(({ ended, destroyed }) => ended || destroyed), [false, false, false]);
      assert.deepEqual(world.accepting, [true, false]);
      await world.advance(GRACEFUL_TIMEOUT_MS);
      assert.equal(isDrained, true);
    });
  }
});

describe("A service that drains", () => {
  const UPGRADE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
  const SWITCHED = { status: 101, reason: "", fields: ["Upgrade", "echo"] };

  it("tells the application at once, and says when only connections that were taken over are left", async () => {
    const world = await World.start(10);
    world.connect(UPGRADE);
    world.exchanges[0]?.takeOver(SWITCHED);
    world.connect(GET);
    assert.deepEqual(world.log, []);
    world.service.drain(() => world.log.push("drained"));
    assert.deepEqual(world.log, ["application drains"]);
    await world.advance(SWEEP_MS);
    assert.deepEqual(world.log, ["application drains"], "a request is under way");
    world.exchanges[1]?.respond({ status: 200, reason: "", fields: [] }, "done");
    world.sockets[1]?.destroy();
    await world.advance(SWEEP_MS * 2);
    assert.deepEqual(world.log, ["application drains", "only tunnels"]);
    world.sockets[0]?.destroy();
    await turn();
    assert.deepEqual(world.log, ["application drains", "only tunnels", "drained"]);
  });

  it("says so in the same turn where there is nobody else, and not where there is nobody", async () => {
    const world = await World.start(10);
    world.connect(UPGRADE);
    world.exchanges[0]?.takeOver(SWITCHED);
    world.service.drain(() => {});
    assert.deepEqual(world.log, ["application drains", "only tunnels"]);
    const empty = await World.start(10);
    empty.service.drain(() => empty.log.push("drained"));
    await empty.advance(SWEEP_MS);
    assert.deepEqual(empty.log, ["application drains", "drained"]);
  });
});

describe("A service whose requests take long", () => {
  it("tells of the longest, once, and when it is over", async () => {
    const world = await World.start(10);
    world.connect("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
    await world.advance(500);
    world.connect("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.deepEqual(world.busy, []);
    await world.advance(3_000);
    assert.deepEqual(world.busy, ["GET /first"]);
    world.exchanges[0]?.respond({ status: 200, reason: "", fields: [] }, "done");
    await world.advance(500);
    world.exchanges[1]?.respond({ status: 200, reason: "", fields: [] }, "done");
    await world.advance(500);
    assert.deepEqual(world.busy, ["GET /first", "GET /second", null]);
  });
});
