/** @module Picks the application out of a module, in gunicorn's words where it has none to give. */
import { nearest } from "../config/nearest.ts";
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import type { FetchHandler } from "./fetch.ts";
import { AppLoadError } from "./load-error.ts";
import type { AppTarget } from "./target.ts";

/** Where an application is looked for when the user names none. */
const USUAL_NAMES = ["default", "application", "app", "handler", "fetch"] as const;

const NAMES_SHOWN_MAX = 10;

export interface SelectedHandler {
  readonly handler: FetchHandler;
  /** Of the export. */
  readonly name: string;
}

/** `namespace` is what `import()` gave. Throws an {@link AppLoadError} (4). */
export function selectHandler(namespace: object, target: AppTarget): SelectedHandler {
  const exports = exportsOf(namespace);
  if (target.name !== null) return selectNamed(exports, target.module, target.name);
  for (const name of USUAL_NAMES) {
    const handler = toHandler(exports.get(name));
    if (handler !== null) return { handler, name };
  }
  const present = USUAL_NAMES.find((name) => exports.has(name));
  if (present !== undefined) throw notCallable(exports.get(present), present);
  throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: 'default' in '${target.module}'`, [
    "Export the application as the default, or name its export as in 'module:name'",
    listing(exports),
  ]);
}

function selectNamed(exports: ReadonlyMap<string, unknown>, module: string, name: string): SelectedHandler {
  if (!exports.has(name)) {
    const near = nearest(name, [...exports.keys()]);
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find attribute '${name}' in '${module}'.`, [
      near === null ? "" : `Did you mean '${module}:${near}'?`,
      listing(exports),
    ]);
  }
  const value = exports.get(name);
  if (value === undefined || value === null) {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: '${name}'`, [`The export is ${value}`]);
  }
  const handler = toHandler(value);
  if (handler === null) throw notCallable(value, name);
  return { handler, name };
}

/** Exports by name. Those of a CommonJS module, which may only be properties of its default export, are among them. */
function exportsOf(namespace: object): ReadonlyMap<string, unknown> {
  const exports = new Map<string, unknown>();
  for (const [name, value] of Object.entries(namespace)) {
    if (name !== "module.exports" && name !== "__esModule") exports.set(name, value);
  }
  const fallback = exports.get("default");
  // A class instance is an application and not a bag of exports.
  if (typeof fallback === "object" && fallback !== null && Object.getPrototypeOf(fallback) === Object.prototype) {
    const isTranspiled = "__esModule" in fallback;
    for (const [name, value] of Object.entries(fallback)) {
      if (!exports.has(name) || (isTranspiled && name === "default")) exports.set(name, value);
    }
  }
  return exports;
}

/** A `fetch` method goes before being callable: a class or a router function may have one. */
function toHandler(value: unknown): FetchHandler | null {
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    const method: unknown = "fetch" in value ? value.fetch : undefined;
    if (isHandler(method)) return method.bind(value);
  }
  // An Express application is a function as well.
  return isHandler(value) && !isClass(value) && !looksLikeServer(value) ? value : null;
}

function isHandler(value: unknown): value is FetchHandler {
  return typeof value === "function";
}

function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

function notCallable(value: unknown, name: string): AppLoadError {
  return new AppLoadError(APP_LOAD_EXIT_CODE, "Application object must be callable.", [
    `The export '${name}' must be a function from Request to Response, or an object with such a function as "fetch"; it is ${
      kindOf(value)
    }`,
    looksLikeServer(value)
      ? "It looks like a Node server or framework, which answers (req, res); this release serves fetch handlers"
      : "",
  ]);
}

function kindOf(value: unknown): string {
  if (isClass(value)) return "a class: export an instance of it";
  if (value instanceof Promise) return "a promise: await it in the module";
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object without one" : `a ${typeof value}`;
}

function looksLikeServer(value: unknown): boolean {
  const canHave = (typeof value === "object" && value !== null) || typeof value === "function";
  return canHave && "listen" in value && typeof value.listen === "function";
}

function listing(exports: ReadonlyMap<string, unknown>): string {
  if (exports.size === 0) return "The module exports nothing";
  const names = [...exports.keys()];
  const more = names.length > NAMES_SHOWN_MAX ? `, and ${names.length - NAMES_SHOWN_MAX} more` : "";
  return `The module exports: ${names.slice(0, NAMES_SHOWN_MAX).join(", ")}${more}`;
}
