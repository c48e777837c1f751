/**
 * Gives a file to another user, who may have been at the folders on the way: a link in place of a log file must not make root give away
 * a file of its own (CVE-2016-1247 was that in nginx's packages).
 *
 * @module
 */
import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import process from "node:process";
import type { FileOwner } from "../../src/runtime/port.ts";
import { SystemCallError } from "./system-error.ts";

/** As the kernel (path_resolution(7)). */
const LINKS_MAX = 40;

/** Throws the runtime's error, or a SystemError for a file that may not be the one that was meant. */
export function giveFile(path: string, { uid, gid }: FileOwner): void {
  // Not waiting for the other end where it is a pipe by now.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (found.uid === uid && found.gid === gid) return;
    // Where the file is that was opened, whatever the path means now.
    const real = readlinkSync(`/proc/self/fd/${fd}`);
    // In a folder of the new owner's nothing is given away that was not theirs to replace.
    const isMeant = real === followTrusted(path) || statSync(dirname(real)).uid === uid;
    if (!isMeant) throw refusal(path, `it leads to "${real}" by a link that is not root's. Remove the link, or make it as root`);
    if (found.nlink > 1) throw refusal(path, "the file has other names, which may be anywhere. Remove this one");
    fchownSync(fd, uid, gid);
  } finally {
    closeSync(fd);
  }
}

function refusal(path: string, detail: string): SystemCallError {
  return new SystemCallError(`Cannot give "${path}" to the workers' user`, "EPERM", detail);
}

/** Where a path leads by links of root's and of this user's only; other links are taken for what they are called. */
function followTrusted(path: string): string {
  const own = process.geteuid?.() ?? 0;
  const rest = resolve(path).split(sep).filter((name) => name !== "");
  let known: string = sep;
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = join(known, name);
    const found = lstatSync(next);
    const isTrusted = found.uid === 0 || found.uid === own;
    if (!found.isSymbolicLink() || !isTrusted || ++links > LINKS_MAX) {
      known = next;
      continue;
    }
    rest.unshift(...resolve(known, readlinkSync(next)).split(sep).filter((part) => part !== ""));
    known = sep;
  }
  return known;
}
