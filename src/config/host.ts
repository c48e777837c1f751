/** @module The part of a runtime adapter that reading the configuration needs, so that tests give just that. */
import type { ClockPort, FilePort, ModulePort, ProcessPort, RuntimeAdapter } from "../runtime/port.ts";

/** Every runtime adapter is one. */
export interface ConfigHost extends Pick<RuntimeAdapter, "name" | "version"> {
  readonly clock: Pick<ClockPort, "after">;
  readonly process: Pick<ProcessPort, "env" | "cwd" | "setVariables">;
  readonly files: Pick<FilePort, "isFile" | "isDirectory" | "readText" | "list" | "absolute" | "toUrl" | "fromUrl">;
  readonly modules: Pick<ModulePort, "resolve" | "extensions" | "importHint" | "locateSyntaxError">;
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Imports a module by URL and gives its namespace. Rejects with whatever the module throws. */
export type ImportModule = (url: string) => Promise<unknown>;

/** The runtime's own `import()`. */
export async function importModule(url: string): Promise<unknown> {
  const namespace: unknown = await import(url);
  return namespace;
}
