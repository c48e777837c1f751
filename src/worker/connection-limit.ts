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
/** The share for connections that were let go and hold their descriptors for a moment. */
const LEAVING_SHARE = 0.125;

export interface ConnectionLimit {
  readonly most: number;
  /** With at most so many, connections are accepted again. */
  readonly resumeAt: number;
  /** Of those that were let go, the most whose sockets need not be closed yet for others to take their places. */
  readonly leavingMost: number;
  /** What an operator has to raise. */
  readonly name: string;
}

/**
 * The lower one of the setting `worker_connections` and a share of this process' soft limit of open files (`ulimit -n`, proc(5)),
 * where it has one.
 */
export function connectionLimit(files: Pick<FilePort, "readText">, workerConnections: number): ConnectionLimit {
  const descriptors = descriptorLimit(files);
  const affordable = Math.max(CONNECTIONS_MIN, Math.floor(descriptors * CONNECTION_SHARE));
  const most = Math.min(workerConnections, affordable);
  return {
    most,
    resumeAt: Math.floor(most * RESUME_SHARE),
    leavingMost: Math.min(most, Math.max(1, Math.floor(descriptors * LEAVING_SHARE))),
    name: workerConnections <= affordable ? "worker_connections" : "the limit of open files (ulimit -n)",
  };
}

function descriptorLimit(files: Pick<FilePort, "readText">): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(files.readText("/proc/self/limits"))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
