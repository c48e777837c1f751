/**
 * Bounds and permissions of the parser. It has no defaults of its own: settings give them.
 *
 * @module
 */

/** Each is a setting of the same name; lengths are bytes. */
export interface ParserLimits {
  /** Longest request line without its CRLF; 0 means no limit of its own (the head limit holds). Setting `limit_request_line`. */
  readonly requestLineBytes: number;
  /** Most field lines. Setting `limit_request_fields`. */
  readonly fieldCount: number;
  /** Longest field line with its CRLF; 0 means no limit of its own. Setting `limit_request_field_size`. */
  readonly fieldLineBytes: number;
  /** Longest head altogether, and longest trailer section. */
  readonly headBytes: number;
  /** Longest chunk-size line (size and extensions) without its CRLF. */
  readonly chunkLineBytes: number;
  /** Largest content; 0 means no limit. Setting `limit_request_body`. */
  readonly bodyBytes: number;
}
