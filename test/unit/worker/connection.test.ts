import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DRAIN_GRACE_MS, LINGER_MS, PIECE_BYTES, READ_AHEAD_BYTES } from "../../../src/worker/bounds.ts";
import { DEADLINES, OK, rig, turn } from "./rig.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const post = (length: number): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;

describe("Connection", () => {
  it("writes head and body at once, and goes on", () => {
    const { socket, send } = rig({ handle: (exchange) => exchange.respond(OK, "hello") });
    send(GET);
    assert.equal(socket.writes.length, 1);
    assert.match(
      socket.sent,
      /^HTTP\/1\.1 200 OK\r\nServer: test\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 5\r\n\r\nhello$/,
    );
    send(GET);
    assert.equal(socket.writes.length, 2);
    assert.equal(socket.ended, false);
  });

  it("answers a batch of pipelined requests in one write", () => {
    let count = 0;
    const { socket, send } = rig({ handle: (exchange) => exchange.respond(OK, `${++count}`) });
    send(GET.repeat(3));
    assert.equal(socket.writes.length, 1);
    assert.deepEqual(socket.sent.match(/\r\n\r\n\d/g), ["\r\n\r\n1", "\r\n\r\n2", "\r\n\r\n3"]);
  });

  it("gives the application one request at a time, and reads ahead only so far", () => {
    const { socket, exchanges, send } = rig();
    send(GET + GET);
    assert.equal(exchanges.length, 1);
    send("x".repeat(READ_AHEAD_BYTES));
    assert.equal(socket.paused, true);
    exchanges[0]?.respond(OK, null);
    assert.equal(exchanges.length, 2);
  });

  it("closes after keepalive, without an answer", () => {
    const { socket, send, advance } = rig({ keepaliveMs: 2_000, handle: (exchange) => exchange.respond(OK, null) });
    send(GET);
    advance(1_999);
    assert.equal(socket.ended, false);
    advance(1);
    assert.equal(socket.ended, true);
    assert.equal(socket.writes.length, 1);
    advance(LINGER_MS);
    assert.equal(socket.destroyed, true);
  });

  it("keeps no connection open where keepalive is 0", () => {
    const { socket, send } = rig({ keepaliveMs: 0, handle: (exchange) => exchange.respond(OK, null) });
    send(GET);
    assert.match(socket.sent, /\r\nConnection: close\r\n/i);
    assert.equal(socket.ended, true);
  });

  it("answers a head that does not end with 408, and silence with nothing", () => {
    const slow = rig();
    slow.send("GET / HT");
    slow.advance(DEADLINES.headMs);
    assert.match(slow.socket.sent, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.equal(slow.socket.ended, true);
    const silent = rig();
    silent.advance(DEADLINES.firstByteMs);
    assert.equal(silent.socket.sent, "");
    assert.equal(silent.socket.ended, true);
  });

  it("a head that trickles gains no time", () => {
    const { socket, send, advance } = rig();
    for (let at = 0; at < 3; at++) {
      send("GET / HTTP/1.1\r\n".charAt(at));
      advance(DEADLINES.headMs / 3);
    }
    advance(DEADLINES.headMs / 3);
    assert.match(socket.sent, /^HTTP\/1\.1 408 /);
  });

  it("refuses a bad request, logs it, and throws away what follows", () => {
    const { socket, exchanges, log, send } = rig();
    send("GET / HTTP/1.1\r\n\r\n");
    assert.match(socket.sent, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.equal(exchanges.length, 0);
    assert.match(log[0] ?? "", /^warning Invalid request from ip=192\.0\.2\.7: /);
    send("x".repeat(100));
    assert.equal(socket.destroyed, false);
    assert.equal(socket.writes.length, 1);
  });

  it("drains: the next answer closes, and an idle connection gets a grace", () => {
    const { socket, host, connection, send, advance } = rig({
      keepaliveMs: 60_000,
      handle: (exchange) => exchange.respond(OK, null),
    });
    send(GET);
    host.draining = true;
    connection.drain();
    advance(DRAIN_GRACE_MS - 1);
    assert.equal(socket.ended, false);
    send(GET);
    assert.match(socket.writes[1] ?? "", /\r\nConnection: close\r\n/i);
    assert.equal(socket.ended, true);
    const idle = rig({ keepaliveMs: 60_000 });
    idle.host.draining = true;
    idle.connection.drain();
    idle.advance(DRAIN_GRACE_MS);
    assert.equal(idle.socket.ended, true);
  });

  it("drains: a request under way is answered however long it takes", () => {
    const { socket, host, connection, exchanges, send, advance } = rig();
    send(GET);
    host.draining = true;
    connection.drain();
    advance(DRAIN_GRACE_MS * 10);
    assert.equal(socket.ended, false);
    exchanges[0]?.respond(OK, "late");
    assert.match(socket.sent, /Connection: close\r\n[\s\S]*late$/i);
  });

  it("tells the application that the client left, once", () => {
    const { socket, exchanges, connection, send } = rig();
    send(GET);
    const reasons: string[] = [];
    exchanges[0]?.onAbort((reason) => reasons.push(reason.message));
    socket.destroy();
    connection.closed();
    assert.deepEqual(reasons, ["The client closed the connection"]);
    assert.equal(exchanges[0]?.aborted, true);
    exchanges[0]?.respond(OK, "nobody reads this");
    assert.equal(socket.sent, "");
  });

  it("a client that ended its side still gets its answer", () => {
    const { socket, exchanges, connection, send } = rig();
    send(GET);
    connection.ended();
    assert.equal(exchanges[0]?.aborted, false);
    exchanges[0]?.respond(OK, "here");
    assert.match(socket.sent, /here$/);
    assert.equal(socket.ended, true);
  });

  it("sends large bodies piece by piece, as fast as the client takes them", () => {
    const size = PIECE_BYTES * 3 + 7;
    const { socket, exchanges, accessed, send } = rig();
    send(GET);
    socket.accepts = false;
    exchanges[0]?.respond(OK, new Uint8Array(size).fill(97));
    assert.ok(socket.sent.length < PIECE_BYTES * 2);
    while (socket.buffered > 0) {
      socket.drain();
      socket.accepts = socket.sent.length > size;
    }
    assert.equal(socket.sent.split("\r\n\r\n")[1]?.length, size);
    assert.deepEqual(accessed.map(({ bodyBytes, status }) => [bodyBytes, status]), [[size, 200]]);
  });

  it("breaks off a client that takes nothing for a while, and not one that is slow", () => {
    const { socket, exchanges, send, advance } = rig();
    send(GET);
    socket.accepts = false;
    exchanges[0]?.respond(OK, new Uint8Array(PIECE_BYTES * 2));
    socket.buffered -= 1;
    advance(DEADLINES.writeMs);
    assert.equal(socket.destroyed, false);
    advance(DEADLINES.writeMs);
    assert.equal(socket.destroyed, true);
  });

  it("does not parse further requests for a client that takes no answers", () => {
    const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, "x") });
    socket.accepts = false;
    send(GET);
    send(GET);
    assert.equal(exchanges.length, 1);
    socket.drain();
    assert.equal(exchanges.length, 2);
  });
});

describe("Connection, what a review found", () => {
  it("a reader that outlives the answer gets nothing of the next request", async () => {
    const { exchanges, send } = rig();
    send(post(3));
    const [first] = exchanges;
    const pending = first?.body?.read();
    first?.respond(OK, "early");
    await assert.rejects(pending ?? Promise.resolve(), /response was complete/);
    send("abc" + post(6) + "SECRET");
    assert.equal(exchanges.length, 2);
    await assert.rejects(first?.body?.read() ?? Promise.resolve(), /response was complete/);
    assert.equal(first?.body?.takeBuffered(), null);
    assert.equal(String.fromCharCode(...(await exchanges[1]?.body?.read() ?? [])), "SECRET");
  });

  it("no deadline runs while the client still takes its answer", () => {
    for (const close of [true, false]) {
      const { socket, exchanges, send, advance } = rig({ keepaliveMs: 2_000 });
      send(close ? GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") : GET);
      exchanges[0]?.respond(OK, "x".repeat(1_000));
      // Handed to the socket, not yet taken by the client.
      socket.buffered = 1_000;
      for (let left = 1_000; left > 0; left -= 100) {
        socket.buffered = left;
        advance(DEADLINES.writeMs / 2);
        assert.equal(socket.destroyed, false);
      }
      socket.buffered = 0;
      advance(250);
      advance(LINGER_MS);
      assert.equal(socket.ended, true);
    }
  });

  it("100 Continue is never sent once the answer has begun", async () => {
    const { socket, exchanges, send } = rig();
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    exchanges[0]?.start(OK);
    void exchanges[0]?.body?.read();
    await turn();
    assert.doesNotMatch(socket.sent, /100 Continue/);
  });

  it("makes no more answers to pipelined requests than the client takes", () => {
    const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, "x".repeat(16_000)) });
    socket.accepts = false;
    send(GET.repeat(1_000));
    assert.ok(exchanges.length < 10, `${exchanges.length} answers were made`);
    assert.equal(socket.paused, true);
    for (let turns = 0; exchanges.length < 1_000 && turns < 1_000; turns++) {
      socket.drain();
      socket.accepts = false;
    }
    assert.equal(exchanges.length, 1_000);
  });

  it("deadlines that passed while the event loop was blocked are put off", () => {
    const { socket, connection, send, advance } = rig({ keepaliveMs: 2_000, handle: (exchange) => exchange.respond(OK, null) });
    send(GET);
    connection.postpone(6_000);
    advance(6_000);
    assert.equal(socket.ended, false);
    advance(2_000);
    assert.equal(socket.ended, true);
  });

  it("a handler may take its time between two reads", async () => {
    const { exchanges, send, advance } = rig();
    send(post(6));
    const first = exchanges[0]?.body?.read();
    send("abcdef");
    await first;
    advance(DEADLINES.bodyMs * 2);
    assert.equal(await exchanges[0]?.body?.read(), null);
  });

  it("reads on behind a paused request now and then, so that it notices who left, and lets who pipelines without end wait", () => {
    const { socket, exchanges, send, advance } = rig();
    send(GET);
    send("x".repeat(READ_AHEAD_BYTES));
    assert.equal(socket.paused, true);
    advance(250);
    assert.equal(socket.paused, false);
    for (let part = 0; part < 4; part++) send("x".repeat(READ_AHEAD_BYTES));
    advance(250);
    assert.equal(socket.paused, true);
    exchanges[0]?.respond(OK, "the answer");
    assert.match(socket.sent, /^HTTP\/1\.1 200 [^]*the answer/);
  });

  it("a connection that was kept open by an answer begun before the drain gets the grace, not keepalive", () => {
    const { socket, host, connection, exchanges, send, advance } = rig({ keepaliveMs: 60_000 });
    send(GET);
    exchanges[0]?.start(OK);
    host.draining = true;
    connection.drain();
    exchanges[0]?.end();
    advance(DRAIN_GRACE_MS);
    assert.equal(socket.ended, true);
  });

  it("large parts of a stream go out in pieces, and the end waits for them", () => {
    const { socket, exchanges, accessed, send } = rig();
    send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    socket.accepts = false;
    const exchange = exchanges[0];
    exchange?.start({ status: 200, reason: "", fields: ["Content-Length", String(PIECE_BYTES * 3)] });
    assert.equal(exchange?.write(new Uint8Array(PIECE_BYTES * 3)), false);
    exchange?.end();
    assert.equal(socket.ended, false);
    for (let turns = 0; turns < 5; turns++) {
      socket.drain();
      socket.accepts = false;
    }
    assert.equal(socket.sent.split("\r\n\r\n")[1]?.length, PIECE_BYTES * 3);
    assert.equal(socket.ended, true);
    assert.deepEqual(accessed.map(({ bodyBytes }) => bodyBytes), [PIECE_BYTES * 3]);
  });
});

describe("Exchange", () => {
  it("frames a stream in chunks, joined per turn", async () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    const exchange = exchanges[0];
    exchange?.start(OK);
    exchange?.write(new Uint8Array([97, 98]));
    await turn();
    assert.match(socket.sent, /Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n$/i);
    exchange?.end();
    assert.match(socket.sent, /0\r\n\r\n$/);
    assert.equal(socket.ended, false);
  });

  it("cuts a body that is longer than its Content-Length, and breaks off a shorter one", () => {
    for (const bytes of [new Uint8Array(6), new Uint8Array(3)]) {
      const { socket, exchanges, log, send } = rig();
      send(GET);
      exchanges[0]?.start({ status: 200, reason: "", fields: ["Content-Length", "5"] });
      exchanges[0]?.write(bytes);
      exchanges[0]?.end();
      assert.equal(socket.ended, true);
      assert.ok(log.some((line) => /Content-Length/.test(line)), log.join());
    }
  });

  it("sends no content with 204, 205, 304 and HEAD", () => {
    for (const status of [204, 205, 304]) {
      const { socket, send } = rig({ handle: (exchange) => exchange.respond({ ...OK, status }, "body") });
      send(GET);
      assert.match(socket.sent, /\r\n\r\n$/);
    }
    const { socket, send } = rig({ handle: (exchange) => exchange.respond(OK, "grüße") });
    send(GET.replace("GET", "HEAD"));
    assert.match(socket.sent, /\r\nContent-Length: 7\r\n\r\n$/);
  });

  it("a header that would break the message is an error, and the answer a 500", () => {
    const { socket, log, send } = rig({
      handle(exchange) {
        try {
          exchange.respond({ ...OK, fields: ["X-A", "a\r\nX-B: b"] }, null);
        } catch (error) {
          exchange.fail(error);
        }
      },
    });
    send(GET);
    assert.match(socket.sent, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
    assert.doesNotMatch(socket.sent, /X-B/);
    assert.match(log.join("\n"), /X-A/);
  });

  it("a second answer is an error of the application", () => {
    const { exchanges, send } = rig();
    send(post(1));
    const exchange = exchanges[0];
    exchange?.start(OK);
    assert.throws(() => exchange?.respond(OK, null), /second response/);
  });

  it("reads the body as it comes, and ends", async () => {
    const { exchanges, send } = rig();
    send(post(6) + "abc");
    const body = exchanges[0]?.body;
    assert.equal(String.fromCharCode(...(await body?.read() ?? [])), "abc");
    const next = body?.read();
    send("def");
    assert.equal(String.fromCharCode(...(await next ?? [])), "def");
    assert.equal(await body?.read(), null);
  });

  it("a body that ends early rejects the read, and fail() answers 400", async () => {
    const { socket, connection, exchanges, log, send } = rig();
    send(post(6) + "abc");
    const exchange = exchanges[0];
    await exchange?.body?.read();
    const pending = exchange?.body?.read();
    connection.ended();
    await assert.rejects(pending ?? Promise.resolve(), /ended inside the content/);
    exchange?.fail(new Error("the handler gave up"));
    assert.match(socket.sent, /^HTTP\/1\.1 400 /);
    assert.match(log.at(-1) ?? "", /^warning Invalid request/);
  });

  it("a body that stops coming rejects the read with 408", async () => {
    const { socket, exchanges, send, advance } = rig();
    send(post(6));
    const pending = exchanges[0]?.body?.read();
    advance(DEADLINES.bodyMs - 1);
    send("a");
    await pending;
    const second = exchanges[0]?.body?.read();
    advance(DEADLINES.bodyMs);
    await assert.rejects(second ?? Promise.resolve(), /Timeout/);
    exchanges[0]?.fail(new Error("gave up"));
    assert.match(socket.sent, /^HTTP\/1\.1 408 /);
  });

  it("pauses a client whose body nobody reads, and resumes when it is read", async () => {
    const { socket, exchanges, send } = rig();
    send(post(READ_AHEAD_BYTES * 4));
    send("x".repeat(READ_AHEAD_BYTES));
    assert.equal(socket.paused, true);
    await exchanges[0]?.body?.read();
    void exchanges[0]?.body?.read();
    assert.equal(socket.paused, false);
  });

  it("sends 100 Continue at the first read that has to wait, once", () => {
    const { socket, exchanges, send } = rig();
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    assert.equal(socket.sent, "");
    void exchanges[0]?.body?.read();
    return turn().then(() => assert.equal(socket.sent, "HTTP/1.1 100 Continue\r\n\r\n"));
  });

  it("logs an access record for every answer, also for one that was cut", () => {
    const { socket, exchanges, accessed, send } = rig();
    send(GET);
    exchanges[0]?.start(OK);
    exchanges[0]?.write(new Uint8Array(3));
    socket.destroy();
    assert.deepEqual(accessed.map(({ status, bodyBytes, remoteAddress }) => [status, bodyBytes, remoteAddress]), [[
      200,
      3,
      "192.0.2.7",
    ]]);
  });
});
