/** @module Names of header fields as keys of an environ. */

/** The key of a field that is not passed on. */
export const NO_KEY = "";

const KEYS_MAX = 1000;
const NAME_MAX_CHARS = 64;

/** Keys by names as received. Remembers those that it has seen, for clients send the same few; bounded, for they may make some up. */
export class FieldKeys {
  readonly #keys: Map<string, string> = new Map();

  /** `HTTP_X_Y` for `X-Y`; {@link NO_KEY} where there must be none. */
  keyOf(name: string): string {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = toKey(name);
    if (this.#keys.size < KEYS_MAX && name.length <= NAME_MAX_CHARS) this.#keys.set(name, key);
    return key;
  }
}

function toKey(name: string): string {
  const upperName = name.toUpperCase();
  switch (upperName) {
    case "CONTENT-TYPE":
      return "CONTENT_TYPE";
    case "CONTENT-LENGTH":
      return "CONTENT_LENGTH";
    case "PROXY":
      // As HTTP_PROXY many libraries would send their requests there (httpoxy, CVE-2016-5385).
      return NO_KEY;
    default:
      return `HTTP_${upperName.replaceAll("-", "_")}`;
  }
}
