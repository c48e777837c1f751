/** @module `Request` of the Fetch standard as a thin view of an exchange: whatever is not read is not made. */
import type { Exchange } from "./application.ts";
import type { Call } from "./call.ts";
import { LightHeaders } from "./headers.ts";
import { forwardMissing, NativeRequest, NativeResponse, printAs } from "./natives.ts";
import { toTextStream } from "./text-stream.ts";
import { requestUrl } from "./request-url.ts";

const decoder = new TextDecoder();

/**
 * A server's request, `instanceof Request`. GET and HEAD have a null body, as the standard demands of a `Request`; content that a
 * client sends with them stays unread.
 */
export class LightRequest implements Request {
  readonly #call: Call;
  #url: string | null = null;
  #headers: LightHeaders | null = null;
  #signal: AbortSignal | null = null;
  #native: Request | null = null;
  #isCloned = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Whether a value is one of ours. */
  static is(value: unknown): value is LightRequest {
    return typeof value === "object" && value !== null && #call in value;
  }

  /**
   * The runtime's own request in the place of `request`, made once; the body moves into it. Throws a TypeError for a method that a
   * `Request` cannot have (CONNECT, TRACE, TRACK).
   */
  static toNative(request: LightRequest): Request {
    return (request.#native ??= request.#materialize());
  }

  get method(): string {
    return this.#call.exchange.head.method;
  }

  get url(): string {
    return (this.#url ??= requestUrl(this.#call.exchange));
  }

  get headers(): LightHeaders {
    return (this.#headers ??= new LightHeaders(this.#call.exchange.head.fields));
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return this.#moved()?.body ?? this.#call.content?.stream() ?? null;
  }

  get bodyUsed(): boolean {
    // Who reads a clone does not use this one up; who reads what was made of it by `new Request` does, of which Bun tells nothing.
    return (!this.#isCloned && this.#call.content?.used === true) || this.#native?.bodyUsed === true;
  }

  get signal(): AbortSignal {
    if (this.#signal === null) {
      const controller = new AbortController();
      this.#call.onLeave("hangup", (reason) => controller.abort(reason));
      this.#signal = controller.signal;
    }
    return this.#signal;
  }

  // What the constructor of the standard gives where nothing is said.
  get cache(): RequestCache {
    return "default";
  }
  get credentials(): RequestCredentials {
    return "same-origin";
  }
  get destination(): RequestDestination {
    return "";
  }
  get duplex(): "half" {
    return "half";
  }
  get integrity(): string {
    return "";
  }
  get isHistoryNavigation(): boolean {
    return false;
  }
  get isReloadNavigation(): boolean {
    return false;
  }
  get keepalive(): boolean {
    return false;
  }
  get mode(): RequestMode {
    return "cors";
  }
  get redirect(): RequestRedirect {
    return "follow";
  }
  get referrer(): string {
    return "about:client";
  }
  get referrerPolicy(): ReferrerPolicy {
    return "";
  }

  async text(): Promise<string> {
    const native = this.#moved();
    if (native !== null) return await native.text();
    return decoder.decode(await this.#readAll());
  }

  textStream(): ReadableStream<string> {
    return toTextStream(this);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const native = this.#moved();
    if (native !== null) return new Uint8Array(await native.arrayBuffer());
    return await this.#readAll();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const native = this.#moved();
    if (native !== null) return await native.arrayBuffer();
    return (await this.#readAll()).buffer;
  }

  async blob(): Promise<Blob> {
    const native = this.#moved();
    if (native !== null) return await native.blob();
    return new Blob([await this.#readAll()], { type: this.headers.get("content-type") ?? "" });
  }

  /** Parsed by the runtime, from the whole body. */
  async formData(): Promise<FormData> {
    const native = this.#moved();
    if (native !== null) return await native.formData();
    const type = this.headers.get("content-type");
    return await new NativeResponse(await this.#readAll(), type === null ? {} : { headers: { "content-type": type } }).formData();
  }

  clone(): Request {
    if (this.#native === null && this.#call.content === null) {
      const copy = new LightRequest(this.#call);
      copy.#url = this.#url;
      copy.#signal = this.#signal;
      if (this.#headers !== null) copy.#headers = new LightHeaders([...LightHeaders.fieldsOf(this.#headers)]);
      return copy;
    }
    if (this.#moved() === null && this.#call.content?.unusable === true) {
      throw new TypeError("A request cannot be cloned after its body has been read");
    }
    const native = LightRequest.toNative(this);
    this.#isCloned = true;
    return native.clone();
  }

  /** The native request where it holds the body; null also where it was made after the body had been read. */
  #moved(): Request | null {
    return this.#native === null || this.#native.body === null ? null : this.#native;
  }

  async #readAll(): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#call.content?.readAll() ?? new Uint8Array(0);
  }

  #materialize(): Request {
    const { content } = this.#call;
    return createNative(this.#call.exchange, this.url, [...this.headers], {
      // A body that was read stays behind; whoever wants it is told by `bodyUsed`, which is asked first.
      body: content === null || content.unusable ? null : content.stream(),
      signal: this.signal,
    });
  }
}

/** The runtime's own `Request` for a call, made at once: what handlers get without light objects. */
export function createNativeRequest(call: Call): Request {
  return LightRequest.toNative(new LightRequest(call));
}

function createNative(
  exchange: Exchange,
  url: string,
  headers: [string, string][],
  parts: Pick<RequestInit, "body" | "signal">,
): Request {
  // `duplex` is demanded with a stream (https://fetch.spec.whatwg.org/#dom-requestinit-duplex) and missing in some libraries of types.
  const init: RequestInit & { duplex: "half" } = { method: exchange.head.method, headers, duplex: "half", ...parts };
  return new NativeRequest(url, init);
}

Object.setPrototypeOf(LightRequest.prototype, NativeRequest.prototype);
Object.defineProperty(LightRequest.prototype, "constructor", { value: NativeRequest, configurable: true, writable: true });
forwardMissing(LightRequest.prototype, NativeRequest.prototype, LightRequest.toNative);
printAs(LightRequest.prototype, "Request", ({ method, url, headers, bodyUsed }) => ({ method, url, headers, bodyUsed }));
