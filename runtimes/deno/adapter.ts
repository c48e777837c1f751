/** @module The port on Deno, for a program that is tsgunicorn. */
import type { RuntimeAdapter } from "../../src/runtime/port.ts";
import { createAdapter } from "./create-adapter.ts";

/** The adapter of this process. */
export const adapter: RuntimeAdapter = createAdapter();

export { createAdapter };
export { loadLibc } from "./libc.ts";
