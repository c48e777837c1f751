/** @module Which fields may come after the content (RFC 9110 §6.5.1). */

/**
 * Names, in lower case, that mean something before the content only: framing, routing, authentication, request modifiers, content
 * format, and what concerns the connection. Gunicorn's list and the RFC's together.
 */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "authorization",
  "cache-control",
  "connection",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "cookie",
  "expect",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "keep-alive",
  "max-forwards",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "range",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
]);

/** The first name in a flat list of fields that may not be a trailer, or null. */
export function forbiddenTrailer(fields: readonly string[]): string | null {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name !== undefined && FORBIDDEN.has(name.toLowerCase())) return name;
  }
  return null;
}
