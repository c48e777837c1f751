/** @module What a value is, as far as one can see without knowing its library. */

/** Anything that can be called, with its object where it is a method. */
export type Callable = (...args: readonly unknown[]) => unknown;

/** Whether a value can have properties. */
export function isObjectLike(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Null where there is none. Only what `in` sees: there are routers that answer to any name. */
export function property(value: unknown, name: string): unknown {
  return isObjectLike(value) && name in value ? Reflect.get(value, name) : null;
}

/** The method, bound; null where there is none. */
export function methodOf(value: unknown, name: string): Callable | null {
  const found = property(value, name);
  return typeof found === "function" ? (...args) => Reflect.apply(found, value, args) : null;
}

export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return names.every((name) => typeof property(value, name) === "function");
}

export function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return hasMethods(value, "then");
}

/** The class of an object; null where that says nothing. */
export function classNameOf(value: object): string | null {
  const name = property(property(value, "constructor"), "name");
  // Some build tools put an underscore before the name of a class that knows itself.
  const shown = typeof name === "string" ? name.replace(/^_+/, "") : "";
  return shown === "" || shown === "Object" ? null : shown;
}

/** For messages: `a number`, `a class`, `an object of class Site`. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isClass(value)) return "a class";
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = classNameOf(value);
  return name === null ? "an object" : `an object of class ${name}`;
}
