import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FetchContext } from "../../../src/app/context.ts";
import type { ServedApplication } from "../../../src/app/bridge.ts";
import { createFetchApplication, type FetchHandler } from "../../../src/app/fetch.ts";
import { installLightObjects } from "../../../src/app/install.ts";
import { FakeBody, FakeExchange, PEER, values } from "./fake-exchange.ts";

const NativeResponse = globalThis.Response;
const encoder = new TextEncoder();

interface Bridge extends ServedApplication {
  readonly errors: { readonly error: unknown; readonly during: string }[];
}

function bridge(handler: FetchHandler, lightObjects = true): Bridge {
  const errors: Bridge["errors"] = [];
  const onError = (error: unknown, during: string) => void errors.push({ error, during });
  return Object.assign(createFetchApplication(handler, { worker: { pid: 7, age: 3 }, onError, lightObjects }), { errors });
}

async function exchangeWith(handler: FetchHandler, exchange = new FakeExchange(), lightObjects = true): Promise<FakeExchange> {
  bridge(handler, lightObjects).handle(exchange);
  await exchange.finished;
  return exchange;
}

/** A stream that gives a part whenever it is asked, and tells how often that was. */
function source(
  parts: readonly unknown[],
): { stream: ReadableStream<Uint8Array>; pulls: () => number; cancelled: Promise<unknown> } {
  const rest = [...parts];
  let pulls = 0;
  const cancelled = Promise.withResolvers<unknown>();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      const part = rest.shift();
      if (part === undefined) controller.close();
      else if (part instanceof Error) throw part;
      else controller.enqueue(part as Uint8Array);
    },
    cancel: (reason) => cancelled.resolve(reason),
  }, { highWaterMark: 0 });
  return { stream, pulls: () => pulls, cancelled: cancelled.promise };
}

/** Lets everything that waits for no I/O and no timer happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}

for (const lightObjects of [true, false]) {
  describe(`fetch bridge ${lightObjects ? "with" : "without"} light objects`, () => {
    let uninstall: () => void;
    beforeEach(() => {
      uninstall = lightObjects ? installLightObjects() : () => {};
    });
    afterEach(() => uninstall());

    const send = (handler: FetchHandler, exchange = new FakeExchange()) => exchangeWith(handler, exchange, lightObjects);

    it("answers with status, reason, headers and text", async () => {
      const headers = new Headers([["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
      const exchange = await send(() => new Response("hello \u20ac", { status: 201, statusText: "Made", headers }));
      assert.deepEqual([exchange.sentHead?.status, exchange.sentHead?.reason, exchange.text], [201, "Made", "hello \u20ac"]);
      assert.deepEqual(values(exchange.sentHead?.fields ?? [], "set-cookie"), ["a=1", "b=2"]);
      assert.deepEqual(values(exchange.sentHead?.fields ?? [], "x-a"), ["1"]);
    });

    it("sends a short body whole, whatever it is made of", async () => {
      for (
        const body of [
          "text",
          encoder.encode("text"),
          encoder.encode("text").buffer,
          new Blob(["text"]),
          source([encoder.encode("text")]).stream,
        ]
      ) {
        const exchange = await send(() => new Response(body));
        assert.equal(exchange.text, "text");
        assert.equal(exchange.started && !(body instanceof Blob), false, String(body));
      }
    });

    it("waits for a promise", async () => {
      assert.equal((await send(async (request) => new Response(await request.text()))).text, "");
      assert.equal((await send(() => Promise.resolve(new Response("later")))).text, "later");
    });

    it("echoes a body", async () => {
      const body = new FakeBody(["one", "two", "three"]);
      const exchange = new FakeExchange({ method: "POST" }, body);
      await send((request) => new Response(request.body), exchange);
      assert.equal(exchange.text, "onetwothree");
      assert.equal(exchange.ended, true);
    });

    it("fails with what the handler throws or rejects with", async () => {
      const error = new Error("broken");
      const throwing = await send(() => {
        throw error;
      });
      const rejecting = await send(() => Promise.reject(error));
      assert.equal(throwing.failure, error);
      assert.equal(rejecting.failure, error);
    });

    it("refuses a response that was sent before", async () => {
      const response = new Response("x");
      assert.equal((await send(() => response)).text, "x");
      assert.match(String((await send(() => response)).failure), /has been used already/);
    });

    it("fails for a network error", async () => {
      assert.match(String((await send(() => Response.error())).failure), /status 0 cannot be sent/);
    });
  });
}

describe("fetch bridge", () => {
  let uninstall: () => void;
  beforeEach(() => {
    uninstall = installLightObjects();
  });
  afterEach(() => uninstall());

  it("answers in the same turn where the handler does", () => {
    const exchange = new FakeExchange();
    bridge(() => new Response("now")).handle(exchange);
    assert.equal(exchange.whole, "now");
  });

  it("gives the handler the request and what is around it", async () => {
    let seen: FetchContext | undefined;
    await exchangeWith((request, context) => {
      seen = context;
      return new Response(request.url);
    });
    assert.deepEqual(seen?.remoteAddr, { transport: "tcp", hostname: "192.0.2.7", port: 40_000 });
    assert.deepEqual(seen?.requestIP(), { address: "192.0.2.7", family: "IPv4", port: 40_000 });
    assert.deepEqual(seen?.worker, { pid: 7, age: 3 });
  });

  it("knows unix sockets and IPv6", async () => {
    const seen: unknown[] = [];
    const handler: FetchHandler = (_, context) => {
      seen.push(context.remoteAddr, context.requestIP());
      return new Response();
    };
    await exchangeWith(handler, new FakeExchange({}, null, { ...PEER, remoteAddress: "", remotePort: 0 }));
    await exchangeWith(handler, new FakeExchange({}, null, { ...PEER, remoteAddress: "2001:db8::1" }));
    assert.deepEqual(seen.slice(0, 2), [{ transport: "unix", path: "" }, null]);
    assert.deepEqual(seen[3], { address: "2001:db8::1", family: "IPv6", port: 40_000 });
  });

  it("counts what waitUntil waits for, and reports its failures", async () => {
    const work = Promise.withResolvers<void>();
    const application = bridge((_, context) => {
      context.waitUntil(work.promise);
      context.waitUntil(Promise.resolve());
      return new Response();
    });
    application.handle(new FakeExchange());
    await settle();
    assert.equal(application.pendingCount, 1);
    const settled = application.settled();
    work.reject(new Error("late"));
    await settled;
    assert.equal(application.pendingCount, 0);
    assert.deepEqual(application.errors.map(({ error, during }) => [String(error), during]), [["Error: late", "waitUntil"]]);
    await application.settled();
  });

  it("sends the head of a slow stream at once", async () => {
    const exchange = new FakeExchange();
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
    bridge(() => new Response(stream, { headers: { "content-type": "text/event-stream" } })).handle(exchange);
    await settle();
    assert.equal(exchange.started, true);
    assert.deepEqual(exchange.written, []);
    controller.enqueue(encoder.encode("data: 1\n\n"));
    await settle();
    assert.equal(exchange.text, "data: 1\n\n");
    assert.equal(exchange.ended, false);
    controller.close();
    await exchange.finished;
    assert.equal(exchange.ended, true);
  });

  it("reads a stream no faster than the client takes it", async () => {
    const exchange = new FakeExchange();
    exchange.room = 2;
    const { stream, pulls } = source(Array.from({ length: 100 }, () => new Uint8Array(10)));
    bridge(() => new Response(stream)).handle(exchange);
    await settle();
    assert.equal(exchange.written.length, 2);
    assert.ok(pulls() <= 3, `${pulls()} pulls`);
    exchange.drain(5);
    await settle();
    assert.equal(exchange.written.length, 7);
    exchange.drain(Infinity);
    await exchange.finished;
    assert.equal(exchange.written.length, 100);
  });

  it("echoes without reading ahead of the client", async () => {
    const body = new FakeBody(Array.from({ length: 50 }, () => "x".repeat(100)));
    const exchange = new FakeExchange({ method: "POST" }, body);
    exchange.room = 3;
    bridge((request) => new Response(request.body)).handle(exchange);
    await settle();
    assert.equal(exchange.written.length, 3);
    assert.ok(body.reads <= 4, `${body.reads} reads`);
    exchange.drain(Infinity);
    await exchange.finished;
    assert.equal(exchange.text.length, 5_000);
  });

  it("leaves out empty parts, which would end a chunked body", async () => {
    const exchange = await exchangeWith(() =>
      new Response(source([new Uint8Array(0), encoder.encode("a"), new Uint8Array(0), encoder.encode("b")]).stream)
    );
    assert.deepEqual(exchange.written.map((part) => part.byteLength), [1, 1]);
  });

  it("answers 500 for a stream that breaks before its first part, and breaks off after it", async () => {
    const error = new Error("disk");
    const early = await exchangeWith(() => new Response(source([error]).stream));
    assert.deepEqual([early.failure, early.started], [error, false]);
    const parts = [encoder.encode("a"), encoder.encode("b"), error];
    const late = await exchangeWith(() => new Response(source(parts).stream));
    assert.deepEqual([late.failure, late.started, late.ended], [error, true, false]);
  });

  it("refuses parts that are not bytes", async () => {
    for (const parts of [[5], [encoder.encode("a"), null], [encoder.encode("a"), encoder.encode("b"), {}]]) {
      const { stream, cancelled } = source(parts);
      const exchange = await exchangeWith(() => new Response(stream));
      assert.match(String(exchange.failure), /must give Uint8Array chunks/);
      assert.match(String(await cancelled), /must give Uint8Array chunks/);
    }
  });

  it("sends text and buffers of every kind from a stream", async () => {
    const view = new DataView(encoder.encode("[view]").buffer, 1, 4);
    const exchange = await exchangeWith(() =>
      new Response(source(["t\u00e9xt,", encoder.encode("buffer,").buffer, view]).stream)
    );
    assert.equal(exchange.text, "t\u00e9xt,buffer,view");
  });

  it("gives the context twice, for code that expects it behind an environment", async () => {
    const exchange = await exchangeWith((...[, context, workersContext]: unknown[]) =>
      new Response(String(context === workersContext))
    );
    assert.equal(exchange.text, "true");
  });

  it("tells the length of a body that was looked at and not read", async () => {
    for (const body of ["text", encoder.encode("text"), new Blob(["text"])]) {
      const exchange = await exchangeWith(() => {
        const response = new Response(body);
        assert.equal(response.body?.locked, false);
        return response;
      });
      assert.equal(exchange.text, "text");
      if (body instanceof Blob) assert.deepEqual(values(exchange.sentHead?.fields ?? [], "content-length"), ["4"]);
      else assert.equal(exchange.started, false);
      const locked = await exchangeWith(() => {
        const response = new Response(body);
        response.body?.getReader();
        return response;
      });
      assert.match(String(locked.failure), /has been used already/);
    }
  });

  it("cancels the stream when the client leaves, and not when it only stops sending", async () => {
    const exchange = new FakeExchange();
    const cancelled = Promise.withResolvers<unknown>();
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      cancel(reason) {
        isCancelled = true;
        cancelled.resolve(reason);
      },
    });
    bridge(() => new Response(stream)).handle(exchange);
    await settle();
    exchange.hangUp();
    await settle();
    assert.equal(isCancelled, false);
    exchange.leave();
    const reason = await cancelled.promise;
    assert.ok(reason instanceof DOMException);
    assert.equal(reason.name, "AbortError");
  });

  it("cancels the stream of a client that waits for no drain any more", async () => {
    const exchange = new FakeExchange();
    exchange.room = 1;
    const { stream, cancelled } = source(Array.from({ length: 10 }, () => new Uint8Array(1)));
    bridge(() => new Response(stream)).handle(exchange);
    await settle();
    exchange.leave();
    await cancelled;
    await exchange.finished;
    assert.equal(exchange.failed, false);
  });

  it("cancels a body that nobody will see", async () => {
    const gone = source(["never"]);
    const left = new FakeExchange();
    left.leave();
    bridge(() => new Response(gone.stream)).handle(left);
    await gone.cancelled;
    const head = source(["never"]);
    const asked = await exchangeWith(() => new Response(head.stream), new FakeExchange({ method: "HEAD" }));
    await head.cancelled;
    assert.deepEqual([asked.started, asked.ended, asked.written.length], [true, true, 0]);
    assert.deepEqual([gone.pulls(), head.pulls()], [0, 0]);
  });

  it("says how long a blob is", async () => {
    const exchange = await exchangeWith(() => new Response(new Blob(["12345"])));
    assert.deepEqual(values(exchange.sentHead?.fields ?? [], "content-length"), ["5"]);
    const asked = await exchangeWith(() => new Response(new Blob(["12345"])), new FakeExchange({ method: "HEAD" }));
    assert.deepEqual(values(asked.sentHead?.fields ?? [], "content-length"), ["5"]);
  });

  it("gives HEAD and 304 the head alone", async () => {
    const asked = await exchangeWith(() => new Response("text"), new FakeExchange({ method: "HEAD" }));
    assert.equal(asked.whole, "text", "the connection counts it and leaves it out");
    const unchanged = await exchangeWith(() => new Response(null, { status: 304, headers: { etag: '"a"' } }));
    assert.deepEqual([unchanged.sentHead?.status, unchanged.whole], [304, null]);
  });

  it("takes responses of the runtime", async () => {
    const headers: [string, string][] = [["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]];
    const exchange = await exchangeWith(() => new NativeResponse("native", { status: 202, headers }));
    assert.deepEqual([exchange.sentHead?.status, exchange.text, exchange.started], [202, "native", false]);
    assert.deepEqual(values(exchange.sentHead?.fields ?? [], "set-cookie"), ["a=1", "b=2"]);
    const empty = await exchangeWith(() => new NativeResponse(null, { status: 204 }));
    assert.deepEqual([empty.sentHead?.status, empty.whole], [204, null]);
  });

  it("takes promises of other makes", async () => {
    const thenable = { then: (resolve: (response: Response) => void) => resolve(new Response("thenable")) };
    assert.equal((await exchangeWith(() => thenable as unknown as Promise<Response>)).text, "thenable");
  });

  it("says what a handler gave in the place of a response", async () => {
    const wrong: [unknown, RegExp][] = [
      [undefined, /returned undefined; is a `return` missing/],
      ["text", /a string; wrap it in new Response/],
      [{ a: 1 }, /a plain object; wrap it with Response\.json/],
      [new Map(), /an object of class Map/],
      [null, /returned null/],
      [5, /returned a number/],
    ];
    for (const [value, text] of wrong) {
      const exchange = await exchangeWith((() => value) as unknown as FetchHandler);
      assert.match(String(exchange.failure), text);
    }
  });

  it("recognizes a Node listener", async () => {
    interface NodeResponse {
      writeHead(status: number): void;
    }
    const silent = (_request: unknown, _response: unknown): void => {};
    const calling = (_request: unknown, res: NodeResponse): void => res.writeHead(200);
    for (const listener of [silent, calling]) {
      const exchange = await exchangeWith(listener as unknown as FetchHandler);
      assert.match(String(exchange.failure), /looks like a Node listener/);
    }
    const own = new TypeError("list.map is not a function");
    const exchange = await exchangeWith((_request, _context) => {
      throw own;
    });
    assert.equal(exchange.failure, own);
  });

  it("fails visibly for a Content-Length that the body contradicts", async () => {
    const parts = (count: number) => Array.from({ length: count }, () => encoder.encode("ab"));
    for (const length of ["5", "1"]) {
      const headers = { "content-length": length };
      const bodies = [() => "abc", () => new Blob(["abc"]), () => source(parts(1)).stream, () => source(parts(4)).stream];
      for (const body of bodies) {
        const exchange = await exchangeWith(() => new Response(body(), { headers }));
        assert.match(String(exchange.failure), /Content-Length contradicts the body/, `${length} ${body}`);
        assert.equal(exchange.ended, false);
      }
    }
    assert.match(
      String((await exchangeWith(() => new Response("abc", { headers: { "content-length": "3, 3" } }))).failure),
      /Invalid response header Content-Length/,
    );
  });

  it("stops to read a body that is longer than it says", async () => {
    for (const declared of [1, 25, 30]) {
      const { stream, pulls, cancelled } = source(Array.from({ length: 1_000 }, () => new Uint8Array(10)));
      const exchange = await exchangeWith(() => new Response(stream, { headers: { "content-length": String(declared) } }));
      assert.match(String(await cancelled), /longer than its Content-Length/);
      assert.equal(exchange.failed, true);
      assert.ok(pulls() <= 6, `${pulls()} pulls`);
    }
  });

  it("cancels a body whose first part is too long, though no other comes", async () => {
    const cancelled = Promise.withResolvers<unknown>();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: cancelled.resolve,
    });
    const exchange = await exchangeWith(() => new Response(stream, { headers: { "content-length": "1" } }));
    assert.match(String(await cancelled.promise), /longer than its Content-Length/);
    assert.equal(exchange.failed, true);
  });

  it("names the call that does what a status of 1xx cannot", async () => {
    const advice: [status: number, call: RegExp][] = [[101, /context\.upgrade\(\)/], [103, /context\.earlyHints\(\)/], [
      100,
      /\b100$/,
    ]];
    for (const [status, call] of advice) {
      const light = await exchangeWith(() => new Response(null, { status }));
      assert.match(String(light.failure), /RangeError: The status of a Response must be between 200 and 599/);
      assert.match(String(light.failure), call);
      // Some runtimes let their own class have it.
      const native = await exchangeWith(() => Object.defineProperty(new NativeResponse(null), "status", { value: status }));
      assert.match(String(native.failure), /cannot be sent/);
      if (status !== 100) assert.match(String(native.failure), call);
    }
  });

  it("keeps the lines and the order of fields that occur several times", async () => {
    const lines: [string, string][] = [
      ["Set-Cookie", "a=1, x"],
      ["Link", "</1>"],
      ["Set-Cookie", "b=2"],
      ["Link", "</2>"],
    ];
    const light = await exchangeWith(() => new Response("x", { headers: lines }));
    assert.deepEqual(values(light.sentHead?.fields ?? [], "set-cookie"), ["a=1, x", "b=2"]);
    assert.deepEqual(values(light.sentHead?.fields ?? [], "link"), ["</1>", "</2>"]);
    for (const make of [() => new NativeResponse("x", { headers: lines }), () => new Response("x", { headers: lines }).clone()]) {
      const exchange = await exchangeWith(make);
      assert.deepEqual(values(exchange.sentHead?.fields ?? [], "set-cookie"), ["a=1, x", "b=2"]);
      assert.equal(values(exchange.sentHead?.fields ?? [], "link").join(", "), "</1>, </2>");
    }
    const changed = await exchangeWith(() => {
      const response = new Response("x", { headers: lines });
      response.headers.append("set-cookie", "c=3");
      response.headers.set("link", "</3>");
      return response;
    });
    assert.deepEqual(values(changed.sentHead?.fields ?? [], "set-cookie"), ["a=1, x", "b=2", "c=3"]);
    assert.deepEqual(values(changed.sentHead?.fields ?? [], "link"), ["</3>"]);
  });

  it("hands errors of the exchange back to it", async () => {
    const refusal = new Error("bad header");
    const exchange = new FakeExchange();
    exchange.respond = () => {
      throw refusal;
    };
    bridge(() => new Response("x")).handle(exchange);
    await exchange.finished;
    assert.equal(exchange.failure, refusal);
  });
});

describe("methods that no Request of a runtime can have", () => {
  for (const method of ["CONNECT", "TRACE", "TRACK"]) {
    it(`${method} is 501 where there are no light objects, without a word in the log`, async () => {
      const exchange = await exchangeWith(() => new NativeResponse("never"), new FakeExchange({ method }), false);
      assert.equal(exchange.sentHead?.status, 501);
      assert.equal(exchange.failed, false);
    });
  }
});
