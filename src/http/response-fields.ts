/**
 * What becomes of each field that an application sets: sent as it is, taken over by the server, or dropped.
 *
 * @module
 */
import { LocalProtocolError, quote } from "./errors.ts";
import { hasToken } from "./fields.ts";
import { FIELD_VALUE, TOKEN } from "./grammar.ts";
import type { ResponseHead } from "./response-head.ts";

/**
 * - `plain`: sent as it is
 * - `date`, `server`: sent as it is, and the server adds none
 * - `content_length`: sent where the framing allows one
 * - `connection`: its `close` is respected; the server writes the field
 * - `upgrade`: sent with status 101 and 426 only
 * - `dropped`: belongs to the connection, which is not the application's (RFC 9110 §7.6.1)
 */
export type FieldKind = "plain" | "date" | "server" | "content_length" | "connection" | "upgrade" | "dropped";

const KINDS: Readonly<Record<string, FieldKind>> = {
  "connection": "connection",
  "content-length": "content_length",
  "date": "date",
  "keep-alive": "dropped",
  "proxy-connection": "dropped",
  "server": "server",
  "te": "dropped",
  "transfer-encoding": "dropped",
  "upgrade": "upgrade",
};

/** Names seen, as spelled by applications, so that each is checked once. Bounded: an application may make names up. */
const seenNames: Map<string, FieldKind> = new Map();
const SEEN_NAMES_MAX = 1000;
const SEEN_NAME_MAX_CHARS = 64;

/** The kind of a field name in any case. Throws a {@link LocalProtocolError} (`bad_field_name`) for what is no token. */
export function fieldKind(name: string): FieldKind {
  const seen = seenNames.get(name);
  if (seen !== undefined) return seen;
  if (!TOKEN.test(name)) throw new LocalProtocolError("bad_field_name", quote(name));
  const lowerName = name.toLowerCase();
  const kind = Object.hasOwn(KINDS, lowerName) ? KINDS[lowerName] ?? "plain" : "plain";
  if (seenNames.size < SEEN_NAMES_MAX && name.length <= SEEN_NAME_MAX_CHARS) seenNames.set(name, kind);
  return kind;
}

/** Throws a {@link LocalProtocolError} (`bad_field_value`) for CR, LF, NUL, other control characters, and what is not latin-1. */
export function checkFieldValue(name: string, value: string): void {
  if (!FIELD_VALUE.test(value)) throw new LocalProtocolError("bad_field_value", `${quote(name)}: ${quote(value)}`);
}

/** Whether the application asks for the connection to end with this response. */
export function asksToClose(head: ResponseHead): boolean {
  const { fields } = head;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? "";
    if (name.length === 10 && name.toLowerCase() === "connection" && hasToken(fields[i + 1] ?? "", "close")) return true;
  }
  return false;
}
