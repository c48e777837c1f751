/** @module `wsgi.input`: the content of a request as a file that is read with `await`. */
import type { RequestBody } from "../application.ts";
import { ByteCollector } from "./byte-collector.ts";
import type { WsgiInput } from "./types.ts";

const LINE_FEED = 0x0a;

/** Holds one received part at most; a line is as long as the client makes it, up to `limit_request_body`. */
export class InputStream implements WsgiInput {
  readonly #body: RequestBody | null;
  /** What of the last part was not given out. */
  #rest: Uint8Array | null = null;
  #isReading = false;

  /** Null: no content. */
  constructor(body: RequestBody | null) {
    this.#body = body;
  }

  read(sizeBytes?: number | null): Promise<Uint8Array<ArrayBuffer>> {
    return this.#collect(sizeBytes, false);
  }

  readline(limitBytes?: number | null): Promise<Uint8Array<ArrayBuffer>> {
    return this.#collect(limitBytes, true);
  }

  async readlines(hintBytes?: number | null): Promise<Uint8Array<ArrayBuffer>[]> {
    const enoughBytes = hintBytes === 0 ? Infinity : toLimit(hintBytes);
    const lines: Uint8Array<ArrayBuffer>[] = [];
    let sizeBytes = 0;
    while (sizeBytes < enoughBytes) {
      const line = await this.readline();
      if (line.byteLength === 0) break;
      lines.push(line);
      sizeBytes += line.byteLength;
    }
    return lines;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (let line = await this.readline(); line.byteLength > 0; line = await this.readline()) yield line;
  }

  async #collect(size: number | null | undefined, isLine: boolean): Promise<Uint8Array<ArrayBuffer>> {
    const limitBytes = toLimit(size);
    const collected = new ByteCollector();
    if (this.#body === null || limitBytes === 0) return collected.take();
    if (this.#isReading) throw new Error("Another read of wsgi.input is not over yet; await it first");
    this.#isReading = true;
    try {
      for (let isWhole = false; !isWhole;) {
        const part = this.#rest ?? this.#body.takeBuffered() ?? await this.#body.read();
        if (part === null) break;
        let endBytes = Math.min(part.byteLength, limitBytes - collected.sizeBytes);
        const lineEnd = isLine ? part.indexOf(LINE_FEED) + 1 : 0;
        const hasLine = lineEnd > 0 && lineEnd <= endBytes;
        if (hasLine) endBytes = lineEnd;
        collected.add(part.subarray(0, endBytes));
        this.#rest = endBytes < part.byteLength ? part.subarray(endBytes) : null;
        isWhole = hasLine || collected.sizeBytes === limitBytes;
      }
    } finally {
      this.#isReading = false;
    }
    return collected.take();
  }
}

/** For requests without content: it has no state. */
export const EMPTY_INPUT: WsgiInput = Object.freeze(new InputStream(null));

/** Missing, null and negative: no limit. Throws a TypeError. */
function toLimit(size: number | null | undefined): number {
  if (size === undefined || size === null) return Infinity;
  if (!Number.isInteger(size)) throw new TypeError(`wsgi.input takes a whole number of bytes, not ${String(size)}`);
  return size < 0 ? Infinity : size;
}
