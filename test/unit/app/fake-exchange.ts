/** @module An exchange without a connection, which tells what a bridge did with it. */
import type { Exchange, PeerInfo, RawAnswer, RequestBody, TakenConnection } from "../../../src/app/application.ts";
import { LocalProtocolError } from "../../../src/http/errors.ts";
import type { Fields, RequestHead } from "../../../src/http/events.ts";
import { decideResponseFraming, type ResponseFraming } from "../../../src/http/framing.ts";
import type { ResponseHead } from "../../../src/http/response-head.ts";
import type { RequestOrigin } from "../../../src/http/trust-settings.ts";
import { FakeSocket } from "./fake-socket.ts";

export const PEER: PeerInfo = {
  remoteAddress: "192.0.2.7",
  remotePort: 40_000,
  localAddress: "192.0.2.1",
  localPort: 8000,
  secure: false,
};

export function requestHead(parts: Partial<RequestHead> = {}): RequestHead {
  return {
    method: "GET",
    target: "/",
    form: "origin",
    minorVersion: 1,
    fields: ["Host", "example.com"],
    authority: "example.com",
    framing: { kind: "none" },
    keepAlive: true,
    expectContinue: false,
    upgrade: false,
    ...parts,
  };
}

/** A body of fixed parts; `failure` is thrown after them. */
export class FakeBody implements RequestBody {
  readonly #parts: Uint8Array[];
  readonly #failure: Error | null;
  readonly #trailers: Fields;
  reads = 0;
  ended = false;
  cancelled = false;

  constructor(parts: readonly (string | Uint8Array)[], failure: Error | null = null, trailers: Fields = []) {
    this.#trailers = trailers;
    this.#parts = parts.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part);
    this.#failure = failure;
  }

  read(): Promise<Uint8Array | null> {
    this.reads++;
    const part = this.#parts.shift();
    if (part === undefined && this.#failure !== null) return Promise.reject(this.#failure);
    if (part === undefined) this.ended = true;
    return Promise.resolve(part ?? null);
  }

  get trailers(): Fields {
    return this.ended ? this.#trailers : [];
  }

  takeBuffered(): Uint8Array | null {
    return null;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

export class FakeExchange implements Exchange {
  readonly head: RequestHead;
  readonly peer: PeerInfo;
  readonly body: FakeBody | null;
  readonly origin: RequestOrigin;
  /** Where `takeOver` gives it. */
  readonly socket = new FakeSocket();
  /** What the client sent behind the head of an upgrade. */
  rest: Uint8Array = new Uint8Array(0);
  takenOver = false;
  readonly interims: { readonly status: number; readonly fields: Fields }[] = [];
  aborted = false;
  /** What `respond` or `start` got. */
  sentHead: ResponseHead | null = null;
  /** What `respond` got. */
  whole: string | Uint8Array | null | undefined = undefined;
  started = false;
  readonly written: Uint8Array[] = [];
  ended = false;
  /** What `end` got. */
  trailers: Fields | undefined = undefined;
  failure: unknown = undefined;
  failed = false;
  /** Parts that `write` takes before it asks for a wait. */
  room = Infinity;
  readonly #finished = Promise.withResolvers<void>();
  #waiting: (() => void)[] = [];
  #abort: ((reason: Error) => void) | null = null;
  #framing: ResponseFraming | null = null;
  #sentBytes = 0;

  constructor(
    head: Partial<RequestHead> = {},
    body: FakeBody | null = null,
    peer: PeerInfo = PEER,
    origin: Partial<RequestOrigin> = {},
  ) {
    this.head = requestHead(head);
    this.body = body;
    this.peer = peer;
    this.origin = {
      scheme: peer.secure ? "https" : "http",
      authority: this.head.authority,
      clientAddress: peer.remoteAddress,
      clientPort: peer.remotePort,
      ...origin,
    };
  }

  get raw(): RawAnswer {
    throw new Error("This exchange has no raw answer");
  }

  get answered(): boolean {
    return this.sentHead !== null || this.failed;
  }

  /** Resolves when the answer is complete, or failed. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** The body as text, however it was sent. */
  get text(): string {
    if (typeof this.whole === "string") return this.whole;
    const parts = this.whole instanceof Uint8Array ? [this.whole] : this.written;
    return Buffer.concat(parts).toString("utf8");
  }

  onAbort(run: (reason: Error) => void): void {
    if (this.#abort !== null) throw new Error("onAbort takes one listener");
    this.#abort = run;
  }

  sendInterim(status: number, fields: Fields): void {
    if (this.head.minorVersion === 1 && !this.answered && !this.aborted) this.interims.push({ status, fields });
  }

  respond(head: ResponseHead, body: string | Uint8Array | null): void {
    this.#begin(head, typeof body === "string" ? Buffer.byteLength(body) : body?.byteLength ?? 0);
    this.whole = body;
    this.#finished.resolve();
  }

  start(head: ResponseHead): void {
    this.#begin(head, null);
    this.started = true;
  }

  write(bytes: Uint8Array): boolean {
    if (this.failed) return true;
    if (!this.started || this.ended) throw new Error("write out of order");
    this.#sentBytes += bytes.byteLength;
    if (this.#framing?.kind === "length" && this.#sentBytes > this.#framing.bytes) {
      this.fail(new LocalProtocolError("content_length_mismatch", "more"));
      return true;
    }
    if (!this.aborted) this.written.push(bytes);
    this.room--;
    return this.room > 0;
  }

  drained(): Promise<void> {
    if (this.room > 0 || this.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The client takes `parts` more. */
  drain(parts: number): void {
    this.room = parts;
    this.#release();
  }

  end(trailers?: Fields): void {
    if (!this.started) throw new Error("end out of order");
    if (this.#framing?.kind === "length" && this.#sentBytes < this.#framing.bytes) {
      return this.fail(new LocalProtocolError("content_length_mismatch", "less"));
    }
    this.ended = true;
    this.trailers = trailers;
    this.#finished.resolve();
  }

  takeOver(head: ResponseHead | null): TakenConnection {
    if (this.answered || this.takenOver) throw new LocalProtocolError("no_upgrade", "an answer has begun");
    if (this.body !== null && !this.body.ended) throw new LocalProtocolError("no_upgrade", "the request has content");
    this.takenOver = true;
    this.sentHead = head;
    return { socket: this.socket, rest: this.rest };
  }

  fail(error: unknown): void {
    if (this.takenOver) throw new Error("fail() after takeOver()");
    this.failed = true;
    this.failure = error;
    this.#finished.resolve();
  }

  /** The client closes its sending side and goes on reading. */
  hangUp(): void {
    this.#abort?.(new Error("half closed"));
  }

  /** The client is gone. */
  leave(): void {
    this.aborted = true;
    this.#abort?.(new Error("gone"));
    this.#release();
  }

  #begin(head: ResponseHead, knownBytes: number | null): void {
    if (this.sentHead !== null) throw new Error("a second answer");
    this.#framing = decideResponseFraming(this.head, head, knownBytes);
    this.sentHead = head;
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }
}

/** A field's values of a flat list. */
export function values(fields: readonly string[], name: string): string[] {
  return fields.flatMap((field, index) => index % 2 === 0 && field.toLowerCase() === name ? [fields[index + 1] ?? ""] : []);
}
