/**
 * Lists of addresses and networks, as `forwarded_allow_ips` and `proxy_allow_ips` have them.
 *
 * @module
 */
import { quote } from "./errors.ts";
import { formatIpAddress, type IpAddress, isIpv4, parseIpAddress } from "./ip-address.ts";

/** An entry that is neither address nor network. The message is for an operator and quotes the entry. */
export class NetworkError extends Error {
  override readonly name: string = "NetworkError";
}

/** All addresses that begin with the same bits. */
export interface Network {
  readonly address: IpAddress;
  /** Leading bits of the 128 that count; 96 more than an operator writes for IPv4. */
  readonly prefixBits: number;
}

const IPV6_BITS = 128;
const IPV4_BITS = 32;
const MAPPED_BITS = IPV6_BITS - IPV4_BITS;
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

/**
 * Reads an address (`10.0.0.1`, `::1`) or a network in CIDR notation (`10.0.0.0/8`, `fd00::/8`). Throws a {@link NetworkError}
 * for anything else, also for bits behind the prefix, which are a mistake more often than a shorthand. `*` is a word of the
 * list, not a network.
 */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf("/");
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const address = parseIpAddress(addressText);
  if (address === null) throw new NetworkError(noAddress(text, addressText));
  // `::ffff:10.0.0.0/104` is the IPv4 network 10.0.0.0/8, told by its notation and not by its meaning.
  const offset = addressText.includes(":") ? 0 : MAPPED_BITS;
  const prefixText = slash < 0 ? String(IPV6_BITS - offset) : text.slice(slash + 1);
  if (!PREFIX.test(prefixText) || Number(prefixText) > IPV6_BITS - offset) {
    throw new NetworkError(`Prefix length in ${quote(text)} must be a number from 0 to ${IPV6_BITS - offset}`);
  }
  const prefixBits = Number(prefixText) + offset;
  const start = firstAddress(address, prefixBits);
  if (!isWithin(address, { address: start, prefixBits: IPV6_BITS })) {
    const right = `${formatIpAddress(start)}/${
      isIpv4(start) && prefixBits >= MAPPED_BITS ? prefixBits - MAPPED_BITS : prefixBits
    }`;
    throw new NetworkError(
      `${quote(text)} has bits set behind its prefix, write ${quote(right)} for the network or ${
        quote(addressText)
      } for the address`,
    );
  }
  return { address: start, prefixBits };
}

/** Which addresses are in a list of addresses and networks; `*` in it means all. */
export class IpNetworks {
  /** Whether the list has `*`. */
  readonly matchesAll: boolean;
  readonly #networks: readonly Network[];
  // A worker behind one proxy is asked about the same address again and again.
  #lastText = "";
  #lastAnswer = false;

  /** Throws a {@link NetworkError} for the first entry that is not understood. */
  constructor(texts: readonly string[]) {
    this.matchesAll = texts.includes("*");
    this.#networks = texts.filter((text) => text !== "*").map(parseNetwork);
  }

  /**
   * Whether the address is in the list. IPv4-mapped IPv6 counts as the IPv4 address, a zone (`fe80::1%eth0`) is left out. What
   * is no address is in no list but that with `*`.
   */
  has(address: string): boolean {
    if (this.matchesAll) return true;
    if (address === this.#lastText) return this.#lastAnswer;
    const zone = address.indexOf("%");
    const parsed = parseIpAddress(zone < 0 ? address : address.slice(0, zone));
    const answer = parsed !== null && this.hasParsed(parsed);
    this.#lastText = address;
    this.#lastAnswer = answer;
    return answer;
  }

  /** The same for an address that was read already; does not disturb what {@link IpNetworks.has} remembers. */
  hasParsed(address: IpAddress): boolean {
    if (this.matchesAll) return true;
    for (const network of this.#networks) if (isWithin(address, network)) return true;
    return false;
  }
}

/** `::/0` and other networks of IPv6 do not have the IPv4 addresses in them, though these are kept as mapped ones. */
function isWithin(address: IpAddress, network: Network): boolean {
  if (isIpv4(address) && network.prefixBits < MAPPED_BITS) return false;
  for (let i = 0; i < address.length; i += 1) {
    if ((((address[i] ?? 0) ^ (network.address[i] ?? 0)) & wordMask(network.prefixBits, i)) !== 0) return false;
  }
  return true;
}

function firstAddress(address: IpAddress, prefixBits: number): IpAddress {
  const [a, b, c, d] = address;
  const masked = (word: number, index: number): number => (word & wordMask(prefixBits, index)) >>> 0;
  return [masked(a, 0), masked(b, 1), masked(c, 2), masked(d, 3)];
}

/** The bits of one 32-bit word that a prefix covers. */
function wordMask(prefixBits: number, index: number): number {
  const bits = Math.min(32, Math.max(0, prefixBits - 32 * index));
  // Shifting by 32 shifts by nothing.
  return bits === 0 ? 0 : -1 << (32 - bits);
}

function noAddress(text: string, addressText: string): string {
  if (text === "") return "An address is empty";
  if (addressText.includes("%")) return `${quote(text)} has a zone, write the address without it`;
  if (addressText.startsWith("[")) return `${quote(text)} must be written without brackets`;
  return `${quote(text)} is neither an IP address nor a network such as "10.0.0.0/8" or "fd00::/8"`;
}
