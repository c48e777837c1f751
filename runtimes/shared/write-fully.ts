/**
 * Whole writes to a descriptor that may be a pipe in non-blocking mode: another process that shares it (an application's console) can
 * have set O_NONBLOCK, and write(2) then takes a part or answers EAGAIN.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { errorCode } from "./system-error.ts";

/** How long a full pipe is left alone before the next try. */
const RETRY_DELAY_MS = 2;

/** Writes all of `bytes`, waiting for a full pipe at most `patienceMs`. Throws what write(2) said (`EAGAIN` when patience ran out). */
export function writeFully(fd: number, bytes: Uint8Array, patienceMs: number): void {
  let offset = 0;
  let waitedMs = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset, bytes.length - offset);
      waitedMs = 0;
    } catch (error) {
      const code = errorCode(error);
      if (code === "EINTR") continue;
      if (code !== "EAGAIN" || waitedMs >= patienceMs) throw error;
      sleepSync(RETRY_DELAY_MS);
      waitedMs += RETRY_DELAY_MS;
    }
  }
}

function sleepSync(delayMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
}
