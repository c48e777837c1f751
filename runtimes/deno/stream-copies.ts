/**
 * Deno's own copies of the standard streams: it duplicates them when it starts, and what it starts inherits the copies.
 *
 * @module
 */
import { readdirSync, readlinkSync } from "node:fs";
import type { StreamCopy } from "../shared/system.ts";

const STREAMS = [1, 2] as const;

/** To be called before any file is opened, for a log may be the very file that a stream goes to. Empty where /proc is hidden. */
export function findStreamCopies(): readonly StreamCopy[] {
  try {
    const targets = STREAMS.map((stream) => ({ stream, target: readlinkSync(`/proc/self/fd/${stream}`) }));
    return readdirSync("/proc/self/fd").map(Number).filter((fd) => fd > 2).flatMap((fd) => {
      const found = targets.find(({ target }) => target === targetOf(fd));
      return found === undefined ? [] : [{ fd, stream: found.stream }];
    });
  } catch {
    return [];
  }
}

/** The descriptor of the listing itself is gone by now. */
function targetOf(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return null;
  }
}
