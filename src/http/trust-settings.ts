/**
 * Whom the server believes what they say about somebody else: plain data, as a worker gets it.
 *
 * @module
 */

/** What becomes of field names with `_`, which CGI-like environments cannot tell from `-` (setting `header_map`). */
export type HeaderMap = "drop" | "refuse" | "dangerous";

/** Which fields of a trusted proxy tell about the client (setting `forwarded_source`). */
export type ForwardedSource = "auto" | "x-forwarded" | "forwarded" | "none";

/** Which versions of the PROXY protocol a connection may begin with (setting `proxy_protocol`). */
export type ProxyMode = "off" | "v1" | "v2" | "auto";

export interface TrustSettings {
  /** Addresses and networks (CIDR) of peers whose forwarding fields count, or `*` for everybody. Setting `forwarded_allow_ips`. */
  readonly forwardedAllowIps: readonly string[];
  readonly forwardedSource: ForwardedSource;
  /** Field name in any case to the values that mean https. Setting `secure_scheme_headers`. */
  readonly secureSchemeHeaders: Readonly<Record<string, readonly string[]>>;
  readonly headerMap: HeaderMap;
  /** Names with `_` that a trusted peer may send, in any case, or `*` for all. Setting `forwarder_headers`. */
  readonly forwarderHeaders: readonly string[];
  readonly proxyProtocol: ProxyMode;
  /** Peers whose PROXY header counts, or `*`. Setting `proxy_allow_ips`. */
  readonly proxyAllowIps: readonly string[];
}

/** Gunicorn's defaults, and ours where it has none. */
export const DEFAULT_TRUST: TrustSettings = Object.freeze({
  forwardedAllowIps: ["127.0.0.1", "::1"],
  forwardedSource: "auto",
  secureSchemeHeaders: {
    "X-FORWARDED-PROTOCOL": ["ssl", "https"],
    "X-FORWARDED-PROTO": ["https"],
    "X-FORWARDED-SSL": ["on"],
  },
  headerMap: "drop",
  forwarderHeaders: ["SCRIPT_NAME", "PATH_INFO"],
  proxyProtocol: "off",
  proxyAllowIps: ["127.0.0.1", "::1"],
});

/** Who asked, and for what, after the trust rules (RFC 7239, `X-Forwarded-*`). */
export interface RequestOrigin {
  readonly scheme: "http" | "https";
  /** Host and port that the client asked for; the value of Host, or of the request-target, where no proxy says otherwise. */
  readonly authority: string;
  /** Address of the client; empty where it is not known (a unix socket, an obfuscated identifier of RFC 7239). */
  readonly clientAddress: string;
  /** 0 where it is not known. */
  readonly clientPort: number;
}
