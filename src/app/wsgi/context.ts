/** @module `tsgunicorn.context`: what else can be asked about a request. */
import type { Call, WorkerIdentity } from "../call.ts";
import type { WsgiContext } from "./types.ts";

/** A {@link WsgiContext} over a {@link Call}. */
export class CallContext implements WsgiContext {
  readonly #call: Call;
  #signal: AbortSignal | null = null;

  constructor(call: Call) {
    this.#call = call;
  }

  get signal(): AbortSignal {
    if (this.#signal === null) {
      const controller = new AbortController();
      this.#call.onLeave("hangup", (reason) => controller.abort(reason));
      this.#signal = controller.signal;
    }
    return this.#signal;
  }

  get scheme(): "http" | "https" {
    return this.#call.exchange.origin.scheme;
  }

  get authority(): string {
    return this.#call.exchange.origin.authority;
  }

  get clientAddress(): string {
    return this.#call.exchange.origin.clientAddress;
  }

  get clientPort(): number {
    return this.#call.exchange.origin.clientPort;
  }

  waitUntil(work: Promise<unknown>): void {
    const { pending, onError } = this.#call.services;
    pending.add(Promise.resolve(work), (error) => onError(error, "waitUntil"));
  }

  get worker(): WorkerIdentity {
    return this.#call.services.worker;
  }
}
