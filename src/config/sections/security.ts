/** @module Limits on requests, and what answers tell about the server. */
import type { TBoolean, TInteger, TNull, TString, TUnion } from "typebox";
import { count, declare, size } from "../declare.ts";
import { TOKEN_PATTERN } from "../field-names.ts";
import type { OptionalText } from "../optional-text.ts";
import type { Setting, TypeBuilder } from "../setting.ts";
import type { Size, SizeInput } from "../sizes.ts";

/** Bounds of a line's length, in bytes. The whole head is limited too (`limit_request_head`). */
const LINE_MAX_BYTES = 65_536;
/** Less holds no request of a browser, and is mostly a number of kibibytes. */
const HEAD_MIN_BYTES = 1024;
const HEAD_MAX_BYTES = 1_048_576;
/** Gunicorn's cap. */
const FIELDS_MAX_COUNT = 32_768;
/** A tebibyte. */
const BODY_MAX_BYTES = 1_099_511_627_776;
/** It is sent with every answer. */
const SERVER_MAX_CHARS = 256;
const PRODUCT_PATTERN = `${TOKEN_PATTERN}(?:/${TOKEN_PATTERN})?`;
/** `Server` (RFC 9110 §10.2.4): products with versions, and comments, without nested ones. */
const SERVER_PATTERN = `^${PRODUCT_PATTERN}(?: (?:${PRODUCT_PATTERN}|\\([ !-'*-\\[\\]-~]*\\)))*$`;

/** Settings of the section "Security". */
export interface SecuritySection {
  /** The most bytes of a request line, without its end; 0 means no limit of its own. */
  readonly limit_request_line: Setting<Size, SizeInput>;
  /** The most header fields of a request. */
  readonly limit_request_fields: Setting<TInteger>;
  /** The most bytes of a header field line with its end; 0 means no limit of its own. */
  readonly limit_request_field_size: Setting<Size, SizeInput>;
  /** The most bytes of a request's head altogether: request line and header fields. */
  readonly limit_request_head: Setting<Size, SizeInput>;
  /** The most bytes of a request's content; 0 means no limit. */
  readonly limit_request_body: Setting<Size, SizeInput>;
  /** The value of the header field Server of answers; `off` sends none. */
  readonly server_header: Setting<OptionalText, TUnion<[TString, TBoolean, TNull]>>;
}

function serverValue(type: TypeBuilder): TString {
  return type.String({
    minLength: 1,
    maxLength: SERVER_MAX_CHARS,
    pattern: SERVER_PATTERN,
    description: 'products and comments such as "edge/1.2 (eu-west)"',
  });
}

/** The declarations. */
export const security: SecuritySection = {
  limit_request_line: size({
    section: "Security",
    minimum: 0,
    maximum: LINE_MAX_BYTES,
    default: 4094,
    flags: ["--limit-request-line"],
    description: "The most bytes of a request line, without its end; 0 means no limit of its own.",
    details: "A longer one is refused. With 0, `limit_request_head` holds.",
    example: 8190,
    since: "0.1.0",
    difference: "Up to 65536 may be set; gunicorn silently takes 8190 for anything larger.",
  }),
  limit_request_fields: count({
    section: "Security",
    minimum: 0,
    maximum: FIELDS_MAX_COUNT,
    default: 100,
    flags: ["--limit-request-fields"],
    description: "The most header fields of a request.",
    details: "A request with more is refused. 0 stands for the highest, 32768.",
    example: 50,
    since: "0.1.0",
    difference: "More than 32768 is refused; gunicorn silently takes 32768.",
  }),
  limit_request_field_size: size({
    section: "Security",
    minimum: 0,
    maximum: LINE_MAX_BYTES,
    default: 8190,
    flags: ["--limit-request-field-size", "--limit-request-field_size"],
    description: "The most bytes of a header field line with its end; 0 means no limit of its own.",
    details: "A longer one is refused. With 0, `limit_request_head` holds.",
    example: 16_380,
    since: "0.1.0",
    difference: "The flag may also be written with hyphens only; 0 does what gunicorn's manual says of it.",
  }),
  limit_request_head: size({
    section: "Security",
    minimum: HEAD_MIN_BYTES,
    maximum: HEAD_MAX_BYTES,
    default: 65_536,
    flags: ["--limit-request-head"],
    description: "The most bytes of a request's head altogether: request line and header fields.",
    details:
      "A larger one is refused with 431. It holds for trailer fields too. The other limits together would allow 800 KiB for each connection, which nothing sends that means well; where they give less, that holds. " +
      "A head is kept in memory until it is complete, so there is no 0 for no limit: one connection could then fill the memory.",
    example: "16kb",
    since: "0.1.0",
    difference: "Gunicorn has no such setting: its limit is what the others give.",
  }),
  limit_request_body: size({
    section: "Security",
    minimum: 0,
    maximum: BODY_MAX_BYTES,
    default: 0,
    flags: ["--limit-request-body"],
    description: "The most bytes of a request's content; 0 means no limit.",
    details:
      "A request with more is refused. Content is never collected in memory for the application, so no limit does no harm to an application that streams it.",
    example: "10mb",
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
  server_header: declare({
    section: "Security",
    kind: "text",
    schema: (type) => type.Union([serverValue(type), type.Null()]),
    input: (type) => type.Union([serverValue(type), type.Boolean(), type.Null()]),
    default: "tsgunicorn",
    flags: ["--server-header"],
    metavar: "TEXT",
    words: { off: null, none: null, false: null },
    description: "The value of the header field Server of answers; `off` sends none.",
    details:
      "Products with or without a version, and comments in parentheses, as in `edge/1.2 (eu-west)` (RFC 9110 §10.2.4). In a config file `null` and `false` send none too. A Server field of the application is sent in its place.",
    example: "edge/1.2 (eu-west)",
    since: "0.1.0",
    difference: "Gunicorn always sends `gunicorn`.",
  }),
};
