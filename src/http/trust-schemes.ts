/**
 * `secure_scheme_headers`: which values of which fields mean that the client came over TLS.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import { elementBeside, endOfList } from "./forwarded-list.ts";

/** The table of one configuration. */
export class SecureSchemes {
  /** Field name to the values that mean https, all in lower case. */
  readonly #table: ReadonlyMap<string, ReadonlySet<string>>;

  /** Names and values in any case. */
  constructor(secureSchemeHeaders: Readonly<Record<string, readonly string[]>>) {
    const rows = Object.entries(secureSchemeHeaders);
    this.#table = new Map(
      rows.map(([name, values]) => [name.toLowerCase(), new Set(values.map((value) => value.toLowerCase()))]),
    );
  }

  /** Names of the table, in lower case. */
  names(): string[] {
    return [...this.#table.keys()];
  }

  has(lowerName: string): boolean {
    return this.#table.has(lowerName);
  }

  /**
   * What the fields (name in lower case, value, name, value; names of the table) say together; null where there are none. A
   * value that the table does not have means http. In a list (`https, http`) the element counts that is beside the client's in
   * X-Forwarded-For, see {@link elementBeside}.
   * Throws a {@link RemoteProtocolError} (contradictory_forwarding) where two of them disagree.
   */
  decide(fields: readonly string[], place: number): "http" | "https" | null {
    let decided: "http" | "https" | null = null;
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i] ?? "";
      const value = fields[i + 1] ?? "";
      const scheme = this.#schemeOf(name, value, place);
      if (decided !== null && scheme !== decided) {
        const [firstName = "", firstValue = ""] = fields;
        throw new RemoteProtocolError(
          "contradictory_forwarding",
          `${firstName} ${quote(firstValue)} means ${decided} and ${name} ${
            quote(value)
          } means ${scheme} (secure_scheme_headers)`,
        );
      }
      decided = scheme;
    }
    return decided;
  }

  #schemeOf(lowerName: string, value: string, place: number): "http" | "https" {
    const secureValues = this.#table.get(lowerName);
    const lowerValue = value.toLowerCase();
    if (secureValues === undefined) return "http";
    if (secureValues.has(lowerValue)) return "https";
    if (!lowerValue.includes(",")) return "http";
    return secureValues.has(elementBeside(endOfList([lowerValue]), place)) ? "https" : "http";
  }
}
