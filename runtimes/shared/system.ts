/**
 * What an arbiter asks of the C library besides sockets.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { isatty } from "node:tty";
import type { ExitStatus, LogSink, SystemPort } from "../../src/runtime/port.ts";
import { requireAccess } from "./access.ts";
import { captureOutput } from "./capture-output.ts";
import { findGroup, findUser, groupsOf } from "./accounts.ts";
import { type Libc, requireLinux } from "./libc.ts";
import { callLibc, duplicateHigh, setInheritable } from "./libc-calls.ts";
import { attempting, errnoName, SystemCallError } from "./system-error.ts";

const STDOUT = 1;
const STDERR = 2;
/** waitpid(2). */
const WNOHANG = 1;
/** A number that the runtimes have no name for. */
const ECHILD = 10;
const SIGNAL_MASK = 0x7f;

/** A duplicate that the runtime has made of a standard stream. */
export interface StreamCopy {
  readonly fd: number;
  readonly stream: 1 | 2;
}

/** The system port on any {@link Libc}. Throws where the constants of libc.ts do not hold. */
export function createSystem(libc: Libc, copies: readonly StreamCopy[] = []): SystemPort {
  requireLinux();
  return {
    findUser: (nameOrId) => findUser(libc, nameOrId),
    findGroup: (name) => findGroup(libc, name),
    groupsOf: (user, gid) => groupsOf(libc, user, gid),
    reap: (pid) => reap(libc, pid),
    access: (path, wanted) => requireAccess(libc, path, wanted, `Cannot ${wanted} "${path}"`),
    leaveTerminal: (keepRedirected) => leaveTerminal(libc, copies, keepRedirected),
    captureOutput: (path) => captureOutput(libc, copies, path),
  };
}

function reap(libc: Libc, pid: number): ExitStatus | null {
  const status = new Uint8Array(4);
  const reaped = libc.call("waitpid", pid, status, WNOHANG);
  if (reaped === 0) return null;
  if (reaped === -1) {
    const errno = libc.errno();
    if (errno === ECHILD) return null;
    throw new SystemCallError(`Cannot reap process ${pid}`, errnoName(errno));
  }
  const value = new DataView(status.buffer).getInt32(0, true);
  const signal = value & SIGNAL_MASK;
  return signal === 0 ? { code: (value >> 8) & 0xff, signal: null } : { code: null, signal: signalName(signal) };
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}

function leaveTerminal(libc: Libc, copies: readonly StreamCopy[], keepRedirected: boolean): LogSink {
  const former = duplicateHigh(libc, STDERR);
  const empty = attempting(`Cannot open "/dev/null"`, () => openSync("/dev/null", "r+"));
  const action = "Cannot leave the terminal";
  for (const stream of [STDOUT, STDERR]) {
    if (keepRedirected && !isatty(stream)) continue;
    callLibc(libc, action, "dup2", empty, stream);
    for (const { fd } of copies.filter((copy) => copy.stream === stream)) {
      callLibc(libc, action, "dup2", empty, fd);
      setInheritable(libc, fd, false);
    }
  }
  closeSync(empty);
  return terminalSink(libc, former);
}

/** Through the C library: Deno's own functions refuse a descriptor that it has not opened (trap 4). */
function terminalSink(libc: Libc, fd: number): LogSink {
  let isOpen = true;
  return {
    write(text): void {
      const bytes = new TextEncoder().encode(text);
      // What a full pipe does not take at once is lost; the log has it too.
      if (isOpen) libc.call("write", fd, bytes, bytes.length);
    },
    reopen: () => {},
    close(): void {
      if (isOpen) libc.call("close", fd);
      isOpen = false;
    },
  };
}
