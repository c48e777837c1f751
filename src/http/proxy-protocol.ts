/**
 * What a proxy may say before the first byte of HTTP: who its client is (PROXY protocol, versions 1 and 2, haproxy's
 * proxy-protocol.txt). This file tells the versions apart; each has a file of its own. No clock and no I/O.
 *
 * @module
 */
import { RemoteProtocolError } from "./errors.ts";
import { readVersion1, VERSION_1_SIGNATURE } from "./proxy-protocol-v1.ts";
import { readVersion2, VERSION_2_SIGNATURE } from "./proxy-protocol-v2.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";

/**
 * The two ends of the connection between client and proxy. Addresses are in canonical text (RFC 5952), IPv4-mapped IPv6 as
 * IPv4.
 */
export interface ProxiedEnds {
  readonly remoteAddress: string;
  /** 0 to 65535, as the next ones. */
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** A header that is complete: how long it is, and whom it names. */
export interface ProxyHeader {
  readonly sizeBytes: number;
  /** Null where the ends of the socket itself count. */
  readonly source: ProxiedEnds | null;
}

/** What the bytes so far are. `rest` is what follows them, for the HTTP parser; it may be empty. */
export type ProxyReading =
  | { readonly type: "need_data" }
  /** The bytes do not begin like a PROXY header; all of them are in `rest`. */
  | { readonly type: "absent"; readonly rest: Uint8Array }
  /** `source` is null where the proxy speaks for itself (LOCAL) or names nobody (UNKNOWN, UNSPEC, a unix socket). */
  | { readonly type: "header"; readonly source: ProxiedEnds | null; readonly rest: Uint8Array };

const NEED_DATA: ProxyReading = Object.freeze({ type: "need_data" });

type Match = "none" | "begun" | "whole";

/**
 * Reads the header at the beginning of one connection. Keeps less than 4 KiB of it; every cut of the same bytes gives the same
 * result.
 */
export class ProxyHeaderReader {
  readonly #mode: "v1" | "v2" | "auto";
  readonly #buffer: ReceiveBuffer = new ReceiveBuffer();

  constructor(mode: "v1" | "v2" | "auto") {
    this.#mode = mode;
  }

  /**
   * Takes the next received bytes; to be called until it gives something else than `need_data`, and not again. Throws a
   * `RemoteProtocolError` (bad_proxy_header) for a broken header, and for one of a version that the mode does not have: that is
   * a mistake of an operator, which would look like broken HTTP otherwise.
   */
  read(bytes: Uint8Array): ProxyReading {
    const buffer = this.#buffer;
    buffer.append(bytes);
    while (buffer.pull());
    const seen = buffer.bytes.subarray(buffer.start, buffer.end);
    const first = match(seen, VERSION_1_SIGNATURE);
    const second = match(seen, VERSION_2_SIGNATURE);
    if (first === "none" && second === "none") return { type: "absent", rest: buffer.takeAll() };
    if (first === "whole") this.#requireMode("v1", "v2");
    if (second === "whole") this.#requireMode("v2", "v1");
    const header = first === "whole" ? readVersion1(seen) : second === "whole" ? readVersion2(seen) : null;
    if (header === null) return NEED_DATA;
    buffer.consume(header.sizeBytes);
    return { type: "header", source: header.source, rest: buffer.takeAll() };
  }

  #requireMode(found: "v1" | "v2", other: "v1" | "v2"): void {
    if (this.#mode !== other) return;
    throw new RemoteProtocolError(
      "bad_proxy_header",
      `it is of version ${found.slice(1)}, but proxy_protocol is ${other}; set it to ${found} or auto, or change the proxy`,
    );
  }
}

function match(bytes: Uint8Array, signature: readonly number[]): Match {
  const length = Math.min(bytes.length, signature.length);
  for (let i = 0; i < length; i += 1) if (bytes[i] !== signature[i]) return "none";
  return length === signature.length ? "whole" : "begun";
}
