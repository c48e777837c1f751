/** @module `Response` of the Fetch standard that keeps text and bytes as they are, so that they are sent without a stream or a promise. */
import type { ResponseHead } from "../http/response-head.ts";
import { LightHeaders } from "./headers.ts";
import { forwardMissing, NativeResponse, printAs } from "./natives.ts";
import { type BodySource, extractBody, TEXT_TYPE } from "./response-body.ts";
import { toTextStream } from "./text-stream.ts";
import { createHead, EMPTY_HEAD, isNullBodyStatus, TEXT_HEAD, usedBody } from "./response-head.ts";

/** What a bridge sends of a light response. */
export interface ResponsePayload {
  readonly head: ResponseHead;
  readonly body: BodySource | null;
}

/** Set by the class, which is what applications see as the global `Response`: a static method would be theirs too. */
let take: (value: unknown) => ResponsePayload | undefined;

/**
 * What to send of a light response, which counts as used then; undefined for any other value. Throws a TypeError when it was used
 * before or a reader holds its body.
 */
export function takePayload(value: unknown): ResponsePayload | undefined {
  return take(value);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Stands in for the global `Response` while light objects are installed. `instanceof` holds both ways: these are instances of the
 * runtime's class, and the runtime's responses (those of `fetch`) are instances of this one. Reading a body other than text or bytes,
 * `body` and `clone` of a streamed one turn to a native response inside.
 */
export class LightResponse implements Response {
  #head: ResponseHead;
  #source: BodySource | null;
  #used = false;
  #headers: LightHeaders | null = null;
  #native: Response | null = null;

  /** Throws a RangeError or a TypeError as the standard says. */
  constructor(body?: BodyInit | null, init?: ResponseInit) {
    // The two branches of nearly every response come first and make nothing else.
    if (typeof body === "string") {
      // No text is no body where there can be none, as Bun has it: frameworks set a status and leave the text empty.
      const isNone = body === "" && init !== undefined && isNullBodyStatus(Number(init?.status));
      this.#source = isNone ? null : body;
      this.#head = init === undefined ? TEXT_HEAD : createHead(init ?? {}, !isNone, isNone ? null : TEXT_TYPE);
    } else if (body === undefined || body === null) {
      this.#source = null;
      this.#head = init === undefined ? EMPTY_HEAD : createHead(init ?? {}, false, null);
    } else {
      const { source, type } = extractBody(body);
      this.#source = source;
      this.#head = createHead(init ?? {}, true, type);
    }
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    // A subclass inherits this method and means only itself.
    return this === LightResponse ? value instanceof NativeResponse : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /** A network error, which no server can send; the runtime's own. */
  static error(): Response {
    return NativeResponse.error();
  }

  static json(data: unknown, init?: ResponseInit): Response {
    const text: string | undefined = JSON.stringify(data);
    if (text === undefined) throw new TypeError(`Response.json cannot make JSON of ${typeof data}`);
    const response = new LightResponse(null);
    response.#source = text;
    response.#head = createHead(init ?? {}, true, "application/json");
    return response;
  }

  /** Relative addresses are taken where the runtime takes them (Bun). Throws a TypeError for the address and a RangeError for the status. */
  static redirect(url: string | URL, status?: number): Response {
    const native = NativeResponse.redirect(url, status);
    return new LightResponse(null, { status: native.status, headers: [["location", native.headers.get("location") ?? ""]] });
  }

  get status(): number {
    return this.#head.status;
  }
  get statusText(): string {
    return this.#head.reason;
  }
  get ok(): boolean {
    return this.#head.status < 300;
  }
  get type(): ResponseType {
    return "default";
  }
  get url(): string {
    return "";
  }
  get redirected(): boolean {
    return false;
  }

  get headers(): LightHeaders {
    return (this.#headers ??= new LightHeaders(this.#head.fields));
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return this.#source === null ? null : LightResponse.#toNative(this).body;
  }

  get bodyUsed(): boolean {
    return this.#used || this.#native?.bodyUsed === true;
  }

  async text(): Promise<string> {
    // Encoded and decoded: lone surrogates and a byte order mark do not survive the standard either.
    if (this.#isPlain()) return decoder.decode(this.#takeBytes());
    this.#assertUnused();
    return await LightResponse.#toNative(this).text();
  }

  textStream(): ReadableStream<string> {
    return toTextStream(this);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#isPlain()) return this.#takeBytes();
    this.#assertUnused();
    return new Uint8Array(await LightResponse.#toNative(this).arrayBuffer());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.headers.get("content-type") ?? "" });
  }

  /** Parsed by the runtime, from the whole body. */
  async formData(): Promise<FormData> {
    const type = this.headers.get("content-type");
    return await new NativeResponse(await this.bytes(), type === null ? {} : { headers: { "content-type": type } }).formData();
  }

  clone(): Response {
    if (this.bodyUsed) throw new TypeError("A response cannot be cloned after its body has been used");
    const { status, reason } = this.#head;
    const copy = new LightResponse(null);
    copy.#head = { status, reason, fields: [...this.#currentHead().fields] };
    if (this.#native === null && !(this.#source instanceof ReadableStream)) {
      copy.#source = this.#source;
    } else if (this.#source !== null) {
      const native = LightResponse.#toNative(this).clone();
      copy.#source = native.body ?? "";
      copy.#native = native;
    }
    return copy;
  }

  /** Whether the body can be read here, without the runtime's class. */
  #isPlain(): boolean {
    return this.#native === null &&
      (this.#source === null || typeof this.#source === "string" || this.#source instanceof Uint8Array);
  }

  #takeBytes(): Uint8Array<ArrayBuffer> {
    this.#assertUnused();
    const source = this.#source;
    if (source === null) return new Uint8Array(0);
    this.#used = true;
    if (typeof source === "string") return encoder.encode(source);
    return source instanceof Uint8Array ? new Uint8Array(source) : new Uint8Array(0);
  }

  #assertUnused(): void {
    if (this.#used) throw new TypeError("The body of the response has been used already");
  }

  #currentHead(): ResponseHead {
    if (this.#headers === null) return this.#head;
    const fields = LightHeaders.fieldsOf(this.#headers);
    return fields === this.#head.fields ? this.#head : { status: this.#head.status, reason: this.#head.reason, fields };
  }

  static #toNative(response: LightResponse): Response {
    if (response.#native === null) {
      const { status, reason } = response.#head;
      const init = { status, statusText: reason, headers: [...response.headers] };
      response.#native = new NativeResponse(response.#used ? null : response.#source, init);
    }
    return response.#native;
  }

  static {
    take = (value) => {
      if (typeof value !== "object" || value === null || !(#head in value)) return undefined;
      const head = value.#currentHead();
      if (value.#source === null) return { head, body: null };
      if (value.bodyUsed || value.#native?.body?.locked === true) {
        throw usedBody();
      }
      value.#used = true;
      // A stream moved into the native response, where there is one; all else is still here, and its length is known.
      const moved = value.#source instanceof ReadableStream ? value.#native?.body : undefined;
      return { head, body: moved ?? value.#source };
    };
    forwardMissing(LightResponse.prototype, NativeResponse.prototype, LightResponse.#toNative);
  }
}

Object.setPrototypeOf(LightResponse.prototype, NativeResponse.prototype);
Object.defineProperty(LightResponse, "name", { value: "Response", configurable: true });
printAs(
  LightResponse.prototype,
  "Response",
  ({ status, statusText, headers, bodyUsed }) => ({ status, statusText, headers, bodyUsed }),
);
