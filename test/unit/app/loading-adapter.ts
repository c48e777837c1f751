/** @module What loading needs of an adapter, on the runtime that runs the tests. */
import type { LoadingAdapter } from "../../../src/app/load.ts";
import type { ModulePort } from "../../../src/runtime/port.ts";
import { detectRuntime } from "../../../runtimes/detect.ts";
import { files } from "../../../runtimes/shared/files.ts";

/** The runtime's own module port. */
export async function loadingAdapter(): Promise<LoadingAdapter> {
  const runtime = detectRuntime();
  const { modules }: { modules: ModulePort } = await import(`../../../runtimes/${runtime}/modules.ts`);
  return { files, modules };
}
