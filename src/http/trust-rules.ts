/**
 * Whom to believe what about whom: PROXY headers, forwarding fields, and field names with an underscore, by the address of the
 * peer.
 *
 * @module
 */
import type { Fields, RequestHead } from "./events.ts";
import { forwardedOrigin } from "./forwarded-rfc7239.ts";
import { X_FORWARDED_NAMES, xForwardedOrigin } from "./forwarded-x.ts";
import { formatIpAddress, parseIpAddress } from "./ip-address.ts";
import { IpNetworks } from "./ip-networks.ts";
import { UnderscoreNames } from "./trust-names.ts";
import { agreedOrigin } from "./trust-origin.ts";
import { SecureSchemes } from "./trust-schemes.ts";
import type { ForwardedSource, RequestOrigin, TrustSettings } from "./trust-settings.ts";

/** The other end of the connection, or whom a PROXY header that counts names instead. */
export interface TrustPeer {
  /**
   * Empty for a unix socket, whose peers are trusted, as gunicorn has it. A client that reset its TCP connection has no address any
   * more though its bytes are still read: that must be given as `unknown`, or it would be trusted. Read only where a field asks.
   */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether the connection itself is TLS. */
  readonly secure: boolean;
}

/** What the rules made of a head. */
export interface Judgement {
  /** Without the fields that were dropped. */
  readonly head: RequestHead;
  /** Addresses are in canonical text, IPv4-mapped IPv6 as IPv4. */
  readonly origin: RequestOrigin;
}

/** Room for all lengths of names that are looked for; longer ones share the places of shorter ones. */
const NAME_LENGTHS = 64;
/** Letters without their case. */
const LETTERS = 31;

/** The rules of one configuration. */
export class TrustRules {
  readonly #proxies: IpNetworks;
  readonly #forwarders: IpNetworks;
  readonly #source: ForwardedSource;
  readonly #schemes: SecureSchemes;
  readonly #underscores: UnderscoreNames;
  /** Names of fields that say something of the origin, in lower case. */
  readonly #names: ReadonlySet<string>;
  // On the path of every request.
  /** By length of the name: a bit for every first letter that one of `#names` has. */
  private readonly firstLetters: Int32Array;
  private readonly checksUnderscores: boolean;

  /** Throws a `NetworkError` for a list with an entry that is no network. */
  constructor(settings: TrustSettings) {
    this.#proxies = new IpNetworks(settings.proxyAllowIps);
    this.#forwarders = new IpNetworks(settings.forwardedAllowIps);
    this.#source = settings.forwardedSource;
    this.#schemes = new SecureSchemes(settings.secureSchemeHeaders);
    this.#underscores = new UnderscoreNames(settings.headerMap, settings.forwarderHeaders);
    this.#names = new Set(namesOf(settings.forwardedSource, this.#schemes));
    this.firstLetters = firstLettersOf(this.#names);
    this.checksUnderscores = this.#underscores.areChecked;
  }

  /**
   * Whether a PROXY header of this peer counts (setting `proxy_allow_ips`). The empty address is that of a unix socket, which
   * may.
   */
  isProxyAllowed(address: string): boolean {
    return address === "" || this.#proxies.has(address);
  }

  /**
   * What the application gets instead of the head as it is and of an origin by peer and head; null: just these. A field counts
   * only if the peer is in `forwarded_allow_ips`; those of others change nothing and stay where they are. With
   * `forwarded_source` none no field says anything of the origin, those of `secure_scheme_headers` included.
   * Throws a `RemoteProtocolError` (refused_field_name, contradictory_forwarding, bad_forwarding).
   */
  judge(head: RequestHead, peer: TrustPeer): Judgement | null {
    const { fields } = head;
    const { firstLetters, checksUnderscores } = this;
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i] ?? "";
      if (mayBeOneOf(firstLetters, name) || (checksUnderscores && name.includes("_"))) return this.#examine(head, peer, i);
    }
    return null;
  }

  /**
   * Trailers without those whose names `header_map` drops: what may not come as a field of the head may not come behind the content
   * either. Throws a `RemoteProtocolError` (refused_field_name).
   */
  judgeTrailers(trailers: Fields, peer: TrustPeer): Fields {
    if (!this.checksUnderscores) return trailers;
    const isPeerTrusted = (): boolean => this.#isTrusted(peer);
    const kept: string[] = [];
    for (let i = 0; i + 1 < trailers.length; i += 2) {
      const name = trailers[i] ?? "";
      if (!name.includes("_") || this.#underscores.keeps(name, isPeerTrusted)) kept.push(name, trailers[i + 1] ?? "");
    }
    return kept.length === trailers.length ? trailers : kept;
  }

  #isTrusted({ remoteAddress }: TrustPeer): boolean {
    return remoteAddress === "" || this.#forwarders.has(remoteAddress);
  }

  /** Nothing in front of the field at `start` matters. */
  #examine(head: RequestHead, peer: TrustPeer, start: number): Judgement | null {
    const { fields } = head;
    const isPeerTrusted = (): boolean => this.#isTrusted(peer);
    /** All fields that stay; null: all stay. */
    let kept: string[] | null = null;
    /** Those of them that say something of the origin: name in lower case, value, name, value. */
    const telling: string[] = [];
    for (let i = start; i + 1 < fields.length; i += 2) {
      const name = fields[i] ?? "";
      const value = fields[i + 1] ?? "";
      if (this.checksUnderscores && name.includes("_") && !this.#underscores.keeps(name, isPeerTrusted)) {
        kept ??= fields.slice(0, i);
        continue;
      }
      kept?.push(name, value);
      if (!mayBeOneOf(this.firstLetters, name)) continue;
      const lowerName = name.toLowerCase();
      if (this.#names.has(lowerName)) telling.push(lowerName, value);
    }
    const isTold = telling.length > 0 && isPeerTrusted();
    if (!isTold && kept === null) return null;
    const connection = originOf(head, peer);
    return {
      head: kept === null ? head : { ...head, fields: kept },
      origin: isTold ? this.#toldOrigin(telling, connection) : connection,
    };
  }

  #toldOrigin(fields: Fields, connection: RequestOrigin): RequestOrigin {
    const source = this.#source;
    const xForwarded = source === "forwarded" ? null : xForwardedOrigin(fields, connection, this.#forwarders, this.#schemes);
    const forwarded = source === "x-forwarded" ? null : forwardedOrigin(fields, connection, this.#forwarders);
    return agreedOrigin(xForwarded, forwarded) ?? connection;
  }
}

function namesOf(source: ForwardedSource, schemes: SecureSchemes): string[] {
  const names: string[] = [];
  if (source === "auto" || source === "x-forwarded") names.push(...X_FORWARDED_NAMES, ...schemes.names());
  if (source === "auto" || source === "forwarded") names.push("forwarded");
  return names;
}

function firstLettersOf(names: Iterable<string>): Int32Array {
  const byLength = new Int32Array(NAME_LENGTHS);
  for (const name of names) {
    const length = name.length & (NAME_LENGTHS - 1);
    byLength[length] = (byLength[length] ?? 0) | (1 << (name.charCodeAt(0) & LETTERS));
  }
  return byLength;
}

/** Whether length and first letter are those of a name that is looked for; few others pass. */
function mayBeOneOf(firstLetters: Int32Array, name: string): boolean {
  const letters = firstLetters[name.length & (NAME_LENGTHS - 1)] ?? 0;
  return ((letters >>> (name.charCodeAt(0) & LETTERS)) & 1) !== 0;
}

/** What the connection itself says. */
function originOf(head: RequestHead, peer: TrustPeer): RequestOrigin {
  const { remoteAddress } = peer;
  // IPv4 has only one text.
  const address = remoteAddress.includes(":") ? parseIpAddress(remoteAddress) : null;
  return {
    scheme: peer.secure ? "https" : "http",
    authority: head.authority,
    clientAddress: address === null ? remoteAddress : formatIpAddress(address),
    clientPort: peer.remotePort,
  };
}
