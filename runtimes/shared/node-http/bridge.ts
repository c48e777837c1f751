/**
 * The bridge of the node interface: an exchange becomes a genuine request and response of the runtime, and an event of an `http.Server`.
 *
 * @module
 */
import { createServer, OutgoingMessage, type Server } from "node:http";
import type { Application, Exchange } from "../../../src/app/application.ts";
import type { BridgeHost, ServedApplication } from "../../../src/app/bridge.ts";
import type { NodeListener } from "../../../src/runtime/port.ts";
import { announceRequest } from "./diagnostics.ts";
import {
  classesOf,
  type GenuineRequest,
  type GenuineResponse,
  type RequestClass,
  type ResponseClass,
  type ResponseOptions,
} from "./genuine.ts";
import { HttpSocket } from "./http-socket.ts";
import { catchRejections } from "./rejections.ts";
import { createRequest } from "./request.ts";
import { watchResponse } from "./response.ts";
import { ServerState } from "./server-state.ts";
import { Session, type SessionOwner } from "./session.ts";

/** Puts the bridge before the listeners of a server. Throws an Error where it listens by itself. */
export function attachServer(server: Server, host: BridgeHost): ServedApplication {
  return new NodeApplication(server, host);
}

/** Puts the bridge before a listener, which then belongs to a server of its own. */
export function attachListener(listener: NodeListener, host: BridgeHost): ServedApplication {
  return new NodeApplication(createServer((request, response) => listener(request, response)), host);
}

class NodeApplication implements ServedApplication, Application, SessionOwner {
  readonly server: Server;
  readonly pendingCount: number = 0;
  private readonly host: BridgeHost;
  private readonly sessions: Set<Session> = new Set();
  private readonly state: ServerState;
  private readonly Request: RequestClass;
  private readonly Response: ResponseClass;
  private readonly options: ResponseOptions;
  private readonly joinsDuplicates: boolean;

  constructor(server: Server, host: BridgeHost) {
    const { Request, Response } = classesOf(server);
    this.server = server;
    this.host = host;
    this.Request = Request;
    this.Response = Response;
    this.options = { rejectNonStandardBodyWrites: Reflect.get(server, "rejectNonStandardBodyWrites") === true };
    this.joinsDuplicates = Reflect.get(server, "joinDuplicateHeaders") === true;
    this.state = new ServerState(server, { host, sessions: this.sessions });
    catchRejections(server, (error, event, args) => this.rejected(error, event, args));
  }

  handle(exchange: Exchange): void {
    const { companion } = exchange.raw;
    const session = companion instanceof Session ? companion : this.connect(exchange);
    const request = createRequest(this.Request, session, exchange);
    if (this.joinsDuplicates) request.joinDuplicateHeaders = true;
    const { head } = exchange;
    const response = new this.Response(request, this.options);
    watchResponse(response);
    response.shouldKeepAlive = head.keepAlive;
    response._keepAliveTimeout = this.host.keepaliveMs;
    session.begin(exchange, request, response);
    try {
      if (head.upgrade && this.takesOver(exchange, request)) this.upgrade(exchange, session.socket, request);
      else this.dispatch(exchange, request, response);
    } catch (error) {
      this.failed(response, error);
    }
  }

  async settled(): Promise<void> {}

  drain(): void {
    this.state.drain();
  }

  async close(): Promise<void> {
    try {
      this.state.closed();
    } catch (error) {
      this.host.onError(error, "a listener for 'close' of the application's http.Server");
    }
  }

  // What sessions tell.

  forget(session: Session): void {
    this.sessions.delete(session);
  }

  timedOut({ socket, response }: Session): boolean {
    const told = [response?.req.complete === false && response.req.emit("timeout", socket), response?.emit("timeout", socket)];
    return this.server.emit("timeout", socket) || told.includes(true);
  }

  // Inside.

  /** What a listener threw, or its promise rejected with. */
  private failed(response: object, error: unknown): void {
    const session = HttpSocket.sessionOf(Reflect.get(response, "socket"));
    if (session?.response === response) session.fail(error);
    else this.host.onError(error, "the application, behind its response");
  }

  private rejected(error: unknown, event: unknown, args: readonly unknown[]): void {
    const [, second] = args;
    if (second instanceof OutgoingMessage) return this.failed(second, error);
    this.host.onError(error, `a listener for '${String(event)}' of the application's http.Server`);
    if (second instanceof HttpSocket) second.destroy();
  }

  private connect(exchange: Exchange): Session {
    const session = new Session(this, exchange);
    exchange.raw.companion = session;
    this.sessions.add(session);
    if (this.server.timeout > 0) session.socket.setTimeout(this.server.timeout);
    try {
      this.state.tell("connection", session.socket);
    } catch (error) {
      this.host.onError(error, "a listener for 'connection' of the application's http.Server");
    }
    return session;
  }

  /** Whether somebody listens who takes the connection: with content, which no protocol has in that place, it is an ordinary request. */
  private takesOver(exchange: Exchange, request: GenuineRequest): boolean {
    if (exchange.body !== null) return false;
    if (exchange.head.method === "CONNECT") return true;
    const wanted: unknown = Reflect.get(this.server, "shouldUpgradeCallback");
    if (typeof wanted === "function") return Reflect.apply(wanted, this.server, [request]) === true;
    return this.server.listenerCount("upgrade") > 0;
  }

  private upgrade(exchange: Exchange, socket: HttpSocket, request: GenuineRequest): void {
    const event = exchange.head.method === "CONNECT" ? "connect" : "upgrade";
    if (this.server.listenerCount(event) === 0) {
      // node:http drops the connection without a word.
      exchange.respond({ status: 501, reason: "", fields: ["Connection", "close"] }, null);
      return;
    }
    request.upgrade = true;
    const first = socket.takeOver();
    try {
      this.server.emit(event, request, socket, first);
    } catch (error) {
      this.host.onError(error, `a listener for '${event}' of the application's http.Server`);
      socket.destroy();
    }
  }

  private dispatch(exchange: Exchange, request: GenuineRequest, response: GenuineResponse): void {
    const { server } = this;
    announceRequest(request, response, server);
    // Other expectations than this are refused before (417), and the body's first read answers this one where nobody listens.
    const isChecked = exchange.head.expectContinue && server.listenerCount("checkContinue") > 0;
    server.emit(isChecked ? "checkContinue" : "request", request, response);
  }
}
