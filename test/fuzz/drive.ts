/**
 * Feeds a request parser and checks at every step what must always hold of it alone: which errors it throws, how much it keeps, how
 * much it looks at, and that an error is the end.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { RemoteProtocolError } from "../../src/http/errors.ts";
import type { Fields, ParserEvent, RequestHead } from "../../src/http/events.ts";
import type { ParserLimits } from "../../src/http/limits.ts";
import { RequestParser } from "../../src/http/parser.ts";
import type { GrammarPermissions } from "../../src/http/permissions.ts";
import { ensure } from "./target.ts";

export interface Message {
  readonly head: RequestHead;
  readonly data: string;
  /** Null: the message is not complete. */
  readonly trailers: Fields | null;
}

/** `open`: more may come; `inside`: a part of a message is here; `rest`: the connection does not go on as HTTP/1. */
export type DriveEnd = "open" | "inside" | "closed" | "rest" | "error";

export interface Reading {
  readonly messages: readonly Message[];
  readonly end: DriveEnd;
  /** Status and code of the refusal, or null. */
  readonly error: string | null;
  /** What came behind the last request of the connection. */
  readonly rest: string;
}

export interface DriveOptions {
  readonly limits: ParserLimits;
  readonly permissions: GrammarPermissions;
  /** The client ends its side after the bytes. */
  readonly eof: boolean;
  /** Whether requests are read on after `Upgrade`, which a server may ignore. CONNECT ends HTTP/1 always. */
  readonly ignoreUpgrade: boolean;
}

/** What the parser decodes for the first look at a head, however short that is. */
const FIRST_LOOK_BYTES = 4096;

/** Feeds the pieces one by one, taking all events after each. Throws a `BrokenProperty`. */
export function drive(pieces: Iterable<string>, options: DriveOptions): Reading {
  const driver = new Driver(options);
  for (const piece of pieces) driver.feed(piece);
  return driver.finish();
}

class Driver {
  readonly #options: DriveOptions;
  readonly #parser: RequestParser;
  readonly #messages: Message[] = [];
  #head: RequestHead | null = null;
  #data: string[] = [];
  #end: DriveEnd = "open";
  #ended = false;
  #error: string | null = null;
  #rest = "";
  #fedBytes = 0;
  #decodedBytes = 0;
  #events = 0;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#parser = new RequestParser(options.limits, options.permissions, (bytes, start, end) => {
      this.#decodedBytes += end - start;
      return latin1(bytes, start, end);
    });
  }

  feed(piece: string): void {
    this.#fedBytes += piece.length;
    if (this.#end === "rest") this.#rest += piece;
    if (this.#end !== "open") return this.#staysFailed(piece);
    this.#parser.receive(new Uint8Array(Buffer.from(piece, "latin1")));
    this.#drain();
    if (this.#end === "open") this.#keepsLittle(piece.length);
  }

  finish(): Reading {
    if (this.#end === "open" && this.#options.eof) {
      this.#ended = true;
      this.#parser.receiveEof();
      this.#drain();
      ensure(this.#end !== "open", "the end of the bytes is answered");
    }
    if (this.#end === "open" && (this.#head !== null || this.#parser.headStarted)) this.#end = "inside";
    if (this.#head !== null) this.#messages.push({ head: this.#head, data: this.#data.join(""), trailers: null });
    this.#looksAtEveryByteOnce();
    return { messages: this.#messages, end: this.#end, error: this.#error, rest: this.#rest };
  }

  #drain(): void {
    while (this.#end === "open") {
      this.#events += 1;
      ensure(this.#events <= 8 * this.#fedBytes + 16, "events come to an end");
      try {
        if (!this.#take(this.#parser.nextEvent())) return;
      } catch (error) {
        if (!(error instanceof RemoteProtocolError)) throw error;
        ensure(error.status >= 400 && error.status < 600, "an error has a status", () => String(error.status));
        // deno-lint-ignore no-control-regex
        ensure(/^[\x20-\x7e]+$/.test(error.message), "an error's text is one line of ASCII", () => error.message);
        this.#error = `${error.status} ${error.code}`;
        this.#end = "error";
        this.#staysFailed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        ensure(this.#thrown() === error, "a parser that failed repeats its error");
      }
    }
  }

  /** False: more bytes are needed. */
  #take(event: ParserEvent): boolean {
    switch (event.type) {
      case "request":
        ensure(this.#head === null, "a request begins after the last one ended");
        this.#head = event.head;
        this.#data = [];
        return true;
      case "data":
        ensure(this.#head !== null && event.bytes.length > 0, "content belongs to a request and is not empty");
        this.#data.push(latin1(event.bytes, 0, event.bytes.length));
        return true;
      case "end_of_message":
        ensure(this.#head !== null, "a message ends that began");
        this.#messages.push({ head: this.#head, data: this.#data.join(""), trailers: event.trailers });
        return true;
      case "paused":
        this.#nextCycle();
        return true;
      case "need_data":
        return false;
      case "closed":
        this.#end = "closed";
        return true;
    }
  }

  #nextCycle(): void {
    const head = this.#head;
    this.#head = null;
    const isLast = head === null || !head.keepAlive || (this.#options.ignoreUpgrade ? head.method === "CONNECT" : head.upgrade);
    if (!isLast) return this.#parser.startNextCycle();
    const rest = this.#parser.takeRest();
    this.#rest = latin1(rest, 0, rest.length);
    this.#end = "rest";
  }

  /** After everything that could be taken was taken. */
  #keepsLittle(lastPieceBytes: number): void {
    const { limits } = this.#options;
    const bytes = this.#parser.bufferedBytes;
    // A section may be as long as its limit, and its end is still missing; a line is refused as soon as it is too long.
    const most = this.#head === null ? limits.headBytes : Math.max(limits.headBytes, limits.chunkLineBytes + 2);
    ensure(bytes <= most + 2, "no more is kept than limits allow", () => `${bytes} bytes, last piece ${lastPieceBytes}`);
    ensure(bytes <= this.#fedBytes, "no more is kept than came");
  }

  #looksAtEveryByteOnce(): void {
    // Each head costs a first look; then a byte is decoded once more at its section's end, and once to explain a refusal.
    const looks = this.#messages.length + 2;
    const most = looks * FIRST_LOOK_BYTES + 3 * this.#fedBytes;
    ensure(this.#decodedBytes <= most, "decoding grows with the bytes", () => `${this.#decodedBytes} of ${this.#fedBytes} bytes`);
  }

  #staysFailed(piece: string): void {
    if (this.#end !== "error") return;
    if (!this.#ended) this.#parser.receive(new Uint8Array(Buffer.from(piece, "latin1")));
    ensure(this.#parser.bufferedBytes === 0, "a parser that failed keeps nothing");
    ensure(this.#thrown() instanceof RemoteProtocolError, "a parser that failed stays so");
  }

  #thrown(): unknown {
    try {
      this.#parser.nextEvent();
    } catch (error) {
      return error;
    }
    return null;
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
