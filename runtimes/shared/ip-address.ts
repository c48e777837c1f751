/**
 * IP addresses between text and bytes (RFC 4291 §2.2, RFC 5952).
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";

/** Four bytes, or null when `text` is not an IPv4 address. */
export function parseIpv4(text: string): Uint8Array | null {
  return isIPv4(text) ? Uint8Array.from(text.split("."), Number) : null;
}

/** Sixteen bytes, or null when `text` is not an IPv6 address. A zone (`%eth0`) must have been cut off. */
export function parseIpv6(text: string): Uint8Array | null {
  if (!isIPv6(text) || text.includes("%")) return null;
  const [head = "", tail] = text.split("::");
  const left = groupBytes(head);
  const right = tail === undefined ? [] : groupBytes(tail);
  const bytes = new Uint8Array(16);
  bytes.set(left, 0);
  bytes.set(right, 16 - right.length);
  return bytes;
}

function groupBytes(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** `127.0.0.1` from its four bytes. */
export function formatIpv4(bytes: Uint8Array): string {
  return bytes.join(".");
}

/** The text form of RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
export function formatIpv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.length === 1) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}
