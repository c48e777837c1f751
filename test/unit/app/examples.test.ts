import assert from "node:assert/strict";
import process from "node:process";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { ServedApplication } from "../../../src/app/bridge.ts";
import { createFetchApplication } from "../../../src/app/fetch.ts";
import { installLightObjects } from "../../../src/app/install.ts";
import { loadApplication, type LoadingAdapter } from "../../../src/app/load.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { FakeBody, FakeExchange, values } from "./fake-exchange.ts";
import { loadingAdapter } from "./loading-adapter.ts";

const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));

describe("the examples, loaded and called as a worker does", () => {
  let adapter: LoadingAdapter;
  let uninstall: () => void;
  before(async () => {
    adapter = await loadingAdapter();
  });
  beforeEach(() => {
    uninstall = installLightObjects();
  });
  afterEach(() => uninstall());

  async function serve(target: string): Promise<ServedApplication> {
    const { fitting } = await loadApplication(adapter, target, EXAMPLES, "auto");
    assert.ok(fitting.interface === "fetch");
    return createFetchApplication(fitting.handler, {
      worker: { pid: 42, age: 2 },
      onError: (error) => assert.fail(String(error)),
      lightObjects: true,
    });
  }

  async function ask(
    application: ServedApplication,
    head: Partial<RequestHead>,
    body: string[] | null = null,
  ): Promise<FakeExchange> {
    const exchange = new FakeExchange(head, body === null ? null : new FakeBody(body));
    application.handle(exchange);
    await exchange.finished;
    assert.equal(exchange.failure, undefined);
    return exchange;
  }

  it("hello says who answers and how to reload", async () => {
    const exchange = await ask(await serve("hello:app"), {});
    assert.match(exchange.text, /worker 2 \(pid 42\) on (Node|Bun|Deno) \d/);
    assert.ok(exchange.text.includes(`kill -HUP  ${process.ppid} `));
  });

  it("streaming echoes, and ticks until the client leaves", async () => {
    const application = await serve("streaming:app");
    const echo = await ask(application, { method: "PUT", target: "/echo" }, ["one", "two", "three"]);
    assert.deepEqual([echo.text, echo.started], ["onetwothree", true]);
    assert.equal((await ask(application, { target: "/nowhere" })).sentHead?.status, 404);
    const clock = new FakeExchange({ target: "/clock" });
    const firstTick = Promise.withResolvers<void>();
    const write = clock.write.bind(clock);
    clock.write = (bytes) => {
      firstTick.resolve();
      return write(bytes);
    };
    application.handle(clock);
    await firstTick.promise;
    assert.match(clock.text, /^data: \d{4}-.*Z\n\n$/);
    assert.deepEqual(values(clock.sentHead?.fields ?? [], "content-type"), ["text/event-stream"]);
    clock.leave();
    await clock.finished;
    assert.equal(clock.failed, false);
  });

  it("hono routes, parses and adds headers", async () => {
    const application = await serve("hono:app");
    const hello = await ask(application, { target: "/hello/w%C3%B6rld" });
    assert.deepEqual(JSON.parse(hello.text), { hello: "w\u00f6rld" });
    assert.deepEqual(values(hello.sentHead?.fields ?? [], "x-worker"), ["42"]);
    const echo = await ask(application, { method: "POST", target: "/echo", fields: ["content-type", "application/json"] }, [
      '{"a":',
      "1}",
    ]);
    assert.deepEqual(JSON.parse(echo.text), { a: 1 });
    assert.equal((await ask(application, { target: "/nowhere" })).sentHead?.status, 404);
  });
});
