/**
 * Imports a program so that it takes itself for the main module: many listen only `if (import.meta.main)`, or `if (require.main === module)`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What `runAsMain` has to know of a runtime. */
export interface MainModuleParts {
  /** Whether a module without an ending or a `"type"` that says so may be CommonJS. */
  readonly guessesCommonJs: boolean;
}

/** Before the program's own text, in the same line, so that line numbers stay. */
const MAIN_PREFIX =
  'Object.defineProperty(import.meta, "main", { value: true, writable: true, enumerable: true, configurable: true });';

/** What only an ES module can have at the beginning of a line. */
const ES_SYNTAX = /^\s*(?:import\b(?!\s*\()|export\b)/m;

/** The arguments as the program has them when it is started by itself. */
export function setArguments(path: string): void {
  process.argv.splice(1, Infinity, path);
}

/** For Node and Deno. Resolves with the exports. Rejects with what the program throws. */
export async function runAsMain(url: string, parts: MainModuleParts): Promise<object> {
  const path = fileURLToPath(url);
  setArguments(path);
  if (isCommonJs(path, parts)) {
    try {
      return loadCommonJs(path);
    } catch (error) {
      // It is an ES module after all.
      if (!isEsModuleError(error)) throw error;
    }
  }
  // Who does not ask for it gets its text as it is: columns count in a bundle of one line.
  if (readIfThere(path)?.includes("import.meta.main")) sayMainOf(url);
  const namespace: object = await import(url);
  return namespace;
}

function isCommonJs(path: string, { guessesCommonJs }: MainModuleParts): boolean {
  if (/\.c[jt]s$/.test(path)) return true;
  if (/\.m[jt]s$/.test(path)) return false;
  const type = packageType(dirname(path));
  if (type !== null) return type === "commonjs";
  return guessesCommonJs && !ES_SYNTAX.test(readFileSync(path, "utf8"));
}

/** `"type"` of the nearest package.json; null where that does not say it. */
function packageType(folder: string): string | null {
  for (let at = folder;; at = dirname(at)) {
    const text = readIfThere(join(at, "package.json"));
    if (text !== null) {
      try {
        const manifest: unknown = JSON.parse(text);
        const type = typeof manifest === "object" && manifest !== null && "type" in manifest ? manifest.type : null;
        return typeof type === "string" ? type : null;
      } catch {
        return null;
      }
    }
    if (at === dirname(at)) return null;
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** What the runtime itself calls for its main module. It is no public function, and has been there since the first Node. */
function loadCommonJs(path: string): object {
  const load: unknown = Reflect.get(nodeModule.Module, "_load");
  if (typeof load !== "function") throw new TypeError("This runtime has no Module._load, which a CommonJS program needs");
  const exports: unknown = Reflect.apply(load, nodeModule.Module, [path, null, true]);
  return { default: exports };
}

function isEsModuleError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^ERR_REQUIRE_(?:ESM|ASYNC_MODULE)$/.test(String(error.code));
}

/** Where the runtime lets modules be changed when they are loaded; what has no such hooks has no `import.meta.main` either (Node before 24). */
function sayMainOf(url: string): void {
  if (!("registerHooks" in nodeModule)) return;
  const hooks = nodeModule.registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      if (loaded !== url) return result;
      // What the program imports is loaded without: JSON that is required fails on Deno where there are hooks.
      hooks.deregister();
      if (result.format === "commonjs" || result.format === "commonjs-typescript") return result;
      const { source } = result;
      const text = typeof source === "string" ? source : source instanceof Uint8Array ? new TextDecoder().decode(source) : null;
      return text === null ? result : { ...result, source: text.replace(/^(#!.*\n)?/, (line) => `${line}${MAIN_PREFIX}`) };
    },
  });
}
