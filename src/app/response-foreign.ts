/**
 * Responses that are not the runtime's: of another realm (`node:vm`), or of a package that brings its own classes (undici, node-fetch,
 * polyfills). They are told by their shape and sent like the runtime's own.
 *
 * @module
 */
import { fetchedHead, type HeadLike } from "./native-response.ts";
import { type BodySource, extractBody } from "./response-body.ts";
import { adviceFor, usedBody } from "./response-head.ts";
import type { ResponsePayload } from "./response.ts";

interface ForeignHeaders extends Iterable<readonly [string, string]> {
  getSetCookie?: () => string[];
}

interface ForeignResponse extends HeadLike {
  readonly headers: ForeignHeaders;
  readonly bodyUsed: boolean;
  readonly body: object | null;
}

/** A stream of another realm: whoever pumps it needs no more of it. */
type StreamLike = Pick<ReadableStream<Uint8Array>, "getReader" | "locked">;

/**
 * What to send of such a response; undefined for anything that is none. Throws a TypeError for one that is used, and for a body that
 * is neither a stream nor async iterable.
 */
export function foreignPayload(value: unknown): ResponsePayload | undefined {
  if (!isForeignResponse(value)) return undefined;
  const { body } = value;
  if (value.bodyUsed || (isStream(body) && body.locked)) throw usedBody();
  if (value.status < 200) throw new TypeError(`A response with status ${value.status} cannot be sent${adviceFor(value.status)}`);
  return { head: fetchedHead(value, headersOf(value.headers)), body: sourceOf(body) };
}

function sourceOf(body: object | null): BodySource | null {
  if (body === null) return null;
  return isStream(body) ? streamOf(body) : extractBody(body).source;
}

/** The same content as a stream of this realm. */
function streamOf(body: StreamLike): ReadableStream<Uint8Array> {
  if (body instanceof ReadableStream) return body;
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await reader.read();
      if (part.done) controller.close();
      else controller.enqueue(part.value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Cookies line by line, also where iterating joins them. */
function headersOf(headers: ForeignHeaders): (readonly [string, string])[] {
  const cookies = headers.getSetCookie?.();
  if (cookies === undefined) return [...headers];
  const others = [...headers].filter(([name]) => name.toLowerCase() !== "set-cookie");
  return [...others, ...cookies.map((cookie) => ["set-cookie", cookie] as const)];
}

function isForeignResponse(value: unknown): value is ForeignResponse {
  if (typeof value !== "object" || value === null || !("headers" in value && "body" in value && "status" in value)) return false;
  const { status, headers, body } = value;
  return typeof status === "number" && typeof headers === "object" && headers !== null && Symbol.iterator in headers &&
    "get" in headers && typeof body === "object" && "statusText" in value && typeof value.statusText === "string" &&
    "url" in value && typeof value.url === "string" && "bodyUsed" in value && typeof value.bodyUsed === "boolean" &&
    "arrayBuffer" in value && typeof value.arrayBuffer === "function";
}

function isStream(body: object | null): body is StreamLike {
  return body !== null && "getReader" in body && typeof body.getReader === "function" && "locked" in body;
}
