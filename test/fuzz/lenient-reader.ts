/**
 * A careless reader of requests, as intermediaries have been: takes LF for a line end, folds, trims, guesses. It shares no code with the
 * parser. Whatever the parser accepts, this reader must understand in the same way, whichever of its guesses it makes: else the
 * bytes would smuggle a request past one of two servers.
 *
 * @module
 */

/** Where careless readers differ. */
export interface Carelessness {
  /** A CR alone ends a line as well. */
  readonly crEndsLine: boolean;
  /** Of several Content-Length fields, the last one counts. */
  readonly lastLengthWins: boolean;
  /** Content-Length wins over Transfer-Encoding. */
  readonly lengthWins: boolean;
  /** An underscore in a name is read as a hyphen. */
  readonly underscoreIsHyphen: boolean;
}

export const CARELESSNESS: readonly Carelessness[] = [
  { crEndsLine: false, lastLengthWins: false, lengthWins: false, underscoreIsHyphen: false },
  { crEndsLine: true, lastLengthWins: true, lengthWins: true, underscoreIsHyphen: false },
  { crEndsLine: true, lastLengthWins: true, lengthWins: false, underscoreIsHyphen: false },
];

export interface ReadMessage {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly isComplete: boolean;
}

/** At most `most` messages of `text`; the last one may be incomplete. */
export function readLeniently(text: string, most: number, how: Carelessness): ReadMessage[] {
  const messages: ReadMessage[] = [];
  const cursor = new Cursor(text, how);
  while (messages.length < most) {
    cursor.skipEmptyLines();
    const head = readHead(cursor, how);
    if (head === null) break;
    const body = head.isChunked ? readChunks(cursor) : cursor.take(head.length);
    messages.push({ method: head.method, target: head.target, body: body.text, isComplete: body.isComplete });
    if (!body.isComplete) break;
  }
  return messages;
}

interface LenientHead {
  readonly method: string;
  readonly target: string;
  readonly isChunked: boolean;
  readonly length: number;
}

function readHead(cursor: Cursor, how: Carelessness): LenientHead | null {
  const lines: string[] = [];
  for (;;) {
    const line = cursor.line();
    if (line === null) return null;
    if (line === "") break;
    if (lines.length > 1 && /^[ \t]/.test(line)) lines.push(`${lines.pop()} ${line.trim()}`);
    else lines.push(line);
  }
  const [method = "", target = ""] = (lines[0] ?? "").trim().split(/[ \t]+/);
  const lengths: string[] = [];
  const codings: string[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    const spelled = line.slice(0, colon).trim().toLowerCase();
    const name = how.underscoreIsHyphen ? spelled.replaceAll("_", "-") : spelled;
    if (name === "content-length") lengths.push(line.slice(colon + 1).trim());
    if (name === "transfer-encoding") codings.push(line.slice(colon + 1).trim().toLowerCase());
  }
  const length = parseInt((how.lastLengthWins ? lengths.at(-1) : lengths[0]) ?? "0", 10) || 0;
  const isChunked = codings.some((coding) => coding.includes("chunked")) && !(how.lengthWins && lengths.length > 0);
  return { method, target, isChunked, length };
}

function readChunks(cursor: Cursor): { readonly text: string; readonly isComplete: boolean } {
  let text = "";
  for (;;) {
    const line = cursor.line();
    if (line === null) return { text, isComplete: false };
    const size = parseInt(line, 16) || 0;
    if (size === 0) break;
    const data = cursor.take(size);
    text += data.text;
    // Bytes between the data and the line end belong to nobody: whoever counts them differently is elsewhere from here on.
    if (!data.isComplete || cursor.line() !== "") return { text, isComplete: false };
  }
  for (;;) {
    const line = cursor.line();
    if (line === null) return { text, isComplete: false };
    if (line === "") return { text, isComplete: true };
  }
}

class Cursor {
  readonly #text: string;
  readonly #lineEnd: RegExp;
  #at = 0;

  constructor(text: string, how: Carelessness) {
    this.#text = text;
    this.#lineEnd = how.crEndsLine ? /\r\n|\r|\n/g : /\r*\n/g;
  }

  /** The next line without its end, or null where none ends. */
  line(): string | null {
    this.#lineEnd.lastIndex = this.#at;
    const match = this.#lineEnd.exec(this.#text);
    if (match === null) return null;
    const line = this.#text.slice(this.#at, match.index);
    this.#at = this.#lineEnd.lastIndex;
    return line;
  }

  skipEmptyLines(): void {
    while (this.#text[this.#at] === "\r" || this.#text[this.#at] === "\n") this.#at += 1;
  }

  take(count: number): { readonly text: string; readonly isComplete: boolean } {
    const text = this.#text.slice(this.#at, this.#at + count);
    this.#at += text.length;
    return { text, isComplete: text.length === count };
  }
}
