/**
 * How many connections a worker may hold. Beyond that it stops to accept: a runtime that runs out of descriptors drops clients
 * (Node), spins (Bun) or never accepts again (Deno).
 *
 * @module
 */
import type { FilePort } from "../runtime/port.ts";

/** Of the descriptors that a process may open, the share for clients; the application needs some as well. */
const CONNECTION_SHARE = 0.75;
const CONNECTIONS_MIN = 8;
/** Accepting begins again when the connections are fewer than this share of the most. */
const RESUME_SHARE = 0.9;

export interface ConnectionLimit {
  readonly most: number;
  /** With at most so many, connections are accepted again. */
  readonly resumeAt: number;
}

/** From the soft limit of this process (`ulimit -n`, proc(5)); without one, no limit. */
export function connectionLimit(files: FilePort): ConnectionLimit {
  const descriptors = descriptorLimit(files);
  const most = Math.max(CONNECTIONS_MIN, Math.floor(descriptors * CONNECTION_SHARE));
  return { most, resumeAt: Math.floor(most * RESUME_SHARE) };
}

function descriptorLimit(files: FilePort): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(files.readText("/proc/self/limits"))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
