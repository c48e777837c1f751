/**
 * From what a user types ("app", "./src/server.ts", "my-package") to a URL that `import()` takes.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ModulePort } from "../../src/runtime/port.ts";
import { findPackageEntry } from "./package-entry.ts";

const JAVASCRIPT: readonly string[] = [".js", ".mjs", ".cjs"];

/** Sources before what was built from them: a stale build beside its source would be the worse surprise. */
export const WITH_TYPESCRIPT: readonly string[] = [".ts", ".mts", ".cts", ...JAVASCRIPT];

/** For runtimes that also compile JSX. */
export const WITH_JSX: readonly string[] = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/** For a Node that cannot strip types. */
export const WITHOUT_TYPESCRIPT: readonly string[] = JAVASCRIPT;

/** What differs between runtimes. */
export interface ModuleParts {
  readonly extensions: readonly string[];
  /** The runtime's own key of conditional exports. */
  readonly condition: string;
  importHint(code: string, message: string): string | null;
}

/** The module port. A file in the folder goes before a package of the same name. */
export function createModules(parts: ModuleParts): ModulePort {
  const conditions: ReadonlySet<string> = new Set([parts.condition, "node", "import", "default"]);
  return {
    extensions: parts.extensions,
    resolve(specifier, fromDirectory): string | null {
      const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
      const isPath = /^\.{0,2}\//.test(path) || path === "." || path === ".." || isAbsolute(path);
      const found = findModule(resolve(fromDirectory, path), parts.extensions) ??
        (isPath ? null : findPackageEntry(path, resolve(fromDirectory), conditions));
      return found === null ? null : pathToFileURL(found).href;
    },
    importAnew,
    importHint(error): string | null {
      if (!(error instanceof Error)) return null;
      const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
      return parts.importHint(code, error.message);
    },
  };
}

/** Node and Deno know a CommonJS module by its path, Bun every module; `require.cache` is that list on all three. */
async function importAnew(url: string): Promise<unknown> {
  delete createRequire(import.meta.url).cache[fileURLToPath(url)];
  const namespace: unknown = await import(`${url}?v=${randomUUID()}`);
  return namespace;
}

function findModule(path: string, extensions: readonly string[]): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return path;
  const withExtension = extensions.map((extension) => path + extension).find(isFile);
  if (withExtension !== undefined || !stat?.isDirectory()) return withExtension ?? null;
  return extensions.map((extension) => join(path, `index${extension}`)).find(isFile) ?? null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
