/**
 * One client connection: bytes in, requests to the application, answers out, in order. The socket, the clock and the
 * application are given; nothing here knows a runtime.
 *
 * @module
 */
import type { PeerInfo } from "../app/application.ts";
import { RemoteProtocolError } from "../http/errors.ts";
import { errorResponse } from "../http/error-page.ts";
import type { RequestHead } from "../http/events.ts";
import { RequestParser } from "../http/parser.ts";
import { encodeInterim } from "../http/writer.ts";
import { describeError } from "../log/logger.ts";
import type { ClientSocket, ClientSocketHandlers } from "../runtime/port.ts";
import * as bounds from "./bounds.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { ConnectionExchange } from "./exchange.ts";
import { Output } from "./output.ts";
import { SocketPeer } from "./peer.ts";

/**
 * - `idle`: between two requests, nothing of the next one is here
 * - `head`: a part of a request head is here
 * - `exchange`: the application has the request
 * - `discard`: answered; the rest of the request's content is thrown away
 * - `linger`: our side is closed, waiting for the client's (RFC 9112 §9.6)
 * - `closed`: the socket is gone
 */
export type ConnectionPhase = "idle" | "head" | "exchange" | "discard" | "linger" | "closed";

const NEVER_MS = Number.POSITIVE_INFINITY;
const CONTINUE = encodeInterim(100, []);

export class Connection implements ClientSocketHandlers {
  readonly host: ConnectionHost;
  readonly peer: PeerInfo;
  /** Read by the worker's sweep; only the connection changes it. */
  phase: ConnectionPhase = "idle";
  /** The client sent FIN: what we say still arrives, but nothing more comes. */
  peerEnded = false;
  private readonly socket: ClientSocket;
  private readonly parser: RequestParser;
  private exchange: ConnectionExchange | null = null;
  readonly output: Output;
  private deadlineMs: number;
  private readingPaused = false;
  private messageEnded = false;
  private discardedBytes = 0;
  private lingeredBytes = 0;

  constructor(socket: ClientSocket, host: ConnectionHost) {
    this.socket = socket;
    this.host = host;
    this.peer = new SocketPeer(socket);
    if (host.access !== null) void this.peer.remoteAddress;
    this.output = new Output(socket, host, () => this.exchange?.writable());
    this.parser = new RequestParser(host.limits, host.bytes.latin1);
    this.deadlineMs = host.nowMs + (host.draining ? bounds.DRAIN_GRACE_MS : bounds.FIRST_BYTE_MS);
    socket.attach(this);
  }

  // What the socket tells.

  received(bytes: Uint8Array): void {
    if (this.phase === "linger") {
      this.lingeredBytes += bytes.length;
      if (this.lingeredBytes > bounds.LINGER_BYTES) this.socket.destroy();
      return;
    }
    if (this.phase === "closed") return;
    this.parser.receive(bytes);
    if (this.phase === "exchange") {
      this.exchange?.body?.arrived();
      this.limitReadAhead();
    } else if (this.phase === "discard") {
      this.discard();
    } else {
      this.advance();
    }
  }

  ended(): void {
    if (this.peerEnded || this.phase === "closed") return;
    this.peerEnded = true;
    if (this.phase === "linger") return this.socket.destroy();
    this.parser.receiveEof();
    if (this.phase === "exchange") {
      this.exchange?.body?.arrived();
      this.exchange?.peerEnded();
    } else if (this.phase === "discard") {
      this.discard();
    } else {
      this.advance();
    }
  }

  drained(): void {
    if (this.phase === "closed") return;
    this.output.drained();
    if (!this.output.isWritable) return;
    this.exchange?.writable();
    if (this.phase === "idle" || this.phase === "head") this.advance();
    else if (this.phase === "discard" || this.phase === "linger") this.resumeReading();
  }

  closed(): void {
    if (this.phase === "closed") return;
    this.phase = "closed";
    const unsentBytes = this.output.close();
    const exchange = this.exchange;
    this.exchange = null;
    this.host.closed(this);
    exchange?.gone(new Error("The client closed the connection"), unsentBytes);
  }

  // What the worker tells.

  /** Called every sweep with the host's time. */
  expire(): void {
    const nowMs = this.host.nowMs;
    const progress = this.output.progress(nowMs);
    if (progress === "stalled") return this.abandon("The client stopped reading");
    if (this.phase === "exchange" && this.readingPaused) return this.lookForLeaving();
    if (nowMs < this.deadlineMs) return;
    // The client still reads its answer: what may follow is timed from the end of that.
    if (progress === "sending" && this.phase !== "exchange" && this.phase !== "head") {
      this.deadlineMs = nowMs + (this.phase === "idle" ? this.idleMs() : bounds.LINGER_MS);
      return;
    }
    this.deadlineMs = NEVER_MS;
    switch (this.phase) {
      case "idle":
        return this.close();
      case "head":
        return this.refuse(new RemoteProtocolError("request_timeout", "request head"));
      case "exchange":
        return this.exchange?.bodyTimedOut(new RemoteProtocolError("request_timeout", "request content"));
      case "discard":
        return this.close();
      case "linger":
        return this.socket.destroy();
      case "closed":
        return;
    }
  }

  /** The event loop was blocked for so long: deadlines that passed meanwhile were nobody's fault. */
  postpone(ms: number): void {
    this.deadlineMs += ms;
    this.output.postpone(ms);
  }

  /** The worker leaves: the next answer is the last one, and a connection without a request gets a short grace for one. */
  drain(): void {
    if (this.phase === "idle") this.deadlineMs = Math.min(this.deadlineMs, this.host.nowMs + bounds.DRAIN_GRACE_MS);
  }

  /** Ends the connection at once, whatever it carries. */
  abandon(reason: string): void {
    const exchange = this.exchange;
    this.exchange = null;
    exchange?.gone(new Error(reason), this.output.close());
    this.socket.destroy();
  }

  /** gunicorn's line for a request that the client got wrong. */
  warnInvalid(error: RemoteProtocolError): void {
    const ip = this.peer.remoteAddress === "" ? "unix socket" : this.peer.remoteAddress;
    this.host.log.log("warning", `Invalid request from ip=${ip}: ${error.message}`);
  }

  // What the exchange asks for.

  /** Whether an answer whose head is made now may leave the connection open. */
  mayPersist(head: RequestHead): boolean {
    return head.keepAlive && this.host.keepaliveMs > 0 && !this.host.draining && !this.peerEnded &&
      this.messageIsCheapToEnd(head);
  }

  sendContinue(): void {
    this.output.send(CONTINUE);
  }

  /** The next part of the content, null at its end, undefined when it has not come. Throws a RemoteProtocolError. */
  takeBody(): Uint8Array | null | undefined {
    if (this.messageEnded) return null;
    const event = this.parser.nextEvent();
    switch (event.type) {
      case "data":
        // How long the application takes until it asks again is its own affair.
        this.deadlineMs = NEVER_MS;
        return event.bytes;
      case "end_of_message":
        this.messageEnded = true;
        this.deadlineMs = NEVER_MS;
        return null;
      default:
        return undefined;
    }
  }

  /** The application waits for content. */
  wantBody(): void {
    this.deadlineMs = this.host.nowMs + bounds.BODY_PROGRESS_MS;
    this.resumeReading();
  }

  /** The answer is complete. */
  finished(persistent: boolean): void {
    this.exchange = null;
    this.deadlineMs = NEVER_MS;
    if (!persistent) return this.close();
    if (this.messageEnded) return this.nextCycle();
    this.phase = "discard";
    this.discardedBytes = 0;
    this.deadlineMs = this.host.nowMs + bounds.LINGER_MS;
    if (!this.output.corked) this.output.flush();
    this.discard();
  }

  /** Breaks the connection off, so that the client sees that the answer is not complete. */
  breakOff(): void {
    this.exchange = null;
    this.socket.destroy();
  }

  // Inside.

  private advance(): void {
    const { output } = this;
    if (output.corked) return;
    // One write for the answers to all the requests that are here.
    output.corked = true;
    try {
      while (!output.blocked && this.nextRequest()) {
        // Many small requests can have large answers: no more of them are made than the client takes.
        if (!output.isWritable) output.flush();
      }
    } catch (error) {
      output.corked = false;
      return this.refuse(error);
    }
    output.corked = false;
    output.flush();
    if (this.phase === "exchange") {
      this.limitReadAhead();
      if (output.isWritable) this.exchange?.writable();
    } else if (output.blocked) {
      this.pauseReading();
    }
  }

  /** True: another request may follow at once. */
  private nextRequest(): boolean {
    const event = this.parser.nextEvent();
    switch (event.type) {
      case "request":
        this.begin(event.head);
        return this.phase === "idle";
      case "need_data":
        this.awaitHead();
        return false;
      case "closed":
        this.close();
        return false;
      default:
        throw new Error(`The parser gave ${event.type} between two requests`);
    }
  }

  private begin(head: RequestHead): void {
    this.phase = "exchange";
    this.deadlineMs = NEVER_MS;
    this.messageEnded = false;
    if (head.framing.kind === "none") this.takeBody();
    const exchange = new ConnectionExchange(this, head);
    this.exchange = exchange;
    this.host.app.handle(exchange);
  }

  private nextCycle(): void {
    this.parser.startNextCycle();
    this.phase = "idle";
    this.deadlineMs = this.host.nowMs + this.idleMs();
    if (this.output.corked) return;
    this.resumeReading();
    this.advance();
  }

  /** How long a connection may carry no request. */
  private idleMs(): number {
    return this.host.draining ? Math.min(this.host.keepaliveMs, bounds.DRAIN_GRACE_MS) : this.host.keepaliveMs;
  }

  /**
   * Reading is paused, so that nothing tells when the client leaves: reads on a little. Who pipelines without end is given up.
   * Content that the application does not read is left alone beyond the bound.
   */
  private lookForLeaving(): void {
    if (this.parser.bufferedBytes < bounds.PIPELINE_BYTES) return this.resumeReading();
    if (this.messageEnded) this.abandon("The client sent too many requests behind this one");
  }

  private awaitHead(): void {
    if (this.parser.headStarted && this.phase === "idle") {
      this.phase = "head";
      this.deadlineMs = this.host.nowMs + bounds.HEAD_MS;
    }
    this.resumeReading();
  }

  private discard(): void {
    try {
      while (true) {
        const bytes = this.takeBody();
        if (bytes === null) return this.nextCycle();
        if (bytes === undefined) return this.peerEnded ? this.close() : this.resumeReading();
        this.discardedBytes += bytes.length;
        if (this.discardedBytes > bounds.DISCARD_BYTES) return this.close();
      }
    } catch {
      // The answer is out already; there is nobody to tell.
      this.close();
    }
  }

  /** Answers a request that never reaches the application, and closes. */
  private refuse(error: unknown): void {
    if (this.phase === "linger" || this.phase === "closed") return;
    this.exchange = null;
    const known = error instanceof RemoteProtocolError;
    if (known) this.warnInvalid(error);
    else this.host.log.log("error", `Error handling request\n${describeError(error)}`);
    const status = known ? error.status : 500;
    this.output.queue(errorResponse(status, known ? error.message : "", { date: this.host.date, server: this.host.server }));
    this.close();
  }

  private close(): void {
    if (this.phase === "linger" || this.phase === "closed") return;
    this.output.flush();
    this.phase = "linger";
    this.deadlineMs = this.host.nowMs + bounds.LINGER_MS;
    this.socket.end();
    this.resumeReading();
  }

  private messageIsCheapToEnd(head: RequestHead): boolean {
    if (this.messageEnded || this.exchange?.body?.isRead === true) return true;
    // A client that waits for 100 may or may not send the content now: its next bytes cannot be told apart.
    if (head.expectContinue) return false;
    return head.framing.kind !== "length" || head.framing.bytes <= bounds.DISCARD_BYTES;
  }

  private limitReadAhead(): void {
    if (this.parser.bufferedBytes >= bounds.READ_AHEAD_BYTES) this.pauseReading();
  }

  private pauseReading(): void {
    if (this.readingPaused) return;
    this.readingPaused = true;
    this.socket.pause();
  }

  private resumeReading(): void {
    if (!this.readingPaused || this.phase === "closed") return;
    this.readingPaused = false;
    this.socket.resume();
  }
}
