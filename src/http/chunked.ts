/**
 * Undoes the chunked transfer coding (RFC 9112 §7.1): a machine over a {@link ReceiveBuffer} that gives content as views.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import type { ParserEvent } from "./events.ts";
import { cutFieldLines } from "./field-lines.ts";
import { CHUNK_LINE, TRAILER_SECTION } from "./grammar.ts";
import { strictTrailers } from "./lenient.ts";
import type { ParserLimits } from "./limits.ts";
import type { GrammarPermissions } from "./permissions.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { SectionScanner } from "./section-scanner.ts";
import { forbiddenTrailer } from "./trailers.ts";

const LF = 0x0a;
const CR = 0x0d;
const CRLF_BYTES = 2;
/** Sizes of so many digits are safe integers. */
const PLAIN_DIGITS_MAX = 13;

/** End of a message without trailers: one constant for all. */
export const END_OF_MESSAGE: ParserEvent = Object.freeze({ type: "end_of_message", trailers: Object.freeze([]) });

type Latin1 = (bytes: Uint8Array, start: number, end: number) => string;
type Part = "size_line" | "data" | "data_end" | "trailers";

/** The content of one message after the other; {@link ChunkedReader.begin} starts one. */
export class ChunkedReader {
  readonly #limits: ParserLimits;
  readonly #permissions: GrammarPermissions;
  readonly #latin1: Latin1;
  readonly #trailerScanner: SectionScanner;
  #part: Part = "size_line";
  /** Bytes of the current chunk that were not given out. */
  #chunkBytesLeft = 0;
  /** Bytes of all chunks announced so far. */
  #contentBytes = 0;
  /** Bytes of the current size line in which no LF was found. */
  #searched = 0;
  /** Bytes of chunk extensions in all size lines so far. */
  #extensionBytes = 0;

  constructor(limits: ParserLimits, permissions: GrammarPermissions, latin1: Latin1) {
    this.#limits = limits;
    this.#permissions = permissions;
    this.#latin1 = latin1;
    this.#trailerScanner = new SectionScanner(limits, permissions.obsoleteFolding);
  }

  begin(): void {
    this.#part = "size_line";
    this.#contentBytes = 0;
    this.#searched = 0;
    this.#extensionBytes = 0;
  }

  /** The next `data` or `end_of_message`, or null where the front of the buffer is too short for one. Throws a {@link RemoteProtocolError}. */
  next(buffer: ReceiveBuffer): ParserEvent | null {
    for (;;) {
      switch (this.#part) {
        case "size_line":
          if (!this.#readSizeLine(buffer)) return null;
          break;
        case "data":
          return this.#readData(buffer);
        case "data_end":
          if (!this.#readDataEnd(buffer)) return null;
          break;
        case "trailers":
          return this.#readTrailers(buffer);
      }
    }
  }

  #readSizeLine(buffer: ReceiveBuffer): boolean {
    if (this.#searched === 0 && this.#readPlainSizeLine(buffer)) return true;
    const { bytes, start, end } = buffer;
    const available = end - start;
    // Not in the spare room of a joined buffer, which would be searched again for every byte of a line that comes bytewise.
    const lf = (end === bytes.length ? bytes : bytes.subarray(0, end)).indexOf(LF, start + this.#searched);
    const isHere = lf !== -1 && lf < end;
    const limit = this.#limits.chunkLineBytes;
    // An LF that did not come yet can be the next byte at best, with its CR before it.
    if ((isHere ? lf - start : available) > limit + 1) throw new RemoteProtocolError("chunk_line_too_long", String(limit));
    if (!isHere) {
      this.#searched = available;
      return false;
    }
    this.#searched = 0;
    if (lf === start || bytes[lf - 1] !== CR) throw new RemoteProtocolError("bare_lf");
    const line = this.#latin1(bytes, start, lf - 1);
    if (!CHUNK_LINE.test(line)) throw new RemoteProtocolError("bad_chunk_line", quote(line));
    const sizeBytes = parseInt(line, 16);
    if (sizeBytes > Number.MAX_SAFE_INTEGER) throw new RemoteProtocolError("bad_chunk_line", quote(line));
    this.#countExtension(line);
    buffer.consume(lf + 1 - start);
    this.#beginChunk(sizeBytes);
    return true;
  }

  /** Reads a line of few digits and nothing else, as nearly all are, without making text of it. False: it is another line. */
  #readPlainSizeLine(buffer: ReceiveBuffer): boolean {
    const { bytes, start, end } = buffer;
    const digitsEnd = Math.min(end, start + Math.min(PLAIN_DIGITS_MAX, this.#limits.chunkLineBytes));
    let sizeBytes = 0;
    let at = start;
    for (; at < digitsEnd; at += 1) {
      const digit = hexDigit(bytes[at] ?? 0);
      if (digit === -1) break;
      sizeBytes = sizeBytes * 16 + digit;
    }
    if (at === start || at + 1 >= end || bytes[at] !== CR || bytes[at + 1] !== LF) return false;
    buffer.consume(at + CRLF_BYTES - start);
    this.#beginChunk(sizeBytes);
    return true;
  }

  /** Extensions cost work and are not content: many small ones would pass every other limit (RFC 9112 §7.1.1). */
  #countExtension(line: string): void {
    let digits = 0;
    while (digits < line.length && hexDigit(line.charCodeAt(digits)) !== -1) digits += 1;
    this.#extensionBytes += line.length - digits;
    const limit = this.#limits.chunkExtensionBytes;
    if (this.#extensionBytes > limit) throw new RemoteProtocolError("chunk_extensions_too_long", String(limit));
  }

  #beginChunk(sizeBytes: number): void {
    if (sizeBytes === 0) {
      this.#part = "trailers";
      this.#trailerScanner.begin("trailers");
      return;
    }
    this.#contentBytes += sizeBytes;
    const limit = this.#limits.bodyBytes;
    // Judged by what is announced, so that nothing of a chunk that is too much is kept.
    if (limit > 0 && this.#contentBytes > limit) throw new RemoteProtocolError("content_too_large", String(limit));
    this.#chunkBytesLeft = sizeBytes;
    this.#part = "data";
  }

  #readData(buffer: ReceiveBuffer): ParserEvent | null {
    const count = Math.min(this.#chunkBytesLeft, buffer.end - buffer.start);
    if (count === 0) return null;
    this.#chunkBytesLeft -= count;
    if (this.#chunkBytesLeft === 0) this.#part = "data_end";
    return { type: "data", bytes: buffer.take(count) };
  }

  #readDataEnd(buffer: ReceiveBuffer): boolean {
    const { bytes, start, end } = buffer;
    const available = end - start;
    if (available > 0 && bytes[start] !== CR) throw new RemoteProtocolError("bad_chunk_end");
    if (available < CRLF_BYTES) return false;
    if (bytes[start + 1] !== LF) throw new RemoteProtocolError("bad_chunk_end");
    buffer.consume(CRLF_BYTES);
    this.#part = "size_line";
    return true;
  }

  #readTrailers(buffer: ReceiveBuffer): ParserEvent | null {
    const { bytes, start, end } = buffer;
    const lengthBytes = this.#trailerScanner.scan(bytes, start, end);
    if (lengthBytes === 0) return null;
    if (lengthBytes === CRLF_BYTES) {
      buffer.consume(CRLF_BYTES);
      return END_OF_MESSAGE;
    }
    const received = this.#latin1(bytes, start, start + lengthBytes);
    const text = TRAILER_SECTION.test(received) ? received : strictTrailers(received, this.#permissions);
    const trailers: string[] = [];
    cutFieldLines(text, 0, trailers);
    const forbidden = forbiddenTrailer(trailers);
    if (forbidden !== null) throw new RemoteProtocolError("forbidden_trailer", quote(forbidden));
    buffer.consume(lengthBytes);
    return { type: "end_of_message", trailers };
  }
}

/** Value of an ASCII hexadecimal digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
