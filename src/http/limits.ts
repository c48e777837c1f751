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
  /** Longest head altogether, and longest trailer section. Setting `limit_request_head`. */
  readonly headBytes: number;
  /** Longest chunk-size line (size and extensions) without its CRLF. */
  readonly chunkLineBytes: number;
  /** Most bytes of chunk extensions in all chunk-size lines of a message together; 0: none (RFC 9112 §7.1.1 asks for such a bound). */
  readonly chunkExtensionBytes: number;
  /** Largest content; 0 means no limit. Setting `limit_request_body`. */
  readonly bodyBytes: number;
}
