/** @module The second argument of a fetch handler. */
import type { PeerInfo } from "./application.ts";
import type { Call, WorkerIdentity } from "./call.ts";
import { type HeadersSource, sendableFields } from "./sendable-fields.ts";
import { type TrailerMaker, trailersOf } from "./trailers.ts";
import { upgrade, type UpgradedConnection, type UpgradeInit } from "./upgrade.ts";

/** An end of a connection, as `Deno.serve` gives it. */
export type RemoteAddress =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** A client's address, as `server.requestIP` of Bun gives it. */
export interface RequestIp {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
  readonly port: number;
}

/** The other side of a TLS connection. */
export interface TlsPeer {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** The certificate that it showed (DER); null where it showed none. */
  readonly certificate: Uint8Array | null;
}

/** What a handler can ask and do about its call. Reading nothing costs nothing. */
export interface FetchContext {
  /**
   * The client: what a trusted proxy says of it (`forwarded_allow_ips`), else the peer of the connection. An empty `hostname` where the
   * proxy keeps it to itself, port 0 where it is not known.
   */
  readonly remoteAddr: RemoteAddress;
  /** The same for code written for Bun; null where the address is not known. The argument is not needed. */
  requestIP(request?: Request): RequestIp | null;
  /** The peer of the connection: the nearest proxy where there is one, else the client. */
  readonly peerAddr: RemoteAddress;
  /** This end of the connection: what the client, or the nearest proxy, connected to. */
  readonly localAddr: RemoteAddress;
  /** What TLS says of the peer of the connection. Null on a connection without TLS, which are all: a proxy in front speaks it. */
  readonly tlsPeer: TlsPeer | null;
  /** Keeps the worker alive for `work` after the response, up to `graceful_timeout`. A rejection is logged. */
  waitUntil(work: Promise<unknown>): void;
  /**
   * Sends `103 Early Hints` (RFC 8297), typically with `Link`; may be called again until the response begins. A line for each header, in
   * order. Does nothing for an HTTP/1.0 client and once the response has begun. Throws a TypeError for headers that cannot be sent.
   * Not behind a proxy that takes an interim response for the answer, such as nginx before 1.29; HAProxy passes them on.
   *
   * ```ts
   * context.earlyHints([["Link", "</style.css>; rel=preload; as=style"]]);
   * ```
   */
  earlyHints(headers: HeadersSource): void;
  /**
   * Trailer fields of the request (RFC 9110 §6.5), of a chunked body only; empty where there are none. They are no part of
   * `request.headers`. Throws a TypeError before the body was read to its end, which is when they come.
   */
  requestTrailers(): Headers;
  /**
   * Sets what makes the trailer fields of the response. It is called when the body has ended, and only where trailers can be sent: to an
   * HTTP/1.1 client that did not ask with HEAD, where the response may have a body and no `Content-Length`. Such a response goes out
   * chunked, however short. Where it throws, or gives fields that cannot be trailers, the connection is broken off, so that the
   * client sees that the response is not complete. The last call counts; one after the end of the body does nothing.
   *
   * ```ts
   * context.setTrailers(() => ({ "Content-Digest": hash.digest() }));
   * ```
   */
  setTrailers(make: TrailerMaker): void;
  /**
   * Takes the connection over: sends `101 Switching Protocols` to a client that asks for `Upgrade`, or `200 OK` to one that asks for
   * CONNECT, and gives what follows as streams. What the handler returns is not sent any more. It need not wait for the end: the
   * connection lives by itself, and a worker that leaves gives it until `graceful_timeout`. A handler that throws destroys the
   * connection, and its error is logged, unless it is the one that the streams of a lost connection fail with.
   *
   * Throws a TypeError where the request asks for neither, was answered, or has a body that was not read; where `Upgrade` among the
   * headers names no protocol that the client asked for, or is missing though it asked for several; for headers that cannot be sent. Throws
   * a RangeError for a status that does not fit, and an `AbortError` where the client is gone.
   *
   * ```ts
   * const { readable, writable, response } = context.upgrade({ headers: { Upgrade: "echo" } });
   * await readable.pipeTo(writable);
   * return response;
   * ```
   */
  upgrade(init?: UpgradeInit): UpgradedConnection;
  /** The process that serves this call. */
  readonly worker: WorkerIdentity;
}

/** A {@link FetchContext} over a {@link Call}. */
export class CallContext implements FetchContext {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  get remoteAddr(): RemoteAddress {
    const { origin, peer } = this.#call.exchange;
    const { clientAddress, clientPort } = origin;
    // The proxy's own address would be taken for the client's, and banned for what that does.
    return clientAddress === "" && peer.remoteAddress !== ""
      ? { transport: "tcp", hostname: "", port: 0 }
      : addressOf(clientAddress, clientPort);
  }

  requestIP(_request?: Request): RequestIp | null {
    const { clientAddress, clientPort } = this.#call.exchange.origin;
    if (clientAddress === "") return null;
    return { address: clientAddress, family: clientAddress.includes(":") ? "IPv6" : "IPv4", port: clientPort };
  }

  get peerAddr(): RemoteAddress {
    const { remoteAddress, remotePort }: PeerInfo = this.#call.exchange.peer;
    return addressOf(remoteAddress, remotePort);
  }

  get localAddr(): RemoteAddress {
    const { localAddress, localPort }: PeerInfo = this.#call.exchange.peer;
    return addressOf(localAddress, localPort);
  }

  get tlsPeer(): TlsPeer | null {
    return null;
  }

  waitUntil(work: Promise<unknown>): void {
    const { pending, onError } = this.#call.services;
    pending.add(Promise.resolve(work), (error) => onError(error, "waitUntil"));
  }

  earlyHints(headers: HeadersSource): void {
    this.#call.exchange.sendInterim(103, sendableFields(headers));
  }

  requestTrailers(): Headers {
    return trailersOf(this.#call);
  }

  setTrailers(make: TrailerMaker): void {
    if (typeof make !== "function") throw new TypeError("context.setTrailers() takes a function that gives headers");
    this.#call.trailers = make;
  }

  upgrade(init: UpgradeInit = {}): UpgradedConnection {
    return upgrade(this.#call, init);
  }

  get worker(): WorkerIdentity {
    return this.#call.services.worker;
  }
}

/** A socket without an address is a unix socket; its path is not told. */
function addressOf(hostname: string, port: number): RemoteAddress {
  return hostname === "" ? { transport: "unix", path: "" } : { transport: "tcp", hostname, port };
}
