/**
 * Who this process is, as the kernel tells it.
 *
 * @module
 */
import type { FilePort } from "../runtime/port.ts";

/** Bits of a capability set (capabilities(7)). */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;

/** Effective ids, and what may be done with them. */
export interface OwnIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly canSetUid: boolean;
  readonly canSetGid: boolean;
}

/** Null where /proc is hidden. */
export function readOwnIdentity(files: Pick<FilePort, "readText">): OwnIdentity | null {
  try {
    return parseStatus(files.readText("/proc/self/status"));
  } catch {
    return null;
  }
}

/** Reads proc_pid_status(5): real, effective, saved and file system id in each line. Null for anything else. */
export function parseStatus(text: string): OwnIdentity | null {
  const uid = /^Uid:\t\d+\t(\d+)/m.exec(text)?.[1];
  const gid = /^Gid:\t\d+\t(\d+)/m.exec(text)?.[1];
  const effective = /^CapEff:\t([0-9a-f]+)/m.exec(text)?.[1];
  if (uid === undefined || gid === undefined || effective === undefined) return null;
  const capabilities = BigInt(`0x${effective}`);
  const has = (bit: bigint): boolean => (capabilities >> bit & 1n) === 1n;
  return { uid: Number(uid), gid: Number(gid), canSetUid: has(CAP_SETUID), canSetGid: has(CAP_SETGID) };
}
