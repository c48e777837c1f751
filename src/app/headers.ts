/** @module Headers over a flat list of field lines, which is what the parser gives and the writer takes. */
import { checkName, hasField, isName, normalizeValue, separatorOf, sortAndCombine } from "./header-fields.ts";
import { forwardMissing, NativeHeaders, printAs } from "./natives.ts";

/**
 * `Headers` of the Fetch standard without a guard (a request's can be changed too), `instanceof Headers`. The list is shared with
 * whoever gave it until the first change.
 */
export class LightHeaders implements Headers {
  #fields: readonly string[];
  #own: string[] | null = null;
  #sorted: readonly [string, string][] | null = null;

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  /** Whether a value is one of ours. */
  static is(value: unknown): value is LightHeaders {
    return typeof value === "object" && value !== null && #fields in value;
  }

  /** The flat list behind `headers`; not to be changed. */
  static fieldsOf(headers: LightHeaders): readonly string[] {
    return headers.#fields;
  }

  get(name: string): string | null {
    const lower = checkName(name).toLowerCase();
    const fields = this.#fields;
    let joined: string | null = null;
    for (let i = 0; i < fields.length; i += 2) {
      if (!isName(fields[i] ?? "", lower)) continue;
      const value = fields[i + 1] ?? "";
      joined = joined === null ? value : joined + separatorOf(lower) + value;
    }
    return joined;
  }

  has(name: string): boolean {
    return hasField(this.#fields, checkName(name).toLowerCase());
  }

  getSetCookie(): string[] {
    const cookies: string[] = [];
    for (let i = 0; i < this.#fields.length; i += 2) {
      if (isName(this.#fields[i] ?? "", "set-cookie")) cookies.push(this.#fields[i + 1] ?? "");
    }
    return cookies;
  }

  append(name: string, value: string): void {
    const checked = checkName(name);
    this.#change().push(checked, normalizeValue(value, checked));
  }

  set(name: string, value: string): void {
    const checked = checkName(name);
    const normalized = normalizeValue(value, checked);
    const first = this.#removeAllButFirst(checked.toLowerCase());
    if (first < 0) this.#change().push(checked, normalized);
    else this.#change()[first + 1] = normalized;
  }

  delete(name: string): void {
    const first = this.#removeAllButFirst(checkName(name).toLowerCase());
    if (first >= 0) this.#change().splice(first, 2);
  }

  forEach(callback: (value: string, key: string, parent: this) => void, thisArg?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("The argument of Headers.forEach must be a function");
    for (const [name, value] of this) callback.call(thisArg, value, name, this);
  }

  // The list is looked up at each step: the standard lets a loop see what it changes itself.
  *entries(): Generator<[string, string], undefined, unknown> {
    for (let i = 0; i < this.#entries().length; i++) {
      const entry = this.#entries()[i];
      if (entry !== undefined) yield [entry[0], entry[1]];
    }
    return undefined;
  }

  *keys(): Generator<string, undefined, unknown> {
    for (const [name] of this.entries()) yield name;
    return undefined;
  }

  *values(): Generator<string, undefined, unknown> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): Generator<[string, string], undefined, unknown> {
    return this.entries();
  }

  #entries(): readonly [string, string][] {
    return (this.#sorted ??= sortAndCombine(this.#fields));
  }

  #change(): string[] {
    this.#sorted = null;
    if (this.#own === null) {
      this.#own = [...this.#fields];
      this.#fields = this.#own;
    }
    return this.#own;
  }

  /** Where the first one is, or -1. */
  #removeAllButFirst(lower: string): number {
    let first = -1;
    for (let i = 0; i < this.#fields.length; i += 2) {
      if (!isName(this.#fields[i] ?? "", lower)) continue;
      if (first < 0) first = i;
      else {
        this.#change().splice(i, 2);
        i -= 2;
      }
    }
    return first;
  }
}

Object.setPrototypeOf(LightHeaders.prototype, NativeHeaders.prototype);
Object.defineProperty(LightHeaders.prototype, "constructor", { value: NativeHeaders, configurable: true, writable: true });
forwardMissing(LightHeaders.prototype, NativeHeaders.prototype, (self) => new NativeHeaders([...self]));
printAs(LightHeaders.prototype, "Headers", (self) => Object.fromEntries(self));
