import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Call, PendingWork } from "../../../src/app/call.ts";
import { createNativeRequest, LightRequest } from "../../../src/app/request.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { FakeBody, FakeExchange } from "./fake-exchange.ts";

const SERVICES = { worker: { pid: 1, age: 1 }, pending: new PendingWork(), onError: () => {} };

function exchangeOf(head: Partial<RequestHead> = {}, body: FakeBody | null = null): FakeExchange {
  return new FakeExchange({ ...(body === null ? {} : { method: "POST", framing: { kind: "chunked" } }), ...head }, body);
}

function requestOf(head: Partial<RequestHead> = {}, body: FakeBody | null = null): Request {
  return new LightRequest(new Call(exchangeOf(head, body), SERVICES));
}

describe("LightRequest", () => {
  it("is a Request with the defaults of the standard", () => {
    const request = requestOf({ target: "/a?b", fields: ["Host", "example.com", "X-A", "1"] });
    assert.ok(request instanceof Request);
    assert.equal(Object.prototype.toString.call(request), "[object Request]");
    assert.equal(request.method, "GET");
    assert.equal(request.url, "http://example.com/a?b");
    assert.equal(request.headers.get("x-a"), "1");
    assert.equal(request.headers, request.headers);
    assert.equal(request.body, null);
    assert.equal(request.bodyUsed, false);
    const defaults = [
      request.mode,
      request.credentials,
      request.cache,
      request.redirect,
      request.referrer,
      request.referrerPolicy,
    ];
    assert.deepEqual(defaults, ["cors", "same-origin", "default", "follow", "about:client", ""]);
    assert.deepEqual([request.integrity, request.keepalive, request.destination], ["", false, ""]);
  });

  it("has every property that the runtime's class has", () => {
    const native = new Request("http://a/");
    for (const name of Object.getOwnPropertyNames(Request.prototype)) {
      assert.equal(typeof Reflect.get(requestOf(), name), typeof Reflect.get(native, name), name);
    }
  });

  it("reads its body whole in each form", async () => {
    const parts = ['\ufeff{"a":', '"\u20ac"}'];
    assert.equal(await requestOf({}, new FakeBody(parts)).text(), '{"a":"\u20ac"}');
    assert.deepEqual(await requestOf({}, new FakeBody(parts)).json(), { a: "\u20ac" });
    assert.deepEqual(await requestOf({}, new FakeBody(["ab", "c"])).bytes(), new TextEncoder().encode("abc"));
    assert.equal((await requestOf({}, new FakeBody(["ab", "c"])).arrayBuffer()).byteLength, 3);
    const blob = await requestOf({ fields: ["Content-Type", "image/png"] }, new FakeBody(["abc"])).blob();
    assert.deepEqual([blob.type, blob.size], ["image/png", 3]);
  });

  it("joins characters that the network tore apart", async () => {
    const bytes = new TextEncoder().encode("\u20ac");
    assert.equal(await requestOf({}, new FakeBody([bytes.subarray(0, 1), bytes.subarray(1)])).text(), "\u20ac");
  });

  it("parses forms", async () => {
    const urlencoded = requestOf({ fields: ["content-type", "application/x-www-form-urlencoded"] }, new FakeBody(["a=1&b=%20"]));
    assert.deepEqual([...(await urlencoded.formData()).entries()], [["a", "1"], ["b", " "]]);
    const text =
      '--B\r\nContent-Disposition: form-data; name="f"; filename="x.txt"\r\nContent-Type: text/plain\r\n\r\nhey\r\n--B--\r\n';
    const multipart = await requestOf({ fields: ["content-type", "multipart/form-data; boundary=B"] }, new FakeBody([text]))
      .formData();
    const file = multipart.get("f");
    assert.ok(file instanceof Blob);
    assert.equal(await file.text(), "hey");
  });

  it("reads an empty body as nothing", async () => {
    assert.equal(await requestOf().text(), "");
    assert.equal((await requestOf().arrayBuffer()).byteLength, 0);
    await assert.rejects(requestOf().json(), SyntaxError);
  });

  it("reads as a stream of text", async () => {
    const message = requestOf({}, new FakeBody(["\u20ac", "b"])) as unknown as {
      textStream(): ReadableStream<string>;
      bodyUsed: boolean;
    };
    let text = "";
    for await (const part of message.textStream()) text += part;
    assert.deepEqual([text, message.bodyUsed], ["\u20acb", true]);
    assert.throws(() => message.textStream(), TypeError);
    const empty = requestOf() as unknown as { textStream(): ReadableStream<string> };
    assert.equal((await empty.textStream().getReader().read()).done, true);
  });

  it("refuses to read twice", async () => {
    const request = requestOf({}, new FakeBody(["x"]));
    assert.equal(request.bodyUsed, false);
    await request.text();
    assert.equal(request.bodyUsed, true);
    await assert.rejects(request.text(), TypeError);
    await assert.rejects(request.json(), TypeError);
    assert.throws(() => request.clone(), TypeError);
  });

  it("rejects when the body breaks off", async () => {
    const broken = new Error("early end");
    await assert.rejects(requestOf({}, new FakeBody(["x"], broken)).text(), broken);
    const reader = requestOf({}, new FakeBody(["x"], broken)).body!.getReader();
    await reader.read();
    await assert.rejects(reader.read(), broken);
  });

  it("streams no more than is asked for", async () => {
    const body = new FakeBody(["a", "b", "c"]);
    const request = requestOf({}, body);
    const reader = request.body!.getReader();
    assert.equal(body.reads, 0);
    assert.equal(request.bodyUsed, false);
    assert.equal(new TextDecoder().decode((await reader.read()).value), "a");
    assert.equal(body.reads, 1);
    assert.equal(request.bodyUsed, true);
    await assert.rejects(request.text(), TypeError);
  });

  it("streams into the reader's own buffer", async () => {
    const reader = requestOf({}, new FakeBody(["abc"])).body!.getReader({ mode: "byob" });
    const first = await reader.read(new Uint8Array(2));
    const second = await reader.read(new Uint8Array(2));
    const end = await reader.read(new Uint8Array(2));
    assert.deepEqual([first.value?.byteLength, second.value?.byteLength, end.done], [2, 1, true]);
  });

  it("leaves the bytes it was given to their owner", async () => {
    const buffer = new TextEncoder().encode("abcd");
    const stream = requestOf({}, new FakeBody([buffer.subarray(1, 3)])).body!;
    assert.equal(await new Response(stream).text(), "bc");
    assert.equal(buffer.byteLength, 4);
  });

  it("tells the connection that the rest is not wanted", async () => {
    const body = new FakeBody(["a", "b"]);
    await requestOf({}, body).body!.cancel();
    assert.equal(body.cancelled, true);
  });

  it("gives GET and HEAD no body, whatever the client sent", () => {
    for (const method of ["GET", "HEAD"]) assert.equal(requestOf({ method }, new FakeBody(["x"])).body, null);
    assert.notEqual(requestOf({ method: "DELETE" }, new FakeBody(["x"])).body, null);
  });

  it("aborts its signal when the client leaves", () => {
    for (const leave of ["leave", "hangUp"] as const) {
      const exchange = exchangeOf();
      const { signal } = new LightRequest(new Call(exchange, SERVICES));
      assert.ok(signal instanceof AbortSignal);
      assert.equal(signal.aborted, false);
      exchange[leave]();
      assert.equal(signal.aborted, true);
      assert.equal(signal.reason.name, "AbortError");
    }
    const gone = exchangeOf();
    gone.leave();
    assert.equal(new LightRequest(new Call(gone, SERVICES)).signal.aborted, true);
  });

  it("clones", async () => {
    const plain = requestOf({ fields: ["a", "1"] });
    const copy = plain.clone();
    copy.headers.set("a", "2");
    assert.deepEqual([plain.headers.get("a"), copy.headers.get("a"), copy.url], ["1", "2", plain.url]);
    const request = requestOf({}, new FakeBody(["a", "b"]));
    const twin = request.clone();
    assert.deepEqual([await request.text(), await twin.text()], ["ab", "ab"]);
    assert.equal(request.bodyUsed, true);
  });

  it("clones again and again, which does not use it up", async () => {
    const request = requestOf({}, new FakeBody(["a", "b"]));
    const twins = [request.clone(), request.clone(), request.clone()];
    assert.deepEqual(await Promise.all(twins.map((twin) => twin.text())), ["ab", "ab", "ab"]);
    assert.equal(request.bodyUsed, false);
    assert.equal(await request.clone().text(), "ab");
    assert.equal(await request.text(), "ab");
    assert.equal(request.bodyUsed, true);
    assert.throws(() => request.clone(), TypeError);
  });

  it("prints as what it stands for", () => {
    assert.match(
      inspect(requestOf({ target: "/p" })),
      /^Request \{[^]*method: ["']GET["'][^]*url: ["']http:\/\/example\.com\/p["']/,
    );
  });
});

describe("createNativeRequest", () => {
  it("gives the runtime's own request", async () => {
    const exchange = exchangeOf({ target: "/p", fields: ["A", "1", "a", "2"] }, new FakeBody(["x", "y"]));
    const request = createNativeRequest(new Call(exchange, SERVICES));
    assert.equal(Object.getPrototypeOf(request), Request.prototype);
    assert.deepEqual([request.method, request.url, request.headers.get("a")], ["POST", "http://example.com/p", "1, 2"]);
    exchange.leave();
    assert.equal(request.signal.aborted, true);
    assert.equal(await request.text(), "xy");
  });
});
