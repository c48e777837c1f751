import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange } from "../../../src/app/application.ts";
import type { TrustSettings } from "../../../src/http/trust-settings.ts";
import { READ_AHEAD_BYTES } from "../../../src/worker/bounds.ts";
import { OK, rig, turn } from "./rig.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LINK = ["Link", "</style.css>; rel=preload"];
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

describe("sendInterim", () => {
  it("sends hints before the answer, as often as asked", async () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    exchanges[0]?.sendInterim(103, LINK);
    exchanges[0]?.sendInterim(103, ["Set-Cookie", "a=1", "Set-Cookie", "b=2"]);
    await turn();
    assert.equal(
      socket.sent,
      "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" +
        "HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
    );
    exchanges[0]?.respond(OK, "hello");
    assert.match(socket.sent, /\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*hello$/);
  });

  it("keeps the order of pipelined answers", () => {
    const { socket, send } = rig({
      handle(exchange) {
        exchange.sendInterim(103, ["Link", exchange.head.target]);
        exchange.respond(OK, exchange.head.target);
      },
    });
    send(GET.replace("/", "/a") + GET.replace("/", "/b"));
    const order = [...socket.sent.matchAll(/HTTP\/1\.1 (\d{3})|(\/[ab])/g)].map(([match]) => match.slice(-3));
    assert.deepEqual(order, ["103", "/a", "200", "/a", "103", "/b", "200", "/b"]);
  });

  it("comes before or behind 100 Continue, as the application does things", () => {
    for (const hintFirst of [true, false]) {
      const { socket, exchanges, send } = rig();
      send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      const exchange = exchanges[0];
      if (hintFirst) exchange?.sendInterim(102, []);
      // The answer comes before the content.
      exchange?.body?.read().catch(() => {});
      if (!hintFirst) exchange?.sendInterim(102, []);
      exchange?.respond(OK, null);
      const statuses = [...socket.sent.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
      assert.deepEqual(statuses, hintFirst ? ["102", "100", "200"] : ["100", "102", "200"]);
    }
  });

  it("says nothing to HTTP/1.0, once an answer has begun, and to a client that left", async () => {
    const old = rig();
    old.send("GET / HTTP/1.0\r\n\r\n");
    old.exchanges[0]?.sendInterim(103, LINK);
    const begun = rig();
    begun.send(GET);
    begun.exchanges[0]?.start(OK);
    begun.exchanges[0]?.sendInterim(103, LINK);
    const gone = rig();
    gone.send(GET);
    gone.socket.destroy();
    gone.exchanges[0]?.sendInterim(200, LINK);
    await turn();
    for (const { socket } of [old, begun, gone]) assert.doesNotMatch(socket.sent, / 103 /);
  });

  it("throws for other statuses, and for fields that cannot be sent", () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    for (const status of [100, 101, 200, 99, 102.5]) {
      assert.throws(() => exchanges[0]?.sendInterim(status, LINK), /Invalid response status/);
    }
    assert.throws(() => exchanges[0]?.sendInterim(103, ["Link", "a\r\nX: b"]), /Link/);
    assert.throws(() => exchanges[0]?.sendInterim(103, ["Li nk", "a"]), /Li nk/);
    exchanges[0]?.respond(OK, null);
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n/);
  });

  it("leaves hints out that a client does not take", async () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    socket.accepts = false;
    for (let count = 0; count < 10_000; count++) {
      exchanges[0]?.sendInterim(103, LINK);
      if (count % 100 === 0) await turn();
    }
    assert.ok(socket.sent.length <= 2 * READ_AHEAD_BYTES, `${socket.sent.length} bytes were sent`);
  });
});

describe("trailers of a request", () => {
  it("are there once the content was read, and apart from the head's fields", async () => {
    const { exchanges, send } = rig();
    send(CHUNKED + "3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n");
    const body = exchanges[0]?.body;
    assert.deepEqual(body?.trailers, []);
    assert.equal((await body?.read())?.length, 3);
    assert.deepEqual(body?.trailers, []);
    assert.equal(await body?.read(), null);
    assert.deepEqual(body?.trailers, ["X-Sum", "1", "X-Sum", "2"]);
    assert.equal(exchanges[0]?.head.fields.includes("X-Sum"), false);
  });

  it("stay with their request", async () => {
    const { exchanges, send } = rig();
    send(CHUNKED + "0\r\nX-A: 1\r\n\r\n");
    assert.equal(await exchanges[0]?.body?.read(), null);
    exchanges[0]?.respond(OK, null);
    send(CHUNKED + "0\r\n\r\n");
    assert.equal(await exchanges[1]?.body?.read(), null);
    assert.deepEqual(exchanges[1]?.body?.trailers, []);
    assert.deepEqual(exchanges[0]?.body?.trailers, ["X-A", "1"]);
  });

  it("with an underscore are treated like fields of the head (header_map)", async () => {
    const section = "0\r\nRemote_User: eve\r\nScript_Name: /a\r\nX-A: 1\r\n\r\n";
    const passed = async (trust: Partial<TrustSettings>): Promise<readonly string[] | undefined> => {
      const { exchanges, send } = rig({ trust });
      send(CHUNKED + section);
      assert.equal(await exchanges[0]?.body?.read(), null);
      return exchanges[0]?.body?.trailers;
    };
    assert.deepEqual(await passed({}), ["X-A", "1"]);
    assert.deepEqual(await passed({ forwardedAllowIps: ["192.0.2.7"] }), ["Script_Name", "/a", "X-A", "1"]);
    assert.deepEqual(await passed({ headerMap: "dangerous" }), ["Remote_User", "eve", "Script_Name", "/a", "X-A", "1"]);
    const { socket, exchanges, send } = rig({ trust: { headerMap: "refuse" } });
    send(CHUNKED + section);
    await assert.rejects(exchanges[0]?.body?.read() ?? Promise.resolve(), /Remote_User/);
    exchanges[0]?.fail(new Error("cannot read"));
    assert.match(socket.sent, /^HTTP\/1\.1 400 /);
  });

  it("that nobody read are thrown away", () => {
    const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, null) });
    send(CHUNKED + "0\r\nX-A: 1\r\n\r\n" + GET);
    assert.equal(exchanges.length, 2);
    assert.equal(socket.ended, false);
    assert.deepEqual(exchanges[0]?.body?.trailers, []);
  });
});

describe("trailers of a response", () => {
  const stream = (exchange: Exchange | undefined, trailers: readonly string[], fields: readonly string[] = []): void => {
    exchange?.start({ ...OK, fields });
    exchange?.write(new Uint8Array([97]));
    exchange?.end(trailers);
  };

  it("end a chunked body", () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    stream(exchanges[0], ["X-Sum", "1", "Server-Timing", "total;dur=1"]);
    assert.match(socket.sent, /\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nServer-Timing: total;dur=1\r\n\r\n$/);
    assert.equal(socket.ended, false);
  });

  it("are left out with other framings", () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    stream(exchanges[0], ["X-Sum", "1"], ["Content-Length", "1"]);
    send("GET / HTTP/1.0\r\n\r\n");
    stream(exchanges[1], ["X-Sum", "1"]);
    assert.doesNotMatch(socket.sent, /X-Sum/);
    assert.equal(socket.ended, true);
  });

  it("that may not or cannot be sent break the answer off, visibly", () => {
    for (const trailers of [["Content-Length", "1"], ["Set-Cookie", "a=b"], ["X-Sum", "1\r\nX: 2"], ["X Sum", "1"], ["X-Sum"]]) {
      const { socket, exchanges, log, send } = rig();
      send(GET);
      stream(exchanges[0], trailers);
      assert.doesNotMatch(socket.sent, /\r\n0\r\n/);
      assert.equal(socket.ended, true);
      assert.match(log.at(-1) ?? "", /^error Error handling request GET \//);
      assert.equal(exchanges[0]?.answered, true);
    }
  });
});
