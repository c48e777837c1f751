/**
 * What the parser gives: a discriminated union, one event at a time. Words of RFC 9110 and RFC 9112.
 *
 * @module
 */

/** How the end of a request's content is found (RFC 9112 §6). */
export type RequestFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" };

/** The four forms of a request-target (RFC 9112 §3.2). */
export type TargetForm = "origin" | "absolute" | "authority" | "asterisk";

/** Field lines as a flat list: name, value, name, value. Names are as received, values are trimmed; bytes are latin-1 characters. */
export type Fields = readonly string[];

/** A checked request head. Nothing in it can contain CR, LF or NUL. */
export interface RequestHead {
  readonly method: string;
  /** The request-target as received. */
  readonly target: string;
  readonly form: TargetForm;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  readonly minorVersion: 0 | 1;
  readonly fields: Fields;
  /** The authority that an absolute-form or authority-form target names, else the Host field, else empty. */
  readonly authority: string;
  readonly framing: RequestFraming;
  /** Whether the client lets the connection persist (RFC 9112 §9.3). */
  readonly keepAlive: boolean;
  /** `Expect: 100-continue` in an HTTP/1.1 request with content. */
  readonly expectContinue: boolean;
  /** Whether `Connection` names `upgrade` and an `Upgrade` field is there, or the method is CONNECT. */
  readonly upgrade: boolean;
}

export type ParserEvent =
  | { readonly type: "request"; readonly head: RequestHead }
  /** Content, without its transfer coding. Never empty. A view of the bytes that were given to `receive`. */
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "end_of_message"; readonly trailers: Fields }
  /** Nothing more until `receive` or `receiveEof`. */
  | { readonly type: "need_data" }
  /** A request was read whole; bytes that follow wait for `startNextCycle`. */
  | { readonly type: "paused" }
  /** The peer ended the connection between two requests. */
  | { readonly type: "closed" };
