/**
 * Small calls on descriptors that adapters and the socket code share. All throw a SystemError.
 *
 * @module
 */
import {
  F_DUPFD_CLOEXEC,
  F_SETFD,
  FD_CLOEXEC,
  FIRST_LISTENER_FD,
  type Libc,
  type LibcArgument,
  type LibcFunction,
} from "./libc.ts";
import { errnoName, SystemCallError } from "./system-error.ts";

/** Calls a function of the C library; a failure is an error about `action`. */
export function callLibc(libc: Libc, action: string, name: LibcFunction, ...args: readonly LibcArgument[]): number {
  const result = libc.call(name, ...args);
  if (result === -1) throw new SystemCallError(action, errnoName(libc.errno()));
  return result;
}

/** Another descriptor of the same socket: 100 or more, close-on-exec. */
export function duplicateHigh(libc: Libc, fd: number): number {
  return callLibc(libc, `Cannot duplicate descriptor ${fd}`, "fcntl", fd, F_DUPFD_CLOEXEC, FIRST_LISTENER_FD);
}

/** Moves a descriptor to 100 or more; the old number is closed. */
export function moveHigh(libc: Libc, fd: number): number {
  const high = duplicateHigh(libc, fd);
  libc.call("close", fd);
  return high;
}

/** Whether programs that this process starts inherit the descriptor. */
export function setInheritable(libc: Libc, fd: number, inheritable: boolean): void {
  callLibc(libc, `Cannot change descriptor ${fd}`, "fcntl", fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC);
}
