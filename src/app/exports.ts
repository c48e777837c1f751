/** @module What a module exports, and how that is told. */
import { nearest } from "../config/nearest.ts";

const NAMES_SHOWN_MAX = 10;

export class ModuleExports {
  readonly #values = new Map<string, unknown>();

  /** `namespace` is what `import()` gave. Exports of a CommonJS module, which may only be properties of its default export, are among them. */
  constructor(namespace: object) {
    for (const [name, value] of Object.entries(namespace)) {
      if (name !== "module.exports" && name !== "__esModule") this.#values.set(name, value);
    }
    const fallback = this.#values.get("default");
    if (!isBag(fallback)) return;
    const isTranspiled = "__esModule" in fallback;
    for (const [name, value] of Object.entries(fallback)) {
      if (!this.#values.has(name) || (isTranspiled && name === "default")) this.#values.set(name, value);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get(name: string): unknown {
    return this.#values.get(name);
  }

  /** The name that was probably meant; null where none is near. */
  nearest(name: string): string | null {
    return nearest(name, [...this.#values.keys()]);
  }

  /** For messages: `The module exports: app, server`. */
  listing(): string {
    if (this.#values.size === 0) return "The module exports nothing; if it listens by itself, serve it with --interface script";
    const names = [...this.#values.keys()];
    const more = names.length > NAMES_SHOWN_MAX ? `, and ${names.length - NAMES_SHOWN_MAX} more` : "";
    return `The module exports: ${names.slice(0, NAMES_SHOWN_MAX).join(", ")}${more}`;
  }
}

/** `module.exports = { … }`. An instance of a class is an application and not a bag of exports. */
function isBag(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
