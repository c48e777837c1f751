/**
 * The content of a request as the application pulls it out of the connection's parser.
 *
 * @module
 */
import type { RequestBody } from "../app/application.ts";
import type { Fields } from "../http/events.ts";
import { encodeInterim } from "../http/writer.ts";
import { BodyPace } from "./body-pace.ts";
import type { Connection } from "./connection.ts";

interface Waiter {
  readonly resolve: (bytes: Uint8Array | null) => void;
  readonly reject: (error: Error) => void;
}

const CONTINUE = encodeInterim(100, []);
const NO_FIELDS: Fields = [];

/** Reads nothing ahead by itself: the parser's buffer is the only one, and the socket is paused when that is full. */
export class ConnectionBody implements RequestBody {
  readonly #connection: Connection;
  #continueAwaited: boolean;
  #waiter: Waiter | null = null;
  #failure: Error | null = null;
  #ended = false;
  /** Made when the application first has to wait: most content is here with the head. */
  #pace: BodyPace | null = null;

  /** `expectContinue`: the client waits for an interim response before it sends the content (RFC 9110 §10.1.1). */
  constructor(connection: Connection, expectContinue: boolean) {
    this.#connection = connection;
    this.#continueAwaited = expectContinue;
  }

  /** Whether the application has asked for content; its end is then in sight. */
  isRead = false;

  trailers: Fields = NO_FIELDS;

  /** Why reads reject. */
  get failure(): Error | null {
    return this.#failure;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The client need not wait any longer before it sends the content. */
  sendContinue(): void {
    if (this.#continueAwaited) this.#connection.output.send(CONTINUE);
    this.#continueAwaited = false;
  }

  read(): Promise<Uint8Array | null> {
    if (this.#waiter !== null) return Promise.reject(new Error("A read of the request body is pending already"));
    this.isRead = true;
    const bytes = this.#take();
    if (bytes !== undefined) return Promise.resolve(bytes);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    this.sendContinue();
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#want();
    });
  }

  takeBuffered(): Uint8Array | null {
    this.isRead = true;
    return this.#waiter === null ? this.#take() ?? null : null;
  }

  cancel(): void {
    this.fail(new Error("The request body was cancelled"));
  }

  /** The answer has begun: an interim response would land in the middle of it. */
  answerBegan(): void {
    this.#continueAwaited = false;
  }

  /** More input is in the parser. */
  arrived(): void {
    if (this.#waiter === null) return;
    const bytes = this.#take();
    const waiter = this.#waiter;
    if (bytes !== undefined) {
      this.#waiter = null;
      waiter.resolve(bytes);
    } else if (this.#failure !== null) {
      this.#waiter = null;
      waiter.reject(this.#failure);
    } else {
      this.#want();
    }
  }

  /** The event loop was blocked for so long. */
  postpone(ms: number): void {
    this.#pace?.postpone(ms);
  }

  /** No byte will come any more: every read, pending or later, rejects. */
  fail(reason: Error): void {
    if (this.#ended) return;
    this.#failure ??= reason;
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.reject(this.#failure);
  }

  #want(): void {
    const { host } = this.#connection;
    this.#pace ??= new BodyPace(host.deadlines);
    this.#connection.wantBody(this.#pace.wait(host.nowMs));
  }

  /** Throws a `RemoteProtocolError` for trailers that are refused. */
  #end(): void {
    if (this.trailers.length > 0) {
      const { host, peer } = this.#connection;
      this.trailers = host.trust.judgeTrailers(this.trailers, peer);
    }
    this.#ended = true;
  }

  /** Bytes, null at the end, undefined when there are none (yet, or because of a failure). */
  #take(): Uint8Array | null | undefined {
    if (this.#ended) return null;
    if (this.#failure !== null) return undefined;
    try {
      const bytes = this.#connection.intake.takeBody(this);
      if (bytes === undefined) return undefined;
      // How long the application takes until it asks again is its own affair.
      this.#connection.gotBody();
      if (bytes === null) this.#end();
      else this.#pace?.came(bytes.length, this.#connection.host.nowMs);
      return bytes;
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  }
}
