/**
 * The request parser: bytes in, events out. It does no I/O, has no clock and no defaults; the caller bounds what it feeds ahead.
 *
 * A head that is here whole and correct, which nearly all are, costs one decoding to text, one match of the grammar and one cut into
 * fields. Anything else goes the careful way: {@link SectionScanner} finds the end and enforces the limits while bytes come, and
 * a section that the grammar refuses is read line by line, to explain the refusal or to take what is permitted. Both ways give the
 * same event for the same bytes, however they are cut.
 *
 * @module
 */
import { ChunkedReader, END_OF_MESSAGE } from "./chunked.ts";
import { LocalProtocolError, RemoteProtocolError } from "./errors.ts";
import type { ParserEvent, RequestHead } from "./events.ts";
import { cutFieldLines } from "./field-lines.ts";
import { REQUEST_HEAD } from "./grammar.ts";
import { interpretHead } from "./head.ts";
import type { ParserLimits } from "./limits.ts";
import { strictHead } from "./lenient.ts";
import type { GrammarPermissions } from "./permissions.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { SectionScanner } from "./section-scanner.ts";

const NEED_DATA: ParserEvent = Object.freeze({ type: "need_data" });
const PAUSED: ParserEvent = Object.freeze({ type: "paused" });
const CLOSED: ParserEvent = Object.freeze({ type: "closed" });

const CR = 0x0d;
const LF = 0x0a;
const CRLF_BYTES = 2;
/** `HEAD` SP */
const HEAD_METHOD: readonly number[] = [0x48, 0x45, 0x41, 0x44, 0x20];

/** What is decoded at first, hoping that a whole head is in it: not much of a body that came along is decoded in vain. */
const FIRST_LOOK_BYTES = 4096;

/** A longer head is not remembered: many connections may be idle at once. */
const REPEATED_HEAD_MAX_BYTES = 2048;

/**
 * - `head`: between requests, or inside a head
 * - `length`, `chunked`, `no_content`: a request event was given, its content follows
 * - `complete`: `end_of_message` was given
 * - `closed`: the peer left between two requests; `handed_over`: {@link RequestParser.takeRest} was called
 */
type State = "head" | "length" | "chunked" | "no_content" | "complete" | "closed" | "handed_over";

/** Parses the requests of one connection, one cycle (request and response) after the other. */
export class RequestParser {
  readonly #limits: ParserLimits;
  readonly #permissions: GrammarPermissions;
  readonly #latin1: (bytes: Uint8Array, start: number, end: number) => string;
  readonly #buffer: ReceiveBuffer = new ReceiveBuffer();
  /** The last head that came alone in its bytes: clients that poll, check health or measure send the same again and again. */
  #repeatedText = "";
  #repeatedHead: RequestHead | null = null;
  /** A head of at most so many bytes can break no limit on lengths. */
  readonly #shortHeadBytes: number;
  readonly #fieldsMax: number;
  #state: State = "head";
  /** An empty line before the current head was skipped. */
  #skippedEmptyLine = false;
  /** The first look at the current head did not find all of it. */
  #isScanning = false;
  #contentBytesLeft = 0;
  #ended = false;
  #failure: RemoteProtocolError | null = null;
  /** What {@link RequestParser.asksForHead} was when that came. */
  #failedAtHead = false;
  // Made when first needed: most connections never do.
  #scanner: SectionScanner | null = null;
  #chunked: ChunkedReader | null = null;

  /** `latin1` decodes a range, a byte to a character U+0000 to U+00FF each. */
  constructor(
    limits: ParserLimits,
    permissions: GrammarPermissions,
    latin1: (bytes: Uint8Array, start: number, end: number) => string,
  ) {
    this.#limits = limits;
    this.#permissions = permissions;
    this.#latin1 = latin1;
    this.#shortHeadBytes = Math.min(limits.requestLineBytes || Infinity, limits.fieldLineBytes || Infinity, limits.headBytes);
    this.#fieldsMax = 2 * limits.fieldCount;
  }

  /** Bytes received and not given out in an event. After an error: 0. */
  get bufferedBytes(): number {
    return this.#buffer.unreadBytes;
  }

  /** Whether a part of the next head is here. An empty line alone is none: some clients end the content of a POST with one. */
  get headStarted(): boolean {
    if (this.#state !== "head" && this.#state !== "complete") return false;
    const buffer = this.#buffer;
    if (this.#skippedEmptyLine && this.#state === "head") return buffer.unreadBytes > 0;
    return !buffer.isPrefixOfEmptyLine();
  }

  /** Whether the request that was refused, or of whose head a part is here, is a HEAD: its answer has no content (RFC 9110 §9.3.2). */
  get asksForHead(): boolean {
    if (this.#failure !== null) return this.#failedAtHead;
    if (this.#state !== "head") return false;
    const { bytes, start, end } = this.#buffer;
    return end - start >= HEAD_METHOD.length && HEAD_METHOD.every((byte, index) => bytes[start + index] === byte);
  }

  /** Appends bytes, which belong to the parser from now on. Parses nothing. Throws a {@link LocalProtocolError} after the end. */
  receive(bytes: Uint8Array): void {
    if (this.#state === "handed_over") throw new LocalProtocolError("parser_finished");
    if (this.#ended) throw new LocalProtocolError("receive_after_end");
    if (this.#failure === null) this.#buffer.append(bytes);
  }

  /** The peer sends no more. */
  receiveEof(): void {
    this.#ended = true;
  }

  /**
   * The next event. Throws a {@link RemoteProtocolError} where the peer broke the protocol, the same one at every further call, and
   * a {@link LocalProtocolError} after {@link RequestParser.takeRest}.
   */
  nextEvent(): ParserEvent {
    if (this.#failure !== null) throw this.#failure;
    try {
      return this.#advance();
    } catch (error) {
      if (error instanceof RemoteProtocolError) {
        this.#failedAtHead ||= this.asksForHead;
        this.#failure = error;
        this.#buffer.clear();
      }
      throw error;
    }
  }

  /** Begins the next request. Throws a {@link LocalProtocolError} unless `end_of_message` was given. */
  startNextCycle(): void {
    if (this.#state !== "complete") throw new LocalProtocolError("cycle_not_complete");
    this.#state = "head";
    this.#skippedEmptyLine = false;
    this.#isScanning = false;
  }

  /**
   * Takes the bytes after the request, for a connection that changes its protocol (Upgrade, CONNECT). The parser is finished.
   * Throws a {@link LocalProtocolError} unless `end_of_message` was given.
   */
  takeRest(): Uint8Array {
    if (this.#state !== "complete") throw new LocalProtocolError("cycle_not_complete");
    this.#state = "handed_over";
    return this.#buffer.takeAll();
  }

  #advance(): ParserEvent {
    switch (this.#state) {
      case "head":
        return this.#nextRequest();
      case "no_content":
        this.#state = "complete";
        return END_OF_MESSAGE;
      case "length":
        return this.#nextOfLength();
      case "chunked":
        return this.#nextOfChunked();
      case "complete":
        return PAUSED;
      case "closed":
        return CLOSED;
      case "handed_over":
        throw new LocalProtocolError("parser_finished");
    }
  }

  #nextRequest(): ParserEvent {
    const buffer = this.#buffer;
    for (;;) {
      const head = this.#readHead();
      if (head !== null) {
        this.#beginContent(head);
        return { type: "request", head };
      }
      if (buffer.pull()) continue;
      if (!this.#ended) return NEED_DATA;
      if (buffer.unreadBytes > 0) throw new RemoteProtocolError("truncated_head");
      this.#state = "closed";
      return CLOSED;
    }
  }

  /** The head at the front of the buffer; null where it is not here completely. */
  #readHead(): RequestHead | null {
    const buffer = this.#buffer;
    if (!this.#isScanning) {
      if (!this.#skipEmptyLine()) return null;
      const { bytes, start, end } = buffer;
      if (start === end) return null;
      const text = this.#latin1(bytes, start, Math.min(end, start + FIRST_LOOK_BYTES));
      if (text === this.#repeatedText && this.#repeatedHead !== null) {
        buffer.consume(text.length);
        return this.#repeatedHead;
      }
      if (REQUEST_HEAD.test(text)) return this.#acceptHead(text);
      this.#isScanning = true;
      this.#beginScan();
    }
    const { bytes, start, end } = buffer;
    const lengthBytes = (this.#scanner ?? this.#beginScan()).scan(bytes, start, end);
    if (lengthBytes === 0) return null;
    const text = this.#latin1(bytes, start, start + lengthBytes);
    return REQUEST_HEAD.test(text) ? this.#acceptHead(text) : this.#acceptPermittedHead(text);
  }

  /** Skips one empty line before a request line (RFC 9112 §2.2). False: more bytes must tell. */
  #skipEmptyLine(): boolean {
    const buffer = this.#buffer;
    const { bytes, start, end } = buffer;
    if (this.#skippedEmptyLine || start === end || bytes[start] !== CR) return true;
    if (start + 1 === end) return false;
    if (bytes[start + 1] === LF) {
      this.#skippedEmptyLine = true;
      buffer.consume(CRLF_BYTES);
    }
    return true;
  }

  /** Interprets the well-formed head that `text` begins with, and consumes its bytes. */
  #acceptHead(text: string): RequestHead {
    const buffer = this.#buffer;
    const fields: string[] = [];
    const lengthBytes = cutFieldLines(text, text.indexOf("\r") + CRLF_BYTES, fields);
    // Limits come before what the fields mean, because they would have tripped earlier had the bytes come one by one.
    if (lengthBytes > this.#shortHeadBytes || fields.length > this.#fieldsMax) {
      this.#beginScan().scan(buffer.bytes, buffer.start, buffer.end);
    }
    const head = interpretHead(text, fields);
    if (lengthBytes === text.length) this.#remember(text, head);
    buffer.consume(lengthBytes);
    return head;
  }

  /** As {@link RequestParser.#acceptHead}, for a head that is permitted at best; its limits were enforced. */
  #acceptPermittedHead(text: string): RequestHead {
    const strictText = strictHead(text, this.#permissions);
    const fields: string[] = [];
    cutFieldLines(strictText, strictText.indexOf("\r") + CRLF_BYTES, fields);
    const head = interpretHead(strictText, fields);
    this.#remember(text, head);
    this.#buffer.consume(text.length);
    return head;
  }

  /** `text` is all of the head and nothing else, as received. */
  #remember(text: string, head: RequestHead): void {
    if (text.length > REPEATED_HEAD_MAX_BYTES) return;
    this.#repeatedText = text;
    this.#repeatedHead = head;
  }

  #beginScan(): SectionScanner {
    const scanner = this.#scanner ?? new SectionScanner(this.#limits, this.#permissions.obsoleteFolding);
    scanner.begin("head");
    this.#scanner = scanner;
    return scanner;
  }

  /** Throws a {@link RemoteProtocolError} (`content_too_large`) where the declared length is too much already. */
  #beginContent(head: RequestHead): void {
    const { framing } = head;
    if (framing.kind === "none") {
      this.#state = "no_content";
    } else if (framing.kind === "length") {
      const { bodyBytes } = this.#limits;
      this.#contentBytesLeft = framing.bytes;
      this.#state = "length";
      if (bodyBytes > 0 && framing.bytes > bodyBytes) {
        this.#failedAtHead = head.method === "HEAD";
        throw new RemoteProtocolError("content_too_large", String(bodyBytes));
      }
    } else {
      this.#chunked ??= new ChunkedReader(this.#limits, this.#permissions, this.#latin1);
      this.#chunked.begin();
      this.#state = "chunked";
    }
  }

  #nextOfLength(): ParserEvent {
    if (this.#contentBytesLeft === 0) {
      this.#state = "complete";
      return END_OF_MESSAGE;
    }
    const buffer = this.#buffer;
    if (buffer.start === buffer.end && !buffer.pull()) return this.#needContent();
    const count = Math.min(this.#contentBytesLeft, buffer.end - buffer.start);
    this.#contentBytesLeft -= count;
    return { type: "data", bytes: buffer.take(count) };
  }

  #nextOfChunked(): ParserEvent {
    const buffer = this.#buffer;
    for (;;) {
      const event = this.#chunked?.next(buffer) ?? null;
      if (event !== null) {
        if (event.type === "end_of_message") this.#state = "complete";
        return event;
      }
      if (!buffer.pull()) return this.#needContent();
    }
  }

  #needContent(): ParserEvent {
    if (this.#ended) throw new RemoteProtocolError("truncated_body");
    return NEED_DATA;
  }
}
