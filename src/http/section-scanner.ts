/**
 * Finds the end of a head or trailer section that comes in parts, and enforces the limits on it while it comes. Looks at every byte
 * once, however the section is cut, and gives the same error for every cut: the first one by position.
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import type { ParserLimits } from "./limits.ts";

const LF = 0x0a;
const CR = 0x0d;
const CRLF_BYTES = 2;

/** What a section begins with. */
export type SectionKind = "head" | "trailers";

/** State of one section that is not here completely. Positions are counted from its first byte. */
export class SectionScanner {
  readonly #limits: ParserLimits;
  #kind: SectionKind = "head";
  #lineStart = 0;
  #searched = 0;
  /** Lines that ended, the request line too. */
  #lines = 0;

  constructor(limits: ParserLimits) {
    this.#limits = limits;
  }

  begin(kind: SectionKind): void {
    this.#kind = kind;
    this.#lineStart = 0;
    this.#searched = 0;
    this.#lines = 0;
  }

  /**
   * Looks at the section's bytes, which begin at `bytes[start]`; the ones of the last call are there again. Gives the length with
   * the empty line, or 0 where that has not come yet. Throws a {@link RemoteProtocolError} (a limit, `bare_lf`, `not_http`).
   */
  scan(bytes: Uint8Array, start: number, end: number): number {
    const available = end - start;
    if (this.#searched === 0 && available > 0 && this.#kind === "head") refuseOtherProtocol(bytes[start] ?? 0);
    for (;;) {
      const lf = lineFeed(bytes, start + this.#searched, end) - start;
      // A line that did not end yet is judged as if it ended one byte further on: sooner is impossible.
      const reach = lf < 0 ? available : lf;
      this.#enforceLengths(reach);
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
      this.#lineStart = lf + 1;
      this.#lines += 1;
      this.#enforceCount();
    }
  }

  /** Throws where the LF of the current line can be at `lf` at best, and that is too late. */
  #enforceLengths(lf: number): void {
    const isRequestLine = this.#kind === "head" && this.#lines === 0;
    const { requestLineBytes, fieldLineBytes, headBytes } = this.#limits;
    const lineBytes = isRequestLine ? requestLineBytes + CRLF_BYTES : fieldLineBytes;
    const isLimited = (isRequestLine ? requestLineBytes : fieldLineBytes) > 0;
    const lineDeadline = isLimited ? this.#lineStart + lineBytes - 1 : Infinity;
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
  const at = bytes.indexOf(LF, from);
  return at < end ? at : -1;
}

/**
 * A head begins with a token. Another first byte is most often TLS on a plain port (0x16); saying so at once is better than waiting
 * for a line end that never comes.
 */
function refuseOtherProtocol(first: number): void {
  if (first > 0x20 && first < 0x7f) return;
  if (first === CR || first === LF || first === 0x20) return;
  const hint = first === 0x16 ? " (TLS on a port without TLS)" : "";
  throw new RemoteProtocolError("not_http", "0x" + first.toString(16).padStart(2, "0") + hint);
}
