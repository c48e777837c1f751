/** @module The content of a request, read once: whole, or as a stream of bytes. */
import type { RequestBody } from "./application.ts";

const SMALLEST_BYTES = 1024;

/** The rules of a body in the Fetch standard over a pulled {@link RequestBody}. */
export class IncomingBody {
  readonly #source: RequestBody;
  #used = false;
  #readWhole = false;
  #ended = false;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;

  constructor(source: RequestBody) {
    this.#source = source;
  }

  /** Whether somebody began to read it, or cancelled it. */
  get used(): boolean {
    return this.#used;
  }

  /** Whether it was read to its end: only then its trailers are here. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Used, or about to be by whoever holds the stream's lock. */
  get unusable(): boolean {
    return this.#used || this.#stream?.locked === true;
  }

  /** Everything, in a buffer of its own. Rejects as {@link RequestBody.read} does, and with a TypeError when it was read before. */
  async readAll(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.unusable) throw new TypeError("The body of the request has been read already, or is locked to a reader");
    this.#used = true;
    this.#readWhole = true;
    let whole = new Uint8Array(0);
    let sizeBytes = 0;
    for (;;) {
      const part = this.#source.takeBuffered() ?? await this.#source.read();
      if (part === null) break;
      // Copied at once: a list of parts would keep the received buffer of every one alive, and a client can make them a byte each.
      if (sizeBytes + part.byteLength > whole.byteLength) whole = grown(whole, sizeBytes, sizeBytes + part.byteLength);
      whole.set(part, sizeBytes);
      sizeBytes += part.byteLength;
    }
    this.#ended = true;
    return sizeBytes === whole.byteLength ? whole : whole.slice(0, sizeBytes);
  }

  /** The stream, made at the first call and the same ever after. Nothing is read before its reader asks. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return (this.#stream ??= this.#createStream());
  }

  #createStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const source: UnderlyingByteSource = {
      type: "bytes",
      start: (controller) => {
        if (this.#readWhole) controller.close();
      },
      // A byte stream has no buffer of its own: pulled means that a reader waits.
      pull: async (controller) => {
        if (this.#readWhole) return close(controller);
        this.#used = true;
        const part = this.#source.takeBuffered() ?? await this.#source.read();
        // Copied: the stream takes the buffer away from whoever else has a view of it, and that is the parser.
        if (part !== null) return controller.enqueue(new Uint8Array(part));
        this.#ended = true;
        close(controller);
      },
      cancel: () => {
        this.#used = true;
        this.#source.cancel();
      },
    };
    return new ReadableStream(source);
  }
}

/** At least twice as large, so that all copies together cost no more than the last. */
function grown(bytes: Uint8Array, usedBytes: number, neededBytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(neededBytes, 2 * bytes.byteLength, SMALLEST_BYTES));
  larger.set(bytes.subarray(0, usedBytes));
  return larger;
}

function close(controller: ReadableByteStreamController): void {
  controller.close();
  // A reader that brought its own buffer (BYOB) waits for this answer.
  controller.byobRequest?.respond(0);
}
