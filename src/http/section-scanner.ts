/**
 * Finds the end of a head or trailer section that comes in parts, and enforces the limits on it while it comes. Looks at every byte
 * once, however the section is cut, and gives the same error for every cut: the first one by position.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import { isBlank } from "./fields.ts";
import type { ParserLimits } from "./limits.ts";
import { refuseFirstByte, refuseHttp2Preface } from "./other-protocol.ts";

const LF = 0x0a;
const CR = 0x0d;
const CRLF_BYTES = 2;

/** What a section begins with. */
export type SectionKind = "head" | "trailers";

/** State of one section that is not here completely. Positions are counted from its first byte. */
export class SectionScanner {
  readonly #limits: ParserLimits;
  readonly #permitsFolding: boolean;
  #kind: SectionKind = "head";
  #lineStart = 0;
  /** Where the field begins that the current line belongs to: before the line, where the line is folded. */
  #fieldStart = 0;
  #searched = 0;
  /** Lines that ended, the request line too; folded ones are none of their own. */
  #lines = 0;

  /** `permitsFolding`: a field line that is folded is one line. Setting `permit_obsolete_folding`. */
  constructor(limits: ParserLimits, permitsFolding: boolean) {
    this.#limits = limits;
    this.#permitsFolding = permitsFolding;
  }

  begin(kind: SectionKind): void {
    this.#kind = kind;
    this.#lineStart = 0;
    this.#fieldStart = 0;
    this.#searched = 0;
    this.#lines = 0;
  }

  /**
   * Looks at the section's bytes, which begin at `bytes[start]`; the ones of the last call are there again. Gives the length with
   * the empty line, or 0 where that has not come yet. Throws a {@link RemoteProtocolError} (a limit, `bare_lf`, `not_http`,
   * `http2_preface`).
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const available = end - start;
    if (this.#searched === 0 && available > 0 && this.#kind === "head") refuseFirstByte(bytes[start] ?? 0);
    for (;;) {
      const found = lineFeed(bytes, start + this.#searched, end);
      const lf = found < 0 ? -1 : found - start;
      // Before its first byte a line counts as one of its own: a folded one has only less room, and trips by that byte.
      const isBegun = available > this.#lineStart;
      if (isBegun && !this.#isFolded(bytes[start + this.#lineStart])) this.#fieldStart = this.#lineStart;
      // A line that did not end yet is judged as if it ended one byte further on: sooner is impossible.
      this.#enforceLengths(isBegun ? this.#fieldStart : this.#lineStart, lf < 0 ? available : lf);
      if (lf < 0) {
        this.#searched = available;
        return 0;
      }
      this.#searched = lf + 1;
      if (bytes[start + lf - 1] !== CR || lf === this.#lineStart) throw new RemoteProtocolError("bare_lf");
      if (lf - 1 === this.#lineStart) {
        if (this.#lines > 0 || this.#kind === "trailers") return lf + 1;
        throw new RemoteProtocolError("bad_request_line", quote(""));
      }
      if (this.#lines === 0 && this.#kind === "head") refuseHttp2Preface(bytes, start, start + lf - 1);
      const isOwnLine = this.#fieldStart === this.#lineStart;
      this.#lineStart = lf + 1;
      if (isOwnLine) {
        this.#lines += 1;
        this.#enforceCount();
      }
    }
  }

  /** Whether a line that begins so goes on with the field line before it; the request line cannot be folded (RFC 9112 §2.2). */
  #isFolded(first: number | undefined): boolean {
    if (!this.#permitsFolding || first === undefined || !isBlank(first)) return false;
    return this.#lines > (this.#kind === "head" ? 1 : 0);
  }

  /** Throws where the LF of the current line, which belongs to what began at `from`, can be at `lf` at best, and that is too late. */
  #enforceLengths(from: number, lf: number): void {
    const isRequestLine = this.#kind === "head" && this.#lines === 0;
    const { requestLineBytes, fieldLineBytes, headBytes } = this.#limits;
    const lineBytes = isRequestLine ? requestLineBytes + CRLF_BYTES : fieldLineBytes;
    const isLimited = (isRequestLine ? requestLineBytes : fieldLineBytes) > 0;
    const lineDeadline = isLimited ? from + lineBytes - 1 : Infinity;
    const headDeadline = headBytes - 1;
    if (lf <= lineDeadline && lf <= headDeadline) return;
    if (lineDeadline > headDeadline) throw new RemoteProtocolError("head_too_long", String(headBytes));
    if (isRequestLine) throw new RemoteProtocolError("request_line_too_long", String(requestLineBytes));
    throw new RemoteProtocolError("field_line_too_long", String(fieldLineBytes));
  }

  #enforceCount(): void {
    const fieldLines = this.#kind === "head" ? this.#lines - 1 : this.#lines;
    const { fieldCount } = this.#limits;
    if (fieldLines > fieldCount) throw new RemoteProtocolError("too_many_fields", String(fieldCount));
  }
}

/** Index of the first LF from `from` on and before `end`, or -1. */
function lineFeed(bytes: Uint8Array, from: number, end: number): number {
  if (end === bytes.length) return bytes.indexOf(LF, from);
  // Joined pieces have room behind them, which a search by the runtime would look through again for every byte that comes.
  for (let at = from; at < end; at += 1) if (bytes[at] === LF) return at;
  return -1;
}
