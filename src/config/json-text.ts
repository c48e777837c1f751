/**
 * Reads JSON and says where it is wrong: what runtimes say of a mistake differs, and some do not tell the line.
 *
 * @module
 */

/** Deeper than any configuration, and far from the end of the stack. */
const DEPTH_MAX = 100;

/** What was read, or the first mistake. `line` and `column` are counted from 1. */
export type JsonReading = { readonly value: unknown } | {
  readonly message: string;
  readonly line: number;
  readonly column: number;
};

/** `lenient`: comments and commas after the last entry, as Deno and Bun take them in their own files. */
export function readJsonText(text: string, { lenient }: { readonly lenient: boolean }): JsonReading {
  try {
    return { value: new JsonReader(text, lenient).read() };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const before = text.slice(0, error.index).split("\n");
    return { message: error.message, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

class JsonError extends Error {
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}

/** RFC 8259 §2 to §7. Numbers beyond a double are infinite, as in `JSON.parse`. */
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const BLANKS = /[ \t\r\n]*/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const LITERALS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

class JsonReader {
  readonly #text: string;
  readonly #lenient: boolean;
  #index = 0;

  constructor(text: string, lenient: boolean) {
    // A byte order mark, which editors hide.
    this.#text = text.replace(/^\uFEFF/, " ");
    this.#lenient = lenient;
  }

  read(): unknown {
    const value = this.#value(0);
    this.#skip();
    if (this.#index < this.#text.length) throw this.#wrong("nothing more");
    return value;
  }

  #value(depth: number): unknown {
    if (depth > DEPTH_MAX) throw new JsonError(`more than ${DEPTH_MAX} levels`, this.#index);
    this.#skip();
    const char = this.#text.charAt(this.#index);
    if (char === "{") return Object.fromEntries(this.#entries(depth));
    if (char === "[") return this.#items(depth);
    if (char === '"') return this.#string();
    const digits = this.#match(NUMBER);
    if (digits !== null) return Number(digits);
    const start = this.#index;
    const word = this.#match(WORD);
    if (word !== null && Object.hasOwn(LITERALS, word)) return LITERALS[word];
    this.#index = start;
    throw this.#wrong("a value");
  }

  #entries(depth: number): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    this.#index += 1;
    while (!this.#ends("}", entries.size > 0)) {
      const start = this.#index;
      if (this.#text.charAt(start) !== '"') throw this.#wrong("a name in double quotes");
      const name = this.#string();
      if (entries.has(name)) throw new JsonError(`"${name}" is there twice`, start);
      this.#skip();
      if (this.#text.charAt(this.#index) !== ":") throw this.#wrong('":"');
      this.#index += 1;
      entries.set(name, this.#value(depth + 1));
    }
    return entries;
  }

  #items(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#index += 1;
    while (!this.#ends("]", items.length > 0)) items.push(this.#value(depth + 1));
    return items;
  }

  /** Whether the list or object ends here; else goes on to its next entry. */
  #ends(end: string, hasEntries: boolean): boolean {
    this.#skip();
    const isComma = this.#text.charAt(this.#index) === ",";
    const comma = this.#index;
    if (isComma && hasEntries) {
      this.#index += 1;
      this.#skip();
    }
    if (this.#text.charAt(this.#index) === end) {
      if (isComma && hasEntries && !this.#lenient) {
        throw new JsonError(`a comma before "${end}", which JSON does not allow`, comma);
      }
      this.#index += 1;
      return true;
    }
    if (hasEntries && !isComma) throw this.#wrong(`"," or "${end}"`);
    return false;
  }

  /** By hand: an expression for a long text exceeds what some engines can match. */
  #string(): string {
    const start = this.#index;
    let end = start + 1;
    for (let char = ""; char !== '"'; end += 1) {
      char = this.#text.charAt(end);
      if (char === "" || char === "\n") throw new JsonError('a text without its closing "', start);
      if (char === "\\") end += 1;
    }
    this.#index = end;
    try {
      return String(JSON.parse(this.#text.slice(start, end)));
    } catch {
      throw new JsonError("a text with a character or escape that JSON does not allow", start);
    }
  }

  #skip(): void {
    for (;;) {
      this.#match(BLANKS);
      if (this.#text.charAt(this.#index) !== "/") return;
      const start = this.#index;
      if (this.#match(COMMENT) === null) throw this.#wrong("a value");
      if (!this.#lenient) throw new JsonError("a comment, which JSON does not allow", start);
    }
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#index = pattern.lastIndex;
    return found === "" ? null : found;
  }

  #wrong(wanted: string): JsonError {
    const word = /^(?:[\w$.-]+|[\s\S]?)/.exec(this.#text.slice(this.#index, this.#index + 40))?.[0] ?? "";
    const got = word === "" ? "the text ends" : `got ${JSON.stringify(word)}`;
    return new JsonError(`expected ${wanted}, ${got}`, this.#index);
  }
}
