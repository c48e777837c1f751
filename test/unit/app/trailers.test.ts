import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Call, PendingWork } from "../../../src/app/call.ts";
import { CallContext, type FetchContext } from "../../../src/app/context.ts";
import { createFetchApplication } from "../../../src/app/fetch.ts";
import { installLightObjects } from "../../../src/app/install.ts";
import { createNativeRequest, LightRequest } from "../../../src/app/request.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { FakeBody, FakeExchange, values } from "./fake-exchange.ts";

const SERVICES = { worker: { pid: 1, age: 1 }, pending: new PendingWork(), onError: () => {} };
const encoder = new TextEncoder();

function streamOf(parts: readonly string[], atEnd: () => void = () => {}): ReadableStream<Uint8Array> {
  const rest = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = rest.shift();
      if (part !== undefined) return controller.enqueue(encoder.encode(part));
      atEnd();
      controller.close();
    },
  }, { highWaterMark: 0 });
}

async function answer(
  handler: (request: Request, context: FetchContext) => Response | Promise<Response>,
  exchange = new FakeExchange(),
): Promise<FakeExchange> {
  createFetchApplication(handler, { worker: SERVICES.worker, onError: assert.fail, lightObjects: true }).handle(exchange);
  await exchange.finished;
  return exchange;
}

describe("trailers of a request", () => {
  function ask(body: FakeBody | null, native: boolean, method = "POST"): { request: Request; context: FetchContext } {
    const call = new Call(new FakeExchange({ method }, body), SERVICES);
    return { request: native ? createNativeRequest(call) : new LightRequest(call), context: new CallContext(call) };
  }

  const trailers = ["Content-Digest", "sha-256=:YQ==:", "X-Note", "1", "x-note", "2"];

  for (const native of [false, true]) {
    it(`are there when a ${native ? "native" : "light"} body was read, and not among the headers`, async () => {
      const readers: ((request: Request) => Promise<unknown>)[] = [
        (request) => request.text(),
        (request) => request.clone().text(),
        async (request) => {
          for await (const part of request.body ?? []) void part;
        },
      ];
      for (const read of readers) {
        const { request, context } = ask(new FakeBody(["a", "b"], null, trailers), native);
        assert.throws(() => context.requestTrailers(), { name: "TypeError", message: /read that to its end/ });
        await read(request);
        assert.equal(context.requestTrailers().get("content-digest"), "sha-256=:YQ==:");
        assert.equal(context.requestTrailers().get("X-Note"), "1, 2");
        assert.equal(request.headers.get("x-note"), null);
      }
    });
  }

  it("are none where a request has none, or no body", async () => {
    const { request, context } = ask(new FakeBody(["a"]), false);
    await request.bytes();
    assert.deepEqual([...context.requestTrailers()], []);
    assert.deepEqual([...ask(null, false).context.requestTrailers()], []);
    assert.deepEqual([...ask(new FakeBody(["a"], null, trailers), false, "GET").context.requestTrailers()], []);
  });

  it("never come behind a body that was cancelled or broke", async () => {
    const cancelled = ask(new FakeBody(["a"], null, trailers), false);
    await cancelled.request.body!.cancel();
    assert.throws(() => cancelled.context.requestTrailers(), TypeError);
    const broken = ask(new FakeBody(["a"], new Error("early end"), trailers), false);
    await assert.rejects(broken.request.text(), /early end/);
    assert.throws(() => broken.context.requestTrailers(), TypeError);
  });
});

for (const lightObjects of [true, false]) {
  describe(`trailers of a ${lightObjects ? "light" : "native"} response`, () => {
    let uninstall: () => void;
    beforeEach(() => {
      uninstall = lightObjects ? installLightObjects() : () => {};
    });
    afterEach(() => uninstall());

    it("follow any kind of body, sent chunked", async () => {
      const bodies: (() => BodyInit | null)[] = [
        () => "text",
        () => encoder.encode("text"),
        () => new Blob(["text"]),
        () => streamOf(["text"]),
        () => streamOf(["te", "x", "t"]),
      ];
      for (const body of bodies) {
        const exchange = await answer((_, context) => {
          context.setTrailers(() => [["X-Sum", "1"], ["X-Sum", "2"]]);
          return new Response(body());
        });
        assert.deepEqual([exchange.failure, exchange.started, exchange.text], [undefined, true, "text"]);
        assert.deepEqual(exchange.trailers, ["X-Sum", "1", "X-Sum", "2"]);
        assert.deepEqual(values(exchange.sentHead?.fields ?? [], "content-length"), []);
      }
      const empty = await answer((_, context) => {
        context.setTrailers(() => Promise.resolve({ "X-Sum": "0" }));
        return new Response(null);
      });
      assert.deepEqual([empty.started, empty.text, empty.trailers], [true, "", ["X-Sum", "0"]]);
    });

    it("are made when the body has ended", async () => {
      const events: string[] = [];
      const exchange = await answer((_, context) => {
        context.setTrailers(() => assert.fail("the first maker was replaced"));
        context.setTrailers(() => {
          events.push("trailers");
          return { "X-Order": events.join() };
        });
        return new Response(streamOf(["a", "b"], () => events.push("end")));
      });
      assert.deepEqual(exchange.trailers, ["X-Order", "end,trailers"]);
    });

    it("may be set while the body is made", async () => {
      for (const parts of [[], ["a"], ["a", "b", "c"]]) {
        const exchange = await answer((_, context) => {
          return new Response(streamOf(parts, () => context.setTrailers(() => ({ "X-Parts": String(parts.length) }))));
        });
        assert.deepEqual([exchange.text, exchange.trailers], [parts.join(""), ["X-Parts", String(parts.length)]]);
      }
    });

    it("are not asked for where they cannot be sent", async () => {
      const never = (_: Request, context: FetchContext, response: () => Response): Response => {
        context.setTrailers(() => assert.fail("asked for"));
        return response();
      };
      const cases: [head: Partial<RequestHead>, response: () => Response][] = [
        [{ minorVersion: 0 }, () => new Response("x")],
        [{ minorVersion: 0 }, () => new Response(streamOf(["a", "b", "c", "d", "e"]))],
        [{ method: "HEAD" }, () => new Response("x")],
        [{ method: "HEAD" }, () => new Response(streamOf(["x"]))],
        [{}, () => new Response(null, { status: 204 })],
        [{}, () => new Response(null, { status: 304 })],
        [{}, () => new Response("x", { headers: { "Content-Length": "1" } })],
        [{}, () => new Response(streamOf(["a", "b", "c"]), { headers: { "content-length": "3" } })],
      ];
      for (const [head, response] of cases) {
        const exchange = await answer((request, context) => never(request, context, response), new FakeExchange(head));
        assert.deepEqual([exchange.failure, exchange.trailers], [undefined, undefined]);
      }
    });

    it("are not asked for when the client is gone", async () => {
      const exchange = new FakeExchange();
      const done = answer((_, context) => {
        context.setTrailers(() => assert.fail("asked for"));
        return new Response(streamOf(["a", "b", "c"], () => exchange.leave()));
      }, exchange);
      await done;
      assert.equal(exchange.failure, undefined);
    });

    it("break the response off where they fail", async () => {
      const error = new Error("no digest");
      const makers: [make: () => HeadersInit | Promise<HeadersInit>, failure: RegExp][] = [
        [() => {
          throw error;
        }, /no digest/],
        [() => Promise.reject(error), /no digest/],
        [() => ({ "bad name": "x" }), /"bad name"/],
        [() => ({ "X-A": "\x01" }), /"X-A"/],
      ];
      for (const [make, failure] of makers) {
        for (const body of [() => "x", () => streamOf(["a", "b", "c"])]) {
          const exchange = await answer((_, context) => {
            context.setTrailers(make);
            return new Response(body());
          });
          assert.match(String(exchange.failure), failure);
          assert.deepEqual([exchange.started, exchange.ended], [true, false]);
        }
      }
    });

    it("need a function", () => {
      const context = new CallContext(new Call(new FakeExchange(), SERVICES));
      assert.throws(() => context.setTrailers({ a: "b" } as unknown as () => HeadersInit), /takes a function/);
    });
  });
}
