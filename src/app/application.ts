/**
 * The contract between a connection and an application bridge. A bridge turns an {@link Exchange} into the kind of call an
 * application understands (fetch, Node listener, WSGI) and answers through it.
 *
 * @module
 */
import type { Fields, RequestHead } from "../http/events.ts";
import type { ResponseFraming } from "../http/framing.ts";
import type { ResponseHead } from "../http/response-head.ts";
import type { RequestOrigin } from "../http/trust-settings.ts";
import type { ClientSocket } from "../runtime/port.ts";

/** The two ends of a connection; where it began with a PROXY header that counts, the ends which that names. */
export interface PeerInfo {
  /** Empty for a unix socket. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  /** A PROXY header named the ends. */
  readonly isProxied?: boolean;
}

/** Content of the request, pulled: nothing is read from the client that nobody asked for, beyond one buffer. */
export interface RequestBody {
  /**
   * The next part, or null at the end. One call at a time. Rejects when the client leaves early, breaks the framing or exceeds
   * `limit_request_body`. The first call sends `100 Continue` where the client waits for it.
   */
  read(): Promise<Uint8Array | null>;
  /** Bytes that were read already and are here without waiting; null when there are none yet. */
  takeBuffered(): Uint8Array | null;
  /** Whether all of it was read: `read` would give null. */
  readonly ended: boolean;
  /** Trailer fields (RFC 9110 §6.5), never merged into the head's; empty before `read` gave null. */
  readonly trailers: Fields;
  /** The rest is not wanted; the connection drains it (bounded) or closes. */
  cancel(): void;
}

/** A connection that speaks another protocol from now on. It counts as a connection of its worker until the socket is closed. */
export interface TakenConnection {
  /** Everything that happens on it is told to what is attached; nothing more has a deadline, save the end of a drain. */
  readonly socket: ClientSocket;
  /** What the client sent behind the request: the first bytes of the new protocol. */
  readonly rest: Uint8Array;
}

/** The head of an answer that a bridge renders itself, down to the bytes. */
export interface RawHead {
  /** 200 to 999. */
  readonly status: number;
  /** With the empty line. It is what is written first. */
  readonly sizeBytes: number;
  /** What the head says of the end of the content. */
  readonly framing: ResponseFraming;
  /** False: the head says that the connection ends with this answer. */
  readonly persistent: boolean;
}

/** What a bridge keeps for a connection from one request to the next. */
export interface ConnectionCompanion {
  /** The connection is gone. Called once, behind everything that its exchange is told. */
  connectionClosed(): void;
}

/**
 * An answer as bytes, for a bridge whose application renders heads and framing itself (Node's `ServerResponse`). The bridge answers for every
 * line of the head; content that is longer or shorter than its length is found out here.
 */
export interface RawAnswer {
  /** Of this connection, across its requests; null until a bridge sets it. */
  companion: ConnectionCompanion | null;
  /** Whether an answer whose head is made now may leave the connection open (RFC 9112 §9.3). */
  readonly canPersist: boolean;
  /** Value of the Server field for an answer that sets none; null for none. Setting `server_header`. */
  readonly server: string | null;
  /** Sends `100 Continue` where the client still waits for it. */
  sendContinue(): void;
  /** Interim responses as text of characters up to U+00FF. Left out for HTTP/1.0, once an answer has begun, and while the client takes nothing. */
  sendInterimText(text: string): void;
  /** Begins the answer; the first `writeRaw` must have the whole head. Throws a `LocalProtocolError` where one has begun. */
  startRaw(head: RawHead): void;
  /** Bytes, or text of characters up to U+00FF. False: wait for `drained()` before the next. The bytes must not change afterwards. */
  writeRaw(data: string | Uint8Array): boolean;
  /** The answer is complete. */
  endRaw(): void;
  /** Ends the connection at once, by the application's wish, whatever it carries. */
  destroy(): void;
}

/**
 * One request and its response. Exactly one of `respond`, `start`, `startRaw`, `takeOver` or `fail` begins the answer; a second one throws a
 * `LocalProtocolError`. After the client left, every call is accepted and does nothing.
 */
export interface Exchange {
  readonly head: RequestHead;
  readonly peer: PeerInfo;
  /** Scheme, authority and client after the trust rules (`forwarded_allow_ips`). Made when first asked for. */
  readonly origin: RequestOrigin;
  /** Null where the request has no content. */
  readonly body: RequestBody | null;
  /** The client is gone, or the worker gave up waiting (graceful timeout). */
  readonly aborted: boolean;
  /** Whether an answer has begun. */
  readonly answered: boolean;
  /**
   * Calls `run` when the client leaves before the answer is complete: when it ends its side (it may still read), and when it is gone for
   * good ({@link aborted} tells which). At most one listener.
   */
  onAbort(run: (reason: Error) => void): void;
  /**
   * An interim response: 103 with hints (RFC 8297), or 102. Does nothing for HTTP/1.0 clients and once an answer has begun. Throws a
   * `LocalProtocolError` for other statuses and for fields that cannot be sent.
   */
  sendInterim(status: number, fields: Fields): void;
  /** A whole response at once: head and body go out in one write where they can. Text is sent as UTF-8. */
  respond(head: ResponseHead, body: string | Uint8Array | null): void;
  /** Begins a streamed response. `Content-Length` among the fields fixes the framing, else chunked (HTTP/1.1) or close. */
  start(head: ResponseHead): void;
  /** A part of the body. False: wait for `drained()` before the next. */
  write(bytes: Uint8Array): boolean;
  /** Resolves when the client can take more, or at once; also when it left. */
  drained(): Promise<void>;
  /** The body is complete. Trailers are sent with chunked framing, else left out (RFC 9110 §6.5.1). */
  end(trailers?: Fields): void;
  /**
   * Hands the connection over: to another protocol after `Upgrade` (RFC 9110 §7.8), or to a tunnel after CONNECT. Sends `head` (101 with an
   * `Upgrade` field, or 2xx for CONNECT) first; with null the application writes its own. Throws a `LocalProtocolError` where the
   * request asks for neither, has content that was not read, or an answer has begun.
   */
  takeOver(head: ResponseHead | null): TakenConnection;
  /** The application failed: a 500 where no answer has begun, else the connection is broken off visibly. Logs the error. */
  fail(error: unknown): void;
  /** The same answer, for a bridge that renders heads itself. */
  readonly raw: RawAnswer;
}

/** An application behind one of the interfaces, as a connection calls it. */
export interface Application {
  /** Never throws and never waits: it answers through the exchange, now or later. */
  handle(exchange: Exchange): void;
}
