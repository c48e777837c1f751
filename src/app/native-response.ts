/** @module The runtime's own responses: those of `fetch`, and all of them where light objects are off. */
import type { ResponseHead } from "../http/response-head.ts";
import { NativeResponse } from "./natives.ts";
import type { ResponsePayload } from "./response.ts";
import { adviceFor } from "./response-head.ts";

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
  if (value.bodyUsed || value.body?.locked === true) {
    throw new TypeError(
      "The body of the response has been used already; make a new Response for each request, or return a clone()",
    );
  }
  if (value.status < 200) throw new TypeError(`A response with status ${value.status} cannot be sent${adviceFor(value.status)}`);
  return { head: nativeHead(value), body: value.body };
}

function nativeHead(response: Response): ResponseHead {
  const fields: string[] = [];
  // Only what came over the network has a URL.
  const isFetched = response.url !== "";
  const isDecoded = isFetched && response.body !== null && DECODED_CODING.test(response.headers.get("content-encoding") ?? "");
  // Iteration gives each set-cookie by itself.
  for (const [name, value] of response.headers) {
    if (isFetched && CONNECTION_FIELDS.has(name)) continue;
    if (isDecoded && (name === "content-encoding" || name === "content-length")) continue;
    fields.push(name, value);
  }
  return { status: response.status, reason: response.statusText, fields };
}
