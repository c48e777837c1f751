/**
 * The kernel's `struct sockaddr_in`, `sockaddr_in6` and `sockaddr_un` (Linux, little endian; ports and addresses in network order).
 *
 * @module
 */
import { networkInterfaces } from "node:os";
import type { SocketAddress } from "../../src/runtime/port.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "./libc.ts";
import { SystemCallError } from "./system-error.ts";

/** sizeof(sun_path) is 108, one byte of which ends the path (unix(7)). */
export const MAX_UNIX_PATH_BYTES = 107;

/** Room for every address that {@link decodeSockaddr} reads. */
export const SOCKADDR_BYTES = 128;

/** How messages and logs name an address: `127.0.0.1:80`, `[::1]:80`, `unix:/run/app.sock`, `unix:@name`. */
export function addressText(address: SocketAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return address.family === 6 ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The family number that socket(2) wants for an address. */
export function addressFamily(address: SocketAddress): number {
  if (address.kind === "unix") return AF_UNIX;
  return address.family === 6 ? AF_INET6 : AF_INET;
}

/** Throws a SystemError about `action`: `EINVAL` for a host that is not a literal address, `ENAMETOOLONG` for a unix path. */
export function encodeSockaddr(address: SocketAddress, action: string): Uint8Array<ArrayBuffer> {
  if (address.kind === "unix") return encodeUnix(address.path, action);
  return address.family === 6 ? encodeInet6(address.host, address.port, action) : encodeInet4(address.host, address.port, action);
}

function encodeInet4(host: string, port: number, action: string): Uint8Array<ArrayBuffer> {
  const ip = parseIpv4(host);
  if (ip === null) throw new SystemCallError(action, "EINVAL", "not an IPv4 address");
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  bytes.set(ip, 4);
  return bytes;
}

function encodeInet6(host: string, port: number, action: string): Uint8Array<ArrayBuffer> {
  const [text = "", zone] = host.split("%");
  const ip = parseIpv6(text);
  if (ip === null) throw new SystemCallError(action, "EINVAL", "not an IPv6 address");
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(ip, 8);
  view.setUint32(24, zone === undefined ? 0 : scopeId(zone, action), true);
  return bytes;
}

function scopeId(zone: string, action: string): number {
  if (/^\d+$/.test(zone)) return Number(zone);
  for (const entry of networkInterfaces()[zone] ?? []) if (entry.family === "IPv6") return entry.scopeid ?? 0;
  throw new SystemCallError(action, "ENODEV", `there is no network interface "${zone}" with IPv6`);
}

function encodeUnix(path: string, action: string): Uint8Array<ArrayBuffer> {
  const isAbstract = path.startsWith("@");
  const name = new TextEncoder().encode(isAbstract ? `\0${path.slice(1)}` : path);
  const limitBytes = isAbstract ? MAX_UNIX_PATH_BYTES + 1 : MAX_UNIX_PATH_BYTES;
  if (name.length > limitBytes) {
    throw new SystemCallError(action, "ENAMETOOLONG", `the path has ${name.length} bytes, the system allows ${limitBytes}`);
  }
  if (name.length === 0 || (!isAbstract && name.includes(0))) {
    throw new SystemCallError(action, "EINVAL", "the path is empty or has a zero byte in it");
  }
  // An abstract name is as long as the length says; a path ends with a zero byte.
  const bytes = new Uint8Array(2 + name.length + (isAbstract ? 0 : 1));
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(name, 2);
  return bytes;
}

/** The address in the first `sizeBytes` bytes; null for a family that is none of the three. An unnamed unix socket has the path `""`. */
export function decodeSockaddr(bytes: Uint8Array, sizeBytes: number): SocketAddress | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family === AF_UNIX) return { kind: "unix", path: decodeUnixPath(bytes.subarray(2, sizeBytes)) };
  if (family === AF_INET) return { kind: "tcp", family: 4, host: formatIpv4(bytes.subarray(4, 8)), port: view.getUint16(2) };
  if (family !== AF_INET6) return null;
  const zone = view.getUint32(24, true);
  const host = formatIpv6(bytes.subarray(8, 24)) + (zone === 0 ? "" : `%${zone}`);
  return { kind: "tcp", family: 6, host, port: view.getUint16(2) };
}

function decodeUnixPath(bytes: Uint8Array): string {
  const decoder = new TextDecoder();
  if (bytes[0] === 0) return bytes.length > 1 ? `@${decoder.decode(bytes.subarray(1))}` : "";
  const end = bytes.indexOf(0);
  return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
}
