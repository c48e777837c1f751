/** @module The second argument of a fetch handler. */
import type { Call, WorkerIdentity } from "./call.ts";

/** An end of a connection, as `Deno.serve` gives it. */
export type RemoteAddress =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** A client's address, as `server.requestIP` of Bun gives it. */
export interface RequestIp {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
  readonly port: number;
}

/** What a handler can ask about its call. Reading nothing costs nothing. */
export interface FetchContext {
  /** The peer of the connection: a proxy's address where there is a proxy. */
  readonly remoteAddr: RemoteAddress;
  /** The same for code written for Bun; null on a unix socket. The argument is not needed. */
  requestIP(request?: Request): RequestIp | null;
  /** Keeps the worker alive for `work` after the response, up to `graceful_timeout`. A rejection is logged. */
  waitUntil(work: Promise<unknown>): void;
  readonly worker: WorkerIdentity;
}

/** A {@link FetchContext} over a {@link Call}. */
export class CallContext implements FetchContext {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  get remoteAddr(): RemoteAddress {
    const { remoteAddress, remotePort } = this.#call.exchange.peer;
    if (remoteAddress === "") return { transport: "unix", path: "" };
    return { transport: "tcp", hostname: remoteAddress, port: remotePort };
  }

  requestIP(_request?: Request): RequestIp | null {
    const { remoteAddress, remotePort } = this.#call.exchange.peer;
    if (remoteAddress === "") return null;
    return { address: remoteAddress, family: remoteAddress.includes(":") ? "IPv6" : "IPv4", port: remotePort };
  }

  waitUntil(work: Promise<unknown>): void {
    const { pending, onError } = this.#call.services;
    pending.add(Promise.resolve(work), (error) => onError(error, "waitUntil"));
  }

  get worker(): WorkerIdentity {
    return this.#call.services.worker;
  }
}
