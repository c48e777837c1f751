/**
 * The object that `Bun.serve` gives.
 *
 * @module
 */
import type { ProgramAddress, ProgramContext, SocketAddress } from "../../src/runtime/port.ts";
import type { Takeover } from "../shared/script/takeover.ts";
import { contextOf, createProgramHandler, type ServeHandler, type ServeOptions } from "./script-handler.ts";

const WEBSOCKET_LINE =
  "The program upgrades to WebSocket with server.upgrade(), which needs Bun's own server: it gives false. Use the package 'ws' on an " +
  "http.Server of node:http (setting interface: node)";

type RequestIp = ReturnType<ProgramContext["requestIP"]>;

/** Bun's `Server`, as far as there is one. */
export class TakenServer {
  readonly development: boolean = false;
  readonly protocol: string = "http";
  readonly pendingWebSockets: number = 0;
  readonly id: string;
  readonly #takeover: Takeover;
  /** Set before anything is served. */
  handler: ServeHandler = { answer: () => new Response(null, { status: 503 }) };
  #options: ServeOptions;
  #address: SocketAddress;
  #isServed = false;

  constructor(takeover: Takeover, asked: ProgramAddress, options: ServeOptions) {
    this.#takeover = takeover;
    this.#options = options;
    this.#address = takeover.shownAddress(asked, false);
    this.id = typeof options.id === "string" ? options.id : "";
  }

  /** What it shows from now on. */
  listening(address: SocketAddress, isServed: boolean): void {
    this.#address = address;
    this.#isServed = isServed;
  }

  get port(): number | undefined {
    return this.#address.kind === "tcp" ? this.#address.port : undefined;
  }

  get hostname(): string | undefined {
    if (this.#address.kind !== "tcp") return undefined;
    const { host } = this.#address;
    return host === "0.0.0.0" || host === "::" ? "localhost" : host;
  }

  get address(): object | string {
    if (this.#address.kind === "unix") return this.#address.path;
    const { host, port, family } = this.#address;
    return { address: host, family: `IPv${family}`, port };
  }

  get url(): URL {
    const { hostname } = this;
    if (this.#address.kind === "unix" || hostname === undefined) return new URL(`unix://${this.#path()}`);
    return new URL(`http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${this.#address.port}/`);
  }

  /** Programs wait until it is 0 when they stop; what the worker still has at hand is not told in detail. */
  get pendingRequests(): number {
    return this.#isServed && this.#takeover.end.isDraining ? 1 : 0;
  }

  async fetch(input: Request | string | URL): Promise<Response> {
    const request = input instanceof Request ? input : new Request(new URL(String(input), this.url).href);
    return await this.handler.answer(request, { remoteAddr: null, requestIP: () => null });
  }

  /** New handlers; the address stays. */
  reload(options: ServeOptions): this {
    this.#options = { ...this.#options, ...options };
    this.handler = createProgramHandler(this.#options, this);
    return this;
  }

  requestIP(request: Request): RequestIp {
    return contextOf(request)?.requestIP() ?? null;
  }

  /** Resolves when the worker has drained; the drain begins with the worker's SIGTERM, not here. */
  stop(_closeActive?: boolean): Promise<void> {
    if (!this.#isServed) return Promise.resolve();
    this.#takeover.closing();
    return this.#takeover.end.closed();
  }

  upgrade(_request: Request): boolean {
    this.#takeover.warn(WEBSOCKET_LINE);
    return false;
  }

  /** The deadlines of tsgunicorn count, of which none runs while an application is at work. */
  timeout(_request: Request, _seconds: number): void {}

  /** Nobody has subscribed. */
  publish(_topic: string, _data: unknown): number {
    return 0;
  }

  subscriberCount(_topic: string): number {
    return 0;
  }

  closeIdleConnections(): void {}
  ref(): void {}
  unref(): void {}

  [Symbol.dispose](): void {
    void this.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #path(): string {
    return this.#address.kind === "unix" ? this.#address.path : "";
  }
}
