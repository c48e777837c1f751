import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FetchContext } from "../../../src/app/context.ts";
import type { ServedApplication } from "../../../src/app/bridge.ts";
import { createFetchApplication, type FetchHandler } from "../../../src/app/fetch.ts";
import { installLightObjects } from "../../../src/app/install.ts";
import type { UpgradedConnection, UpgradeInit } from "../../../src/app/upgrade.ts";
import { LocalProtocolError } from "../../../src/http/errors.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { FakeBody, FakeExchange, values } from "./fake-exchange.ts";

const encoder = new TextEncoder();
const CONNECT: Partial<RequestHead> = {
  method: "CONNECT",
  form: "authority",
  target: "h:443",
  authority: "h:443",
  fields: ["Host", "h:443"],
  upgrade: true,
};

function asking(...protocols: string[]): FakeExchange {
  const fields = protocols.flatMap((protocol) => ["Upgrade", protocol]);
  return new FakeExchange({ fields: ["Host", "example.com", "Connection", "Upgrade", ...fields], upgrade: true });
}

interface Bridge extends ServedApplication {
  readonly errors: { readonly text: string; readonly during: string }[];
}

function bridge(handler: (request: Request, context: FetchContext) => unknown): Bridge {
  const errors: Bridge["errors"] = [];
  const onError = (error: unknown, during: string): void => void errors.push({ text: String(error), during });
  const application = createFetchApplication(handler as FetchHandler, {
    worker: { pid: 1, age: 1 },
    onError,
    lightObjects: true,
  });
  return Object.assign(application, { errors });
}

/** Upgrades, and returns nothing. */
function upgrade(exchange: FakeExchange, init?: UpgradeInit): UpgradedConnection {
  let connection: UpgradedConnection | undefined;
  const { handle, errors } = bridge((_, context) => {
    connection = context.upgrade(init);
  });
  handle(exchange);
  assert.deepEqual([errors, exchange.failure], [[], undefined]);
  assert.ok(connection !== undefined);
  return connection;
}

/** What `context.upgrade` throws. */
async function refusal(exchange: FakeExchange, init?: UpgradeInit): Promise<unknown> {
  let thrown: unknown;
  const { handle } = bridge((_, context) => {
    try {
      context.upgrade(init);
    } catch (error) {
      thrown = error;
    }
    return new Response("refused", { status: 400 });
  });
  handle(exchange);
  await exchange.finished;
  assert.deepEqual([exchange.takenOver, exchange.text], [false, "refused"]);
  return thrown;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}

describe("context.upgrade", () => {
  let uninstall: () => void;
  beforeEach(() => {
    uninstall = installLightObjects();
  });
  afterEach(() => uninstall());

  it("switches to the only protocol that the client asks for", () => {
    const exchange = asking("websocket");
    const { protocol } = upgrade(exchange, { headers: { "X-A": "1" } });
    assert.equal(protocol, "websocket");
    assert.deepEqual(exchange.sentHead, { status: 101, reason: "", fields: ["X-A", "1", "Upgrade", "websocket"] });
  });

  it("switches to what the application chooses of several", () => {
    for (const exchange of [asking("h2c, Echo/2", "websocket"), asking("echo/2", "h2c", "")]) {
      const headers = [["Set-Cookie", "a=1"], ["upgrade", "echo/2"], ["Set-Cookie", "b=2"]] as [string, string][];
      assert.equal(upgrade(exchange, { headers }).protocol, "echo/2");
      assert.deepEqual(exchange.sentHead?.fields, ["Set-Cookie", "a=1", "Set-Cookie", "b=2", "Upgrade", "echo/2"]);
    }
    const both = asking("tls/1.3, echo");
    assert.equal(upgrade(both, { headers: [["Upgrade", "TLS/1.3"], ["Upgrade", "echo"]] }).protocol, "TLS/1.3, echo");
    assert.deepEqual(values(both.sentHead?.fields ?? [], "upgrade"), ["TLS/1.3, echo"]);
  });

  it("opens a tunnel for CONNECT", () => {
    const exchange = new FakeExchange(CONNECT);
    assert.equal(upgrade(exchange, { headers: { Via: "1.1 me" } }).protocol, "");
    assert.deepEqual(exchange.sentHead, { status: 200, reason: "", fields: ["Via", "1.1 me"] });
    const other = new FakeExchange(CONNECT);
    upgrade(other, { status: 299 });
    assert.equal(other.sentHead?.status, 299);
  });

  it("says what is missing where nobody asks", async () => {
    const fields = ["Host", "example.com", "Upgrade", "websocket"];
    const cases: [head: Partial<RequestHead>, message: RegExp][] = [
      [{}, /no Upgrade header, and its method is not CONNECT/],
      [{ fields }, /Connection header does not name "upgrade"/],
      [{ fields: [...fields, "Connection", "Upgrade"], minorVersion: 0 }, /HTTP\/1\.0/],
    ];
    for (const [head, message] of cases) {
      const error = await refusal(new FakeExchange(head));
      assert.ok(error instanceof TypeError);
      assert.match(error.message, message);
    }
  });

  it("refuses protocols that the client does not ask for, and a choice that is not made", async () => {
    const cases: [exchange: FakeExchange, headers: HeadersInit, message: RegExp][] = [
      [asking("websocket"), { Upgrade: "h2c" }, /"h2c".*but for "websocket"/],
      [asking("a, b"), { Upgrade: "a, c" }, /"c"/],
      [asking("a, b"), {}, /chooses among.*"a", "b"/],
      [asking("a, b"), { Upgrade: "" }, /chooses among/],
      [asking(""), {}, /: none$/],
    ];
    for (const [exchange, headers, message] of cases) {
      const error = await refusal(exchange, { headers });
      assert.ok(error instanceof TypeError);
      assert.match(error.message, message);
    }
  });

  it("refuses headers and statuses that do not fit", async () => {
    assert.match(String(await refusal(asking("a"), { headers: { "b c": "d" } })), /TypeError.*"b c"/);
    assert.match(String(await refusal(asking("a"), { headers: { b: "\x01" } })), /TypeError.*"b"/);
    assert.match(String(await refusal(asking("a"), { status: 200 })), /RangeError.*must be 101, not 200/);
    for (const status of [101, 199, 300, 200.5]) {
      assert.match(String(await refusal(new FakeExchange(CONNECT), { status })), /RangeError.*200 to 299 for CONNECT/);
    }
  });

  it("says in the application's words what the connection refuses", async () => {
    const exchange = new FakeExchange({ ...asking("a").head, method: "POST" }, new FakeBody(["unread"]));
    const error = await refusal(exchange);
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /context\.upgrade\(\) failed: .*content/);
    assert.ok(error.cause instanceof LocalProtocolError);
  });

  it("takes a request whose body was read", async () => {
    const exchange = new FakeExchange({ ...asking("a").head, method: "POST" }, new FakeBody(["read"]));
    const { handle, errors } = bridge(async (request, context) => {
      await request.text();
      context.upgrade();
    });
    handle(exchange);
    await settle();
    assert.deepEqual([exchange.takenOver, errors], [true, []]);
  });

  it("works once, and not after the answer", async () => {
    const errors: string[] = [];
    const attempt = (context: FetchContext): void => {
      try {
        context.upgrade();
      } catch (error) {
        errors.push(String(error));
      }
    };
    bridge((_, context) => {
      context.upgrade();
      attempt(context);
    }).handle(asking("a"));
    const answered = asking("a");
    let late: FetchContext | undefined;
    bridge((_, context) => {
      late = context;
      return new Response("x");
    }).handle(answered);
    await answered.finished;
    attempt(late!);
    assert.match(errors[0] ?? "", /called already/);
    assert.match(errors[1] ?? "", /TypeError.*answer has begun/);
  });

  it("fails with an AbortError where the client is gone", () => {
    const exchange = asking("a");
    exchange.leave();
    const { handle } = bridge((_, context) => {
      assert.throws(() => context.upgrade(), { name: "AbortError" });
      return new Response();
    });
    handle(exchange);
    assert.deepEqual([exchange.takenOver, exchange.failure], [false, undefined]);
  });

  it("carries bytes both ways, what came with the request first", async () => {
    const exchange = asking("echo");
    exchange.rest = encoder.encode("early ");
    const { handle, errors } = bridge(async (_, context) => {
      const { readable, writable, response } = context.upgrade();
      await readable.pipeTo(writable);
      return response;
    });
    handle(exchange);
    exchange.socket.send("late");
    exchange.socket.finish();
    await settle();
    assert.deepEqual([exchange.socket.text, exchange.socket.ended, exchange.socket.destroyed], ["early late", true, true]);
    assert.deepEqual(errors, []);
  });

  it("tells when the connection is gone", async () => {
    const exchange = asking("a");
    const { closed } = upgrade(exchange);
    let isClosed = false;
    void closed.then(() => isClosed = true);
    await settle();
    assert.equal(isClosed, false);
    exchange.socket.leave();
    assert.equal(await closed, undefined);
  });

  it("keeps no worker waiting", () => {
    const application = bridge((_, context) => void context.upgrade());
    application.handle(asking("a"));
    assert.equal(application.pendingCount, 0);
  });
});

describe("a handler that upgraded its connection", () => {
  it("may return nothing, its response, or any without content", async () => {
    const results: ((connection: UpgradedConnection) => unknown)[] = [
      () => undefined,
      ({ response }) => response,
      () => new Response(null, { status: 204 }),
      () => Promise.resolve(),
    ];
    for (const result of results) {
      const exchange = asking("a");
      const { handle, errors } = bridge((_, context) => result(context.upgrade()));
      handle(exchange);
      await settle();
      assert.deepEqual([errors, exchange.socket.destroyed, exchange.sentHead?.status], [[], false, 101]);
    }
  });

  it("is told that other results go nowhere", async () => {
    let cancelled = false;
    const stream = new ReadableStream({ cancel: () => void (cancelled = true) });
    for (const result of ["text", null, new Response("content"), new Response(stream)]) {
      const exchange = asking("a");
      const { handle, errors } = bridge((_, context) => {
        context.upgrade();
        return result;
      });
      handle(exchange);
      await settle();
      assert.deepEqual(errors.map(({ during }) => during), ["an upgraded connection"]);
      assert.match(errors[0]?.text ?? "", /is not sent/);
      assert.equal(exchange.socket.destroyed, false);
    }
    assert.equal(cancelled, true);
  });

  it("destroys it by throwing", async () => {
    for (
      const failing of [
        () => {
          throw new Error("broken");
        },
        () => Promise.reject(new Error("broken")),
      ]
    ) {
      const exchange = asking("a");
      let connection: UpgradedConnection | undefined;
      const { handle, errors } = bridge((_, context) => {
        connection = context.upgrade();
        return failing();
      });
      handle(exchange);
      await connection?.closed;
      assert.equal(exchange.socket.destroyed, true);
      assert.deepEqual(errors, [{ text: "Error: broken", during: "an upgraded connection" }]);
      await assert.rejects(connection!.readable.getReader().read(), /broken/);
    }
  });

  it("need not care for a connection that is lost", async () => {
    const exchange = asking("a");
    const { handle, errors } = bridge(async (_, context) => {
      const { readable, writable } = context.upgrade();
      await readable.pipeTo(writable);
    });
    handle(exchange);
    exchange.socket.leave();
    await settle();
    assert.deepEqual(errors, []);
  });
});
