import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PeerInfo } from "../../../src/app/application.ts";
import { DRAIN_GRACE_MS } from "../../../src/worker/bounds.ts";
import { DEADLINES, OK, type Rig, rig, type RigOptions } from "./rig.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const V1 = "PROXY TCP4 198.51.100.1 203.0.113.5 51234 443\r\n";
const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const V2 = `${SIGNATURE}\x21\x11\0\x0c\xc6\x33\x64\x01\xcb\x00\x71\x05\xc8\x22\x01\xbb`;
const V2_LOCAL = `${SIGNATURE}\x20\0\0\0`;
const ALLOWED = "127.0.0.1";

function proxied(proxyProtocol: "v1" | "v2" | "auto", options: RigOptions = {}): Rig {
  return rig({
    remoteAddress: ALLOWED,
    handle: (exchange) => exchange.respond(OK, "hello"),
    ...options,
    trust: { proxyProtocol, ...options.trust },
  });
}

function ends({ remoteAddress, remotePort, localAddress, localPort }: PeerInfo): unknown[] {
  return [remoteAddress, remotePort, localAddress, localPort];
}

describe("a connection that begins with a PROXY header", () => {
  for (const [mode, header] of [["v1", V1], ["v2", V2], ["auto", V1], ["auto", V2]] as const) {
    it(`${mode}: takes the ends from it, in whatever pieces it comes (${JSON.stringify(header.slice(0, 5))})`, () => {
      const bytes = header + GET;
      for (let cut = 0; cut <= bytes.length; cut++) {
        const { socket, exchanges, accessed, send } = proxied(mode);
        send(bytes.slice(0, cut));
        send(bytes.slice(cut));
        assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n/, `cut at ${cut}`);
        assert.deepEqual(exchanges.map(({ peer }) => ends(peer)), [["198.51.100.1", 51234, "203.0.113.5", 443]]);
        assert.equal(accessed[0]?.remoteAddress, "198.51.100.1");
        assert.equal(exchanges[0]?.origin.clientAddress, "198.51.100.1");
      }
    });
  }

  it("keeps the named ends for all its requests", () => {
    const { exchanges, send } = proxied("auto");
    send(V1 + GET);
    send(GET + GET);
    assert.deepEqual(exchanges.map(({ peer }) => peer.remoteAddress), ["198.51.100.1", "198.51.100.1", "198.51.100.1"]);
  });

  it("has the socket's ends where the proxy speaks for itself or names nobody", () => {
    for (const header of [V2_LOCAL, "PROXY UNKNOWN\r\n"]) {
      const { exchanges, send } = proxied("auto");
      send(header + GET);
      assert.deepEqual(exchanges.map(({ peer }) => peer.remoteAddress), [ALLOWED]);
    }
  });

  it("believes peers of a unix socket", () => {
    const { exchanges, send } = proxied("v1", { remoteAddress: "", trust: { proxyAllowIps: [] } });
    send(V1 + GET);
    assert.deepEqual(exchanges.map(({ peer }) => peer.remoteAddress), ["198.51.100.1"]);
  });

  it("refuses one from a peer that is not allowed, with 403", () => {
    for (const header of [V1, V2]) {
      const { socket, exchanges, log, send } = proxied("auto", { remoteAddress: "192.0.2.7" });
      send(header + GET);
      assert.match(socket.sent, /^HTTP\/1\.1 403 Forbidden\r\n/);
      assert.equal(socket.ended, true);
      assert.equal(exchanges.length, 0);
      assert.match(log[0] ?? "", /^warning Invalid request from ip=192\.0\.2\.7: .*proxy_allow_ips/);
    }
  });

  it("refuses a broken one with 400", () => {
    for (const header of ["PROXY TCP4 198.51.100.1 203.0.113.5 51234\r\n", `${SIGNATURE}\x31\x11\0\x0c`]) {
      const { socket, exchanges, send } = proxied("auto");
      send(header + GET);
      assert.match(socket.sent, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assert.equal(exchanges.length, 0);
    }
  });

  it("must have one from an allowed peer with v1 and v2, and need not with auto", () => {
    for (const mode of ["v1", "v2"] as const) {
      const { socket, log, send } = proxied(mode);
      send(GET);
      assert.match(socket.sent, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assert.match(log[0] ?? "", /proxy_protocol/);
    }
    const { socket, send } = proxied("auto");
    send(GET);
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n/);
  });

  it("may speak plain HTTP where its peer is not allowed to say more", () => {
    const { exchanges, send } = proxied("v1", { remoteAddress: "192.0.2.7" });
    send(GET);
    assert.deepEqual(exchanges.map(({ peer }) => peer.remoteAddress), ["192.0.2.7"]);
  });

  it("a header is HTTP's business where the protocol is off", () => {
    const { socket, send } = rig({ remoteAddress: ALLOWED });
    send(V1 + GET);
    assert.match(socket.sent, /^HTTP\/1\.1 400 Bad Request\r\n/);
  });
});

describe("deadlines of the PROXY header", () => {
  it("silence is closed without an answer", () => {
    const { socket, connection, advance } = proxied("v1");
    assert.equal(connection.phase, "proxy");
    advance(DEADLINES.firstByteMs);
    assert.deepEqual([socket.sent, socket.ended], ["", true]);
  });

  it("a part of a header gets 408", () => {
    const { socket, send, advance } = proxied("v1");
    send(V1.slice(0, 10));
    advance(DEADLINES.headMs - 1);
    assert.equal(socket.ended, false);
    send(V1.slice(10, 12));
    advance(1);
    assert.match(socket.sent, /^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  it("counts in the time of the first head, and in no later one", () => {
    const { socket, send, advance } = proxied("v1");
    send(V1.slice(0, 10));
    advance(DEADLINES.headMs / 2);
    send(V1.slice(10) + GET.slice(0, 5));
    advance(DEADLINES.headMs / 2);
    assert.match(socket.sent, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    const second = proxied("v1", { keepaliveMs: 1_000_000 });
    second.send(V1 + GET);
    second.advance(DEADLINES.headMs * 2);
    second.send(GET.slice(0, 5));
    second.advance(DEADLINES.headMs - 1);
    assert.equal(second.socket.ended, false);
  });

  it("a connection that was introduced and asks nothing is closed without an answer", () => {
    for (const deadlines of [{}, { headMs: 0 }]) {
      const { socket, connection, send, advance } = proxied("v2", { deadlines });
      send(V2);
      assert.equal(connection.phase, "idle");
      advance(DEADLINES.firstByteMs);
      assert.deepEqual([socket.sent, socket.ended], ["", true]);
    }
  });

  it("a client that leaves in the middle gets 400, and one that said nothing gets nothing", () => {
    const middle = proxied("v1");
    middle.send(V1.slice(0, 10));
    middle.finish();
    assert.match(middle.socket.sent, /^HTTP\/1\.1 400 Bad Request\r\n/);
    const silent = proxied("v1");
    silent.finish();
    assert.deepEqual([silent.socket.sent, silent.socket.ended], ["", true]);
    // What a health check of HAProxy does.
    const check = proxied("v2");
    check.send(V2_LOCAL);
    check.finish();
    assert.deepEqual([check.socket.sent, check.socket.ended, check.log], ["", true, []]);
  });

  it("a drain gives a connection that was not introduced the grace, and none less to one in the middle", () => {
    const { socket, host, connection, advance } = proxied("v1");
    host.draining = true;
    connection.drain();
    advance(DRAIN_GRACE_MS);
    assert.deepEqual([socket.sent, socket.ended], ["", true]);
    const middle = proxied("v1");
    middle.send(V1.slice(0, 10));
    middle.host.draining = true;
    middle.connection.drain();
    middle.advance(DRAIN_GRACE_MS);
    middle.send(V1.slice(10) + GET);
    assert.match(middle.socket.sent, /^HTTP\/1\.1 200 OK\r\n/);
  });

  it("a full worker says so to who has begun, and lets the silent ones go", () => {
    const begun = proxied("v1");
    begun.send(V1.slice(0, 10));
    begun.connection.shed();
    assert.match(begun.socket.sent, /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    const silent = proxied("v1");
    silent.connection.shed();
    assert.deepEqual([silent.socket.sent, silent.socket.destroyed], ["", true]);
  });
});
