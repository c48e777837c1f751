/**
 * What the kernel says about a descriptor, through the adapter's own FFI.
 */
import { readFileSync } from "node:fs";
import { loadLibc } from "#runtime";

const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const F_GETFD = 1;

/** Of a listening TCP socket: `struct tcp_info` of Linux keeps the length of the accept queue and its limit in two other fields. */
export function acceptQueue(fd: number): { readonly waiting: number; readonly backlog: number } {
  const info = new Uint8Array(104);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, info.length, true);
  if (loadLibc().call("getsockopt", fd, IPPROTO_TCP, TCP_INFO, info, size) !== 0) throw new Error(`No TCP_INFO of ${fd}`);
  const view = new DataView(info.buffer);
  return { waiting: view.getUint32(24, true), backlog: view.getUint32(28, true) };
}

/** Whether programs that this process starts inherit the descriptor. */
export function isInheritable(fd: number): boolean {
  return loadLibc().call("fcntl", fd, F_GETFD, 0) === 0;
}

/** Whether O_NONBLOCK is set, for all processes that share the open file description. */
export function isNonBlocking(fd: number): boolean {
  const flags = /flags:\s*([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1] ?? "0";
  return (Number.parseInt(flags, 8) & 0o4000) !== 0;
}

/** The command line as `ps` shows it, words joined by spaces. */
export function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
}

/** The short name as `ps` and `top` show it. */
export function commandName(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}
