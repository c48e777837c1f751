import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { foreignPayload } from "../../../src/app/response-foreign.ts";

/** A stream that is none of this realm's. */
function streamLike(...parts: string[]): { readonly stream: object; readonly cancelled: unknown[] } {
  const cancelled: unknown[] = [];
  const reader = {
    read: () => {
      const part = parts.shift();
      return Promise.resolve(part === undefined ? { done: true } : { done: false, value: new TextEncoder().encode(part) });
    },
    cancel: (reason: unknown) => Promise.resolve(void cancelled.push(reason)),
  };
  return { stream: { locked: false, getReader: () => reader }, cancelled };
}

function response(parts: object = {}): object {
  const headers = new Headers([["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
  return { status: 203, statusText: "Own", url: "", headers, body: null, bodyUsed: false, arrayBuffer: () => {}, ...parts };
}

async function textOf(value: object): Promise<string> {
  const body = foreignPayload(value)?.body;
  assert.ok(body instanceof ReadableStream);
  return await new Response(body).text();
}

describe("a response of another make", () => {
  it("gives its head, cookies by themselves", () => {
    assert.deepEqual(foreignPayload(response()), {
      head: { status: 203, reason: "Own", fields: ["x-a", "1", "set-cookie", "a=1", "set-cookie", "b=2"] },
      body: null,
    });
    const older = new Map([["x-a", "1"]]);
    assert.deepEqual(foreignPayload(response({ headers: older }))?.head.fields, ["x-a", "1"]);
  });

  it("gives its body, whatever stream that is", async () => {
    assert.equal(await textOf(response({ body: new Blob(["web"]).stream() })), "web");
    assert.equal(await textOf(response({ body: Readable.from([Buffer.from("no"), Buffer.from("de")]) })), "node");
    assert.equal(await textOf(response({ body: streamLike("an", "other").stream })), "another");
  });

  it("is told when nobody wants its body", async () => {
    const { stream, cancelled } = streamLike("x");
    const body = foreignPayload(response({ body: stream }))?.body;
    assert.ok(body instanceof ReadableStream);
    await body.cancel("why");
    assert.deepEqual(cancelled, ["why"]);
  });

  it("loses the fields of the connection that it came over", () => {
    const headers = new Headers({ "connection": "close", "content-encoding": "gzip", "content-length": "9", "x-a": "1" });
    const fetched = response({ url: "http://example.com/", headers, body: streamLike().stream });
    assert.deepEqual(foreignPayload(fetched)?.head.fields, ["x-a", "1"]);
  });

  it("is refused where it is used or a network error", () => {
    assert.throws(() => foreignPayload(response({ bodyUsed: true })), /has been used already/);
    assert.throws(() => foreignPayload(response({ body: { ...streamLike().stream, locked: true } })), /has been used already/);
    assert.throws(() => foreignPayload(response({ status: 0 })), /status 0 cannot be sent/);
  });

  it("is not taken for one where something is missing", () => {
    for (const value of [undefined, null, 5, "text", {}, { status: 200, headers: {}, body: "text" }, new Request("http://a/")]) {
      assert.equal(foreignPayload(value), undefined);
    }
    for (const name of ["status", "statusText", "url", "headers", "body", "bodyUsed", "arrayBuffer"]) {
      assert.equal(foreignPayload(response({ [name]: undefined })), undefined, name);
    }
  });
});
