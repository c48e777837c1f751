import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DRAIN_GRACE_MS, LINGER_BYTES, LINGER_MAX_MS, LINGER_MS, PIECE_BYTES } from "../../../src/worker/bounds.ts";
import { DEADLINES, OK, rig, turn } from "./rig.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const post = (length: number): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
const AGES_MS = 1e12;

describe("deadlines of a connection", () => {
  it("0 turns each of them off", () => {
    const off = { firstByteMs: 0, headMs: 0, bodyMs: 0, bodyMinBytesPerSecond: 0, writeMs: 0 };
    const silent = rig({ deadlines: off });
    silent.advance(AGES_MS);
    assert.equal(silent.socket.ended, false);
    silent.send("GET / HT");
    silent.advance(AGES_MS);
    assert.equal(silent.socket.ended, false);
    const posting = rig({ deadlines: off });
    posting.send(post(3));
    let failure: unknown = null;
    posting.exchanges[0]?.body?.read().catch((error: unknown) => failure = error);
    posting.advance(AGES_MS);
    return turn().then(() => {
      assert.equal(failure, null);
      const reading = rig({ deadlines: off });
      reading.send(GET);
      reading.socket.accepts = false;
      reading.exchanges[0]?.respond(OK, new Uint8Array(PIECE_BYTES * 2));
      reading.advance(AGES_MS);
      reading.advance(AGES_MS);
      assert.equal(reading.socket.destroyed, false);
    });
  });

  it("content that comes too slowly ends the read with 408, however steadily it comes", async () => {
    const { socket, exchanges, send, advance, log } = rig({ deadlines: { bodyMs: 10_000, bodyMinBytesPerSecond: 100 } });
    send(post(1_000_000));
    let parts = 0;
    let failure: Error | null = null;
    for (; failure === null && parts < 100; parts++) {
      const read = exchanges[0]?.body?.read().catch((error: Error) => failure = error);
      advance(1_000);
      send("x".repeat(50));
      await read;
    }
    // Each second costs a second and earns half of one: the grace of 10 s is spent after 20 s.
    assert.ok(parts >= 19 && parts <= 22, `${parts} parts came`);
    exchanges[0]?.fail(failure);
    assert.match(socket.sent, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.match(log.at(-1) ?? "", /^warning Invalid request from ip=192\.0\.2\.7: Timeout waiting for the request content/);
  });

  it("a chunk-size line or a trailer that trickles gains no time", async () => {
    const { exchanges, send, advance } = rig();
    send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    const read = exchanges[0]?.body?.read() ?? Promise.resolve(null);
    advance(DEADLINES.bodyMs / 2);
    send("0");
    advance(DEADLINES.bodyMs / 2);
    await assert.rejects(read, /Timeout/);
  });

  it("content that nobody reads is thrown away for a moment only, also when it trickles", () => {
    const { socket, exchanges, send, advance } = rig();
    send(post(60_000));
    exchanges[0]?.respond(OK, "early");
    for (let at = 0; at < LINGER_MS; at += 250) {
      assert.equal(socket.ended, false);
      send("x");
      advance(250);
    }
    assert.equal(socket.ended, true);
  });

  it("the 408 of an application that waits for nothing is not sent before it answers", async () => {
    const { socket, exchanges, send, advance } = rig();
    send(post(3));
    const read = exchanges[0]?.body?.read() ?? Promise.resolve(null);
    advance(DEADLINES.bodyMs);
    await assert.rejects(read, /Timeout/);
    assert.equal(socket.sent, "");
    exchanges[0]?.respond(OK, "all the same");
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK[^]*Connection: close\r\n[^]*all the same$/);
    assert.equal(socket.ended, true);
  });
});

describe("a connection that was closed by us", () => {
  it("waits for a client that still sends, for so long", () => {
    const { socket, send, advance } = rig();
    send("nonsense\r\n\r\n");
    assert.equal(socket.ended, true);
    for (let at = 0; at < LINGER_MAX_MS; at += LINGER_MS / 2) {
      assert.equal(socket.destroyed, false, `destroyed after ${at} ms`);
      send("x");
      advance(LINGER_MS / 2);
    }
    assert.equal(socket.destroyed, true);
  });

  it("stops reading of one that sends without end, and leaves it the time to read its answer", () => {
    const { socket, send, advance } = rig();
    send("nonsense\r\n\r\n");
    const part = "x".repeat(1_048_576);
    for (let sentBytes = 0; sentBytes <= LINGER_BYTES; sentBytes += part.length) {
      assert.equal(socket.paused, false);
      send(part);
    }
    assert.equal(socket.paused, true);
    assert.equal(socket.destroyed, false);
    advance(LINGER_MS);
    assert.equal(socket.destroyed, true);
  });

  it("reads on, also while the client does not take the answer, so that it notices who leaves", () => {
    const { socket, send } = rig({ handle: (exchange) => exchange.respond(OK, "x"), keepaliveMs: 0 });
    socket.accepts = false;
    send(GET);
    assert.deepEqual([socket.ended, socket.paused], [true, false]);
  });

  it("does not hold up a drain", () => {
    const { socket, host, send, advance } = rig();
    send("nonsense\r\n\r\n");
    host.draining = true;
    advance(LINGER_MS - 250);
    send("x");
    advance(250);
    assert.equal(socket.destroyed, true);
  });

  it("of a client that closes too: not before it has the whole answer", () => {
    for (const isSlow of [true, false]) {
      const { socket, send, finish, advance } = rig({ handle: (exchange) => exchange.respond(OK, "x"), keepaliveMs: 0 });
      socket.accepts = !isSlow;
      send(GET);
      finish();
      assert.deepEqual([socket.ended, socket.destroyed], [true, !isSlow]);
      advance(LINGER_MS);
      assert.equal(socket.destroyed, !isSlow);
      // A socket that ends does not tell that it was drained.
      socket.buffered = 0;
      advance(250);
      assert.deepEqual([socket.destroyed, socket.wasReset], [true, false]);
    }
  });

  it("goes at once when the client closes too", () => {
    const { socket, send, finish } = rig();
    send("nonsense\r\n\r\n");
    finish();
    assert.equal(socket.destroyed, true);
  });
});

describe("a full worker", () => {
  it("tells a client with a part of a head that there is no room, and frees the place at the next sweep", () => {
    const { socket, connection, send, advance } = rig();
    send("GET / HT");
    assert.equal(connection.phase, "head");
    connection.shed();
    assert.match(socket.sent, /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*Connection: close\r\n/);
    assert.equal(socket.ended, true);
    send("TP/1.1\r\n");
    advance(0);
    assert.equal(socket.destroyed, true);
  });

  it("frees the place of an idle connection at once, without an answer", () => {
    const fresh = rig();
    fresh.connection.shed();
    assert.deepEqual([fresh.socket.sent, fresh.socket.destroyed], ["", true]);
    const kept = rig({ handle: (exchange) => exchange.respond(OK, null) });
    kept.send(GET);
    kept.connection.shed();
    assert.equal(kept.socket.writes.length, 1);
    assert.equal(kept.socket.destroyed, true);
  });

  it("leaves alone who works, and who still takes its last answer", () => {
    const working = rig();
    working.send(GET);
    const discarding = rig({ handle: (exchange) => exchange.respond(OK, null) });
    discarding.send(post(3));
    assert.equal(discarding.connection.phase, "discard");
    const lingering = rig();
    lingering.send("nonsense\r\n\r\n");
    const reading = rig({ handle: (exchange) => exchange.respond(OK, "x") });
    reading.send(GET);
    reading.socket.buffered = 1;
    for (const { connection, socket } of [working, discarding, lingering, reading]) {
      const sent = socket.sent;
      connection.shed();
      assert.equal(socket.sent, sent);
      assert.equal(socket.destroyed, false);
    }
    working.exchanges[0]?.respond(OK, "done");
    assert.match(working.socket.sent, /done$/);
  });

  it("knows since when a connection waits, and whether it was ever of use", () => {
    const { connection, exchanges, send, advance } = rig({ keepaliveMs: 60_000 });
    assert.deepEqual([connection.phase, connection.phaseSinceMs, connection.hadRequest], ["idle", 0, false]);
    advance(500);
    send("GET /");
    assert.deepEqual([connection.phase, connection.phaseSinceMs, connection.hadRequest], ["head", 500, false]);
    advance(250);
    send(" HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.deepEqual([connection.phase, connection.phaseSinceMs, connection.hadRequest], ["exchange", 750, true]);
    advance(1_000);
    exchanges[0]?.respond(OK, null);
    assert.deepEqual([connection.phase, connection.phaseSinceMs, connection.hadRequest], ["idle", 1_750, true]);
  });
});

describe("a drain", () => {
  it("gives a connection without a request a short grace, also where the first byte has no deadline", () => {
    const { socket, advance } = rig({ draining: true, deadlines: { firstByteMs: 0 } });
    advance(DRAIN_GRACE_MS - 1);
    assert.equal(socket.ended, false);
    advance(1);
    assert.equal(socket.ended, true);
  });

  it("lets a head that has begun come, and answers it with the last answer", () => {
    const { socket, host, connection, send, advance } = rig({ handle: (exchange) => exchange.respond(OK, null) });
    send("GET / HTTP/1.1\r\n");
    host.draining = true;
    connection.drain();
    advance(DRAIN_GRACE_MS * 2);
    send("Host: a\r\n\r\n");
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/);
    assert.equal(socket.ended, true);
  });
});
