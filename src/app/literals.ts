/**
 * Arguments of an application factory: literals as JSON has them, with single quotes, bare keys and a comma at the end as JavaScript
 * allows them. Nothing is evaluated.
 *
 * @module
 */

/** Lists and objects in each other. */
const DEPTH_MAX = 32;

const BLANKS = /\s*/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.$])/y;
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** What Python would have. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([["True", "true"], ["False", "false"], ["None", "null"]]);

/** The text is no list of literals. The message says why and where, without a period. */
export class LiteralError extends Error {
  override readonly name: string = "LiteralError";
}

/** The values of `"a", {"b": 1}`. Throws a {@link LiteralError}. */
export function parseLiterals(text: string): readonly unknown[] {
  return new Reader(text).all();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): readonly unknown[] {
    return this.#items(null, () => this.#value(0));
  }

  /** Values between commas, up to `close` or, where that is null, to the end. */
  #items<T>(close: string | null, read: () => T): T[] {
    const items: T[] = [];
    while (!this.#closes(close)) {
      items.push(read());
      if (this.#closes(close)) break;
      this.#expect(",");
    }
    if (close !== null) this.#at++;
    return items;
  }

  #closes(close: string | null): boolean {
    this.#match(BLANKS);
    return close === null ? this.#at === this.#text.length : this.#text[this.#at] === close;
  }

  #value(depth: number): unknown {
    this.#match(BLANKS);
    const char = this.#text[this.#at];
    if (char === "[" || char === "{") {
      if (depth === DEPTH_MAX) throw this.#error(`more than ${DEPTH_MAX} lists and objects in each other`);
      this.#at++;
      return char === "["
        ? this.#items("]", () => this.#value(depth + 1))
        : Object.fromEntries(this.#items("}", () => this.#entry(depth + 1)));
    }
    if (char === '"' || char === "'") return this.#string();
    const number = this.#match(NUMBER);
    return number === null ? this.#word() : Number(number);
  }

  #entry(depth: number): [string, unknown] {
    this.#match(BLANKS);
    const char = this.#text[this.#at];
    const key = char === '"' || char === "'" ? this.#string() : this.#match(WORD);
    if (key === null) throw this.#error("a key is missing");
    this.#expect(":");
    return [key, this.#value(depth)];
  }

  #string(): string {
    const start = this.#at;
    const quoted = this.#match(STRING);
    if (quoted === null) throw this.#error("a string does not end");
    const inside = quoted.slice(1, -1);
    // JSON has no other quotes, and no escape for this one.
    const json = quoted.startsWith("'")
      ? inside.replace(/\\.|"/g, (part) => part === "\\'" ? "'" : part === '"' ? '\\"' : part)
      : inside;
    try {
      return String(JSON.parse(`"${json}"`));
    } catch {
      this.#at = start;
      throw this.#error("a string has an escape that JSON does not know");
    }
  }

  #word(): unknown {
    const start = this.#at;
    const word = this.#match(WORD);
    if (word === null) throw this.#error(start === this.#text.length ? "a value is missing" : "this is no value");
    const value = WORDS.get(word);
    if (value !== undefined) return value;
    this.#match(BLANKS);
    const isKeyword = this.#text[this.#at] === "=";
    this.#at = start;
    if (isKeyword) throw this.#error(`there are no keyword arguments; pass an object, as in {"${word}": …}`);
    const meant = FOREIGN_WORDS.get(word);
    throw this.#error(meant === undefined ? `'${word}' is no literal; text needs quotes` : `'${word}' is '${meant}' here`);
  }

  #expect(char: string): void {
    this.#match(BLANKS);
    if (this.#text[this.#at] !== char) throw this.#error(`'${char}' is missing`);
    this.#at++;
  }

  /** Moves behind what matches here. */
  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #error(why: string): LiteralError {
    const rest = this.#text.slice(this.#at);
    return new LiteralError(`${why} (${rest === "" ? "at the end" : `at '${rest.slice(0, 40)}'`})`);
  }
}
