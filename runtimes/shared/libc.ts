/**
 * The C library as the socket code sees it: what it calls, and the numbers of Linux. They are the same on x86_64 and arm64, for
 * glibc and musl; other systems are refused in {@link requireLinux}.
 *
 * @module
 */
import process from "node:process";

/** `long` is 64 bits wide and also carries addresses. `buffer` is a pointer to bytes that live in this runtime. */
export type CType = "int" | "uint" | "long" | "buffer";

/** What {@link Libc.call} can call. */
export type LibcFunction =
  | "socket"
  | "bind"
  | "listen"
  | "connect"
  | "setsockopt"
  | "getsockopt"
  | "getsockname"
  | "fcntl"
  | "poll"
  | "sendto"
  | "recv"
  | "clock_gettime"
  | "close"
  | "signal"
  | "malloc"
  | "memcpy"
  | "free"
  | "memmove"
  | "getpwnam_r"
  | "getpwuid_r"
  | "getgrnam_r"
  | "getgrouplist"
  | "setgroups"
  | "waitpid"
  | "dup2"
  | "access"
  | "write";

/** A function's arguments and result. */
export interface CSignature {
  readonly parameters: readonly CType[];
  readonly result: "int" | "long";
}

/**
 * fcntl(2) is variadic; three fixed arguments are the same call on Linux x86_64 and arm64 (System V and AAPCS64 pass variadic integers
 * in the same registers).
 */
export const SIGNATURES: Readonly<Record<LibcFunction, CSignature>> = {
  socket: { parameters: ["int", "int", "int"], result: "int" },
  bind: { parameters: ["int", "buffer", "uint"], result: "int" },
  listen: { parameters: ["int", "int"], result: "int" },
  connect: { parameters: ["int", "buffer", "uint"], result: "int" },
  setsockopt: { parameters: ["int", "int", "int", "buffer", "uint"], result: "int" },
  getsockopt: { parameters: ["int", "int", "int", "buffer", "buffer"], result: "int" },
  getsockname: { parameters: ["int", "buffer", "buffer"], result: "int" },
  fcntl: { parameters: ["int", "int", "int"], result: "int" },
  poll: { parameters: ["buffer", "long", "int"], result: "int" },
  sendto: { parameters: ["int", "buffer", "long", "int", "buffer", "uint"], result: "long" },
  recv: { parameters: ["int", "buffer", "long", "int"], result: "long" },
  clock_gettime: { parameters: ["int", "buffer"], result: "int" },
  close: { parameters: ["int"], result: "int" },
  signal: { parameters: ["int", "long"], result: "long" },
  malloc: { parameters: ["long"], result: "long" },
  memcpy: { parameters: ["long", "buffer", "long"], result: "long" },
  free: { parameters: ["long"], result: "int" },
  memmove: { parameters: ["buffer", "long", "long"], result: "long" },
  getpwnam_r: { parameters: ["buffer", "buffer", "long", "long", "buffer"], result: "int" },
  getpwuid_r: { parameters: ["uint", "buffer", "long", "long", "buffer"], result: "int" },
  getgrnam_r: { parameters: ["buffer", "buffer", "long", "long", "buffer"], result: "int" },
  getgrouplist: { parameters: ["buffer", "uint", "buffer", "buffer"], result: "int" },
  setgroups: { parameters: ["long", "buffer"], result: "int" },
  waitpid: { parameters: ["int", "buffer", "int"], result: "int" },
  access: { parameters: ["buffer", "int"], result: "int" },
  dup2: { parameters: ["int", "int"], result: "int" },
  write: { parameters: ["int", "buffer", "long"], result: "long" },
};

/** Names of {@link SIGNATURES}, for the runtimes that want a table of symbols. */
export function libcFunctions(): readonly LibcFunction[] {
  const names: LibcFunction[] = [];
  for (const name in SIGNATURES) if (isLibcFunction(name)) names.push(name);
  return names;
}

function isLibcFunction(name: string): name is LibcFunction {
  return Object.hasOwn(SIGNATURES, name);
}

/** `buffer` parameters take bytes, the others numbers. */
export type LibcArgument = number | Uint8Array<ArrayBuffer>;

/** A loaded C library. Calls are synchronous and belong to the main thread: errno is a variable of the thread. */
export interface Libc {
  /** The function's result; -1 means that it failed and that {@link Libc.errno} says why. */
  call(name: LibcFunction, ...args: readonly LibcArgument[]): number;
  /** Only meaningful right after a call that gave -1. */
  errno(): number;
}

/** Gives `load` the C library's file name: glibc's, musl's own, the link that musl systems also have. Throws an Error with all reasons. */
export function loadFirst<T>(load: (file: string) => T): T {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const reasons: string[] = [];
  for (const file of ["libc.so.6", `libc.musl-${machine}.so.1`, "libc.so"]) {
    try {
      return load(file);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`Cannot load the C library: ${reasons.join("; ")}`);
}

/** Throws where the numbers of this file would be wrong. */
export function requireLinux(): void {
  if (process.platform === "linux" && (process.arch === "x64" || process.arch === "arm64")) return;
  throw new Error(
    `tsgunicorn runs on Linux (x64 and arm64); this is ${process.platform} on ${process.arch}. Use a container or WSL`,
  );
}

/** Address families, socket types and options (Linux `asm-generic/socket.h`). */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_REUSEPORT = 15;
export const SO_ACCEPTCONN = 30;
export const SO_ATTACH_FILTER = 26;
export const IPPROTO_TCP = 6;
export const TCP_NOTSENT_LOWAT = 25;
export const IPPROTO_IPV6 = 41;
export const IPV6_V6ONLY = 26;

/** fcntl(2) commands and flags. */
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;
export const O_NONBLOCK = 0o4000;

/** send(2): no SIGPIPE, no wait. */
export const MSG_NOSIGNAL = 0x4000;
export const MSG_DONTWAIT = 0x40;

/** clock_gettime(2). */
export const CLOCK_MONOTONIC = 1;

/** poll(2). */
export const POLLIN = 1;

/** Listeners live from this descriptor upwards, out of the way of a child's stdio slots (trap 5). */
export const FIRST_LISTENER_FD = 100;
