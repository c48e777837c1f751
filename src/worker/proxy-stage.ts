/**
 * The beginning of a connection that a proxy may introduce (setting `proxy_protocol`): whose header counts, and what its absence means.
 *
 * @module
 */
import type { PeerInfo } from "../app/application.ts";
import { RemoteProtocolError } from "../http/errors.ts";
import { type ProxiedEnds, ProxyHeaderReader } from "../http/proxy-protocol.ts";
import type { TrustRules } from "../http/trust-rules.ts";
import type { ProxyMode } from "../http/trust-settings.ts";

export class ProxyStage {
  /** Whether anything was received. */
  hasBegun = false;
  /** The ends that the header names; null where the socket's own count. */
  peer: PeerInfo | null = null;
  readonly #mode: "v1" | "v2" | "auto";
  readonly #trust: TrustRules;
  readonly #reader: ProxyHeaderReader;

  constructor(mode: Exclude<ProxyMode, "off">, trust: TrustRules) {
    this.#mode = mode;
    this.#trust = trust;
    this.#reader = new ProxyHeaderReader(mode);
  }

  /**
   * Reads what `socketPeer` sent. Gives the bytes behind the header, or all of them where there is none; null: more must come. Throws a
   * {@link RemoteProtocolError} (`bad_proxy_header`, `missing_proxy_header`, `proxy_not_allowed`).
   */
  read(bytes: Uint8Array, socketPeer: PeerInfo): Uint8Array | null {
    this.hasBegun = true;
    const reading = this.#reader.read(bytes);
    if (reading.type === "need_data") return null;
    const { remoteAddress } = socketPeer;
    const isAllowed = this.#trust.isProxyAllowed(remoteAddress);
    if (reading.type === "absent") {
      if (isAllowed && this.#mode !== "auto") throw new RemoteProtocolError("missing_proxy_header", nameOf(remoteAddress));
    } else {
      if (!isAllowed) throw new RemoteProtocolError("proxy_not_allowed", nameOf(remoteAddress));
      if (reading.source !== null) this.peer = proxiedPeer(reading.source, socketPeer);
    }
    return reading.rest;
  }

  /** The error of a client that sent FIN in the middle. */
  cutOff(): RemoteProtocolError {
    return new RemoteProtocolError("bad_proxy_header", "the connection ended inside it");
  }
}

function nameOf(address: string): string {
  return address === "" ? "a unix socket" : address;
}

function proxiedPeer(ends: ProxiedEnds, { secure }: PeerInfo): PeerInfo {
  const { remoteAddress, remotePort, localAddress, localPort } = ends;
  return { remoteAddress, remotePort, localAddress, localPort, secure, isProxied: true };
}
