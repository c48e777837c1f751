/** @module Cuts a well-formed block of field lines into the flat list. */
import { isBlank } from "./fields.ts";

const CRLF_CHARS = 2;

/**
 * Appends name, value, name, value to `into`, from the field line at `start` to the empty line.
 * Gives the position after the empty line. `text` must match `REQUEST_HEAD` of grammar.ts or `TRAILER_SECTION`:
 * every CR is known to end a line, so that single characters can be looked for, which engines do much faster than pairs.
 */
export function cutFieldLines(text: string, start: number, into: string[]): number {
  let line = start;
  for (;;) {
    const lineEnd = text.indexOf("\r", line);
    if (lineEnd === line) return line + CRLF_CHARS;
    const colon = text.indexOf(":", line);
    let from = colon + 1;
    let to = lineEnd;
    // Nearly all values have one space before and nothing after them.
    if (text.charCodeAt(from) === 0x20) from += 1;
    while (from < to && isBlank(text.charCodeAt(from))) from += 1;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
    into.push(text.slice(line, colon), text.slice(from, to));
    line = lineEnd + CRLF_CHARS;
  }
}
