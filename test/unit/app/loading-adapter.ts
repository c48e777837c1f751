/** @module What loading needs of an adapter, on the runtime that runs the tests. */
import * as nodeModule from "node:module";
import type { LoadingAdapter } from "../../../src/app/load.ts";
import type { ModulePort } from "../../../src/runtime/port.ts";
import { detectRuntime } from "../../../runtimes/detect.ts";
import { files } from "../../../runtimes/shared/files.ts";

/** The runtime's own module port. */
export async function loadingAdapter(): Promise<LoadingAdapter> {
  const runtime = detectRuntime();
  const { modules }: { modules: ModulePort } = await import(`../../../runtimes/${runtime}/modules.ts`);
  if (runtime !== "node" || modules.locateSyntaxError !== undefined) return { files, modules };
  return { files, modules: { ...modules, locateSyntaxError } };
}

/** Node strips types with a parser that says where it stopped; JavaScript is TypeScript to it. */
function locateSyntaxError(source: string, moduleUrl: string): string | null {
  try {
    nodeModule.stripTypeScriptTypes(source, { mode: "strip", sourceUrl: moduleUrl });
    return null;
  } catch (error) {
    return error instanceof SyntaxError ? (error.stack ?? "").split(/\n\s*\n|\nSyntaxError/, 1)[0] ?? null : null;
  }
}
