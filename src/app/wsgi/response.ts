/** @module The response of one call: `start_response`, `write()`, and the parts of the body on their way to the exchange. */
import { LocalProtocolError } from "../../http/errors.ts";
import { fieldValue } from "../../http/fields.ts";
import type { ResponseHead } from "../../http/response-head.ts";
import type { Call } from "../call.ts";
import { isNullBodyStatus } from "../response-head.ts";
import { ErrorStream } from "./error-stream.ts";
import type { WsgiServices } from "./services.ts";
import type { WsgiHeaders, WsgiPart, WsgiWrite } from "./types.ts";

const encoder = new TextEncoder();

/** What it sends is in order whatever the application does; what it misuses throws at the place of the mistake. */
export class WsgiResponse {
  readonly call: Call;
  readonly errors: ErrorStream;
  private readonly services: WsgiServices;
  private head: ResponseHead | null = null;
  /** The head counts as sent: nothing can replace it. */
  private isCommitted = false;
  /** It was given to the exchange, and parts follow. */
  private isStreaming = false;
  private isOver = false;
  private sentBytes = 0;
  /** Content-Length; infinite where the application says none. */
  private declaredBytes = Infinity;
  private hasComplained = false;

  constructor(call: Call, services: WsgiServices) {
    this.call = call;
    this.services = services;
    this.errors = new ErrorStream(services.logError);
  }

  // What the application calls, detached from the object.

  readonly startResponse = (status: string, headers: WsgiHeaders, excInfo?: unknown): WsgiWrite => {
    const isReplacement = excInfo !== undefined && excInfo !== null;
    if (isReplacement && this.isCommitted) throw excInfo;
    if (!isReplacement && this.head !== null) {
      throw new Error("Response headers already set! Give the error as third argument to replace them");
    }
    const { statuses, headerLists } = this.services;
    const { status: code, reason } = statuses.read(status);
    this.head = { status: code, reason, fields: headerLists.read(headers) };
    return this.write;
  };

  readonly earlyHints = (headers: WsgiHeaders): void => {
    this.call.exchange.sendInterim(103, this.services.headerLists.read(headers));
  };

  private readonly write: WsgiWrite = (part) => {
    if (this.isOver) throw new Error("write() was called after the end of the response");
    return this.send(checkPart(part)) ? Promise.resolve() : this.call.exchange.drained();
  };

  // What the sender of the returned body calls.

  /** From now on the head counts as sent. Throws an Error where there is none. */
  commit(): ResponseHead {
    if (this.head === null) throw new Error("The application gave no status and headers: startResponse() was not called");
    this.isCommitted = true;
    return this.head;
  }

  /** False: parts are not sent, by the method or the status (RFC 9110 §6.4.1). */
  get takesContent(): boolean {
    return this.call.exchange.head.method !== "HEAD" && !isNullBodyStatus(this.head?.status ?? 0);
  }

  /** More than Content-Length came: what follows is not wanted. */
  get isFull(): boolean {
    return this.sentBytes > this.declaredBytes;
  }

  /** The whole rest of the body. */
  sendWhole(part: WsgiPart): void {
    const head = this.commit();
    if (this.isStreaming) {
      this.send(part);
      return this.end();
    }
    if (part.length > 0 && !this.takesContent) this.complainOfContent(head);
    this.isOver = true;
    const { exchange } = this.call;
    try {
      exchange.respond(head, part);
    } catch (error) {
      const isMismatch = error instanceof LocalProtocolError && error.code === "content_length_mismatch";
      const bytes = typeof part === "string" ? encoder.encode(part) : part;
      const declaredBytes = lengthOf(head);
      if (!isMismatch || exchange.answered || bytes.byteLength <= declaredBytes) throw error;
      this.complainOfExcess(declaredBytes);
      exchange.respond(head, bytes.subarray(0, declaredBytes));
    }
  }

  /** A part of the body; the first, even an empty one, sends the head. False: wait until the exchange is drained. */
  send(part: WsgiPart): boolean {
    const head = this.commit();
    const { exchange } = this.call;
    if (!this.isStreaming) this.begin(head);
    if (part.length === 0) return true;
    if (!this.takesContent) {
      this.complainOfContent(head);
      return true;
    }
    const bytes = typeof part === "string" ? encoder.encode(part) : part;
    const roomBytes = this.declaredBytes - this.sentBytes;
    this.sentBytes += bytes.byteLength;
    if (bytes.byteLength <= roomBytes) return exchange.write(bytes);
    this.complainOfExcess(this.declaredBytes);
    return roomBytes <= 0 || exchange.write(bytes.subarray(0, roomBytes));
  }

  /** Begins the stream of a body whose size is known, unless the application has begun it or says the size itself. */
  beginMeasured(sizeBytes: number): void {
    const head = this.commit();
    if (this.isStreaming) return;
    const isFinal = fieldValue(head.fields, "content-length") !== null || isNullBodyStatus(head.status);
    this.begin(isFinal ? head : { ...head, fields: [...head.fields, "Content-Length", String(sizeBytes)] });
  }

  /** The body is complete. Where it is shorter than Content-Length the exchange breaks the connection off, and logs that. */
  end(): void {
    const head = this.commit();
    this.isOver = true;
    if (this.isStreaming) this.call.exchange.end();
    else this.call.exchange.respond(head, null);
  }

  fail(error: unknown): void {
    this.isOver = true;
    this.call.exchange.fail(error);
  }

  private begin(head: ResponseHead): void {
    this.call.exchange.start(head);
    this.isStreaming = true;
    this.declaredBytes = lengthOf(head);
  }

  /** gunicorn's warning. A HEAD whose application answers as to GET is no mistake worth one. */
  private complainOfContent({ status }: ResponseHead): void {
    if (this.hasComplained) return;
    this.hasComplained = true;
    const { method } = this.call.exchange.head;
    this.services.log(
      method === "HEAD" ? "debug" : "warning",
      `WSGI app sent body bytes on a no-body response (method=${method} status=${status}); dropping per RFC 9110`,
    );
  }

  private complainOfExcess(declaredBytes: number): void {
    if (this.hasComplained) return;
    this.hasComplained = true;
    const { method, target } = this.call.exchange.head;
    this.services.log(
      "warning",
      `WSGI app sent more than its Content-Length (${declaredBytes}) for ${method} ${target}; dropping the rest`,
    );
  }
}

/** Typed, and still anything can come. Throws a TypeError. */
export function checkPart(part: unknown): WsgiPart {
  if (typeof part === "string" || part instanceof Uint8Array) return part;
  const what = typeof part === "object" && part !== null ? part.constructor?.name ?? "an object" : String(part);
  throw new TypeError(`The parts of a body must be Uint8Array or strings, not ${what}`);
}

/** Infinite where there is none. What is no number was refused by the exchange. */
function lengthOf(head: ResponseHead): number {
  const value = fieldValue(head.fields, "content-length");
  return value === null ? Infinity : Number(value);
}

/** The size of all parts as they are sent. */
export function sizeOf(parts: readonly WsgiPart[]): number {
  let sizeBytes = 0;
  for (const part of parts) sizeBytes += typeof part === "string" ? encoder.encode(part).byteLength : part.byteLength;
  return sizeBytes;
}
