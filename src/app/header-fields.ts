/**
 * Rules for names and values of header fields in the Fetch standard (https://fetch.spec.whatwg.org/#headers-class), over flat lists
 * of name, value, name, value.
 *
 * @module
 */

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNFIT_VALUE = /[\0\r\n]|[^\0-\xff]/;
const OUTER_WHITESPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g;

/** The name as a string. Throws a TypeError when it is not a token (RFC 9110 §5.6.2). */
export function checkName(name: unknown): string {
  const text = typeof name === "string" ? name : String(name);
  if (!NAME.test(text)) throw new TypeError(`Invalid header name: ${JSON.stringify(text)}`);
  return text;
}

/** The value as a string of latin-1 characters without whitespace around it. Throws a TypeError for CR, LF, NUL and wider characters. */
export function normalizeValue(value: unknown, name: string): string {
  const text = (typeof value === "string" ? value : String(value)).replace(OUTER_WHITESPACE, "");
  if (UNFIT_VALUE.test(text)) {
    throw new TypeError(
      `Invalid value of header "${name}": ${
        JSON.stringify(text)
      }. Only characters U+0001 to U+00FF without line ends can be sent`,
    );
  }
  return text;
}

/** Whether two names are the same field; `lower` is in lower case already. */
export function isName(name: string, lower: string): boolean {
  return name.length === lower.length && (name === lower || name.toLowerCase() === lower);
}

/** Whether a field is there; `lower` is in lower case already. */
export function hasField(fields: readonly string[], lower: string): boolean {
  for (let i = 0; i < fields.length; i += 2) if (isName(fields[i] ?? "", lower)) return true;
  return false;
}

/** What stands between the values of a field that is there more than once; for Cookie as RFC 9113 §8.2.3 joins it. */
export function separatorOf(lower: string): string {
  return lower === "cookie" ? "; " : ", ";
}

/** Names in lower case and sorted, values joined save those of set-cookie ("sort and combine" in the standard). */
export function sortAndCombine(fields: readonly string[]): [name: string, value: string][] {
  const combined = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] ?? "").toLowerCase();
    const value = fields[i + 1] ?? "";
    if (name === "set-cookie") {
      cookies.push(value);
      continue;
    }
    const before = combined.get(name);
    combined.set(name, before === undefined ? value : before + separatorOf(name) + value);
  }
  const names = [...combined.keys()];
  if (cookies.length > 0) names.push("set-cookie");
  const entries: [string, string][] = [];
  for (const name of names.sort()) {
    if (name === "set-cookie") { for (const cookie of cookies) entries.push([name, cookie]); }
    else entries.push([name, combined.get(name) ?? ""]);
  }
  return entries;
}
