/** @module `wsgi.errors`: text of an application for the error log. */
import type { WsgiErrors } from "./types.ts";

/** A longer line is logged in pieces. */
const PARTIAL_MAX_CHARS = 16_384;

/** Collects up to the end of a line, so that two requests never mix in one line. Lines that are written together stay one message, as a stack should. */
export class ErrorStream implements WsgiErrors {
  readonly #log: (text: string) => void;
  #partial = "";

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  write(text: string): void {
    if (typeof text !== "string") throw new TypeError(`wsgi.errors takes strings, not ${typeof text}`);
    this.#partial += text;
    const end = this.#partial.lastIndexOf("\n");
    if (end >= 0) {
      const lines = this.#partial.slice(0, end);
      this.#partial = this.#partial.slice(end + 1);
      if (lines !== "") this.#log(lines);
    }
    if (this.#partial.length > PARTIAL_MAX_CHARS) this.flush();
  }

  writelines(lines: Iterable<string>): void {
    for (const line of lines) this.write(line);
  }

  flush(): void {
    if (this.#partial === "") return;
    const text = this.#partial;
    this.#partial = "";
    this.#log(text);
  }
}
