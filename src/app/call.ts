/** @module One call of a fetch application: what its request, its context and its response share. */
import type { Exchange } from "./application.ts";
import { IncomingBody } from "./request-body.ts";
import type { SocketStreams } from "./socket-streams.ts";
import type { TrailerMaker } from "./trailers.ts";

/** The worker that serves, as an application sees it. */
export interface WorkerIdentity {
  /** Of the worker's process. */
  readonly pid: number;
  /** Counts the workers that the arbiter has started, from 1. */
  readonly age: number;
}

/** What all calls of one worker share. */
export interface BridgeServices {
  readonly worker: WorkerIdentity;
  /** Work that `waitUntil` keeps the worker for. */
  readonly pending: PendingWork;
  /** Hears of errors that no response can carry. */
  onError(error: unknown, during: string): void;
}

/** Promises that the end of the worker waits for. */
export class PendingWork {
  #count = 0;
  #waiting: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  add(work: Promise<unknown>, failed: (error: unknown) => void): void {
    this.#count++;
    work.then(undefined, failed).finally(() => {
      this.#count--;
      if (this.#count > 0) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const run of waiting) run();
    });
  }

  /** Resolves when there is none left. */
  settled(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Why a signal aborts and a stream is cancelled. An `AbortError`, so that code which ignores those ignores this. */
export function clientLeft(): DOMException {
  return new DOMException("The client left before the response was complete", "AbortError");
}

/** What a listener waits for: the end of what the client sends, which is how most leave, or the certainty that it reads no more. */
type Departure = "hangup" | "gone";

/** An exchange, and the one abort listener that it allows shared out. */
export class Call {
  readonly exchange: Exchange;
  readonly services: BridgeServices;
  /** What makes the trailers of the response, once its body went out. */
  trailers: TrailerMaker | null = null;
  /** The connection, where the application has taken it over: there is no response then. */
  upgraded: SocketStreams | null = null;
  /** Undefined: not looked at yet. */
  #content: IncomingBody | null | undefined = undefined;
  #listeners: Map<(reason: DOMException) => void, Departure> | null = null;

  constructor(exchange: Exchange, services: BridgeServices) {
    this.exchange = exchange;
    this.services = services;
  }

  /** Content of the request. Null also where a GET or HEAD has some, for no `Request` can have it with these (Fetch standard). */
  get content(): IncomingBody | null {
    if (this.#content === undefined) {
      const { head, body } = this.exchange;
      this.#content = body === null || head.method === "GET" || head.method === "HEAD" ? null : new IncomingBody(body);
    }
    return this.#content;
  }

  /**
   * Calls `run` once, at once when it happened already. A client that shut down its sending side may still read: that is a hangup
   * and not gone.
   */
  onLeave(departure: Departure, run: (reason: DOMException) => void): () => void {
    if (this.exchange.aborted) {
      run(clientLeft());
      return () => {};
    }
    const listeners = this.#listeners ??= new Map();
    listeners.set(run, departure);
    if (listeners.size === 1) this.exchange.onAbort(() => this.#left());
    return () => void listeners.delete(run);
  }

  #left(): void {
    const reason = clientLeft();
    for (const [run, departure] of this.#listeners ?? []) {
      if (departure === "gone" && !this.exchange.aborted) continue;
      this.#listeners?.delete(run);
      run(reason);
    }
  }
}
