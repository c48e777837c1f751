/**
 * What a worker inherits, in one environment variable: written by the spawner, taken out of the environment by the worker.
 *
 * @module
 */
import type process from "node:process";

/** The one variable that makes a process a worker. Not near the name of a setting (`TSGUNICORN_WORKERS`): typos are told by others. */
export const WORKER_VARIABLE = "_TSGUNICORN_INHERITED";

/**
 * Deno's list of extra descriptors for its file functions, which refuse all others (trap 4): set by Deno itself where it is the parent.
 * Children of a worker must not see the worker's.
 */
export const DENO_VARIABLE = "DENO_EXTRA_STDIO_FDS";

/** Descriptor numbers as the worker sees them. */
export interface InheritanceRecord {
  readonly listenerFds: readonly number[];
  readonly heartbeatFd: number;
  readonly channelFd: number;
  readonly arbiterPid: number;
  /** Where the arbiter works, when that is not where it was started; null: stay. */
  readonly directory: string | null;
  /** What `ps` shows; empty: what it shows anyway. */
  readonly title: string;
}

/** What was taken, by environment: a second adapter of a worker must not believe that it is an arbiter, and start workers of its own. */
const taken = new WeakMap<typeof process.env, InheritanceRecord>();

/** The variable's value. */
export function encodeInheritance(record: InheritanceRecord): string {
  return JSON.stringify(record);
}

/**
 * Takes the record out of `env`, so that what the application starts is not a worker; asked again, it answers the same. Null: this process
 * is not a worker. Throws an Error for a value that no arbiter wrote.
 */
export function takeInheritance(env: typeof process.env): InheritanceRecord | null {
  const text = env[WORKER_VARIABLE];
  delete env[WORKER_VARIABLE];
  delete env[DENO_VARIABLE];
  if (text === undefined) return taken.get(env) ?? null;
  const record = parse(text);
  if (record === null) {
    throw new Error(
      `Environment variable "${WORKER_VARIABLE}" is malformed: ${text.slice(0, 200)}. Only an arbiter sets it; unset it`,
    );
  }
  taken.set(env, record);
  return record;
}

function parse(text: string): InheritanceRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  if (!("listenerFds" in value && "heartbeatFd" in value && "channelFd" in value)) return null;
  if (!("arbiterPid" in value && "directory" in value && "title" in value)) return null;
  const { listenerFds, heartbeatFd, channelFd, arbiterPid, directory, title } = value;
  if (!Array.isArray(listenerFds) || !listenerFds.every(isDescriptor)) return null;
  if (!isDescriptor(heartbeatFd) || !isDescriptor(channelFd) || !isPid(arbiterPid)) return null;
  if (typeof title !== "string" || (directory !== null && typeof directory !== "string")) return null;
  return { listenerFds, heartbeatFd, channelFd, arbiterPid, directory, title };
}

/** 0 to 2 are the standard streams. */
function isDescriptor(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 3;
}

/** An arbiter in a container may be process 1. */
function isPid(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}
