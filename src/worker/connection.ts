/**
 * One client connection: bytes in, requests to the application, answers out, in order. The socket, the clock and the
 * application are given; nothing here knows a runtime.
 *
 * @module
 */
import type { ConnectionCompanion, PeerInfo, TakenConnection } from "../app/application.ts";
import { RemoteProtocolError } from "../http/errors.ts";
import type { RequestHead } from "../http/events.ts";
import { describeError } from "../log/logger.ts";
import type { ClientSocket, ClientSocketHandlers } from "../runtime/port.ts";
import { Client } from "./client.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { ConnectionExchange } from "./exchange.ts";
import { Intake } from "./intake.ts";
import { logInvalidRequest, refusalPage } from "./invalid-request.ts";
import { Output } from "./output.ts";
import type { ConnectionPhase } from "./phase.ts";
import { PhaseClock } from "./phase-clock.ts";
import { Tunnel } from "./tunnel.ts";

export class Connection implements ClientSocketHandlers {
  readonly host: ConnectionHost;
  readonly output: Output;
  readonly intake: Intake;
  /** Whether any request came here whole. Only the connection changes this and the next. */
  hadRequest = false;
  /** The client sent FIN: what we say still arrives, but nothing more comes. */
  peerEnded = false;
  /** What the bridge keeps for this connection. */
  companion: ConnectionCompanion | null = null;
  private readonly socket: ClientSocket;
  private readonly clock: PhaseClock;
  private readonly client: Client;
  private exchange: ConnectionExchange | null = null;
  private tunnel: Tunnel | null = null;

  constructor(socket: ClientSocket, host: ConnectionHost) {
    this.socket = socket;
    this.host = host;
    this.client = new Client(socket, host);
    this.clock = new PhaseClock(host);
    this.intake = new Intake(socket, host);
    this.output = new Output(socket, host, () => this.exchange?.writable());
    socket.attach(this);
  }

  get phase(): ConnectionPhase {
    return this.clock.phase;
  }

  /** Host time when the phase began; while `idle`, of the accept or of the last answer. */
  get phaseSinceMs(): number {
    return this.clock.sinceMs;
  }

  /** The request that the application has, as the log names it; null: none. */
  get request(): string | null {
    const head = this.exchange?.head;
    return head === undefined ? null : `${head.method} ${head.target}`;
  }

  get peer(): PeerInfo {
    return this.client.peer;
  }

  // What the socket tells.

  received(bytes: Uint8Array): void {
    const { clock, intake } = this;
    switch (clock.phase) {
      case "idle":
      case "head":
        intake.parser.receive(bytes);
        return this.advance();
      case "exchange":
        intake.parser.receive(bytes);
        this.exchange?.body?.arrived();
        return intake.limitReadAhead();
      case "discard":
        intake.parser.receive(bytes);
        return this.discard();
      case "linger":
        intake.ignore(bytes.length);
        return clock.lingerOn();
      case "proxy":
        return this.introduce(bytes);
      case "tunnel":
        return this.tunnel?.received(bytes);
      case "closed":
        return;
    }
  }

  ended(): void {
    const { phase } = this.clock;
    if (this.peerEnded || phase === "closed") return;
    this.peerEnded = true;
    if (phase === "linger") {
      // A client may end its side as soon as it sees that the answer is the last one. It still gets all of it.
      if (this.output.isSent) this.socket.destroy();
      return;
    }
    if (phase === "tunnel") return this.tunnel?.ended();
    if (phase === "proxy" && this.client.isIntroducing) {
      return this.refuse(new RemoteProtocolError("bad_proxy_header", "the connection ended inside it"));
    }
    this.intake.parser.receiveEof();
    if (phase === "exchange") {
      this.exchange?.body?.arrived();
      this.exchange?.peerEnded();
    } else if (phase === "discard") {
      this.discard();
    } else {
      this.advance();
    }
  }

  drained(): void {
    const { clock, output } = this;
    if (clock.phase === "closed") return;
    if (clock.phase === "tunnel") return this.tunnel?.drained();
    output.drained();
    if (!output.isWritable) return;
    this.exchange?.writable();
    if (this.phase === "idle" || this.phase === "head") this.advance();
    else if (this.phase === "discard") this.intake.resume();
  }

  closed(): void {
    if (this.clock.phase === "closed") return;
    this.clock.phase = "closed";
    const unsentBytes = this.output.close();
    const exchange = this.exchange;
    this.exchange = null;
    this.host.closed(this);
    exchange?.gone(new Error("The client closed the connection"), unsentBytes);
    this.tunnel?.closed();
    this.companion?.connectionClosed();
  }

  // What the worker tells.

  /** Called every sweep with the host's time. */
  expire(): void {
    const { clock, output } = this;
    if (clock.phase === "tunnel") return;
    const progress = output.progress(this.host.nowMs);
    if (progress === "stalled") return this.abandon("The client stopped reading");
    if (this.peerEnded && clock.phase === "exchange" && progress === "idle" && this.exchange?.isQuiet(this.host.nowMs) === true) {
      return this.abandon("The client ended its side of the connection, and there was nothing to send");
    }
    if (clock.phase === "exchange" && this.intake.isPaused) return this.intake.readOn();
    if (clock.phase === "linger" && this.peerEnded && progress === "idle") return this.socket.destroy();
    if (clock.phase === "idle") this.client.forget();
    if (progress === "sending" && clock.restart()) return;
    if (clock.isOver) this.endPhase();
  }

  /** The event loop was blocked for so long: deadlines that passed meanwhile were nobody's fault. */
  postpone(ms: number): void {
    this.clock.postpone(ms);
    this.output.postpone(ms);
    this.exchange?.body?.postpone(ms);
  }

  /** The worker leaves: the next answer is the last one, and a connection without a request gets a short grace for one. */
  drain(): void {
    if (this.phase === "idle" || (this.phase === "proxy" && !this.client.isIntroducing)) this.clock.shorten();
  }

  /** Ends the connection at once, whatever it carries: by a reset where something is lost that the client would not miss. */
  abandon(reason: string): void {
    const exchange = this.exchange;
    this.exchange = null;
    const isCut = !this.output.isSent || exchange?.endsWithConnection === true;
    exchange?.gone(new Error(reason), this.output.close());
    if (isCut) this.socket.reset();
    else this.socket.destroy();
  }

  /** The worker's time is over: who has begun to ask and heard nothing is told so (503), the rest is cut off. */
  giveUp(): void {
    const { exchange } = this;
    const { phase } = this.clock;
    const waits = phase === "head" || (phase === "proxy" && this.client.isIntroducing) || exchange?.answered === false;
    if (!waits) return this.abandon("The worker's graceful timeout is over");
    const error = new RemoteProtocolError("server_stopping");
    this.exchange = null;
    if (exchange === null) this.output.queue(refusalPage(error, this.host, this.intake.parser.asksForHead));
    else exchange.refuse(error);
    this.close();
    exchange?.gone(new Error("The worker's graceful timeout is over"), 0);
  }

  /**
   * The worker is full, and others shall have the place of a connection that waits. Who has begun to ask is told so (503). Does nothing
   * while a request is with the application, nor while the client still takes its last answer.
   */
  shed(): void {
    const { phase } = this.clock;
    if ((phase !== "idle" && phase !== "head" && phase !== "proxy") || this.output.progress(this.host.nowMs) !== "idle") return;
    const hasAsked = phase === "head" || this.client.isIntroducing;
    if (hasAsked) {
      const error = new RemoteProtocolError("server_busy", "try again later");
      this.output.queue(refusalPage(error, this.host, this.intake.parser.asksForHead));
    }
    this.close();
    if (hasAsked) this.clock.endAtOnce();
    else this.socket.destroy();
  }

  // What the exchange asks for.

  /** The application waits for content, until then at most (host time). */
  wantBody(dueMs: number): void {
    this.clock.waitForBody(dueMs);
    this.intake.resume();
  }

  /** The application has content, and how long it takes until it asks again is its own affair. */
  gotBody(): void {
    this.clock.waitForBody(Number.POSITIVE_INFINITY);
  }

  /** The answer is complete. */
  finished(persistent: boolean): void {
    this.exchange = null;
    if (!persistent) return this.close();
    if (this.intake.messageEnded) return this.nextCycle();
    this.clock.beginDiscard();
    this.intake.beginDiscard();
    if (!this.output.corked) this.output.flush();
    this.discard();
  }

  /**
   * Breaks the connection off, so that the client sees that the answer is not complete: by a reset where the end of the connection would be its
   * end. Elsewhere the framing tells, and a reset would take the answers before this one away from a client that is slow or sends content.
   */
  breakOff(endsWithConnection: boolean): void {
    this.exchange = null;
    if (endsWithConnection) return this.socket.reset();
    this.output.handOver();
    this.close();
  }

  /** The connection is the application's from now on. Nothing has a deadline any more; the end of a drain ends it. */
  handOver(): TakenConnection {
    this.exchange = null;
    this.tunnel = new Tunnel(this.socket, this.peerEnded, this.host.log);
    this.clock.beginTunnel();
    this.output.handOver();
    this.intake.pause();
    return { socket: this.tunnel, rest: this.intake.parser.takeRest() };
  }

  /** For an application that did not notice that its client is gone. */
  handOverNothing(): TakenConnection {
    const tunnel = new Tunnel(this.socket, true, this.host.log);
    tunnel.closed();
    return { socket: tunnel, rest: new Uint8Array(0) };
  }

  // Inside.

  private endPhase(): void {
    switch (this.phase) {
      case "proxy":
        if (!this.client.isIntroducing) return this.close();
        return this.refuse(new RemoteProtocolError("request_timeout", "PROXY header"));
      case "head":
        return this.refuse(new RemoteProtocolError("request_timeout", "request head"), this.intake.parser.asksForHead);
      case "exchange":
        return this.exchange?.bodyTimedOut(new RemoteProtocolError("request_timeout", "request content"));
      case "idle":
      case "discard":
        return this.close();
      case "linger":
        return this.socket.destroy();
      case "tunnel":
      case "closed":
        return;
    }
  }

  /** Reads the beginning of a connection that may have a PROXY header. */
  private introduce(bytes: Uint8Array): void {
    if (!this.client.isIntroducing) this.clock.beginProxy();
    let rest;
    try {
      rest = this.client.introduce(bytes);
    } catch (error) {
      return this.refuse(error);
    }
    if (rest === null) return;
    this.clock.endProxy();
    if (rest.length > 0) this.received(rest);
  }

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
      return this.refuse(error, this.intake.parser.asksForHead);
    }
    output.corked = false;
    output.flush();
    const { phase } = this.clock;
    if (phase === "exchange") {
      this.intake.limitReadAhead();
      if (output.isWritable) this.exchange?.writable();
    } else if (output.blocked && (phase === "idle" || phase === "head")) {
      this.intake.pause();
    }
  }

  /** True: another request may follow at once. */
  private nextRequest(): boolean {
    const event = this.intake.parser.nextEvent();
    switch (event.type) {
      case "request":
        this.begin(event.head);
        return this.clock.phase === "idle";
      case "need_data":
        if (this.clock.phase === "idle" && this.intake.parser.headStarted) this.clock.beginHead();
        this.intake.resume();
        return false;
      case "closed":
        this.close();
        return false;
      default:
        throw new Error(`The parser gave ${event.type} between two requests`);
    }
  }

  private begin(head: RequestHead): void {
    this.hadRequest = true;
    let judgement;
    try {
      judgement = this.client.judge(head);
    } catch (error) {
      return this.refuse(error, head.method === "HEAD");
    }
    this.clock.beginExchange();
    this.intake.beginMessage(head);
    const exchange = new ConnectionExchange(this, judgement === null ? head : judgement.head, judgement);
    this.exchange = exchange;
    this.host.requests += 1;
    this.host.app.handle(exchange);
  }

  private nextCycle(): void {
    this.intake.parser.startNextCycle();
    this.clock.beginIdle();
    if (this.output.corked) return;
    this.intake.resume();
    this.advance();
  }

  private discard(): void {
    try {
      const found = this.intake.discard();
      if (found === "end") this.nextCycle();
      else if (found === "enough" || this.peerEnded) this.close();
      else this.intake.resume();
    } catch (error) {
      // The answer is out already; there is nobody to tell but the operator.
      const isWorthwhile = error instanceof RemoteProtocolError && error.code !== "truncated_body";
      if (isWorthwhile) logInvalidRequest(this.host.log, this.peer, null, error);
      this.close();
    }
  }

  /** Answers a request that never reaches the application, and closes. */
  private refuse(error: unknown, isHead: boolean = false): void {
    if (this.phase === "linger" || this.phase === "closed") return;
    this.exchange = null;
    const known = error instanceof RemoteProtocolError ? error : null;
    if (known !== null) logInvalidRequest(this.host.log, this.peer, null, known);
    else this.host.log.log("error", `Error handling request\n${describeError(error)}`);
    this.output.queue(refusalPage(known, this.host, isHead));
    this.close();
  }

  private close(): void {
    if (this.phase === "linger" || this.phase === "closed") return;
    this.output.flush();
    this.clock.beginLinger();
    this.intake.beginDiscard();
    this.socket.end();
    this.intake.resume();
  }
}
