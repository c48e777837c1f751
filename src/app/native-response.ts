/** @module The runtime's own responses: those of `fetch`, and all of them where light objects are off. */
import type { ResponseHead } from "../http/response-head.ts";
import { NativeResponse } from "./natives.ts";
import type { ResponsePayload } from "./response.ts";
import { adviceFor, usedBody } from "./response-head.ts";

/** Fields of one connection (RFC 9110 §7.6.1): those of an upstream server mean nothing to our client. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Content codings that `fetch` of every runtime undoes while it leaves their fields in place (measured on Node 26, Bun 1.4 and Deno
 * 2.9). Node and Bun undo deflate and zstd too and Deno does not, so those are left to the application.
 */
const DECODED_CODING = /^(?:gzip|br)$/i;

/**
 * What to send of a native response; undefined for anything that is none. Throws a TypeError for one that is used or a network error.
 * A response that comes straight from `fetch` loses the fields of its own connection, and those that tell of a coding which is undone.
 */
export function nativePayload(value: unknown): ResponsePayload | undefined {
  if (!(value instanceof NativeResponse)) return undefined;
  // Before the body is touched: Bun forgets then which Content-Type a file, a blob or a form has.
  const early = [...value.headers];
  if (value.bodyUsed || value.body?.locked === true) throw usedBody();
  if (value.status < 200) throw new TypeError(`A response with status ${value.status} cannot be sent${adviceFor(value.status)}`);
  const { body } = value;
  // And after it: the Response of srvx (h3, Nitro) has its Content-Type only then.
  const headers = early.some(([name]) => name === "content-type") ? early : [...value.headers];
  return { head: fetchedHead(value, headers), body };
}

/** What a response says before its body; of any make. */
export interface HeadLike {
  readonly status: number;
  readonly statusText: string;
  /** Empty where it did not come over the network. */
  readonly url: string;
  readonly body: unknown;
}

/** The head to send; `headers` are those of the response. */
export function fetchedHead(response: HeadLike, headers: readonly (readonly [string, string])[]): ResponseHead {
  const { status, statusText: reason } = response;
  if (response.url === "") return { status, reason, fields: headers.flat() };
  const coding = headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1] ?? "";
  const isDecoded = response.body !== null && DECODED_CODING.test(coding);
  const sent = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !CONNECTION_FIELDS.has(lower) && !(isDecoded && (lower === "content-encoding" || lower === "content-length"));
  });
  return { status, reason, fields: sent.flat() };
}
