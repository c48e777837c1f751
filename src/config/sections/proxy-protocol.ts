/** @module The PROXY protocol. */
import type { TArray, TBoolean, TEnum, TNull, TString, TUnion } from "typebox";
import { DEFAULT_TRUST } from "../../http/trust-settings.ts";
import { declare } from "../declare.ts";
import { checkNetworks, networks, networksInput } from "../networks.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Proxies" about the PROXY protocol. */
export interface ProxyProtocolSection {
  /** Which versions of the PROXY protocol connections begin with: `off`, `v1`, `v2` or `auto`; the flag alone is `auto`. */
  readonly proxy_protocol: Setting<
    TEnum<["off", "v1", "v2", "auto"]>,
    TUnion<[TEnum<["off", "v1", "v2", "auto", "none", "0", "1", "true", "false", 0, 1]>, TBoolean, TNull]>
  >;
  /** The peers that may send a PROXY header, separated by commas; `*` is everybody, none is nobody. */
  readonly proxy_allow_ips: Setting<TArray<TString>, TUnion<[TString, TArray<TString>]>>;
}

/** The declarations. */
export const proxyProtocol: ProxyProtocolSection = {
  proxy_protocol: declare({
    section: "Proxies",
    kind: "mode",
    schema: (type) => type.Enum(["off", "v1", "v2", "auto"]),
    input: (type) =>
      type.Union([
        type.Enum(["off", "v1", "v2", "auto", "none", "0", "1", "true", "false", 0, 1]),
        type.Boolean(),
        type.Null(),
      ]),
    default: DEFAULT_TRUST.proxyProtocol,
    flags: ["--proxy-protocol"],
    flagAlone: "auto",
    metavar: "MODE",
    words: { off: "off", v1: "v1", v2: "v2", auto: "auto", true: "auto", 1: "auto", false: "off", 0: "off", none: "off" },
    description:
      "Which versions of the PROXY protocol connections begin with: `off`, `v1`, `v2` or `auto`; the flag alone is `auto`.",
    details: [
      "HAProxy, nginx and the balancers of clouds send the client's address in a header before the first request. It takes the place of the peer's address, also for `forwarded_allow_ips`.",
      "",
      "- `v1`, `v2`: every connection of a peer of `proxy_allow_ips` must begin with a header of this version; without one the answer is 400",
      "- `auto`: one of either version, or none",
      "",
      "A header of another peer is answered with 403; its plain requests are served. A malformed header is answered with 400. `LOCAL` and `UNKNOWN` (health checks) leave the peer's address as it is. " +
      "After an error the connection closes. `true` and `1` stand for `auto`, `false`, `0` and `none` for `off`. With `auto` a peer that is allowed and passes a client's bytes on as they are lets that client choose its address: prefer `v1` or `v2`.",
    ].join("\n"),
    example: "v2",
    since: "0.1.0",
    difference:
      "`v1` and `v2` demand a header, `UNKNOWN` is accepted, and a malformed header never gets 500. The flag does not take the application for its value.",
  }),
  proxy_allow_ips: declare({
    section: "Proxies",
    kind: "csv",
    schema: networks,
    input: networksInput,
    default: DEFAULT_TRUST.proxyAllowIps,
    flags: ["--proxy-allow-from", "--proxy-allow-ips"],
    metavar: "ADDRESSES",
    words: { none: [] },
    check: checkNetworks,
    description: "The peers that may send a PROXY header, separated by commas; `*` is everybody, none is nobody.",
    details:
      "As in `forwarded_allow_ips`: addresses, networks and `*`; peers of unix sockets always may. It has an effect with `proxy_protocol` only. `*` lets every client choose its own address.",
    example: ["10.1.0.0/16"],
    since: "0.1.0",
    difference: "The flag `--proxy-allow-ips` is accepted too.",
  }),
};
