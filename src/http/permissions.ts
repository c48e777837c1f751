/**
 * Leniencies of the parser. All are off by default: each accepts what some intermediary reads differently.
 *
 * @module
 */

/** Each is a setting of gunicorn's; see docs/settings.md for what it costs. */
export interface GrammarPermissions {
  /** Any token is a method, not only 3 to 20 characters without lowercase letters and `#`. Setting `permit_unconventional_http_method`. */
  readonly unconventionalMethod: boolean;
  /** The method is given in upper case, after it was checked. Setting `casefold_http_method`. */
  readonly casefoldMethod: boolean;
  /** Any `HTTP/` digit `.` digit; below 1.1 it counts as 1.0, above as 1.1. Setting `permit_unconventional_http_version`. */
  readonly unconventionalVersion: boolean;
  /** `obs-fold` (RFC 9112 §5.2) is replaced by one space. Setting `permit_obsolete_folding`. */
  readonly obsoleteFolding: boolean;
  /** SP and HTAB between field name and colon are taken away. Setting `strip_header_spaces`. */
  readonly headerSpaces: boolean;
}

/** The strict grammar: nothing is permitted. */
export const STRICT: GrammarPermissions = Object.freeze({
  unconventionalMethod: false,
  casefoldMethod: false,
  unconventionalVersion: false,
  obsoleteFolding: false,
  headerSpaces: false,
});
