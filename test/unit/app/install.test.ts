import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { Call, PendingWork } from "../../../src/app/call.ts";
import { createFetchApplication } from "../../../src/app/fetch.ts";
import { installLightObjects } from "../../../src/app/install.ts";
import { LightRequest } from "../../../src/app/request.ts";
import { LightResponse } from "../../../src/app/response.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { FakeBody, FakeExchange, values } from "./fake-exchange.ts";

const Native = { Request: globalThis.Request, Response: globalThis.Response, fetch: globalThis.fetch };
const SERVICES = { worker: { pid: 1, age: 1 }, pending: new PendingWork(), onError: () => {} };

function light(head: Partial<RequestHead> = {}, body: FakeBody | null = null): LightRequest {
  return new LightRequest(new Call(new FakeExchange({ ...(body === null ? {} : { method: "POST" }), ...head }, body), SERVICES));
}

describe("installLightObjects", () => {
  let uninstall: () => void;
  beforeEach(() => {
    uninstall = installLightObjects();
  });
  afterEach(() => uninstall());

  it("is undone completely, also when that is asked for twice", () => {
    uninstall();
    uninstall();
    assert.equal(globalThis.Request, Native.Request);
    assert.equal(globalThis.Response, Native.Response);
    assert.equal(globalThis.fetch, Native.fetch);
  });

  it("keeps the names and the static members that code may look at", () => {
    assert.deepEqual([Request.name, Response.name, fetch.name], ["Request", "Response", "fetch"]);
    for (const [now, native] of [[Request, Native.Request], [Response, Native.Response], [fetch, Native.fetch]] as const) {
      for (const name of Object.getOwnPropertyNames(native)) assert.ok(name in now, `${native.name}.${name}`);
    }
  });

  it("makes light responses and native requests", () => {
    assert.ok(new Response("x") instanceof LightResponse);
    assert.ok(new Native.Response("x") instanceof Response);
    const request = new Request("http://a/", { method: "POST", body: "x" });
    assert.ok(request instanceof Native.Request && request instanceof Request);
    assert.ok(new Native.Request("http://a/") instanceof Request);
    assert.ok(light() instanceof Request);
    class Special extends Request {}
    assert.equal(light() instanceof Special, false);
    assert.ok(new Special("http://a/") instanceof Special);
  });

  it("takes a light request where a Request is taken", async () => {
    const body = new FakeBody(["a", "b"]);
    const request = light({ target: "/p?q", fields: ["X-A", "1"] }, body);
    const copy = new Request(request, { headers: { "x-b": "2" } });
    assert.deepEqual([copy.method, copy.url, copy.headers.get("x-a"), copy.headers.get("x-b")], [
      "POST",
      "http://example.com/p?q",
      null,
      "2",
    ]);
    assert.equal(await copy.text(), "ab");
    assert.equal(request.bodyUsed, true);
    assert.throws(() => new Request(request), TypeError);
    assert.equal(await new Request(request, { body: "new" }).text(), "new");
  });

  it("takes a light request as the second argument too, which is how proxies are written", async () => {
    const request = light({ fields: ["X-A", "1"] }, new FakeBody(["a", "b"]));
    const copy = new Request("http://upstream.example/other", request);
    assert.deepEqual([copy.method, copy.url, copy.headers.get("x-a"), await copy.text()], [
      "POST",
      "http://upstream.example/other",
      "1",
      "ab",
    ]);
    assert.equal(new Request("http://upstream.example/", light({ method: "HEAD" })).method, "HEAD");
  });

  it("copies a response with another's head, light or native", () => {
    const native = new Native.Response("x", { status: 202, headers: { a: "1" } });
    for (const source of [native, new Response("x", native)]) {
      const copy = new Response(source.body, source);
      assert.deepEqual([copy.status, copy.headers.get("a")], [202, "1"]);
    }
  });

  it("follows the client's leaving through a copy", () => {
    const exchange = new FakeExchange();
    const copy = new Request(new LightRequest(new Call(exchange, SERVICES)));
    assert.equal(copy.signal.aborted, false);
    exchange.leave();
    assert.equal(copy.signal.aborted, true);
  });
});

describe("fetch with light objects", () => {
  let server: Server;
  let origin: string;
  before(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        response.setHeader("x-method", `${request.method}`);
        if (request.url === "/gzip") {
          const zipped = gzipSync("unzipped again");
          response.writeHead(200, { "content-encoding": "gzip", "content-length": zipped.length });
          response.end(zipped);
          return;
        }
        response.end(`${request.url} ${request.headers["x-a"]} ${Buffer.concat(parts)}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    origin = `127.0.0.1:${address.port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("lets a handler return what it fetched", async () => {
    const uninstall = installLightObjects();
    try {
      const options = { worker: { pid: 1, age: 1 }, onError: () => {}, lightObjects: true };
      const application = createFetchApplication((request) => fetch(`http://${origin}${new URL(request.url).pathname}`), options);
      for (const [target, text] of [["/gzip", "unzipped again"], ["/plain", "/plain undefined "]] as const) {
        const exchange = new FakeExchange({ target });
        application.handle(exchange);
        await exchange.finished;
        assert.deepEqual([exchange.failure, exchange.text], [undefined, text]);
        const fields = exchange.sentHead?.fields ?? [];
        assert.deepEqual(values(fields, "x-method"), ["GET"]);
        for (const name of ["connection", "keep-alive", "transfer-encoding", "content-encoding"]) {
          assert.deepEqual(values(fields, name), [], name);
        }
        assert.equal(values(fields, "content-length").length, target === "/gzip" ? 0 : 1);
      }
    } finally {
      uninstall();
    }
  });

  it("sends a light request, with and without a body", async () => {
    const uninstall = installLightObjects();
    try {
      const fields = ["Host", origin, "X-A", "1", "Connection", "close"];
      const got = await fetch(light({ target: "/get", authority: origin, fields }));
      assert.ok(got instanceof Response);
      assert.equal(await got.text(), "/get 1 ");
      const posted = await fetch(light({ target: "/post", authority: origin, fields: ["X-A", "2"] }, new FakeBody(["ab", "cd"])));
      assert.deepEqual([posted.headers.get("x-method"), await posted.text()], ["POST", "/post 2 abcd"]);
      const used = light({ authority: origin }, new FakeBody(["x"]));
      await used.text();
      await assert.rejects(fetch(used), TypeError);
    } finally {
      uninstall();
    }
  });
});
