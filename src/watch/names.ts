/** @module Which names in a source tree matter. */

/** What the runtimes import, and what decides how they do (`tsconfig.json`, `package.json`, `deno.jsonc`). */
const SOURCE_NAME = /^[^.].*\.(?:[cm]?[jt]s|[jt]sx|jsonc?|wasm|node)$/;

const DOTENV_NAME = /^\.env(?:\.[^.~]+)*$/;

/** Whether a file of this name is watched wherever it is. Editors' drafts (`.app.js.swp`, `.#app.js`, `app.js~`, `#app.js#`) are not. */
export function isSourceName(name: string): boolean {
  return SOURCE_NAME.test(name) || DOTENV_NAME.test(name);
}

/** Whether a folder of this name is left out, unless it was asked for by its name: packages, `.git`, caches. */
export function isSkippedName(name: string): boolean {
  return name === "node_modules" || name.startsWith(".");
}
