import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import type { WsgiApplication, WsgiBody, WsgiHeaders } from "../../../../src/app/wsgi/types.ts";
import { FakeExchange, values } from "../fake-exchange.ts";
import { ask, bridge, settle } from "./bridge.ts";

const encoder = new TextEncoder();

/** An application that returns this. */
const giving = (make: () => WsgiBody | Promise<WsgiBody>, headers: WsgiHeaders = [], status = "200 OK"): WsgiApplication => {
  return (_, startResponse) => {
    startResponse(status, headers);
    return make();
  };
};

/** A body that tells what is done with it. */
class Watched implements Iterable<string>, Iterator<string> {
  readonly events: string[] = [];
  readonly #parts: (string | Error)[];

  constructor(...parts: (string | Error)[]) {
    this.#parts = parts;
  }

  [Symbol.iterator](): Iterator<string> {
    return this;
  }

  next(): IteratorResult<string> {
    const part = this.#parts.shift();
    if (part instanceof Error) throw part;
    return part === undefined ? { done: true, value: undefined } : { done: false, value: part };
  }

  return(): IteratorResult<string> {
    this.events.push("return");
    return { done: true, value: undefined };
  }

  close(): void {
    this.events.push("close");
  }
}

async function* forEver(): AsyncGenerator<string, void, undefined> {
  for (;;) yield "part";
}

describe("the body that a WSGI application returns", () => {
  const wholes: readonly (readonly [what: string, make: () => WsgiBody | Promise<WsgiBody>])[] = [
    ["an array of one string", () => ["text"]],
    ["an array of bytes", () => [encoder.encode("text")]],
    ["a string", () => "text"],
    ["bytes", () => encoder.encode("text")],
    ["a promise", () => Promise.resolve(["text"])],
    ["a generator of one part", function* () {
      yield "text";
    }],
    ["a set", () => new Set(["text"])],
  ];
  for (const [what, make] of wholes) {
    it(`is sent whole: ${what}`, async () => {
      const exchange = await ask(giving(make));
      assert.deepEqual([exchange.started, exchange.text, exchange.failed], [false, "text", false]);
    });
  }

  it("is answered in the turn of the call where the application is synchronous", () => {
    const exchange = new FakeExchange();
    bridge(giving(() => ["text"])).application.handle(exchange);
    assert.equal(exchange.text, "text");
  });

  it("is measured where all parts are there", async () => {
    for (const method of ["GET", "HEAD"]) {
      const exchange = await ask(giving(() => ["one ", encoder.encode("two "), "thr\u20ac\u20ac"]), new FakeExchange({ method }));
      assert.deepEqual(values(exchange.sentHead?.fields ?? [], "content-length"), ["17"]);
      assert.deepEqual([exchange.text, exchange.ended], [method === "GET" ? "one two thr\u20ac\u20ac" : "", true]);
    }
  });

  it("is empty where there is no part", async () => {
    const empties: (() => WsgiBody)[] = [() => [], () => "", () => new Set<string>(), async function* () {}];
    for (const make of empties) {
      const exchange = await ask(giving(make));
      assert.deepEqual([exchange.started, exchange.text, exchange.failed], [false, "", false]);
    }
  });

  it("is streamed part by part", async () => {
    const streams: (() => WsgiBody)[] = [
      function* () {
        yield "a";
        yield "";
        yield encoder.encode("b");
      },
      async function* () {
        yield "a";
        yield "";
        yield encoder.encode("b");
      },
      () => Readable.from([encoder.encode("a"), encoder.encode("b")]),
      () => new Blob(["ab"]).stream(),
    ];
    for (const make of streams) {
      const exchange = await ask(giving(make));
      assert.deepEqual([exchange.started, exchange.text, exchange.ended, exchange.failed], [true, "ab", true, false]);
    }
  });

  it("may call start_response before its first part", async () => {
    const exchange = await ask(async function* (_, startResponse) {
      await undefined;
      startResponse("201 Created", []);
      yield "made";
    });
    assert.deepEqual([exchange.sentHead?.status, exchange.text], [201, "made"]);
  });

  it("sends the head with the first part, even an empty one", async () => {
    const exchange = new FakeExchange();
    const more = Promise.withResolvers<void>();
    const done = ask(
      giving(async function* () {
        yield "";
        await more.promise;
        yield "later";
      }),
      exchange,
    );
    await settle();
    assert.deepEqual([exchange.started, exchange.written.length], [true, 0]);
    more.resolve();
    await done;
    assert.equal(exchange.text, "later");
  });

  it("is not read faster than the client takes it", async () => {
    const exchange = new FakeExchange();
    exchange.room = 2;
    let given = 0;
    const done = ask(
      giving(function* () {
        for (; given < 6; given++) yield "x";
      }),
      exchange,
    );
    await settle();
    assert.equal(given, 1);
    exchange.drain(Infinity);
    await done;
    assert.equal(exchange.text, "xxxxxx");
  });

  it("is closed once when it was sent, with its iterator left alone", async () => {
    const body = new Watched("a", "b");
    assert.equal((await ask(giving(() => body))).text, "ab");
    assert.deepEqual(body.events, ["close"]);
    const list = Object.assign(["a"], { closed: 0, close: () => void list.closed++ });
    assert.equal((await ask(giving(() => list))).text, "a");
    assert.equal(list.closed, 1);
  });

  it("is closed once when it fails", async () => {
    const early = new Watched("a", new Error("broken"));
    const exchange = await ask(giving(() => early));
    assert.deepEqual([early.events, String(exchange.failure), exchange.started], [["close"], "Error: broken", false]);
    const late = new Watched("a", "b", new Error("broken"));
    assert.deepEqual([(await ask(giving(() => late))).text, late.events], ["ab", ["close"]]);
    const unheralded = new Watched("a");
    assert.match(String((await ask(() => unheralded)).failure), /was not called/);
    assert.deepEqual(unheralded.events, ["return", "close"]);
  });

  it("is closed once when the client leaves while it waits", async () => {
    const exchange = new FakeExchange();
    const events: string[] = [];
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => Promise.resolve({ done: true as const, value: events.push("return") }),
      }),
      close: () => void events.push("close"),
    };
    const { application } = bridge(giving(() => body));
    application.handle(exchange);
    await settle();
    assert.deepEqual(events, []);
    exchange.leave();
    assert.deepEqual(events, ["return", "close"]);
  });

  it("ends a generator when the client leaves, and a stream that waits", async () => {
    let isEnded = false;
    const exchange = new FakeExchange();
    exchange.room = 3;
    bridge(giving(async function* () {
      try {
        yield* forEver();
      } finally {
        isEnded = true;
      }
    })).application.handle(exchange);
    await settle();
    exchange.leave();
    await settle();
    assert.equal(isEnded, true);
    const cancelled = Promise.withResolvers<void>();
    const waiting = new FakeExchange();
    bridge(giving(() => new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() }))).application.handle(waiting);
    await settle();
    waiting.leave();
    await cancelled.promise;
    const readable = new Readable({ read() {} });
    const destroyed = new Promise<void>((resolve) => readable.once("close", resolve));
    const other = new FakeExchange();
    bridge(giving(() => readable)).application.handle(other);
    await settle();
    other.leave();
    await destroyed;
  });

  it("does not keep a worker that drains for a generator that waits for ever", async () => {
    const exchange = new FakeExchange();
    const { application } = bridge(giving(async function* () {
      await new Promise(() => {});
      yield "never";
    }));
    application.handle(exchange);
    await settle();
    exchange.leave();
    assert.equal(application.pendingCount, 0);
    let isDone = false;
    const tidy = new FakeExchange();
    tidy.room = 1;
    const tidying = bridge(giving(async function* () {
      try {
        yield* forEver();
      } finally {
        await settle();
        isDone = true;
      }
    })).application;
    tidying.handle(tidy);
    await settle();
    tidy.leave();
    assert.equal(tidying.pendingCount, 1);
    await tidying.settled();
    assert.equal(isDone, true);
  });

  it("is closed and not begun when the client left before it came", async () => {
    const body = new Watched("a");
    const promised = Promise.withResolvers<WsgiBody>();
    const exchange = new FakeExchange();
    bridge(giving(() => promised.promise)).application.handle(exchange);
    exchange.leave();
    promised.resolve(body);
    await settle();
    assert.deepEqual([body.events, exchange.sentHead], [["return", "close"], null]);
  });

  it("is not read on for a HEAD, nor for a status without content", async () => {
    for (const [method, status, level] of [["HEAD", "200 OK", "debug"], ["GET", "204 No Content", "warning"]] as const) {
      for (const make of [() => new Watched("a", "b"), () => forEver()]) {
        const body = make();
        const exchange = await ask(giving(() => body, [], status), new FakeExchange({ method }));
        assert.deepEqual([exchange.text, exchange.ended, exchange.failed], ["", true, false]);
        assert.deepEqual(values(exchange.sentHead?.fields ?? [], "content-length"), []);
        assert.deepEqual(exchange.logged, [
          `${level}: WSGI app sent body bytes on a no-body response (method=${method} status=${
            status.slice(0, 3)
          }); dropping per RFC 9110`,
        ]);
        if (body instanceof Watched) assert.deepEqual(body.events, ["return", "close"]);
      }
    }
  });

  it("warns of content with a status that has none, also where it comes whole", async () => {
    const exchange = await ask(giving(() => ["text"], [], "304 Not Modified"));
    assert.match(exchange.logged.join(), /^warning: WSGI app sent body bytes on a no-body response \(method=GET status=304\)/);
    assert.deepEqual((await ask(giving(() => [], [], "304 Not Modified"))).logged, []);
  });

  it("is cut where it is longer than Content-Length, and the log says so", async () => {
    const makes: (() => WsgiBody)[] = [
      () => ["12345"],
      () => ["12", "345"],
      () => new Set(["12", "3", "45"]),
      async function* () {
        yield "12";
        yield* forEver();
      },
    ];
    for (const make of makes) {
      const exchange = await ask(giving(make, [["Content-Length", "3"]]));
      assert.match(exchange.text, /^12[3p]$/);
      assert.deepEqual([exchange.failed, exchange.logged.length], [false, 1]);
      assert.match(exchange.logged[0] ?? "", /^warning: WSGI app sent more than its Content-Length \(3\) for GET \/; dropping/);
    }
  });

  it("breaks off where it is shorter than Content-Length", async () => {
    const makes: (() => WsgiBody)[] = [() => ["12"], () => [], () => ["1", "2"], () => new Set(["1", "2"])];
    for (const make of makes) {
      const exchange = await ask(giving(make, [["Content-Length", "3"]]));
      assert.equal((exchange.failure as { code?: string }).code, "content_length_mismatch");
    }
  });

  it("says what is wrong with what is no body", async () => {
    const wrongs: readonly (readonly [unknown, RegExp])[] = [
      [undefined, /it returned undefined: is a `return` missing\?$/],
      [null, /it returned null$/],
      [new Response("x"), /it returned a Response, as those of `--interface fetch` do$/],
      [new Blob(["x"]), /it returned a Blob: give it to environ\["wsgi\.file_wrapper"\]$/],
      [5, /it returned a number that is none$/],
      [[1], /must be Uint8Array or strings, not 1$/],
      [["a", new ArrayBuffer(1)], /must be Uint8Array or strings, not ArrayBuffer$/],
      [new Set([["a"]]), /must be Uint8Array or strings, not Array$/],
    ];
    for (const [body, message] of wrongs) {
      const exchange = await ask(giving(() => body as never));
      assert.match(String(exchange.failure), message);
    }
  });

  it("fails with the application", async () => {
    const broken = new Error("broken");
    const failing: WsgiApplication[] = [
      () => {
        throw broken;
      },
      () => Promise.reject(broken),
    ];
    for (const callable of failing) assert.equal((await ask(callable)).failure, broken);
  });

  it("reports what closing it throws, and a drain waits for it", async () => {
    const broken = new Error("broken");
    const sync = await ask(giving(() => Object.assign(["a"], { close: () => assert.fail(broken) })));
    assert.deepEqual([sync.text, sync.errors], ["a", [{ error: broken, during: "closing the body of a response" }]]);
    const closing = Promise.withResolvers<void>();
    const slow = await ask(giving(() => Object.assign(["a"], { close: () => closing.promise })));
    assert.equal(slow.application.pendingCount, 1);
    closing.reject(broken);
    await slow.application.settled();
    assert.deepEqual(slow.errors, [{ error: broken, during: "closing the body of a response" }]);
  });
});
