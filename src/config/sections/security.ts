/** @module Limits on requests. */
import type { TInteger } from "typebox";
import type { Setting } from "../setting.ts";

/** Bounds of a line's length, in bytes. The whole head is limited too (`derive.ts`). */
const LINE_MAX_BYTES = 65_536;
/** Gunicorn's cap. */
const FIELDS_MAX_COUNT = 32_768;
/** A tebibyte. */
const BODY_MAX_BYTES = 1_099_511_627_776;

/** Settings of the section "Security". */
export interface SecuritySection {
  /** The most bytes of a request line, without its end; 0 means no limit of its own. */
  readonly limit_request_line: Setting<TInteger>;
  /** The most header fields of a request. */
  readonly limit_request_fields: Setting<TInteger>;
  /** The most bytes of a header field line with its end; 0 means no limit of its own. */
  readonly limit_request_field_size: Setting<TInteger>;
  /** The most bytes of a request's content; 0 means no limit. */
  readonly limit_request_body: Setting<TInteger>;
}

/** The declarations. */
export const security: SecuritySection = {
  limit_request_line: {
    section: "Security",
    kind: "integer",
    schema: (type) => type.Integer({ minimum: 0, maximum: LINE_MAX_BYTES }),
    input: null,
    default: 4094,
    places: "everywhere",
    flags: ["--limit-request-line"],
    shared: null,
    flagAlone: null,
    metavar: "BYTES",
    description: "The most bytes of a request line, without its end; 0 means no limit of its own.",
    details: "A longer one is refused. With 0, the limit of the whole head holds: 256 KiB.",
    example: 8190,
    since: "0.1.0",
    difference: "Up to 65536 may be set; gunicorn silently takes 8190 for anything larger.",
  },
  limit_request_fields: {
    section: "Security",
    kind: "integer",
    schema: (type) => type.Integer({ minimum: 0, maximum: FIELDS_MAX_COUNT }),
    input: null,
    default: 100,
    places: "everywhere",
    flags: ["--limit-request-fields"],
    shared: null,
    flagAlone: null,
    metavar: "INT",
    description: "The most header fields of a request.",
    details: "A request with more is refused. 0 stands for the highest, 32768.",
    example: 50,
    since: "0.1.0",
    difference: "More than 32768 is refused; gunicorn silently takes 32768.",
  },
  limit_request_field_size: {
    section: "Security",
    kind: "integer",
    schema: (type) => type.Integer({ minimum: 0, maximum: LINE_MAX_BYTES }),
    input: null,
    default: 8190,
    places: "everywhere",
    flags: ["--limit-request-field-size", "--limit-request-field_size"],
    shared: null,
    flagAlone: null,
    metavar: "BYTES",
    description: "The most bytes of a header field line with its end; 0 means no limit of its own.",
    details: "A longer one is refused. With 0, the limit of the whole head holds: 256 KiB.",
    example: 16_380,
    since: "0.1.0",
    difference: "The flag may also be written with hyphens only; 0 does what gunicorn's manual says of it.",
  },
  limit_request_body: {
    section: "Security",
    kind: "integer",
    schema: (type) => type.Integer({ minimum: 0, maximum: BODY_MAX_BYTES }),
    input: null,
    default: 0,
    places: "everywhere",
    flags: ["--limit-request-body"],
    shared: null,
    flagAlone: null,
    metavar: "BYTES",
    description: "The most bytes of a request's content; 0 means no limit.",
    details:
      "A request with more is refused. Content is never collected in memory for the application, so no limit does no harm to an application that streams it.",
    example: 10_485_760,
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  },
};
