/**
 * The contract between a connection and an application bridge. A bridge turns an {@link Exchange} into the kind of call an
 * application understands (fetch, Node listener, WSGI) and answers through it.
 *
 * @module
 */
import type { RequestHead } from "../http/events.ts";
import type { ResponseHead } from "../http/response-head.ts";

/** The two ends of a connection. */
export interface PeerInfo {
  /** Empty for a unix socket. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
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
  /** The rest is not wanted; the connection drains it (bounded) or closes. */
  cancel(): void;
}

/**
 * One request and its response. Exactly one of `respond`, `start`, or `fail` begins the answer; a second one throws a
 * `LocalProtocolError`. After the client left, every call is accepted and does nothing.
 */
export interface Exchange {
  readonly head: RequestHead;
  readonly peer: PeerInfo;
  /** Null where the request has no content. */
  readonly body: RequestBody | null;
  /** The client is gone, or the worker gave up waiting (graceful timeout). */
  readonly aborted: boolean;
  /** Whether an answer has begun. */
  readonly answered: boolean;
  /** Calls `run` once when the client leaves before the answer is complete. At most one listener. */
  onAbort(run: (reason: Error) => void): void;
  /** A whole response at once: head and body go out in one write where they can. Text is sent as UTF-8. */
  respond(head: ResponseHead, body: string | Uint8Array | null): void;
  /** Begins a streamed response. `Content-Length` among the fields fixes the framing, else chunked (HTTP/1.1) or close. */
  start(head: ResponseHead): void;
  /** A part of the body. False: wait for `drained()` before the next. */
  write(bytes: Uint8Array): boolean;
  /** Resolves when the client can take more, or at once; also when it left. */
  drained(): Promise<void>;
  /** The body is complete. */
  end(): void;
  /** The application failed: a 500 where no answer has begun, else the connection is broken off visibly. Logs the error. */
  fail(error: unknown): void;
}

/** An application behind one of the interfaces, as a connection calls it. */
export interface Application {
  /** Never throws and never waits: it answers through the exchange, now or later. */
  handle(exchange: Exchange): void;
}
