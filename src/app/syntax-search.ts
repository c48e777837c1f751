/**
 * Finds the file of a syntax error that does not say where it is, as those of Node in JavaScript modules.
 *
 * @module
 */
import type { FilePort, ModulePort } from "../runtime/port.ts";

/** Modules looked at: the start of a worker must not wait for a whole dependency tree. */
const MODULES_MAX = 200;

const STATIC_IMPORT = /\b(?:import|from)\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** The part of an adapter that is needed. */
interface SearchHost {
  readonly files: Pick<FilePort, "readText" | "fromUrl">;
  readonly modules: Pick<ModulePort, "locateSyntaxError">;
}

/**
 * What the runtime says of the first module with wrong syntax, its place first: the entry, then what it imports by relative paths.
 * Null where the runtime cannot tell.
 */
export function searchSyntaxError(adapter: SearchHost, entryUrl: string): string | null {
  const { files, modules } = adapter;
  if (modules.locateSyntaxError === undefined || !entryUrl.startsWith("file:")) return null;
  const seen = new Set([entryUrl]);
  for (const url of seen) {
    let source: string;
    try {
      source = files.readText(files.fromUrl(url));
    } catch {
      continue;
    }
    const found = modules.locateSyntaxError(source, url);
    if (found !== null) return found;
    for (const [, specifier = ""] of source.matchAll(STATIC_IMPORT)) {
      if (seen.size < MODULES_MAX) seen.add(new URL(specifier, url).href);
    }
  }
  return null;
}
