/**
 * The grammar of the Forwarded field (RFC 7239 §4):
 * `1#( [ forwarded-pair ] *( ";" [ forwarded-pair ] ) )`, `forwarded-pair = token "=" ( token / quoted-string )`.
 * Blanks around the semicolon are allowed as in all other parameters of HTTP (RFC 9110 §5.6.6); RFC 7239 has none, proxies do.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import { isBlank } from "./fields.ts";
import { LIST_MAX_ELEMENTS } from "./forwarded-list.ts";

/** What one proxy wrote: parameter name in lower case to its value without quotes. */
export type ForwardedElement = ReadonlyMap<string, string>;

/** Name, value as token, value as content of a quoted string. */
const PAIR =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)|"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)")/;
const QUOTED_PAIR = /\\(.)/g;

/**
 * The elements of all Forwarded fields together, the leftmost first. Throws a {@link RemoteProtocolError} (bad_forwarding) for
 * what is not of the grammar, for a parameter that is twice in an element, and for more than {@link LIST_MAX_ELEMENTS}
 * elements.
 */
export function parseForwarded(values: readonly string[]): ForwardedElement[] {
  const elements: ForwardedElement[] = [];
  for (const value of values) readElements(value, elements);
  return elements;
}

function readElements(value: string, into: ForwardedElement[]): void {
  let at = skipBlanks(value, 0);
  while (at < value.length) {
    if (value.charAt(at) === ",") {
      at = skipBlanks(value, at + 1);
      continue;
    }
    if (into.length === LIST_MAX_ELEMENTS) throw badForwarded(`it has more than ${LIST_MAX_ELEMENTS} elements`);
    const element = new Map<string, string>();
    at = readPairs(value, at, element);
    into.push(element);
  }
}

/** Reads from the beginning of an element to the comma behind it or the end of the value, and gives that position. */
function readPairs(value: string, start: number, into: Map<string, string>): number {
  let at = start;
  for (;;) {
    if (value.charAt(at) !== ";") {
      const [matched, name, token, quoted] = PAIR.exec(value.slice(at)) ?? [];
      if (matched === undefined || name === undefined) throw badForwarded(quote(value.slice(at)));
      const lowerName = name.toLowerCase();
      if (into.has(lowerName)) throw badForwarded(`parameter ${quote(lowerName)} is twice in one element`);
      into.set(lowerName, token ?? (quoted ?? "").replace(QUOTED_PAIR, "$1"));
      at = skipBlanks(value, at + matched.length);
    }
    if (isElementEnd(value, at)) return at;
    if (value.charAt(at) !== ";") throw badForwarded(quote(value.slice(at)));
    at = skipBlanks(value, at + 1);
    if (isElementEnd(value, at)) return at;
  }
}

function isElementEnd(value: string, at: number): boolean {
  return at >= value.length || value.charAt(at) === ",";
}

function skipBlanks(value: string, start: number): number {
  let at = start;
  while (at < value.length && isBlank(value.charCodeAt(at))) at += 1;
  return at;
}

/** What is wrong with a Forwarded field, for the refusal of its request. */
export function badForwarded(detail: string): RemoteProtocolError {
  return new RemoteProtocolError("bad_forwarding", `Forwarded: ${detail}`);
}
