/** @module Trailer fields (RFC 9110 §6.5): what is known of a message only behind its content, such as a digest. */
import type { HeadersSource } from "./sendable-fields.ts";
import type { Call } from "./call.ts";
import { hasField } from "./header-fields.ts";
import { LightHeaders } from "./headers.ts";
import { isNullBodyStatus } from "./response-head.ts";
import type { ResponseHead } from "../http/response-head.ts";

/** Makes the trailers of a response when its body went out. */
export type TrailerMaker = () => HeadersSource | Promise<HeadersSource>;

/** Throws a TypeError where the content was not read to its end. */
export function trailersOf(call: Call): Headers {
  const { content, exchange } = call;
  if (content !== null && !content.ended) {
    throw new TypeError("The trailers of a request come behind its body: read that to its end first");
  }
  return new LightHeaders(content === null ? [] : exchange.body?.trailers ?? []);
}

/** What to call when the body ends; null where there are none, or the framing has no place for them (RFC 9112 §7.1.2). */
export function trailerMaker(call: Call, head: ResponseHead): TrailerMaker | null {
  if (call.trailers === null) return null;
  const { method, minorVersion } = call.exchange.head;
  const isChunked = minorVersion === 1 && method !== "HEAD" && !isNullBodyStatus(head.status) &&
    !hasField(head.fields, "content-length");
  return isChunked ? call.trailers : null;
}
