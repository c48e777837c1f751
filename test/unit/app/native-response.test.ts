import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nativePayload } from "../../../src/app/native-response.ts";

describe("nativePayload", () => {
  it("has the Content-Type that a library's response gets only when its body is asked for", () => {
    class Late extends Response {
      #isAsked = false;
      override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
        this.#isAsked = true;
        return super.body;
      }
      override get headers(): Headers {
        return new Headers(this.#isAsked ? { "content-type": "text/late", "x-a": "1" } : { "x-a": "1" });
      }
    }
    assert.deepEqual(nativePayload(new Late("text"))?.head.fields, ["content-type", "text/late", "x-a", "1"]);
  });

  it("has the Content-Type of a blob, which a runtime may forget once the body is asked for", () => {
    const response = new Response(new Blob(["x"], { type: "text/blob" }));
    assert.deepEqual(nativePayload(response)?.head.fields, ["content-type", "text/blob"]);
  });
});
