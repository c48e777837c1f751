/**
 * How proxies write down who talked to them: the nodes of RFC 7239 §6, and the looser elements of X-Forwarded-For.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "./ip-address.ts";

/** An address that a proxy saw. */
export interface SeenNode {
  readonly address: IpAddress;
  /** 0 where it is not told. */
  readonly port: number;
}

/**
 * What a node turned out to be. `hidden`: the proxy does not tell, it writes `unknown` or an obfuscated identifier (RFC 7239
 * §6.2 and §6.3); null: it is none.
 */
export type NodeReading = SeenNode | "hidden" | null;

/** `nodename [ ":" node-port ]`: hidden name, IPv4 address, IPv6 address, port; ranges are checked afterwards. */
const NODE = /^(?:(unknown|_[a-z0-9._-]+)|([0-9.]+)|\[([0-9a-f:.]+)\])(?::(?:([0-9]{1,5})|_[a-z0-9._-]+))?$/i;
const PORT_MAX = 65_535;

/** Reads a `node` (RFC 7239 §6) without its quotes. */
export function parseNode(text: string): NodeReading {
  const [matched, hidden, ipv4, ipv6, portText] = NODE.exec(text) ?? [];
  if (matched === undefined) return null;
  const port = Number(portText ?? 0);
  if (port > PORT_MAX) return null;
  if (hidden !== undefined) return "hidden";
  // Brackets around an IPv4 address, or dots without any meaning, are told apart by the colon.
  if (ipv6 !== undefined && !ipv6.includes(":")) return null;
  const address = parseIpAddress(ipv6 ?? ipv4 ?? "");
  return address === null ? null : { address, port };
}

/**
 * Reads an element of X-Forwarded-For, which no standard describes: an address alone, also IPv6 without brackets, or with a port
 * (`192.0.2.1:4711`, `[2001:db8::1]:4711`). Null for anything else.
 */
export function parseForwardedFor(text: string): SeenNode | null {
  const address = parseIpAddress(text);
  if (address !== null) return { address, port: 0 };
  const node = parseNode(text);
  return node === "hidden" ? null : node;
}
