/**
 * What a connection is to the bridge, from its first request on: which request is with the application, how its response reaches the exchange,
 * and what both are told when the client leaves. The application holds the {@link HttpSocket} in front of it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Server } from "node:http";
import process from "node:process";
import type { ConnectionCompanion, Exchange, RawAnswer, RawHead, TakenConnection } from "../../../src/app/application.ts";
import type { GenuineRequest, GenuineResponse } from "./genuine.ts";
import { HttpSocket } from "./http-socket.ts";
import { close, connectionReset, drain, settle, streamDestroyed } from "./settle.ts";

/**
 * After the client ended its side, for this long an answer may still begin or go on: some clients half-close when they have asked. Most have
 * left, though, and applications wait for `close` to stop their work.
 */
const HALF_CLOSED_MS = 1_000;

/** Longer text is handed on as bytes, which leave the process as fast as the client takes them. */
const LONG_TEXT_CHARS = 16_384;

/** Of a write: called when there is room for the next, or the connection is gone. */
export type Written = (error?: Error | null) => void;

/** What is known of an answer whose head is made and not sent. */
export type PlannedHead = Omit<RawHead, "sizeBytes">;

/** What all connections of a server share. */
export interface SessionOwner {
  readonly server: Server;
  /** The connection is gone, or was taken over and closed. */
  forget(session: Session): void;
  /** Nothing happened for as long as the application set. True: it has taken care of that. */
  timedOut(session: Session): boolean;
}

export class Session implements ConnectionCompanion {
  readonly socket: HttpSocket;
  readonly owner: SessionOwner;
  /** The response that the application works on; null between two requests. */
  response: GenuineResponse | null = null;
  /** Its head, between its making and its sending. */
  planned: PlannedHead | null = null;
  private exchange: Exchange;
  private raw: RawAnswer;
  private request: GenuineRequest | null = null;
  /** Callbacks of writes that the client has no room for yet. */
  private waiting: Written[] = [];
  private isWaiting = false;
  /** Written since the client had room last. */
  private unsentBytes = 0;
  private isGone = false;

  constructor(owner: SessionOwner, exchange: Exchange) {
    this.owner = owner;
    this.exchange = exchange;
    this.raw = exchange.raw;
    this.socket = new HttpSocket(this, exchange.peer);
  }

  // What the bridge tells.

  /** A request begins; the one before it is answered. */
  begin(exchange: Exchange, request: GenuineRequest, response: GenuineResponse): void {
    this.exchange = exchange;
    this.raw = exchange.raw;
    this.request = request;
    this.response = response;
    this.planned = null;
    this.socket._httpMessage = response;
    response.socket = this.socket;
    exchange.onAbort(this.aborted);
  }

  /** The application has said all of the answer. */
  finished(response: GenuineResponse): void {
    if (response !== this.response) return;
    const { request } = this;
    this.detach();
    this.socket.restoreTimeout();
    // Before the exchange ends, which may begin the next one.
    if (this.isWaiting) this.waiting.push(() => settle(request, response));
    else process.nextTick(settle, request, response);
    this.raw.endRaw();
  }

  /** Whether this answer is still to come or in the middle. */
  isAnswering(response: GenuineResponse): boolean {
    return response === this.response;
  }

  /** Whether the answer of the moment may leave the connection open. */
  get canPersist(): boolean {
    return this.raw.canPersist;
  }

  /** Value of the Server field, where the answer names none. */
  get serverField(): string | null {
    return this.raw.server;
  }

  /** What waits for the client at least, in bytes; 0 where there is room. */
  get writableLength(): number {
    return this.unsentBytes;
  }

  /** Whether the client came by https, as the connection or a trusted proxy says. */
  get isSecure(): boolean {
    return this.exchange.origin.scheme === "https";
  }

  /** The application threw: a 500 where no answer has begun. */
  fail(error: unknown): void {
    this.exchange.fail(error);
    this.leave();
  }

  /**
   * The content of a request cannot be read on: the client's mistake or its leaving, which the exchange answers as it deserves (408, 413) where no
   * answer has begun. Does nothing for a request that is answered: its content is nobody's any more.
   */
  contentFailed(request: GenuineRequest, error: unknown): void {
    if (request === this.request) this.fail(error);
  }

  /** The connection becomes the application's. Throws a `LocalProtocolError` where it cannot. */
  takeOver(): TakenConnection {
    const taken = this.exchange.takeOver(null);
    this.detach();
    return taken;
  }

  // What the connection tells.

  connectionClosed(): void {
    if (!this.socket.isTakenOver) this.leave();
  }

  /** The client ended its side, or is gone for good. */
  private readonly aborted = (): void => {
    if (this.exchange.aborted) return this.leave();
    const { request, response } = this;
    if (request !== null) process.nextTick(endAlone, request, this.socket);
    if (response === null) return;
    setTimeout(() => {
      const isSending = response._header !== null && typeof response._contentLength === "number";
      if (this.isAnswering(response) && !isSending) this.socket.destroy();
    }, HALF_CLOSED_MS);
  };

  // What the socket asks for.

  /** Part of a response, or what the application writes past it. False: wait for `drain`. */
  write(chunk: unknown, coding: BufferEncoding | undefined, written: Written | undefined): boolean {
    if (this.isGone) {
      if (written !== undefined) process.nextTick(written, streamDestroyed());
      return false;
    }
    let isRoom = !this.isWaiting;
    if (typeof chunk === "string") {
      if (chunk !== "") isRoom = this.sendText(chunk, coding);
    } else if (chunk instanceof Uint8Array) {
      isRoom = this.send(chunk, false);
    }
    if (!isRoom) this.awaitRoom();
    if (written === undefined) return isRoom;
    if (isRoom) process.nextTick(written);
    else this.waiting.push(written);
    return isRoom;
  }

  /** The application ends its half. What it wrote by hand is complete then; a response of the usual kind is cut off. */
  end(): void {
    const isByHand = this.response !== null && this.response._header === null && this.exchange.answered;
    if (isByHand) this.raw.endRaw();
    else this.socket.destroy();
  }

  /** The application destroyed the socket. */
  destroyed(): void {
    this.owner.forget(this);
    if (!this.isGone && !this.socket.isTakenOver) this.raw.destroy();
  }

  // Inside.

  private detach(): void {
    this.request = null;
    this.response = null;
    this.socket._httpMessage = null;
  }

  /** The connection is gone, for all that the application can do. */
  private leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    const { request, response } = this;
    this.detach();
    this.owner.forget(this);
    this.socket.destroy();
    const waiting = this.waiting;
    this.waiting = [];
    // In a turn of its own: what a listener throws must not reach the worker, which may be ending many connections.
    process.nextTick(tellGone, waiting, request, response);
  }

  private sendText(text: string, coding: BufferEncoding | undefined): boolean {
    const isLatin1 = coding === "latin1" || coding === "ascii" || coding === "binary";
    const isUtf8 = coding === undefined || coding === "utf8" || coding === "utf-8";
    const isShort = text.length <= LONG_TEXT_CHARS;
    if (isShort && (isLatin1 || (isUtf8 && Buffer.byteLength(text) === text.length))) return this.send(text, false);
    return this.send(Buffer.from(text, coding), isUtf8);
  }

  /** `isUtf8`: the head, if it is in front of the data, is encoded so. */
  private send(data: string | Uint8Array, isUtf8: boolean): boolean {
    const { raw, planned } = this;
    if (planned !== null) {
      this.planned = null;
      const head = this.response?._header ?? "";
      const sizeBytes = isUtf8 ? Buffer.byteLength(head) : head.length;
      raw.startRaw({ status: planned.status, framing: planned.framing, persistent: planned.persistent, sizeBytes });
    } else if (!this.exchange.answered) {
      return this.sendByHand(typeof data === "string" ? data : Buffer.from(data).toString("latin1"));
    }
    const isRoom = raw.writeRaw(data);
    if (!isRoom) this.unsentBytes += data.length;
    return isRoom;
  }

  /** Something that is no part of a response: an interim response, or an answer that the application writes itself. */
  private sendByHand(text: string): boolean {
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?= |\r)/.exec(text)?.[1] ?? 0);
    if (status === 100) this.raw.sendContinue();
    else if (status > 101 && status < 200) this.raw.sendInterimText(text);
    else {
      this.raw.startRaw({ status, sizeBytes: 0, framing: { kind: "close" }, persistent: false });
      return this.raw.writeRaw(text);
    }
    return true;
  }

  private awaitRoom(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    void this.exchange.drained().then(this.roomCame);
  }

  private readonly roomCame = (): void => {
    this.isWaiting = false;
    this.unsentBytes = 0;
    if (this.isGone) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const written of waiting) process.nextTick(written);
    if (this.response !== null) drain(this.response);
    this.socket.emit("drain");
  };
}

function tellGone(waiting: readonly Written[], request: GenuineRequest | null, response: GenuineResponse | null): void {
  for (const written of waiting) process.nextTick(written, streamDestroyed());
  request?.destroy(connectionReset());
  if (response !== null) close(response);
}

/** Destroys a request that would take its socket with it, if that were not gone already. */
function endAlone(request: GenuineRequest, socket: HttpSocket): void {
  request.socket = Object.create(socket, { destroyed: { value: true } });
  try {
    request.destroy(connectionReset());
  } finally {
    request.socket = socket;
  }
}
