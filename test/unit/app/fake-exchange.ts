/** @module An exchange without a connection, which tells what a bridge did with it. */
import type { Exchange, PeerInfo, RequestBody } from "../../../src/app/application.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import type { ResponseHead } from "../../../src/http/response-head.ts";

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
  reads = 0;
  cancelled = false;

  constructor(parts: readonly (string | Uint8Array)[], failure: Error | null = null) {
    this.#parts = parts.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part);
    this.#failure = failure;
  }

  read(): Promise<Uint8Array | null> {
    this.reads++;
    const part = this.#parts.shift();
    if (part === undefined && this.#failure !== null) return Promise.reject(this.#failure);
    return Promise.resolve(part ?? null);
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
  readonly body: RequestBody | null;
  aborted = false;
  /** What `respond` or `start` got. */
  sentHead: ResponseHead | null = null;
  /** What `respond` got. */
  whole: string | Uint8Array | null | undefined = undefined;
  started = false;
  readonly written: Uint8Array[] = [];
  ended = false;
  failure: unknown = undefined;
  failed = false;
  /** Parts that `write` takes before it asks for a wait. */
  room = Infinity;
  readonly #finished = Promise.withResolvers<void>();
  #waiting: (() => void)[] = [];
  #abort: ((reason: Error) => void) | null = null;

  constructor(head: Partial<RequestHead> = {}, body: RequestBody | null = null, peer: PeerInfo = PEER) {
    this.head = requestHead(head);
    this.body = body;
    this.peer = peer;
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

  respond(head: ResponseHead, body: string | Uint8Array | null): void {
    this.#begin(head);
    this.whole = body;
    this.#finished.resolve();
  }

  start(head: ResponseHead): void {
    this.#begin(head);
    this.started = true;
  }

  write(bytes: Uint8Array): boolean {
    if (!this.started || this.ended) throw new Error("write out of order");
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

  end(): void {
    if (!this.started) throw new Error("end out of order");
    this.ended = true;
    this.#finished.resolve();
  }

  fail(error: unknown): void {
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

  #begin(head: ResponseHead): void {
    if (this.sentHead !== null) throw new Error("a second answer");
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
