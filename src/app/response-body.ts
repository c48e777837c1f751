/** @module What a response can be made of ("extract a body", https://fetch.spec.whatwg.org/#concept-bodyinit-extract). */
import { NativeResponse } from "./natives.ts";

/** A body that is kept as it came: text and bytes are sent without a stream. */
export type BodySource = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>;

export interface ExtractedBody {
  readonly source: BodySource;
  /** The Content-Type where the headers name none. */
  readonly type: string | null;
}

export const TEXT_TYPE: string = "text/plain;charset=UTF-8";

/**
 * Bytes are copied, as the standard says: their owner may change them afterwards. Async iterables (Node's streams are such) become
 * streams. Throws a TypeError for a stream that is locked.
 */
export function extractBody(body: unknown): ExtractedBody {
  if (typeof body === "string") return { source: body, type: TEXT_TYPE };
  if (ArrayBuffer.isView(body)) {
    const bytes = new Uint8Array(body.byteLength);
    bytes.set(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
    return { source: bytes, type: null };
  }
  if (body instanceof ArrayBuffer) return { source: new Uint8Array(body.slice(0)), type: null };
  if (body instanceof ReadableStream) {
    if (body.locked) throw new TypeError("The body of a response cannot be a stream that is locked to a reader");
    return { source: body, type: null };
  }
  if (body instanceof URLSearchParams) return { source: String(body), type: "application/x-www-form-urlencoded;charset=UTF-8" };
  if (body instanceof Blob) return { source: body, type: body.type === "" ? null : body.type };
  if (body instanceof FormData) {
    // The runtime writes the parts and chooses the boundary.
    const native = new NativeResponse(body);
    // Before the body is touched: Bun forgets the boundary then.
    const type = native.headers.get("content-type");
    return { source: native.body ?? "", type };
  }
  if (isAsyncIterable(body)) return { source: streamOf(body), type: null };
  if (isNodeStream(body)) {
    throw new TypeError(
      "The body of a response cannot be a Node stream that is not async iterable; wrap it with Readable.toWeb()",
    );
  }
  return { source: String(body), type: TEXT_TYPE };
}

function isAsyncIterable(body: unknown): body is AsyncIterable<unknown> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

function isNodeStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && "pipe" in body && typeof body.pipe === "function";
}

function streamOf(body: AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const step = await iterator.next();
      if (step.done === true) controller.close();
      else if (typeof step.value === "string") controller.enqueue(encoder.encode(step.value));
      else if (step.value instanceof Uint8Array) controller.enqueue(step.value);
      else {throw new TypeError(
          `An async iterable as the body of a response must give Uint8Array or string, not ${typeof step.value}`,
        );}
    },
    async cancel(reason) {
      await iterator.return?.(reason);
    },
  }, { highWaterMark: 0 });
}
