/** @module Headers as WSGI applications give them, as a flat list: name, value, name, value. */
import { quote } from "../../http/errors.ts";
import { isBlank, trimBlanks } from "../../http/fields.ts";
import { checkFieldValue, fieldKind } from "../../http/response-fields.ts";

/**
 * Dropped as gunicorn drops them, though PEP 3333 calls them an error: they are the server's to send. The rest of the hop-by-hop names is dealt
 * with where responses are written.
 */
const DROPPED: ReadonlySet<string> = new Set(["date", "proxy-authenticate", "proxy-authorization", "server", "trailers"]);
const NAMES_MAX = 1000;
const NAME_MAX_CHARS = 64;

/** Reads header lists, and remembers names that are fit to be sent. */
export class HeaderLists {
  readonly #isKept: Map<string, boolean> = new Map();

  /** Throws a TypeError for what are no pairs of strings and a `LocalProtocolError` for what cannot be sent. */
  read(headers: unknown): string[] {
    if (!isIterable(headers)) {
      throw new TypeError(`The headers must be a list of [name, value] pairs${adviceFor(headers)}`);
    }
    const fields: string[] = [];
    for (const pair of headers) {
      if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError("A header must be a pair of name and value");
      const name: unknown = pair[0];
      const value: unknown = pair[1];
      if (typeof name !== "string") throw new TypeError(`The name of a header must be a string, not ${String(name)}`);
      if (typeof value !== "string") {
        throw new TypeError(`The value of header ${quote(name)} must be a string, not ${String(value)}`);
      }
      const isKept = this.#keeps(name);
      const trimmed = isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)) ? trimBlanks(value) : value;
      checkFieldValue(name, trimmed);
      if (isKept) fields.push(name, trimmed);
    }
    return fields;
  }

  #keeps(name: string): boolean {
    const known = this.#isKept.get(name);
    if (known !== undefined) return known;
    // Throws for what is no token.
    fieldKind(name);
    const isKept = !DROPPED.has(name.toLowerCase());
    if (this.#isKept.size < NAMES_MAX && name.length <= NAME_MAX_CHARS) this.#isKept.set(name, isKept);
    return isKept;
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function adviceFor(headers: unknown): string {
  return typeof headers === "object" && headers !== null ? "; use Object.entries() for an object" : `, not ${String(headers)}`;
}
