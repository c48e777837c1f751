/**
 * The grammar as regular expressions over latin-1 text, each below its rule. All match a whole line or block at once: one call of
 * the expression engine costs about as much as looking at 40 characters one by one. None can backtrack more than once over its text:
 * what ends a repetition is never in the repeated class.
 *
 * @module
 */

/** `token = 1*tchar` (RFC 9110 §5.6.2). */
export const TOKEN: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * `method = token` (RFC 9110 §9.1), and gunicorn's narrower convention: 3 to 20 characters, no lowercase letter, no `#`
 * (setting `permit_unconventional_http_method` off).
 */
export const METHOD: RegExp = /^[!$%&'*+\-.^_`|~0-9A-Z]{3,20}$/;

/** Any form of request-target: visible ASCII, no fragment. Wider than RFC 3986 by ``"<>\^`{|}``, which browsers send. */
export const TARGET: RegExp = /^[\x21\x22\x24-\x7e]+$/;

/** `HTTP-version` (RFC 9112 §2.3). */
export const VERSION: RegExp = /^HTTP\/[0-9]\.[0-9]$/;

/** `field-value` (RFC 9110 §5.5) with the white space around it; `obs-text` is allowed. */
export const FIELD_VALUE: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Text that begins with a well-formed head, up to its empty line:
 * `request-line CRLF *( field-line CRLF ) CRLF` (RFC 9112 §2.1) with {@link METHOD}, {@link TARGET}, the two versions that are
 * spoken, no `obs-fold` and no blank before the colon. What it means is checked afterwards.
 */
export const REQUEST_HEAD: RegExp =
  /^[!$%&'*+\-.^_`|~0-9A-Z]{3,20} [\x21\x22\x24-\x7e]+ HTTP\/1\.[01]\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/;

/** {@link REQUEST_HEAD} with any token for a method (setting `permit_unconventional_http_method`). */
export const HEAD_OF_ANY_METHOD: RegExp =
  /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21\x22\x24-\x7e]+ HTTP\/1\.[01]\r\n(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/;

/** Text that begins with a well-formed trailer section, up to its empty line (RFC 9112 §7.1.2). */
export const TRAILER_SECTION: RegExp = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/;

/**
 * A chunk-size line without its CRLF (RFC 9112 §7.1 and §7.1.1):
 * `1*HEXDIG *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )`, at most 16 digits.
 */
export const CHUNK_LINE: RegExp =
  /^[0-9A-Fa-f]{1,16}(?:[\t ]*;[\t ]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:[\t ]*=[\t ]*(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/;

/** `Content-Length = 1*DIGIT` (RFC 9110 §8.6). */
export const DIGITS: RegExp = /^[0-9]+$/;

/** `absolute-form` with an authority: scheme, authority, rest (RFC 9112 §3.2.2, RFC 3986 §3). */
export const ABSOLUTE_FORM: RegExp = /^[A-Za-z][A-Za-z0-9+.\-]*:\/\/([^/?]*)/;
