/** @module A genuine request whose content is pulled out of an exchange, as much as somebody wants to read. */
import { Buffer } from "node:buffer";
import type { Exchange, RequestBody } from "../../../src/app/application.ts";
import type { GenuineRequest, RequestClass } from "./genuine.ts";
import type { Session } from "./session.ts";

/** The request as `node:http` shows it: fields in their order and case, as the trust rules leave them. */
export function createRequest(Request: RequestClass, session: Session, exchange: Exchange): GenuineRequest {
  const { head, body } = exchange;
  const request = new Request(session.socket);
  request.httpVersionMajor = 1;
  request.httpVersionMinor = head.minorVersion;
  request.httpVersion = head.minorVersion === 1 ? "1.1" : "1.0";
  request.method = head.method;
  request.url = head.target;
  request.upgrade = false;
  // Copied: the head may be shared with the next request, and this list is the application's to change.
  const lines = head.fields.slice();
  request._addHeaderLines(lines, lines.length);
  if (body === null) {
    request.complete = true;
    request.push(null);
  } else {
    new BodyPump(request, body, session);
  }
  return request;
}

/** Reads only when the stream asks, and one part more than it has room for. */
class BodyPump {
  readonly #request: GenuineRequest;
  readonly #body: RequestBody;
  readonly #session: Session;
  #isReading = false;

  constructor(request: GenuineRequest, body: RequestBody, session: Session) {
    this.#request = request;
    this.#body = body;
    this.#session = session;
    // An own property: frameworks replace the prototype.
    request._read = () => this.#pull();
  }

  #pull(): void {
    const request = this.#request;
    if (!request._consuming) {
      request._readableState.readingMore = false;
      request._consuming = true;
    }
    if (this.#isReading) return;
    const body = this.#body;
    const bytes = body.takeBuffered();
    if (bytes !== null) this.#push(bytes);
    else if (body.ended) this.#end();
    else {
      this.#isReading = true;
      body.read().then(this.#came, this.#failed);
    }
  }

  readonly #came = (bytes: Uint8Array | null): void => {
    this.#isReading = false;
    if (bytes === null) this.#end();
    else this.#push(bytes);
  };

  readonly #failed = (error: unknown): void => {
    this.#isReading = false;
    this.#session.contentFailed(this.#request, error);
  };

  #push(bytes: Uint8Array): void {
    this.#session.socket.active();
    if (!this.#request.destroyed) this.#request.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #end(): void {
    const request = this.#request;
    if (request.complete || request.destroyed) return;
    request.complete = true;
    const trailers = this.#body.trailers.slice();
    request._addHeaderLines(trailers, trailers.length);
    request.push(null);
  }
}
