/**
 * The file that a unix socket leaves in the file system: whose it is, and whether somebody still listens behind it.
 *
 * @module
 */
import { lstatSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { AF_UNIX, type Libc, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from "./libc.ts";
import { callLibc } from "./libc-calls.ts";
import { errnoName, errorCode, SystemCallError, wrapError } from "./system-error.ts";

/** Which file a path named when this process bound it. */
export interface FileIdentity {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
}

/** Null when there is no such file. Throws a SystemError about `action` for anything else. */
export function identifyFile(path: string, action: string = `Cannot read "${path}"`): FileIdentity | null {
  try {
    const { dev, ino } = lstatSync(path);
    return { path, device: dev, inode: ino };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw wrapError(action, error);
  }
}

/** Removes the file unless another process has put its own in the same place; a file that is gone is fine. */
export function unlinkIfSame(identity: FileIdentity): void {
  const now = identifyFile(identity.path);
  if (now === null || now.device !== identity.device || now.inode !== identity.inode) return;
  try {
    unlinkSync(identity.path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw wrapError(`Cannot remove "${identity.path}"`, error);
  }
}

/**
 * Makes room for a bind: a socket file that nobody listens behind is removed. Throws a SystemError about `action`: `EADDRINUSE` when
 * a server answers, `ENOTSOCK` for a file of another kind, `ENOENT` for a missing folder.
 */
export function clearStaleSocket(libc: Libc, path: string, sockaddr: Uint8Array<ArrayBuffer>, action: string): void {
  const stale = findStaleSocket(libc, path, sockaddr, action);
  // A server that was bound here and does not listen yet looks stale too; its own close() leaves our file alone, by inode.
  if (stale !== null) unlinkIfSame(stale);
}

/** The file that is in the way of a bind; null: there is none. Throws what {@link clearStaleSocket} throws, and changes nothing. */
export function findStaleSocket(
  libc: Libc,
  path: string,
  sockaddr: Uint8Array<ArrayBuffer>,
  action: string,
): FileIdentity | null {
  const found = identifyFile(path, action);
  if (found === null) {
    if (identifyFile(dirname(path), action) === null) {
      throw new SystemCallError(action, "ENOENT", `the folder "${dirname(path)}" does not exist`);
    }
    return null;
  }
  if (!lstatSync(path).isSocket()) {
    throw new SystemCallError(action, "ENOTSOCK", "the path exists and is not a socket. Remove it or choose another path");
  }
  const code = probe(libc, sockaddr, action);
  if (code === "ECONNREFUSED") return found;
  if (code === "ENOENT") return null;
  // Connected, or EAGAIN: its queue is full. Anything else (EACCES, EPROTOTYPE) is somebody's socket as well.
  throw new SystemCallError(action, code === "EACCES" ? code : "EADDRINUSE");
}

/** The errno name of a connection attempt, null when it succeeded. */
function probe(libc: Libc, sockaddr: Uint8Array<ArrayBuffer>, action: string): string | null {
  const fd = callLibc(libc, action, "socket", AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const code = libc.call("connect", fd, sockaddr, sockaddr.length) === -1 ? errnoName(libc.errno()) : null;
  libc.call("close", fd);
  return code;
}
