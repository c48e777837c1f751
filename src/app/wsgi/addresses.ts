/** @module The ends of a connection as CGI variables: SERVER_NAME, SERVER_PORT, REMOTE_ADDR, REMOTE_PORT, PROXY_*. */
import type { SocketAddress } from "../../runtime/port.ts";
import type { PeerInfo } from "../application.ts";

/** The two ends. For a unix socket all are empty. */
export interface Ends {
  readonly localAddress: string;
  readonly localPort: string;
  readonly remoteAddress: string;
  readonly remotePort: string;
  /** Whether a PROXY header named them. */
  readonly isProxied: boolean;
}

/** Remembers the ends of connections: asking for them costs system calls. */
export class EndsOfPeers {
  readonly #ends: WeakMap<PeerInfo, Ends> = new WeakMap();

  of(peer: PeerInfo): Ends {
    const known = this.#ends.get(peer);
    if (known !== undefined) return known;
    const { localAddress, remoteAddress } = peer;
    const ends: Ends = {
      localAddress,
      localPort: localAddress === "" ? "" : String(peer.localPort),
      remoteAddress,
      remotePort: remoteAddress === "" ? "" : String(peer.remotePort),
      isProxied: peer.isProxied === true,
    };
    this.#ends.set(peer, ends);
    return ends;
  }
}

/** Name and port of a unix socket's server, as gunicorn has them: the Host header, else the socket's path. */
export function nameOfHost(
  host: string | undefined,
  scheme: "http" | "https",
  addresses: readonly SocketAddress[],
): readonly [name: string, port: string] {
  if (host === undefined || host === "") {
    const unix = addresses.find((address) => address.kind === "unix");
    return [unix?.kind === "unix" ? unix.path : "", ""];
  }
  // The colons of an IPv6 address are in brackets.
  const portAt = /:\d*$/.exec(host)?.index ?? host.length;
  const port = host.slice(portAt + 1);
  return [host.slice(0, portAt), port === "" ? (scheme === "https" ? "443" : "80") : port];
}
