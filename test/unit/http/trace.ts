/** Drives a parser over bytes cut in any way and writes down what it gave. */
import { Buffer } from "node:buffer";
import { RemoteProtocolError } from "../../../src/http/errors.ts";
import type { Fields, RequestHead } from "../../../src/http/events.ts";
import type { ParserLimits } from "../../../src/http/limits.ts";
import { RequestParser } from "../../../src/http/parser.ts";
import { type GrammarPermissions, STRICT } from "../../../src/http/permissions.ts";

const CRLF_BYTES = 2;

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}

/** A copy of its own for each piece, as a socket would give it. */
export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/**
 * Feeds the pieces one by one, reading all events after each. Adjacent data become one line. Throws where the parser gives too many
 * events, keeps more than its limits, or forgets its error.
 */
export function trace(
  pieces: readonly string[],
  limits: ParserLimits,
  eof: boolean,
  permissions: GrammarPermissions = STRICT,
): string[] {
  const tracer = new Tracer(limits, permissions);
  for (const piece of pieces) tracer.feed(piece);
  return tracer.finish(eof);
}

class Tracer {
  readonly #parser: RequestParser;
  /** The most bytes that may wait for more of a head, a trailer section or a chunk-size line. */
  readonly #keptMaxBytes: number;
  readonly #lines: string[] = [];
  #data = "";
  #fedBytes = 0;
  #feeds = 0;
  #events = 0;
  #head: RequestHead | null = null;
  #over = false;
  #failed = false;
  /** What came after a request that ends the connection. */
  #rest = "";

  constructor(limits: ParserLimits, permissions: GrammarPermissions) {
    this.#parser = new RequestParser(limits, permissions, latin1);
    this.#keptMaxBytes = Math.max(limits.headBytes, limits.chunkLineBytes + CRLF_BYTES);
  }

  feed(piece: string): void {
    this.#fedBytes += piece.length;
    this.#feeds += 1;
    if (this.#over) {
      if (!this.#failed) this.#rest += piece;
      return;
    }
    this.#parser.receive(bytesOf(piece));
    this.#drain();
  }

  finish(eof: boolean): string[] {
    if (!this.#over && eof) {
      this.#parser.receiveEof();
      this.#drain();
    }
    if (!this.#over) {
      this.#flush();
      if (this.#parser.headStarted || this.#head !== null) this.#lines.push("need_data");
    }
    if (this.#rest !== "") this.#lines.push(`rest ${shown(this.#rest)}`);
    return this.#lines;
  }

  #drain(): void {
    const parser = this.#parser;
    while (!this.#over) {
      this.#events += 1;
      // Data have a byte at least, a head has more bytes than the three events that follow it, and each feed needs data once.
      if (this.#events > this.#fedBytes + this.#feeds + 1) throw new Error("The parser gives more events than bytes");
      try {
        if (this.#next()) return;
      } catch (error) {
        if (!(error instanceof RemoteProtocolError)) throw error;
        this.#flush();
        this.#lines.push(`error ${error.status} ${error.code}`);
        this.#over = true;
        if (parser.bufferedBytes !== 0) throw new Error("A failed parser keeps bytes");
        if (thrownBy(() => parser.nextEvent()) !== error) throw new Error("A failed parser must repeat its error");
        this.#failed = true;
      }
    }
  }

  /** True: more bytes are needed. */
  #next(): boolean {
    const event = this.#parser.nextEvent();
    if (event.type === "data") {
      if (event.bytes.length === 0) throw new Error("Data must not be empty");
      this.#data += latin1(event.bytes, 0, event.bytes.length);
      return false;
    }
    if (event.type === "need_data") {
      if (this.#parser.bufferedBytes > this.#keptMaxBytes) throw new Error("The parser keeps more than its limits");
      return true;
    }
    this.#flush();
    switch (event.type) {
      case "request":
        this.#head = event.head;
        this.#lines.push(requestLine(event.head), ...fieldLines("field", event.head.fields));
        return false;
      case "end_of_message":
        this.#lines.push("end", ...fieldLines("trailer", event.trailers));
        return false;
      case "paused":
        this.#nextCycle();
        return false;
      case "closed":
        this.#lines.push("closed");
        this.#over = true;
        return true;
    }
  }

  #nextCycle(): void {
    const goesOn = this.#head !== null && this.#head.keepAlive && !this.#head.upgrade;
    this.#head = null;
    if (goesOn) {
      this.#parser.startNextCycle();
    } else {
      this.#over = true;
      const rest = this.#parser.takeRest();
      this.#rest = latin1(rest, 0, rest.length);
    }
  }

  #flush(): void {
    if (this.#data !== "") this.#lines.push(`data ${shown(this.#data)}`);
    this.#data = "";
  }
}

function requestLine(head: RequestHead): string {
  const { method, target, minorVersion, authority, form, framing } = head;
  const words = ["request", method, target, `HTTP/1.${minorVersion}`, `authority=${authority}`];
  if (form !== "origin") words.push(`form=${form}`);
  if (framing.kind === "length") words.push(`framing=length:${framing.bytes}`);
  if (framing.kind === "chunked") words.push("framing=chunked");
  if (!head.keepAlive) words.push("close");
  if (head.expectContinue) words.push("expect");
  if (head.upgrade) words.push("upgrade");
  return words.join(" ");
}

function fieldLines(label: string, fields: Fields): string[] {
  const lines: string[] = [];
  for (let i = 0; i < fields.length; i += 2) lines.push(`${label} ${fields[i]}: ${shown(fields[i + 1] ?? "")}`);
  return lines;
}

const SHOWN_MAX_CHARS = 60;

/** Long content or values are compared by length and a checksum. */
function shown(text: string): string {
  if (text.length <= SHOWN_MAX_CHARS) return JSON.stringify(text);
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
  return `of ${text.length} bytes, sum ${sum}`;
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The lines that a case with these expectations compares: fields only where it has some. */
export function comparable(actual: readonly string[], expected: readonly string[]): string[] {
  const comparesFields = expected.some((line) => line.startsWith("field "));
  return actual.filter((line) => comparesFields || !line.startsWith("field "));
}
