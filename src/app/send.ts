/** @module Sends a response through its exchange: at once where the body is there, else part by part as fast as the client takes it. */
import { fieldValue } from "../http/fields.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { Call } from "./call.ts";
import { isFileBlob, mayHaveRange, partOfFile } from "./file-body.ts";
import { hasField } from "./header-fields.ts";
import type { BodySource } from "./response-body.ts";
import { isNullBodyStatus } from "./response-head.ts";
import { sendableFields } from "./sendable-fields.ts";
import { trailerMaker } from "./trailers.ts";

/**
 * Microtask turns in which a stream may show that it is short. Enough for what the runtimes make of a text (measured: 1 on Node and
 * Bun, 2 on Deno), and nothing that a client could notice: no timer and no I/O happens meanwhile.
 */
const SHORT_STREAM_TURNS = 4;

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();

/** Never throws and never rejects: what goes wrong ends in `exchange.fail`. */
export function sendResponse(call: Call, head: ResponseHead, body: BodySource | null): void {
  const { exchange } = call;
  try {
    if (body === null || typeof body === "string" || body instanceof Uint8Array) {
      if (call.trailers === null) exchange.respond(head, body);
      else sendWhole(call, head, body).catch((error: unknown) => exchange.fail(error));
      return;
    }
    if (body instanceof Blob) sendBlob(call, head, body);
    else sendStream(call, head, body);
  } catch (error) {
    exchange.fail(error);
  }
}

function sendStream(call: Call, head: ResponseHead, stream: ReadableStream<Uint8Array>): void {
  const { exchange } = call;
  if (exchange.aborted) {
    dismiss(call, stream);
  } else if (exchange.head.method === "HEAD") {
    dismiss(call, stream);
    // Not `respond` without a body, which would claim that a GET gives no content.
    exchange.start(head);
    exchange.end();
  } else if (isNullBodyStatus(head.status)) {
    dismiss(call, stream);
    exchange.respond(head, null);
  } else {
    pump(call, head, stream).catch((error: unknown) => exchange.fail(error));
  }
}

/** A blob is a stream whose length is known, and of a file a part can be sent. */
function sendBlob(call: Call, head: ResponseHead, blob: Blob): void {
  const { exchange } = call;
  if (mayHaveRange(exchange, head) && isFileBlob(blob)) {
    partOfFile(exchange, head, blob).then((part) => {
      if (part.body === null) exchange.respond(part.head, null);
      else sendStream(call, withLength(call, part.head, part.body), streamOf(part.body));
    }).catch((error: unknown) => exchange.fail(error));
  } else {
    sendStream(call, withLength(call, head, blob), streamOf(blob));
  }
}

/** What a file gets appended while it is sent would contradict the length that was said. One of no length may be missing: reading it tells. */
function streamOf(blob: Blob): ReadableStream<Uint8Array> {
  return isFileBlob(blob) && blob.size > 0 ? blob.slice(0, blob.size).stream() : blob.stream();
}

/** A body that is there already goes out at once, save where trailers want it chunked. */
async function sendWhole(call: Call, head: ResponseHead, body: string | Uint8Array | null): Promise<void> {
  const { exchange } = call;
  if (trailerMaker(call, head) === null) return exchange.respond(head, body);
  exchange.start(head);
  await write(call, typeof body === "string" ? encoder.encode(body) : body ?? NO_BYTES);
  await end(call, head);
}

async function end(call: Call, head: ResponseHead): Promise<void> {
  const { exchange } = call;
  const make = exchange.aborted ? null : trailerMaker(call, head);
  if (make === null) exchange.end();
  else exchange.end(sendableFields(await make()));
}

/** A blob over a pipe has no size that could be told, and trailers need chunks. */
function withLength(call: Call, head: ResponseHead, { size: sizeBytes }: Blob): ResponseHead {
  if (!Number.isFinite(sizeBytes) || isNullBodyStatus(head.status) || hasField(head.fields, "content-length")) return head;
  if (call.exchange.head.method !== "HEAD" && trailerMaker(call, head) !== null) return head;
  return { status: head.status, reason: head.reason, fields: [...head.fields, "content-length", String(sizeBytes)] };
}

/** The body is not wanted. Its source hears why; what it answers matters to the log only. */
export function dismiss(call: Call, stream: ReadableStream<Uint8Array>): void {
  cancel(call, stream, undefined);
}

function cancel(call: Call, source: Pick<ReadableStreamDefaultReader, "cancel">, reason: unknown): void {
  source.cancel(reason).catch((error: unknown) => call.services.onError(error, "cancelling the body of a response"));
}

/** What the application says that the body has. Infinity: nothing, or what the exchange will not accept. */
function declaredBytes(head: ResponseHead): number {
  const value = fieldValue(head.fields, "content-length");
  return value === null ? Infinity : Number(value);
}

async function pump(call: Call, head: ResponseHead, stream: ReadableStream<Uint8Array>): Promise<void> {
  const { exchange } = call;
  const reader = stream.getReader();
  // Registered before the first read: a source that waits for ever must hear of a client that does not.
  const forget = call.onLeave("gone", (reason) => cancel(call, reader, reason));
  try {
    let sentBytes = 0;
    let next = reader.read();
    const first = await settledSoon(next);
    if (first === null) {
      // The head goes out ahead of a slow body: an event stream counts as open with it.
      exchange.start(head);
    } else if (first.done) {
      return await sendWhole(call, head, NO_BYTES);
    } else {
      const chunk = checkChunk(first.value);
      next = reader.read();
      const second = await settledSoon(next);
      if (second?.done === true) return await sendWhole(call, head, chunk);
      exchange.start(head);
      await write(call, chunk);
      sentBytes = chunk.byteLength;
    }
    const mostBytes = declaredBytes(head);
    let isLonger = sentBytes > mostBytes;
    while (!isLonger) {
      const part = await next;
      if (part.done) return await end(call, head);
      const chunk = checkChunk(part.value);
      await write(call, chunk);
      sentBytes += chunk.byteLength;
      isLonger = sentBytes > mostBytes;
      if (!isLonger) next = reader.read();
    }
    // The exchange has dealt with the excess by itself. A source without an end would be read for ever.
    cancel(call, reader, new TypeError(`The body of the response is longer than its Content-Length (${mostBytes})`));
  } catch (error) {
    exchange.fail(error);
    reader.cancel(error).catch(() => {
      // The stream broke by itself and is in the log with its first error.
    });
  } finally {
    forget();
  }
}

/** What a promise gives if it does so within a few microtasks, else null. Rejects if the promise does so in that time. */
async function settledSoon<T>(promise: Promise<T>): Promise<T | null> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let turn = 0; turn < SHORT_STREAM_TURNS && !isSettled; turn++) await undefined;
  return isSettled ? await promise : null;
}

async function write(call: Call, chunk: Uint8Array): Promise<void> {
  if (chunk.byteLength > 0 && !call.exchange.write(chunk)) await call.exchange.drained();
}

/** Streams are typed and still can carry anything. Text goes out as UTF-8: on Bun such streams are common. */
function checkChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return encoder.encode(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new TypeError(
    `The body stream of a response must give Uint8Array chunks, or text, not ${chunk === null ? "null" : typeof chunk}`,
  );
}
