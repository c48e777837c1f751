/**
 * IP addresses as numbers, and their one canonical text. IPv4 is kept as IPv4-mapped IPv6 (`::ffff:10.0.0.1`, RFC 4291
 * §2.5.5.2): a dual-stack socket names its IPv4 peers so, and they are the same peers.
 *
 * @module
 */

/** Four groups of 32 bits each, the most significant first, unsigned. */
export type IpAddress = readonly [number, number, number, number];

/** Third word of every IPv4 address. */
const MAPPED = 0xffff;

const DOT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const IPV6_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const IPV6_GROUPS = 8;
/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`, the longest text there is; saves looking at longer ones. */
const LONGEST_TEXT_CHARS = 45;

/** Whether it is an IPv4 address, written so or as IPv4-mapped IPv6. */
export function isIpv4(address: IpAddress): boolean {
  return address[0] === 0 && address[1] === 0 && address[2] === MAPPED;
}

/**
 * The address that `text` means, or null. IPv4 in four decimal parts without leading zeros (others read those as octal), IPv6
 * as RFC 4291 §2.2 has it, in any case; neither brackets nor zone nor port.
 */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > LONGEST_TEXT_CHARS) return null;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** IPv4 in dotted decimal, IPv6 as RFC 5952 has it; IPv4-mapped IPv6 is given as the IPv4 address. */
export function formatIpAddress(address: IpAddress): string {
  if (isIpv4(address)) {
    const last = address[3];
    return `${last >>> 24}.${(last >>> 16) & 0xff}.${(last >>> 8) & 0xff}.${last & 0xff}`;
  }
  const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  const texts = groups.map((group) => group.toString(16));
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return texts.join(":");
  return `${texts.slice(0, start).join(":")}::${texts.slice(start + length).join(":")}`;
}

function parseIpv4(text: string): IpAddress | null {
  const word = ipv4Word(text);
  return word === null ? null : [0, 0, MAPPED, word];
}

/** By hand, because every request behind a proxy brings one: a regular expression and a split cost three times as much. */
function ipv4Word(text: string): number | null {
  let word = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0) return null;
      word = word * 256 + part;
      part = 0;
      digits = 0;
      dots += 1;
    } else {
      const hasLeadingZero = digits > 0 && part === 0;
      if (code < DIGIT_0 || code > DIGIT_9 || hasLeadingZero) return null;
      part = part * 10 + code - DIGIT_0;
      if (part > 255) return null;
      digits += 1;
    }
  }
  return dots === 3 && digits > 0 ? word * 256 + part : null;
}

function parseIpv6(text: string): IpAddress | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const left = parseGroups(halves[0] ?? "", halves.length === 1);
  const right = halves.length === 1 ? [] : parseGroups(halves[1] ?? "", true);
  if (left === null || right === null) return null;
  const missing = IPV6_GROUPS - left.length - right.length;
  // `::` stands for at least one group.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right];
  return [wordAt(groups, 0), wordAt(groups, 2), wordAt(groups, 4), wordAt(groups, 6)];
}

/** Groups of 16 bits, or null. Dotted decimal may stand only at the end of the whole address. */
function parseGroups(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (IPV6_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const word = isEnd && i === parts.length - 1 ? ipv4Word(part) : null;
    if (word === null) return null;
    groups.push(word >>> 16, word & 0xffff);
  }
  return groups;
}

function wordAt(groups: readonly number[], index: number): number {
  return (groups[index] ?? 0) * 0x10000 + (groups[index + 1] ?? 0);
}

/** RFC 5952 §4.2: the first of the longest runs is shortened, and no single group. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}
