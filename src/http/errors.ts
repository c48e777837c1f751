/**
 * Everything that can be wrong with a message, by who is to blame: the peer ({@link RemoteProtocolError}, has a status to answer
 * with) or this side ({@link LocalProtocolError}). One table each; the text names the header or setting and quotes what was seen.
 *
 * @module
 */

/** Refusals of a request. `detail` is what was seen (already quoted) or the limit that was passed. */
export const REMOTE_ERRORS = {
  // The beginning and the end of the bytes.
  not_http: { status: 400, text: (detail: string): string => `Byte ${detail} cannot begin an HTTP/1 request` },
  truncated_head: { status: 400, text: (_: string): string => "The connection ended inside a request head" },
  request_timeout: { status: 408, text: (detail: string): string => `Timeout waiting for the ${detail}` },
  truncated_body: { status: 400, text: (_: string): string => "The connection ended inside the content of a request" },

  server_stopping: { status: 503, text: (_: string): string => "The server stops" },
  server_busy: { status: 503, text: (detail: string): string => `No room for a connection that waits: ${detail}` },

  // PROXY protocol, before the first request.
  bad_proxy_header: { status: 400, text: (detail: string): string => `Invalid PROXY header: ${detail}` },
  missing_proxy_header: {
    status: 400,
    text: (detail: string): string =>
      `No PROXY header from ${detail}, which proxy_allow_ips has and proxy_protocol expects one of`,
  },
  proxy_not_allowed: {
    status: 403,
    text: (detail: string): string => `PROXY header from ${detail}, which proxy_allow_ips has not`,
  },

  // Request line (RFC 9112 §3).
  http2_preface: { status: 505, text: (_: string): string => "HTTP/2 without TLS negotiation is not spoken here, use HTTP/1.1" },
  request_line_too_long: {
    status: 414,
    text: (detail: string): string => `Request line is longer than limit_request_line (${detail})`,
  },
  bad_request_line: { status: 400, text: (detail: string): string => `Invalid request line ${detail}` },
  bad_method: { status: 400, text: (detail: string): string => `Invalid method ${detail}` },
  bad_target: { status: 400, text: (detail: string): string => `Invalid request-target ${detail}` },
  bad_version: { status: 400, text: (detail: string): string => `Invalid HTTP version ${detail}` },
  unsupported_version: { status: 505, text: (detail: string): string => `HTTP version ${detail} is not supported, use HTTP/1.1` },

  // Field lines (RFC 9112 §5).
  head_too_long: { status: 431, text: (detail: string): string => `Field section is longer than ${detail} bytes` },
  field_line_too_long: {
    status: 431,
    text: (detail: string): string => `Field line is longer than limit_request_field_size (${detail})`,
  },
  too_many_fields: { status: 431, text: (detail: string): string => `More field lines than limit_request_fields (${detail})` },
  bare_lf: { status: 400, text: (_: string): string => "Line ends with LF alone, lines end with CRLF" },
  obsolete_folding: { status: 400, text: (detail: string): string => `Folded field line ${detail}` },
  missing_colon: { status: 400, text: (detail: string): string => `Field line without a colon ${detail}` },
  space_before_colon: { status: 400, text: (detail: string): string => `Blank between field name and colon ${detail}` },
  bad_field_name: { status: 400, text: (detail: string): string => `Invalid field name ${detail}` },
  bad_field_value: { status: 400, text: (detail: string): string => `Invalid character in the value of field ${detail}` },

  refused_field_name: {
    status: 400,
    text: (detail: string): string => `Field name ${detail} has an underscore, which header_map refuses`,
  },
  duplicate_content_type: {
    status: 400,
    text: (detail: string): string => `Header Content-Type is there more than once, again as ${detail}`,
  },

  // What a trusted proxy says of its client.
  contradictory_forwarding: { status: 400, text: (detail: string): string => `Contradictory forwarding headers: ${detail}` },
  bad_forwarding: { status: 400, text: (detail: string): string => `Invalid forwarding header ${detail}` },

  // Host (RFC 9112 §3.2).
  missing_host: { status: 400, text: (_: string): string => "Header Host is missing, HTTP/1.1 requires it" },
  duplicate_host: { status: 400, text: (detail: string): string => `Header Host is there more than once, again as ${detail}` },
  bad_host: { status: 400, text: (detail: string): string => `Invalid header Host ${detail}` },

  // Framing (RFC 9112 §6 and §7).
  bad_content_length: { status: 400, text: (detail: string): string => `Invalid header Content-Length ${detail}` },
  duplicate_content_length: {
    status: 400,
    text: (detail: string): string => `Header Content-Length is there more than once, again as ${detail}`,
  },
  content_length_with_transfer_encoding: {
    status: 400,
    text: (_: string): string => "Headers Content-Length and Transfer-Encoding exclude each other",
  },
  transfer_encoding_in_http10: { status: 400, text: (_: string): string => "Header Transfer-Encoding in an HTTP/1.0 request" },
  bad_transfer_encoding: { status: 400, text: (detail: string): string => `Invalid header Transfer-Encoding ${detail}` },
  unsupported_transfer_coding: {
    status: 501,
    text: (detail: string): string => `Transfer coding ${detail} is not supported, use "chunked" alone`,
  },
  content_in_connect: { status: 400, text: (_: string): string => "A CONNECT request has no content" },
  content_too_large: { status: 413, text: (detail: string): string => `Content is larger than limit_request_body (${detail})` },
  expectation_failed: { status: 417, text: (detail: string): string => `Unable to comply with expectation ${detail}` },
  bad_chunk_line: { status: 400, text: (detail: string): string => `Invalid chunk-size line ${detail}` },
  chunk_line_too_long: { status: 400, text: (detail: string): string => `Chunk-size line is longer than ${detail} bytes` },
  chunk_extensions_too_long: {
    status: 400,
    text: (detail: string): string => `Chunk extensions of one message are longer than ${detail} bytes together`,
  },
  bad_chunk_end: { status: 400, text: (_: string): string => "Chunk data is not followed by CRLF" },
  forbidden_trailer: { status: 400, text: (detail: string): string => `Field ${detail} is not allowed in trailers` },
} as const;

/** Misuse by the application or by this server. `detail` is what was given (already quoted). */
export const LOCAL_ERRORS = {
  receive_after_end: { text: (_: string): string => "Bytes were received after the end of the connection" },
  cycle_not_complete: { text: (_: string): string => "The current request is not read to its end" },
  parser_finished: { text: (_: string): string => "The connection was handed over, nothing more can be parsed" },
  bad_status: { text: (detail: string): string => `Invalid response status ${detail}` },
  bad_reason: { text: (detail: string): string => `Invalid character in reason phrase ${detail}` },
  bad_field_name: { text: (detail: string): string => `Invalid response header name ${detail}` },
  bad_field_value: { text: (detail: string): string => `Invalid character in response header ${detail}` },
  odd_fields: { text: (_: string): string => "Response header list ends with a name without a value" },
  bad_content_length: { text: (detail: string): string => `Invalid response header Content-Length ${detail}` },
  content_length_mismatch: { text: (detail: string): string => `Response header Content-Length contradicts the body: ${detail}` },
  response_order: { text: (detail: string): string => `Response calls are out of order: ${detail}` },
  bad_chunk_size: { text: (detail: string): string => `A chunk cannot have ${detail} bytes` },
  forbidden_trailer: { text: (detail: string): string => `Field ${detail} is not allowed in response trailers` },
  no_upgrade: { text: (detail: string): string => `The connection cannot be taken over: ${detail}` },
} as const;

export type RemoteErrorCode = keyof typeof REMOTE_ERRORS;
export type LocalErrorCode = keyof typeof LOCAL_ERRORS;

/** Base of both: somebody broke the protocol. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
}

/** The peer broke the protocol or passed a limit. Answer with `status` and close; nothing after it can be understood. */
export class RemoteProtocolError extends ProtocolError {
  override readonly name: string = "RemoteProtocolError";
  readonly code: RemoteErrorCode;
  /** 400 to 599. */
  readonly status: number;

  constructor(code: RemoteErrorCode, detail: string = "") {
    super(REMOTE_ERRORS[code].text(detail));
    this.code = code;
    this.status = REMOTE_ERRORS[code].status;
  }
}

/** The application or this server broke the protocol; the peer is not to blame. */
export class LocalProtocolError extends ProtocolError {
  override readonly name: string = "LocalProtocolError";
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, detail: string = "") {
    super(LOCAL_ERRORS[code].text(detail));
    this.code = code;
  }
}

const QUOTED_MAX_CHARS = 80;

/** Text of a peer for a message or a log line: in double quotes, ASCII only, no line breaks, cut after 80 characters. */
export function quote(text: string): string {
  const shown = text.length > QUOTED_MAX_CHARS ? text.slice(0, QUOTED_MAX_CHARS) + "..." : text;
  return JSON.stringify(shown).replace(/[^\x20-\x7e]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
}
