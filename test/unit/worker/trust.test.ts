import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RemoteProtocolError } from "../../../src/http/errors.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { type Judgement, TrustRules } from "../../../src/http/trust-rules.ts";
import { DEFAULT_TRUST } from "../../../src/http/trust-settings.ts";
import { OK, rig } from "./rig.ts";

const PLAIN = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
const FORWARDED = "GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 198.51.100.9\r\nX-Forwarded-Proto: https\r\n\r\n";

/** Says of each head that has `X-Judge` what that field asks for, and counts. */
class FakeRules extends TrustRules {
  judged = 0;

  constructor() {
    super(DEFAULT_TRUST);
  }

  override judge(head: RequestHead): Judgement | null {
    this.judged++;
    const wish = head.fields[head.fields.indexOf("X-Judge") + 1];
    if (wish === "refuse") throw new RemoteProtocolError("contradictory_forwarding", "this and that");
    if (wish !== "client") return null;
    const origin = { scheme: "https", authority: "b.example", clientAddress: "198.51.100.9", clientPort: 0 } as const;
    return { head: { ...head, fields: ["Host", "a.example"] }, origin };
  }
}

const judge = (wish: string): string => `GET / HTTP/1.1\r\nHost: a.example\r\nX-Judge: ${wish}\r\n\r\n`;

describe("who asked", () => {
  it("is the peer, where nobody says otherwise", () => {
    const { exchanges, accessed, send } = rig({ handle: (exchange) => exchange.respond(OK, null) });
    send(PLAIN);
    const origin = exchanges[0]?.origin;
    assert.deepEqual(
      [origin?.scheme, origin?.authority, origin?.clientAddress, origin?.clientPort],
      ["http", "a.example", "192.0.2.7", 5000],
    );
    assert.equal(accessed[0]?.remoteAddress, "192.0.2.7");
  });

  it("costs no look at the socket before somebody wants to know", () => {
    const { socket, exchanges, send } = rig({ access: false });
    let looks = 0;
    Object.defineProperty(socket, "remoteAddress", { get: () => (looks++, "192.0.2.9") });
    send(PLAIN);
    assert.equal(exchanges[0]?.origin.authority, "a.example");
    assert.equal(looks, 0);
    assert.equal(exchanges[0]?.origin.clientAddress, "192.0.2.9");
    assert.equal(looks, 1);
  });

  it("is what the rules say, for the application and the access log", () => {
    const rules = new FakeRules();
    const { exchanges, accessed, send } = rig({ rules, handle: (exchange) => exchange.respond(OK, null) });
    send(judge("client"));
    const exchange = exchanges[0];
    assert.equal(exchange?.origin.clientAddress, "198.51.100.9");
    assert.deepEqual(exchange?.head.fields, ["Host", "a.example"]);
    assert.equal(exchange?.peer.remoteAddress, "192.0.2.7");
    assert.equal(accessed[0]?.remoteAddress, "198.51.100.9");
  });

  it("a refusal never reaches the application, and is answered behind earlier answers", () => {
    const { socket, exchanges, log, send } = rig({ rules: new FakeRules(), handle: (exchange) => exchange.respond(OK, null) });
    send(PLAIN + judge("refuse") + PLAIN);
    assert.equal(exchanges.length, 1);
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n[^]*HTTP\/1\.1 400 Bad Request\r\n/);
    assert.equal(socket.ended, true);
    assert.match(log[0] ?? "", /^warning Invalid request from ip=192\.0\.2\.7: Contradictory/);
  });

  it("a refused HEAD gets the head of the page only", () => {
    const { socket, send } = rig({ rules: new FakeRules() });
    send(judge("refuse").replace("GET", "HEAD"));
    assert.match(socket.sent, /^HTTP\/1\.1 400 Bad Request\r\n[^]*\r\n\r\n$/);
    assert.equal(socket.ended, true);
  });

  it("the log of a bad request names the peer, and the client behind it", async () => {
    const { exchanges, log, send, finish } = rig({ rules: new FakeRules() });
    send(judge("client").replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n"));
    const read = exchanges[0]?.body?.read() ?? Promise.resolve(null);
    finish();
    await assert.rejects(read);
    exchanges[0]?.fail(new Error("no body"));
    assert.match(log[0] ?? "", /^warning Invalid request from ip=192\.0\.2\.7 client=198\.51\.100\.9: /);
  });

  it("a head that comes again is judged once, until the connection rests", () => {
    const rules = new FakeRules();
    const { send, advance } = rig({ rules, handle: (exchange) => exchange.respond(OK, null), keepaliveMs: 60_000 });
    for (let count = 0; count < 5; count++) send(judge("client"));
    assert.equal(rules.judged, 1);
    send(PLAIN);
    send(judge("client"));
    assert.equal(rules.judged, 3);
    advance(250);
    send(judge("client"));
    assert.equal(rules.judged, 4);
  });

  it("follows the fields of a trusted proxy, and of nobody else", () => {
    for (
      const [remoteAddress, scheme, clientAddress] of [["127.0.0.1", "https", "198.51.100.9"], ["192.0.2.7", "http", "192.0.2.7"]]
    ) {
      const { exchanges, send } = rig({ remoteAddress: remoteAddress ?? "" });
      send(FORWARDED);
      const origin = exchanges[0]?.origin;
      assert.deepEqual([origin?.scheme, origin?.clientAddress], [scheme, clientAddress]);
    }
  });

  it("trust is judged by the ends that a PROXY header names", () => {
    const trust = { proxyProtocol: "v1", proxyAllowIps: ["192.0.2.7"] } as const;
    for (const [named, clientAddress] of [["127.0.0.1", "198.51.100.9"], ["203.0.113.4", "203.0.113.4"]]) {
      const { exchanges, send } = rig({ trust });
      send(`PROXY TCP4 ${named} 203.0.113.5 51234 443\r\n${FORWARDED}`);
      assert.equal(exchanges[0]?.origin.clientAddress, clientAddress);
    }
  });
});
