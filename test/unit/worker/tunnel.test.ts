import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange, TakenConnection } from "../../../src/app/application.ts";
import { LocalProtocolError } from "../../../src/http/errors.ts";
import type { ClientSocket, ClientSocketHandlers } from "../../../src/runtime/port.ts";
import { READ_AHEAD_BYTES } from "../../../src/worker/bounds.ts";
import { OK, type Rig, rig, turn } from "./rig.ts";

const UPGRADE = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const CONNECT = "CONNECT b.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n";
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const SWITCH = { status: 101, reason: "", fields: ["Upgrade", "websocket"] } as const;

const text = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

/** Notes what it hears. */
class Taker implements ClientSocketHandlers {
  readonly heard: string[] = [];
  readonly socket: ClientSocket;
  whenReceived: (bytes: string) => void = () => {};

  constructor(socket: ClientSocket) {
    this.socket = socket;
  }

  received(bytes: Uint8Array): void {
    this.heard.push(text(bytes));
    this.whenReceived(text(bytes));
  }

  ended(): void {
    this.heard.push("<ended>");
  }

  drained(): void {
    this.heard.push("<drained>");
  }

  closed(): void {
    this.heard.push("<closed>");
  }
}

/** The connection of a request that was sent, in the hands of a taker. */
function taken(request = UPGRADE, behind = ""): Rig & { readonly taker: Taker; readonly rest: string } {
  const made = rig();
  made.send(request + behind);
  const connection = take(made.exchanges[0]);
  const taker = new Taker(connection.socket);
  connection.socket.attach(taker);
  return { ...made, taker, rest: text(connection.rest) };
}

function take(exchange: Exchange | undefined, head: Parameters<Exchange["takeOver"]>[0] = SWITCH): TakenConnection {
  assert.ok(exchange);
  return exchange.takeOver(exchange.head.method === "CONNECT" && head === SWITCH ? OK : head);
}

describe("takeOver", () => {
  it("answers an upgrade with 101, gives the unread bytes, and is recorded", () => {
    const { socket, rest, accessed } = taken(UPGRADE, "first frame");
    assert.equal(
      socket.sent,
      "HTTP/1.1 101 Switching Protocols\r\nServer: test\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: Upgrade\r\n" +
        "Upgrade: websocket\r\n\r\n",
    );
    assert.equal(rest, "first frame");
    assert.deepEqual(accessed.map(({ status, bodyBytes }) => [status, bodyBytes]), [[101, 0]]);
  });

  it("answers CONNECT with 2xx and no framing", () => {
    const { socket, rest, accessed } = taken(CONNECT, "\x16\x03");
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n/);
    assert.doesNotMatch(socket.sent, /Content-Length|Transfer-Encoding|Connection/i);
    assert.equal(rest, "\x16\x03");
    assert.deepEqual(accessed.map(({ status }) => status), [200]);
  });

  it("lets the application write its own head", () => {
    const { socket, exchanges, accessed, send } = rig();
    send(UPGRADE);
    const { socket: mine } = take(exchanges[0], null);
    assert.equal(socket.sent, "");
    mine.writeLatin1("HTTP/1.1 101 Fine\r\n\r\n");
    assert.equal(socket.sent, "HTTP/1.1 101 Fine\r\n\r\n");
    assert.deepEqual(accessed.map(({ status }) => status), [101]);
  });

  it("passes everything on that happens, and lets the application write", async () => {
    const { socket, connection, taker, send, finish } = taken();
    await turn();
    send("one");
    send("two");
    taker.socket.write(new Uint8Array([33]));
    assert.equal(socket.sent.at(-1), "!");
    connection.drained();
    finish();
    await turn();
    assert.equal(socket.ended, false, "the other direction stays open");
    taker.socket.end();
    assert.equal(socket.ended, true);
    socket.destroy();
    await turn();
    assert.deepEqual(taker.heard, ["one", "two", "<drained>", "<ended>", "<closed>"]);
  });

  it("sends what was sent before first, and in order", () => {
    const { socket, send } = rig({
      handle(exchange) {
        if (exchange.head.target === "/chat") {
          exchange.sendInterim(103, ["Link", "x"]);
          take(exchange).socket.writeLatin1("frame");
        } else {
          exchange.respond(OK, "answer");
        }
      },
    });
    send(GET + UPGRADE);
    const order = [...socket.sent.matchAll(/ \d{3} |answer|frame/g)].map(([match]) => match.trim());
    assert.deepEqual(order, ["200", "answer", "103", "101", "frame"]);
    assert.match(socket.sent, /frame$/);
  });

  it("goes after a request whose content was read, and not before", async () => {
    const { exchanges, send } = rig();
    send(UPGRADE.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n") + "abcframe");
    const exchange = exchanges[0];
    assert.throws(() => take(exchange), /content, which must be read/);
    assert.equal(text(await exchange?.body?.read() ?? new Uint8Array(0)), "abc");
    assert.throws(() => take(exchange), /content, which must be read/);
    assert.equal(await exchange?.body?.read(), null);
    assert.equal(text(take(exchange).rest), "frame");
  });

  it("throws where there is nothing to take over, and leaves the answer to the application", () => {
    const cases: readonly (readonly [request: string, head: Parameters<Exchange["takeOver"]>[0], message: RegExp])[] = [
      [GET, SWITCH, /headers Upgrade and Connection: upgrade/],
      [GET, null, /no CONNECT/],
      [UPGRADE.replace("1.1", "1.0"), SWITCH, /HTTP\/1\.1/],
      [UPGRADE.replace("Connection: Upgrade\r\n", ""), SWITCH, /Connection: upgrade/],
      [UPGRADE, OK, /status 200 does not switch protocols/],
      [UPGRADE, { ...SWITCH, fields: [] }, /needs the header Upgrade/],
      [UPGRADE, { ...SWITCH, fields: ["Upgrade", "a\r\nb"] }, /Upgrade/],
      [CONNECT, { ...OK, status: 101 }, /status 101 does not open a tunnel/],
      [CONNECT, { ...OK, status: 404 }, /status 404 does not open a tunnel/],
      [CONNECT, { ...OK, fields: ["Content-Length", "3"] }, /tunnel has no length/],
    ];
    for (const [request, head, message] of cases) {
      const { socket, exchanges, send } = rig();
      send(request);
      assert.throws(
        () => exchanges[0]?.takeOver(head),
        (error) => error instanceof LocalProtocolError && message.test(error.message),
      );
      exchanges[0]?.respond({ ...OK, status: 403 }, "no");
      assert.match(socket.sent, /^HTTP\/1\.1 403 Forbidden\r\n[^]*no$/);
    }
  });

  it("throws once an answer has begun, and a taken exchange takes no answer", () => {
    const { exchanges, socket, log, send } = rig();
    send(UPGRADE);
    exchanges[0]?.start(OK);
    assert.throws(() => take(exchanges[0]), /an answer has begun/);
    const second = rig();
    second.send(UPGRADE);
    take(second.exchanges[0]);
    const { sent } = second.socket;
    assert.equal(second.exchanges[0]?.answered, true);
    assert.throws(() => second.exchanges[0]?.respond(OK, "x"), /second response/);
    assert.throws(() => take(second.exchanges[0]), /an answer has begun/);
    second.exchanges[0]?.fail(new Error("too late"));
    assert.equal(second.socket.sent, sent);
    assert.match(second.log.at(-1) ?? "", /too late/);
    assert.deepEqual([socket.destroyed, log], [false, []]);
  });

  it("status 101 goes no other way", () => {
    const { socket, exchanges, send } = rig();
    send(UPGRADE);
    assert.throws(() => exchanges[0]?.respond(SWITCH, null), /taking the connection over/);
    assert.throws(() => exchanges[0]?.start(SWITCH), /taking the connection over/);
    exchanges[0]?.respond(OK, null);
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n/);
  });

  it("a request that is answered ordinarily leaves the connection as it is", () => {
    const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, "x") });
    send(UPGRADE + GET);
    assert.equal(exchanges.length, 2);
    assert.equal(socket.ended, false);
  });

  it("gives a dead connection to who did not notice that the client left", async () => {
    const { socket, exchanges, send } = rig();
    send(UPGRADE);
    socket.destroy();
    const connection = take(exchanges[0]);
    const taker = new Taker(connection.socket);
    connection.socket.attach(taker);
    assert.equal(connection.socket.write(new Uint8Array(1)), true);
    connection.socket.destroy();
    await turn();
    assert.deepEqual(taker.heard, ["<ended>", "<closed>"]);
    assert.equal(socket.sent, "");
  });
});

describe("between takeOver and attach", () => {
  it("nothing is lost, and the socket flows again afterwards", async () => {
    const { socket, exchanges, send, finish } = rig();
    send(UPGRADE);
    const connection = take(exchanges[0]);
    assert.equal(socket.paused, true);
    // A runtime may have read these before it was told.
    send("one");
    send("two");
    finish();
    await turn();
    const taker = new Taker(connection.socket);
    connection.socket.attach(taker);
    assert.deepEqual(taker.heard, [], "the rest comes first");
    await turn();
    assert.deepEqual(taker.heard, ["one", "two", "<ended>"]);
    assert.equal(socket.paused, false);
  });

  it("a socket that was paused because of what is behind the request flows again", async () => {
    const behind = "x".repeat(READ_AHEAD_BYTES * 2);
    const { socket, rest } = taken(UPGRADE, behind);
    assert.equal(rest, behind);
    await turn();
    assert.equal(socket.paused, false);
    const later = rig();
    later.send(UPGRADE);
    later.send(behind);
    assert.equal(later.socket.paused, true);
    const connection = take(later.exchanges[0]);
    connection.socket.attach(new Taker(connection.socket));
    await turn();
    assert.equal(later.socket.paused, false);
  });

  it("a client that half-closed behind its request has ended", async () => {
    const made = rig();
    made.send(UPGRADE);
    made.finish();
    const connection = take(made.exchanges[0]);
    const taker = new Taker(connection.socket);
    connection.socket.attach(taker);
    await turn();
    assert.deepEqual(taker.heard, ["<ended>"]);
  });

  it("a client that leaves is told of, behind what it sent", async () => {
    const { socket, exchanges, send } = rig();
    send(UPGRADE);
    const connection = take(exchanges[0]);
    send("last");
    socket.destroy();
    const taker = new Taker(connection.socket);
    connection.socket.attach(taker);
    await turn();
    assert.deepEqual(taker.heard, ["last", "<closed>"]);
  });
});

describe("a connection that was taken over", () => {
  it("pauses and resumes as the application says", async () => {
    const { socket, taker, send, finish } = taken();
    await turn();
    taker.whenReceived = () => taker.socket.pause();
    send("one");
    assert.equal(socket.paused, true);
    // Already on its way when it was paused.
    send("two");
    send("three");
    assert.deepEqual(taker.heard, ["one"]);
    taker.socket.resume();
    await turn();
    assert.deepEqual(taker.heard, ["one", "two"]);
    taker.whenReceived = () => {};
    taker.socket.resume();
    send("four");
    finish();
    await turn();
    assert.deepEqual(taker.heard, ["one", "two", "three", "four", "<ended>"]);
    assert.equal(socket.paused, false);
  });

  it("has no deadline, is not shed, and counts until it closes", async () => {
    const closed: unknown[] = [];
    const { socket, host, connection, taker, advance } = taken();
    Object.defineProperty(host, "closed", { value: (one: unknown) => closed.push(one) });
    assert.equal(connection.phase, "tunnel");
    socket.accepts = false;
    taker.socket.write(new Uint8Array(10));
    advance(1e12);
    connection.postpone(10_000);
    advance(1e12);
    connection.shed();
    host.draining = true;
    connection.drain();
    advance(1e12);
    assert.deepEqual([socket.destroyed, closed], [false, []]);
    connection.abandon("The worker's graceful timeout is over");
    await turn();
    assert.deepEqual(closed, [connection]);
    assert.deepEqual(taker.heard, ["<closed>"]);
  });

  it("ends when the application throws, with a line in the log, and hears nothing more but that", async () => {
    const { socket, log, taker, send } = taken();
    await turn();
    taker.whenReceived = () => {
      throw new Error("bad frame");
    };
    send("one");
    await turn();
    assert.equal(socket.destroyed, true);
    assert.match(log.at(-1) ?? "", /^error Error in a connection that was taken over\nError: bad frame/);
    assert.deepEqual(taker.heard, ["one", "<closed>"]);
  });

  it("hears nothing more than its end after it destroyed the socket", async () => {
    const { taker, socket, send } = taken();
    await turn();
    taker.socket.pause();
    send("one");
    taker.socket.destroy();
    await turn();
    assert.equal(socket.destroyed, true);
    assert.deepEqual(taker.heard, ["<closed>"]);
  });
});
