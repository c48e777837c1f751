/** @module What the log says of the workers' kind. */
import type { RuntimeAdapter, WorkerRuntime } from "../runtime/port.ts";

/** Gunicorn's line, with the runtime of the workers; `runtime` is null where that is the arbiter's. */
export function usingWorkerLine(adapter: Pick<RuntimeAdapter, "name" | "version">, runtime: WorkerRuntime | null): string {
  const { name, version } = runtime ?? adapter;
  return `Using worker: async (${name} ${version})`;
}
