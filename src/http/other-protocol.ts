/** @module Knows other protocols by their first bytes, so that they are refused at once and by name. */
import { RemoteProtocolError } from "./errors.ts";

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TLS_HANDSHAKE = 0x16;

/** First line of the connection preface of HTTP/2 (RFC 9113 §3.4), which is made to look like a request. */
const HTTP2_PREFACE = "PRI * HTTP/2.0";

/**
 * A head begins with a token. Another first byte is most often TLS on a plain port; saying so at once is better than waiting for a
 * line end that never comes. Throws a {@link RemoteProtocolError} (`not_http`).
 */
export function refuseFirstByte(first: number): void {
  if (first > SPACE && first < 0x7f) return;
  if (first === CR || first === LF || first === SPACE) return;
  const hint = first === TLS_HANDSHAKE ? " (TLS on a port without TLS)" : "";
  throw new RemoteProtocolError("not_http", "0x" + first.toString(16).padStart(2, "0") + hint);
}

/**
 * Looks at a first line that is here up to its CRLF, `bytes[start]` to `bytes[end - 1]`. A client that begins so waits for frames:
 * it is answered before it sends more. Throws a {@link RemoteProtocolError} (`http2_preface`).
 */
export function refuseHttp2Preface(bytes: Uint8Array, start: number, end: number): void {
  if (end - start !== HTTP2_PREFACE.length) return;
  for (let i = 0; i < HTTP2_PREFACE.length; i += 1) {
    if (bytes[start + i] !== HTTP2_PREFACE.charCodeAt(i)) return;
  }
  throw new RemoteProtocolError("http2_preface");
}
