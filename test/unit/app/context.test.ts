import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Call, PendingWork } from "../../../src/app/call.ts";
import { CallContext } from "../../../src/app/context.ts";
import { FakeExchange, PEER } from "./fake-exchange.ts";

const SERVICES = { worker: { pid: 1, age: 1 }, pending: new PendingWork(), onError: () => {} };
const UNIX = { ...PEER, remoteAddress: "", remotePort: 0, localAddress: "", localPort: 0 };

function contextOf(exchange: FakeExchange): CallContext {
  return new CallContext(new Call(exchange, SERVICES));
}

describe("addresses of a call", () => {
  it("are those of the connection where nobody says otherwise", () => {
    const context = contextOf(new FakeExchange());
    assert.deepEqual(context.remoteAddr, { transport: "tcp", hostname: "192.0.2.7", port: 40_000 });
    assert.deepEqual(context.requestIP(), { address: "192.0.2.7", family: "IPv4", port: 40_000 });
    assert.deepEqual(context.peerAddr, context.remoteAddr);
    assert.deepEqual(context.localAddr, { transport: "tcp", hostname: "192.0.2.1", port: 8000 });
    assert.equal(context.tlsPeer, null);
  });

  it("tell client and proxy apart", () => {
    const context = contextOf(new FakeExchange({}, null, PEER, { clientAddress: "2001:db8::1", clientPort: 0 }));
    assert.deepEqual(context.remoteAddr, { transport: "tcp", hostname: "2001:db8::1", port: 0 });
    assert.deepEqual(context.requestIP(), { address: "2001:db8::1", family: "IPv6", port: 0 });
    assert.deepEqual(context.peerAddr, { transport: "tcp", hostname: "192.0.2.7", port: 40_000 });
  });

  it("are unknown behind a unix socket, unless the proxy there names the client", () => {
    const silent = contextOf(new FakeExchange({}, null, UNIX));
    const unix = { transport: "unix", path: "" };
    assert.deepEqual([silent.remoteAddr, silent.peerAddr, silent.localAddr, silent.requestIP()], [unix, unix, unix, null]);
    const naming = contextOf(new FakeExchange({}, null, UNIX, { clientAddress: "192.0.2.99", clientPort: 7 }));
    assert.deepEqual(naming.remoteAddr, { transport: "tcp", hostname: "192.0.2.99", port: 7 });
    assert.deepEqual(naming.peerAddr, unix);
  });

  it("do not give the proxy for a client that it hides", () => {
    const context = contextOf(new FakeExchange({}, null, PEER, { clientAddress: "", clientPort: 0 }));
    assert.deepEqual(context.remoteAddr, { transport: "tcp", hostname: "", port: 0 });
    assert.equal(context.requestIP(), null);
  });
});

describe("early hints", () => {
  it("go out each time, a line for each header", () => {
    const exchange = new FakeExchange();
    const context = contextOf(exchange);
    context.earlyHints([["Link", "</a.css>; rel=preload"], ["Set-Cookie", "a=1"], ["Link", "</b.js>"], ["Set-Cookie", "b=2"]]);
    const headers = new Headers({ link: "</c.js>" });
    headers.append("set-cookie", "c=3");
    headers.append("set-cookie", "d=4");
    context.earlyHints(headers);
    context.earlyHints({ Link: " </d.js> " });
    assert.deepEqual(exchange.interims.map(({ status }) => status), [103, 103, 103]);
    const [first, second, third] = exchange.interims.map(({ fields }) => fields);
    assert.deepEqual(first, ["Link", "</a.css>; rel=preload", "Set-Cookie", "a=1", "Link", "</b.js>", "Set-Cookie", "b=2"]);
    assert.deepEqual(second, ["link", "</c.js>", "set-cookie", "c=3", "set-cookie", "d=4"]);
    assert.deepEqual(third, ["Link", "</d.js>"]);
    assert.equal(exchange.answered, false);
  });

  it("throw at the call for what cannot be sent, also where nothing would be", () => {
    const old = new FakeExchange({ minorVersion: 0 });
    for (const exchange of [new FakeExchange(), old]) {
      const context = contextOf(exchange);
      assert.throws(() => context.earlyHints({ "bad name": "x" }), { name: "TypeError", message: /"bad name"/ });
      assert.throws(() => context.earlyHints({ Link: "a\r\nb: c" }), { name: "TypeError", message: /"Link"/ });
      assert.throws(() => context.earlyHints({ Link: "a\x01b" }), { name: "TypeError", message: /"Link".*control character/ });
      assert.throws(() => context.earlyHints({ Link: "\u20ac" }), { name: "TypeError", message: /"Link"/ });
      assert.throws(() => context.earlyHints("Link" as unknown as HeadersInit), TypeError);
      assert.deepEqual(exchange.interims, []);
    }
    contextOf(old).earlyHints({ Link: "</a.css>" });
    assert.deepEqual(old.interims, []);
  });
});
