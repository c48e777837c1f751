/**
 * Where the content of a message ends. The two tables below are all there is to it.
 *
 * @module
 */
import { LocalProtocolError, quote, RemoteProtocolError } from "./errors.ts";
import type { RequestFraming } from "./events.ts";
import { allFieldValues, fieldValue, trimBlanks } from "./fields.ts";
import { DIGITS, TOKEN } from "./grammar.ts";
import type { ResponseHead } from "./response-head.ts";

/** How the end of a response's content is marked. `none`: no content at all; `close`: the connection ends with it. */
export type ResponseFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "close" };

/** The parts of a request head that decide. */
export interface RequestFramingInput {
  readonly method: string;
  readonly minorVersion: 0 | 1;
  /** Value of the only Content-Length field, or null. */
  readonly contentLength: string | null;
  /** Values of all Transfer-Encoding fields, joined by a comma, or null. */
  readonly transferEncoding: string | null;
}

const NONE: RequestFraming = Object.freeze({ kind: "none" });
const CHUNKED: RequestFraming = Object.freeze({ kind: "chunked" });

/**
 * Decides a request's framing (RFC 9112 §6.3, stricter where the RFC leaves a choice):
 *
 * | Transfer-Encoding | Content-Length | framing |
 * |---|---|---|
 * | absent | absent | none |
 * | absent | digits, a safe integer | that length |
 * | `chunked` alone, HTTP/1.1 | absent | chunked |
 * | `chunked` alone | present | 400 |
 * | any, HTTP/1.0 | any | 400 |
 * | `chunked` twice or not last, not a list of tokens | absent | 400 |
 * | another coding | absent | 501 |
 *
 * CONNECT has no content (RFC 9110 §9.3.6), so anything but "none" and a length of 0 is 400. Throws a {@link RemoteProtocolError}.
 */
export function decideRequestFraming(input: RequestFramingInput): RequestFraming {
  const { contentLength, transferEncoding } = input;
  if (contentLength === null && transferEncoding === null) return NONE;
  const framing = transferEncoding === null
    ? lengthFraming(contentLength ?? "")
    : codingFraming(transferEncoding, contentLength !== null, input.minorVersion);
  if (input.method === "CONNECT" && framing.kind !== "none") throw new RemoteProtocolError("content_in_connect");
  return framing;
}

function lengthFraming(contentLength: string): RequestFraming {
  const bytes = safeLength(contentLength);
  if (bytes === null) throw new RemoteProtocolError("bad_content_length", quote(contentLength));
  return bytes === 0 ? NONE : { kind: "length", bytes };
}

function codingFraming(transferEncoding: string, hasContentLength: boolean, minorVersion: 0 | 1): RequestFraming {
  if (minorVersion === 0) throw new RemoteProtocolError("transfer_encoding_in_http10");
  if (hasContentLength) throw new RemoteProtocolError("content_length_with_transfer_encoding");
  const codings = transferEncoding.split(",").map((coding) => trimBlanks(coding).toLowerCase());
  if (codings.length === 1 && codings[0] === "chunked") return CHUNKED;
  const firstChunked = codings.indexOf("chunked");
  const misplaced = firstChunked !== -1 && firstChunked !== codings.length - 1;
  const unknown = codings.find((coding) => coding !== "chunked");
  if (misplaced || unknown === undefined || !codings.every((coding) => TOKEN.test(coding))) {
    throw new RemoteProtocolError("bad_transfer_encoding", quote(transferEncoding));
  }
  throw new RemoteProtocolError("unsupported_transfer_coding", quote(unknown));
}

/** The number that a Content-Length value means, or null where it is not digits or not a safe integer. */
function safeLength(value: string): number | null {
  if (!DIGITS.test(value)) return null;
  const bytes = Number(value);
  return bytes <= Number.MAX_SAFE_INTEGER ? bytes : null;
}

const NO_CONTENT: ResponseFraming = Object.freeze({ kind: "none" });
const CHUNKED_RESPONSE: ResponseFraming = Object.freeze({ kind: "chunked" });
const UNTIL_CLOSE: ResponseFraming = Object.freeze({ kind: "close" });

/**
 * Decides a response's framing (RFC 9112 §6.3, RFC 9110 §6.4.1), the first row that applies:
 *
 * | request and status | Content-Length of the application | body size | framing |
 * |---|---|---|---|
 * | HEAD; 1xx, 204, 304; CONNECT with 2xx | any | any | none |
 * | 205 | any | any | length 0 (RFC 9110 §15.3.6) |
 * | any | present | unknown or equal | that length |
 * | any | present | another | `LocalProtocolError` |
 * | any | absent | known | the size |
 * | HTTP/1.1 | absent | unknown | chunked |
 * | HTTP/1.0 | absent | unknown | close |
 *
 * `knownBytes` is the size of a body that is there already, else null. Throws a {@link LocalProtocolError} (`bad_content_length`,
 * `content_length_mismatch`).
 */
export function decideResponseFraming(
  request: { readonly method: string; readonly minorVersion: 0 | 1 },
  head: ResponseHead,
  knownBytes: number | null,
): ResponseFraming {
  const { status } = head;
  const declaredBytes = declaredLength(head);
  if (request.method === "HEAD" || status === 204 || status === 304 || status < 200) return NO_CONTENT;
  if (request.method === "CONNECT" && status < 300) {
    // RFC 9110 §9.3.6: a tunnel begins after the head, a length would be a lie.
    if (declaredBytes !== null) {
      throw new LocalProtocolError("content_length_mismatch", "CONNECT succeeded, a tunnel has no length");
    }
    return NO_CONTENT;
  }
  if (status === 205) return { kind: "length", bytes: 0 };
  if (declaredBytes !== null) {
    if (knownBytes !== null && knownBytes !== declaredBytes) {
      throw new LocalProtocolError("content_length_mismatch", `declared ${declaredBytes} bytes, body has ${knownBytes}`);
    }
    return { kind: "length", bytes: declaredBytes };
  }
  if (knownBytes !== null) return { kind: "length", bytes: knownBytes };
  return request.minorVersion === 1 ? CHUNKED_RESPONSE : UNTIL_CLOSE;
}

function declaredLength(head: ResponseHead): number | null {
  // Most responses have none: no list is made for them.
  if (fieldValue(head.fields, "content-length") === null) return null;
  const values = allFieldValues(head.fields, "content-length");
  const value = values[0] ?? "";
  const bytes = values.length === 1 ? safeLength(trimBlanks(value)) : null;
  if (bytes === null) throw new LocalProtocolError("bad_content_length", quote(values.join(", ")));
  return bytes;
}
