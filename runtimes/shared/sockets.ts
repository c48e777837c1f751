/**
 * The arbiter's sockets through libc: bound here, listening here, accepted from in the workers.
 *
 * @module
 */
import { lchownSync } from "node:fs";
import { dirname, resolve } from "node:path";
import process from "node:process";
import type { BindOptions, BoundSocket, DatagramSocket, SocketAddress, SocketPort } from "../../src/runtime/port.ts";
import {
  AF_UNIX,
  CLOCK_MONOTONIC,
  F_GETFL,
  F_SETFL,
  FIRST_LISTENER_FD,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  type Libc,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  O_NONBLOCK,
  POLLIN,
  requireLinux,
  SO_ACCEPTCONN,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NOTSENT_LOWAT,
} from "./libc.ts";
import { requireAccess } from "./access.ts";
import { openDatagram } from "./datagram.ts";
import { callLibc, duplicateHigh, moveHigh, setInheritable } from "./libc-calls.ts";
import { resolveHost } from "./resolve-host.ts";
import { addressFamily, addressText, decodeSockaddr, encodeSockaddr, SOCKADDR_BYTES } from "./sockaddr.ts";
import { attachSynFilter } from "./syn-filter.ts";
import { attempting, SystemCallError } from "./system-error.ts";
import { clearStaleSocket, type FileIdentity, findStaleSocket, identifyFile, unlinkIfSame } from "./unix-socket-file.ts";

/** Bytes that the kernel may hold of an answer beyond what is under way. */
const UNSENT_MAX_BYTES = 131_072;

/** The socket port on any {@link Libc}. Throws where the constants of libc.ts do not hold. */
export function createSockets(libc: Libc): SocketPort {
  requireLinux();
  return new LibcSockets(libc);
}

class LibcSockets implements SocketPort {
  readonly #libc: Libc;
  /** Files of the unix sockets bound here, or claimed. Other inherited ones are not in it: their file belongs to who bound them. */
  readonly #files = new Map<number, FileIdentity>();

  /** The numbers that sockets were inherited under. */
  readonly #inherited = new Map<number, number>();

  /** TCP sockets bound for siblings. */
  readonly #shareable = new Set<number>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  resolve(host: string): Promise<{ readonly family: 4 | 6; readonly host: string }> {
    return resolveHost(host);
  }

  bind(address: SocketAddress, options: BindOptions): BoundSocket {
    const action = `Cannot bind "${addressText(address)}"`;
    return address.kind === "unix" ? this.#bindUnix(address.path, options, action) : this.#bindTcp(address, options, action);
  }

  bindSibling(first: BoundSocket): BoundSocket {
    const action = `Cannot bind another socket to "${addressText(first.address)}"`;
    if (first.address.kind === "unix") throw new SystemCallError(action, "EOPNOTSUPP", "only TCP sockets can share an address");
    const v6Only = first.address.family === 6 && this.#option(first.fd, IPPROTO_IPV6, IPV6_V6ONLY, action) === 1;
    // Only now: set before bind(2) or listen(2) of the first, a port that another server shares would be taken silently instead of being
    // EADDRINUSE. For the same reason it is best to listen on the first before its siblings are bound.
    if (this.#shareable.has(first.fd)) this.#setOption(first.fd, SOL_SOCKET, SO_REUSEPORT, 1, action);
    return this.#open(first.address, action, (fd, sockaddr) => {
      this.#prepareTcp(fd, first.address, v6Only, action);
      this.#setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1, action);
      callLibc(this.#libc, action, "bind", fd, sockaddr, sockaddr.length);
    });
  }

  tryBind(address: SocketAddress, options: BindOptions): void {
    if (address.kind === "tcp" || address.path.startsWith("@")) return this.close(this.bind(address, options));
    const action = `Cannot bind "${addressText(address)}"`;
    findStaleSocket(this.#libc, address.path, encodeSockaddr(address, action), action);
    requireAccess(this.#libc, dirname(resolve(address.path)), "write", action);
  }

  lookAtInherited(fd: number): SocketAddress {
    const action = `Cannot take over descriptor ${fd}`;
    if (this.#option(fd, SOL_SOCKET, SO_TYPE, action) !== SOCK_STREAM) {
      throw new SystemCallError(action, "EPROTOTYPE", "it is not a stream socket");
    }
    return this.#localAddress(fd, action);
  }

  inherit(fd: number): BoundSocket {
    const address = this.lookAtInherited(fd);
    const action = `Cannot take over descriptor ${fd}`;
    this.#keepQueuesShort(fd, address, action);
    // systemd may hand over a blocking socket; accept(2) on it would stop a worker's event loop.
    const flags = callLibc(this.#libc, action, "fcntl", fd, F_GETFL, 0);
    callLibc(this.#libc, action, "fcntl", fd, F_SETFL, flags | O_NONBLOCK);
    setInheritable(this.#libc, fd, false);
    if (fd >= FIRST_LISTENER_FD) return { fd, address };
    const high = duplicateHigh(this.#libc, fd);
    // The low number stays taken: a Deno that was started by a Deno knows which descriptors it inherited, and closes whatever file it
    // opens later under such a number (seen on 2.9.5).
    this.#inherited.set(high, fd);
    return { fd: high, address };
  }

  listen(socket: BoundSocket, backlog: number): void {
    // The kernel checks a port again here: two processes that both bound with SO_REUSEADDR before either listened meet now.
    callLibc(this.#libc, `Cannot listen on "${addressText(socket.address)}"`, "listen", socket.fd, backlog);
  }

  isListening(socket: BoundSocket): boolean {
    return this.#option(socket.fd, SOL_SOCKET, SO_ACCEPTCONN, `Cannot look at "${addressText(socket.address)}"`) === 1;
  }

  claimFile(socket: BoundSocket): void {
    if (socket.address.kind !== "unix" || socket.address.path.startsWith("@")) return;
    const identity = identifyFile(resolve(socket.address.path));
    if (identity !== null) this.#files.set(socket.fd, identity);
  }

  leaveFile(socket: BoundSocket): void {
    this.#files.delete(socket.fd);
  }

  refuseNew(socket: BoundSocket): void {
    if (socket.address.kind === "tcp") {
      attachSynFilter(this.#libc, socket.fd, `Cannot refuse connections to "${addressText(socket.address)}"`);
    } else {
      // An abstract or an inherited socket has no file of ours and goes on taking connections.
      this.#unlink(socket.fd);
    }
  }

  hasWaiting(socket: BoundSocket): boolean {
    const pollfd = new Uint8Array(8);
    const view = new DataView(pollfd.buffer);
    view.setInt32(0, socket.fd, true);
    view.setInt16(4, POLLIN, true);
    callLibc(this.#libc, `Cannot poll "${addressText(socket.address)}"`, "poll", pollfd, 1, 0);
    return (view.getInt16(6, true) & POLLIN) !== 0;
  }

  close(socket: BoundSocket): void {
    this.#unlink(socket.fd);
    this.#shareable.delete(socket.fd);
    const inherited = this.#inherited.get(socket.fd);
    this.#inherited.delete(socket.fd);
    if (inherited !== undefined) this.#libc.call("close", inherited);
    callLibc(this.#libc, `Cannot close "${addressText(socket.address)}"`, "close", socket.fd);
  }

  sendDatagram(path: string, text: string): void {
    const action = `Cannot send to "unix:${path}"`;
    const sockaddr = encodeSockaddr({ kind: "unix", path }, action);
    const bytes = new TextEncoder().encode(text);
    const fd = callLibc(this.#libc, action, "socket", AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    try {
      callLibc(this.#libc, action, "sendto", fd, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT, sockaddr, sockaddr.length);
    } finally {
      this.#libc.call("close", fd);
    }
  }

  openDatagram(address: SocketAddress): DatagramSocket {
    return openDatagram(this.#libc, address);
  }

  systemMonotonicUs(): number {
    const timespec = new Uint8Array(16);
    callLibc(this.#libc, "Cannot read the clock", "clock_gettime", CLOCK_MONOTONIC, timespec);
    const view = new DataView(timespec.buffer);
    return Number(view.getBigInt64(0, true)) * 1_000_000 + Math.floor(Number(view.getBigInt64(8, true)) / 1000);
  }

  #bindTcp(address: SocketAddress, options: BindOptions, action: string): BoundSocket {
    return this.#open(address, action, (fd, sockaddr) => {
      this.#prepareTcp(fd, address, options.v6Only, action);
      if (options.shared === true) this.#setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1, action);
      callLibc(this.#libc, action, "bind", fd, sockaddr, sockaddr.length);
      if (options.siblings) this.#shareable.add(fd);
    });
  }

  #bindUnix(path: string, { unixUmask, unixOwner = null }: BindOptions, action: string): BoundSocket {
    const isFile = !path.startsWith("@");
    const socket = this.#open({ kind: "unix", path }, action, (fd, sockaddr) => {
      if (isFile) clearStaleSocket(this.#libc, path, sockaddr, action);
      const before = process.umask(unixUmask);
      try {
        callLibc(this.#libc, action, "bind", fd, sockaddr, sockaddr.length);
      } finally {
        process.umask(before);
      }
      if (isFile && unixOwner !== null) attempting(action, () => lchownSync(path, unixOwner.uid, unixOwner.gid));
    });
    // Absolute: the arbiter may change its working directory before it closes the socket.
    const identity = isFile ? identifyFile(resolve(path)) : null;
    if (identity !== null) this.#files.set(socket.fd, identity);
    return socket;
  }

  #open(address: SocketAddress, action: string, bind: (fd: number, sockaddr: Uint8Array<ArrayBuffer>) => void): BoundSocket {
    const sockaddr = encodeSockaddr(address, action);
    const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = moveHigh(this.#libc, callLibc(this.#libc, action, "socket", addressFamily(address), type, 0));
    try {
      bind(fd, sockaddr);
      return { fd, address: this.#localAddress(fd, action) };
    } catch (error) {
      this.#libc.call("close", fd);
      throw error;
    }
  }

  #prepareTcp(fd: number, address: SocketAddress, v6Only: boolean, action: string): void {
    this.#setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1, action);
    this.#keepQueuesShort(fd, address, action);
    if (address.kind === "tcp" && address.family === 6) this.#setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6Only ? 1 : 0, action);
  }

  /**
   * What an answer's client does not take waits in the worker, which counts and ends it (`write_timeout`), and not by the megabyte in the
   * kernel, where a slow reader looks like one that stopped and memory outlives its connection. Accepted sockets inherit it.
   */
  #keepQueuesShort(fd: number, address: SocketAddress, action: string): void {
    if (address.kind === "tcp") this.#setOption(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_MAX_BYTES, action);
  }

  #setOption(fd: number, level: number, option: number, value: number, action: string): void {
    callLibc(this.#libc, action, "setsockopt", fd, level, option, int32(value), 4);
  }

  #option(fd: number, level: number, option: number, action: string): number {
    const value = int32(0);
    callLibc(this.#libc, action, "getsockopt", fd, level, option, value, int32(4));
    return readInt32(value);
  }

  #localAddress(fd: number, action: string): SocketAddress {
    const sockaddr = new Uint8Array(SOCKADDR_BYTES);
    const sizeBytes = int32(SOCKADDR_BYTES);
    callLibc(this.#libc, action, "getsockname", fd, sockaddr, sizeBytes);
    const address = decodeSockaddr(sockaddr, readInt32(sizeBytes));
    if (address === null) throw new SystemCallError(action, "EAFNOSUPPORT", "it is neither a TCP nor a unix socket");
    return address;
  }

  #unlink(fd: number): void {
    const identity = this.#files.get(fd);
    if (identity === undefined) return;
    this.#files.delete(fd);
    unlinkIfSame(identity);
  }
}

function int32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function readInt32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
}
