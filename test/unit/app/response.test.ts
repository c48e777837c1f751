import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { LightResponse, takePayload } from "../../../src/app/response.ts";

const NativeResponse = globalThis.Response;

async function* parts(): AsyncGenerator<Uint8Array | string> {
  yield new TextEncoder().encode("ab");
  yield "cd";
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

describe("LightResponse", () => {
  it("is a Response both ways", () => {
    assert.ok(new LightResponse() instanceof NativeResponse);
    assert.ok(new NativeResponse() instanceof LightResponse);
    assert.equal(LightResponse.name, "Response");
    class Special extends LightResponse {}
    assert.ok(new Special() instanceof NativeResponse);
    assert.ok(new Special() instanceof Special);
    assert.equal(new NativeResponse() instanceof Special, false);
    assert.equal(new LightResponse() instanceof Special, false);
  });

  it("has every property that the runtime's class has", () => {
    const native = new NativeResponse("x");
    for (const name of Object.getOwnPropertyNames(NativeResponse.prototype)) {
      assert.equal(typeof Reflect.get(new LightResponse("x"), name), typeof Reflect.get(native, name), name);
    }
  });

  it("gives each kind of body its type, and the content that the runtime gives it", async () => {
    const kinds: Record<string, [body: () => BodyInit | null, type: string | null]> = {
      text: [() => "\u20ac", "text/plain;charset=UTF-8"],
      empty: [() => "", "text/plain;charset=UTF-8"],
      nothing: [() => null, null],
      bytes: [() => new Uint8Array([65, 66]), null],
      view: [() => new DataView(new Uint8Array([65, 66, 67]).buffer, 1), null],
      buffer: [() => new Uint8Array([65, 66]).buffer, null],
      params: [() => new URLSearchParams({ a: "1", b: " " }), "application/x-www-form-urlencoded;charset=UTF-8"],
      blob: [() => new Blob(["x"], { type: "image/png" }), "image/png"],
      untyped: [() => new Blob(["x"]), null],
      stream: [() => streamOf("streamed"), null],
      number: [() => 12 as unknown as BodyInit, "text/plain;charset=UTF-8"],
    };
    for (const [kind, [body, type]] of Object.entries(kinds)) {
      const response = new LightResponse(body());
      assert.equal(response.headers.get("content-type"), type, kind);
      assert.equal(await response.text(), await new NativeResponse(body()).text(), kind);
    }
    assert.equal(await new LightResponse("\ufeffa\ud800").text(), "a\ufffd");
  });

  it("never overrides a Content-Type", () => {
    assert.equal(new LightResponse("x", { headers: { "Content-Type": "text/html" } }).headers.get("content-type"), "text/html");
  });

  it("writes forms with a boundary", async () => {
    const form = new FormData();
    form.set("a", "1");
    const response = new LightResponse(form);
    assert.match(response.headers.get("content-type") ?? "", /^multipart\/form-data; ?boundary=/);
    assert.equal((await response.formData()).get("a"), "1");
  });

  it("streams async iterables and Node's streams", async () => {
    assert.equal(await new LightResponse(parts() as unknown as BodyInit).text(), "abcd");
    assert.equal(await new LightResponse(Readable.from([Buffer.from("xy")]) as unknown as BodyInit).text(), "xy");
    assert.throws(() => new LightResponse({ pipe() {} } as unknown as BodyInit), /Readable\.toWeb/);
  });

  it("copies bytes", async () => {
    const bytes = new Uint8Array([65]);
    const response = new LightResponse(bytes);
    bytes[0] = 66;
    assert.equal(await response.text(), "A");
  });

  it("takes a status, a reason and headers of every kind", () => {
    const inits: HeadersInit[] = [
      { A: "1" },
      [["A", "1"]],
      new Headers({ A: "1" }),
      new LightResponse(null, { headers: { A: "1" } }).headers,
    ];
    for (const headers of inits) {
      const response = new LightResponse(null, { status: 404, statusText: "Gone Fishing", headers });
      assert.deepEqual([response.status, response.statusText, response.ok, response.headers.get("a")], [
        404,
        "Gone Fishing",
        false,
        "1",
      ]);
    }
    const copy = new LightResponse("b", new LightResponse("a", { status: 201, headers: { x: "y" } }));
    assert.deepEqual([copy.status, copy.headers.get("x")], [201, "y"]);
  });

  it("keeps set-cookie lines apart", () => {
    const headers = new Headers();
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    assert.deepEqual(takePayload(new LightResponse(null, { headers }))?.head.fields, ["set-cookie", "a=1", "set-cookie", "b=2"]);
  });

  it("refuses what the standard refuses", () => {
    for (const status of [0, 99, 199, 600, NaN]) {
      assert.throws(() => new LightResponse(null, { status }), RangeError, String(status));
    }
    for (const status of [204, 205, 304]) {
      assert.throws(() => new LightResponse("x", { status }), TypeError, String(status));
      assert.equal(new LightResponse(null, { status }).status, status);
    }
    assert.throws(() => new LightResponse(null, { statusText: "a\r\nb" }), TypeError);
    assert.throws(() => new LightResponse(null, { headers: { "a b": "c" } }), TypeError);
    assert.throws(() => new LightResponse(null, { headers: { a: "b\r\nc: d" } }), TypeError);
    assert.throws(() => new LightResponse(null, { headers: [["a"]] as unknown as HeadersInit }), TypeError);
    const locked = streamOf("x");
    locked.getReader();
    assert.throws(() => new LightResponse(locked), TypeError);
  });

  it("makes JSON, redirects and errors", async () => {
    const json = LightResponse.json({ a: [1] }, { status: 201 });
    assert.deepEqual([json.status, json.headers.get("content-type"), await json.text()], [201, "application/json", '{"a":[1]}']);
    assert.throws(() => LightResponse.json(undefined), TypeError);
    const redirect = LightResponse.redirect("http://example.com/x", 303);
    assert.deepEqual([redirect.status, redirect.headers.get("location")], [303, "http://example.com/x"]);
    assert.throws(() => LightResponse.redirect("http://example.com/", 200), RangeError);
    assert.deepEqual([LightResponse.error().type, LightResponse.error().status], ["error", 0]);
  });

  it("is used by reading it", async () => {
    const readers: ((response: Response) => Promise<unknown>)[] = [
      (r) => r.text(),
      (r) => r.bytes(),
      (r) => r.arrayBuffer(),
      (r) => r.blob(),
      (r) => r.body!.getReader().read(),
    ];
    for (const body of [() => "x", () => new Blob(["x"]), () => streamOf("x")]) {
      for (const read of readers) {
        const response = new LightResponse(body());
        assert.equal(response.bodyUsed, false);
        await read(response);
        assert.equal(response.bodyUsed, true, String(read));
        await assert.rejects(response.text(), TypeError);
        assert.throws(() => response.clone(), TypeError);
        assert.throws(() => takePayload(response), TypeError);
      }
    }
  });

  it("clones each kind of body", async () => {
    for (const body of [() => "x", () => new Uint8Array([120]), () => new Blob(["x"]), () => streamOf("x")]) {
      const response = new LightResponse(body(), { headers: { a: "1" } });
      const copy = response.clone();
      copy.headers.set("a", "2");
      assert.deepEqual([await response.text(), await copy.text()], ["x", "x"]);
      assert.deepEqual([response.headers.get("a"), copy.headers.get("a")], ["1", "2"]);
    }
  });

  it("prints as what it stands for, and stays unread", () => {
    const response = new LightResponse("x", { headers: { a: "1" } });
    assert.match(inspect(response), /^Response \{[^]*status: 200[^]*Headers \{[^]*a: ["']1["']/);
    assert.equal(takePayload(response)?.body, "x");
  });

  it("reads as a stream of text", async () => {
    const message = new LightResponse("\u20acb") as unknown as { textStream(): ReadableStream<string>; bodyUsed: boolean };
    let text = "";
    for await (const part of message.textStream()) text += part;
    assert.deepEqual([text, message.bodyUsed], ["\u20acb", true]);
    assert.throws(() => message.textStream(), TypeError);
    const empty = new LightResponse() as unknown as { textStream(): ReadableStream<string> };
    assert.equal((await empty.textStream().getReader().read()).done, true);
  });

  it("keeps one body once it has been looked at", async () => {
    const response = new LightResponse("x");
    assert.equal(response.body, response.body);
    assert.equal(await response.text(), "x");
  });
});

describe("takePayload", () => {
  it("gives text and bytes as they are, once", () => {
    const response = new LightResponse("text");
    assert.deepEqual(takePayload(response), {
      head: { status: 200, reason: "", fields: ["content-type", "text/plain;charset=UTF-8"] },
      body: "text",
    });
    assert.throws(() => takePayload(response), /has been used already/);
    assert.equal(takePayload(new NativeResponse("x")), undefined);
    for (const other of [undefined, null, "x", {}, Object.create(LightResponse.prototype)]) {
      assert.equal(takePayload(other), undefined);
    }
  });

  it("takes an empty text for no body where there can be none, and refuses any other", () => {
    const response = new LightResponse("", { status: 204 });
    assert.deepEqual(takePayload(response), { head: { status: 204, reason: "", fields: [] }, body: null });
    assert.equal(new LightResponse("", { status: 304 }).body, null);
    assert.throws(() => new LightResponse("x", { status: 204 }), /status 204 cannot have a body/);
    assert.deepEqual(takePayload(new LightResponse("", { status: 201 }))?.body, "");
  });

  it("sends a response without a body again and again", () => {
    const response = new LightResponse(null, { status: 204 });
    assert.deepEqual(takePayload(response), takePayload(response));
  });

  it("shares the head of plain texts, so that a writer can remember it", () => {
    assert.equal(takePayload(new LightResponse("a"))?.head, takePayload(new LightResponse("b"))?.head);
  });

  it("sends headers that were changed after the response was made", () => {
    const response = new LightResponse("x");
    response.headers.set("x-late", "1");
    assert.deepEqual(takePayload(response)?.head.fields, ["content-type", "text/plain;charset=UTF-8", "x-late", "1"]);
    assert.equal(new LightResponse("y").headers.has("x-late"), false);
  });

  it("refuses a body that a reader holds", () => {
    const response = new LightResponse("x");
    response.body!.getReader();
    assert.throws(() => takePayload(response), TypeError);
  });
});
