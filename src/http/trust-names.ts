/**
 * What becomes of field names with an underscore. CGI, WSGI and PHP cannot tell `X_Real_Ip` from `X-Real-Ip`, so that a client
 * can pass one of them by a proxy that only cares for the other (settings `header_map` and `forwarder_headers`).
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import type { HeaderMap } from "./trust-settings.ts";

/** The rules of one configuration for such names. */
export class UnderscoreNames {
  /** Whether they are looked at, at all. */
  readonly areChecked: boolean;
  readonly #headerMap: HeaderMap;
  readonly #forwardsAll: boolean;
  /** In lower case. */
  readonly #forwarderNames: ReadonlySet<string>;

  constructor(headerMap: HeaderMap, forwarderHeaders: readonly string[]) {
    this.areChecked = headerMap !== "dangerous";
    this.#headerMap = headerMap;
    this.#forwardsAll = forwarderHeaders.includes("*");
    this.#forwarderNames = new Set(forwarderHeaders.map((name) => name.toLowerCase()));
  }

  /**
   * Whether a field with such a name stays. No name of a field that frames a message or names a host has an underscore, so what
   * was decided by those stays right, and limits were enforced before. Throws a {@link RemoteProtocolError}
   * (refused_field_name).
   */
  keeps(name: string, isPeerTrusted: () => boolean): boolean {
    if (!this.areChecked || this.#isForwarded(name, isPeerTrusted)) return true;
    if (this.#headerMap === "refuse") throw new RemoteProtocolError("refused_field_name", quote(name));
    return false;
  }

  #isForwarded(name: string, isPeerTrusted: () => boolean): boolean {
    return (this.#forwardsAll || this.#forwarderNames.has(name.toLowerCase())) && isPeerTrusted();
  }
}
