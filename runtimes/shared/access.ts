/**
 * access(2). Deno's own function knows neither root nor further groups, and none of the runtimes' sees a file system that is read-only
 * without the C library.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { FileUse } from "../../src/runtime/port.ts";
import type { Libc } from "./libc.ts";
import { callLibc } from "./libc-calls.ts";

const X_OK = 1;
const W_OK = 2;
const R_OK = 4;

/** Throws a SystemError about `action`. A folder is used for the files in it, so it must be open to searches too. */
export function requireAccess(libc: Libc, path: string, wanted: FileUse, action: string): void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const mode = (wanted === "read" ? R_OK : W_OK) | (isFolder ? X_OK : 0);
  callLibc(libc, action, "access", new TextEncoder().encode(`${path.replaceAll("\0", "")}\0`), mode);
}
