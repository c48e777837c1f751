/**
 * How a worker becomes somebody else for good.
 *
 * @module
 */
import process from "node:process";
import type { ProcessIdentity } from "../../src/runtime/port.ts";
import type { Libc } from "./libc.ts";
import { callLibc } from "./libc-calls.ts";
import { attempting } from "./system-error.ts";

/** setgroups(2), which Deno does not have. */
export type SetGroups = (groups: readonly number[]) => void;

/** Through the C library. */
export function setGroupsWith(libc: Libc): SetGroups {
  return (groups) => {
    callLibc(
      libc,
      "Cannot set the groups of this process",
      "setgroups",
      groups.length,
      new Uint8Array(new Uint32Array(groups).buffer),
    );
  };
}

/**
 * Groups, then the group, then the user: the other way round the right to change the rest would be gone. All three concern every thread.
 * Throws a SystemError, or an Error when root could be had back.
 */
export function becomeUser({ uid, gid, groups }: ProcessIdentity, setGroups: SetGroups): void {
  setGroups(groups);
  attempting(`Cannot change to group ${gid}`, () => process.setgid?.(gid));
  attempting(`Cannot change to user ${uid}`, () => process.setuid?.(uid));
  if (process.getuid?.() !== uid || process.geteuid?.() !== uid || process.getgid?.() !== gid || process.getegid?.() !== gid) {
    throw new Error(`This process did not become user ${uid} and group ${gid}`);
  }
  if (uid === 0) return;
  // Capabilities that outlive the change (prctl, systemd's AmbientCapabilities) would make it worth nothing.
  // setgroups(2) takes CAP_SETGID whatever is set; setgid(0) may everybody whose group is 0.
  for (const regain of [() => process.setuid?.(0), () => setGroups(groups)]) {
    if (succeeds(regain)) {
      throw new Error(`User ${uid} could become root again: take CAP_SETUID and CAP_SETGID from its capabilities`);
    }
  }
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
