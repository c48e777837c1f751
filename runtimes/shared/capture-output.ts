/**
 * The standard streams of a process, sent to a file.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";
import type { Libc } from "./libc.ts";
import { callLibc, setInheritable } from "./libc-calls.ts";
import { LOG_FILE_MODE } from "./logs.ts";
import type { StreamCopy } from "./system.ts";
import { attempting } from "./system-error.ts";

const STREAMS = [1, 2] as const;

/** For {@link SystemPort.captureOutput}. Throws a SystemError. */
export function captureOutput(libc: Libc, copies: readonly StreamCopy[], path: string): void {
  const action = `Cannot send the standard streams to "${path}"`;
  const file = attempting(action, () => openSync(path, "a", LOG_FILE_MODE));
  try {
    for (const stream of STREAMS) callLibc(libc, action, "dup2", file, stream);
    for (const { fd } of copies) {
      callLibc(libc, action, "dup2", file, fd);
      setInheritable(libc, fd, false);
    }
  } finally {
    closeSync(file);
  }
}
