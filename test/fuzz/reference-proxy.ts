/**
 * A second reading of PROXY headers, written from the specification (proxy-protocol.txt §2.1 and §2.2) without regard to speed or cuts: what
 * the server's reader says must agree with it.
 *
 * @module
 */
import { isIP } from "node:net";

export interface ReferenceEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

export type ReferenceReading =
  | { readonly type: "need_data" | "absent" | "bad" }
  | { readonly type: "header"; readonly source: ReferenceEnds | null; readonly rest: string };

const SIGNATURE_1 = "PROXY ";
const SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n";
const LINE_MAX_BYTES = 107;
const HEADER_MAX_BYTES = 4096;

export function readProxyHeader(text: string, mode: "v1" | "v2" | "auto"): ReferenceReading {
  if (text.startsWith(SIGNATURE_1)) return mode === "v2" ? { type: "bad" } : readLine(text);
  if (text.startsWith(SIGNATURE_2)) return mode === "v1" ? { type: "bad" } : readBinary(text);
  return { type: SIGNATURE_1.startsWith(text) || SIGNATURE_2.startsWith(text) ? "need_data" : "absent" };
}

const LINE = /^PROXY (?:UNKNOWN(?: [^\r\n]*)?|(TCP4|TCP6) (\S+) (\S+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4}))\r\n/;

function readLine(text: string): ReferenceReading {
  const front = text.slice(0, LINE_MAX_BYTES);
  const match = LINE.exec(front);
  if (match === null) {
    const mayGoOn = /^[^\r\n]*\r?$/.test(front) && text.length < LINE_MAX_BYTES;
    return { type: mayGoOn ? "need_data" : "bad" };
  }
  const [line, protocol, remote = "", local = "", remotePort, localPort] = match;
  const rest = text.slice(line.length);
  if (protocol === undefined) return { type: "header", source: null, rest };
  const family = protocol === "TCP4" ? 4 : 6;
  const ports = [Number(remotePort), Number(localPort)] as const;
  if ([remote, local].some((address) => isIP(address) !== family || address.includes("%")) || Math.max(...ports) > 65_535) {
    return { type: "bad" };
  }
  return { type: "header", source: endsOf(remote, ports[0], local, ports[1]), rest };
}

function readBinary(text: string): ReferenceReading {
  const byte = (at: number): number => text.charCodeAt(at);
  const short = (at: number): number => byte(at) * 256 + byte(at + 1);
  if (text.length < 16) return { type: "need_data" };
  const [version, command, family, transport] = [byte(12) >> 4, byte(12) & 15, byte(13) >> 4, byte(13) & 15];
  const size = 16 + short(14);
  if (version !== 2 || command > 1 || size > HEADER_MAX_BYTES) return { type: "bad" };
  const names = command === 1 && family !== 0 && transport !== 0;
  const block = [0, 12, 36, 216][family] ?? 0;
  if (command === 1 && (family > 3 || transport > 1 || (names && size < 16 + block))) return { type: "bad" };
  if (text.length < size) return { type: "need_data" };
  const rest = text.slice(size);
  if (!names) return { type: "header", source: null, rest };
  if (!areEntriesGood(text.slice(0, size), 16 + block)) return { type: "bad" };
  if (family === 3) return { type: "header", source: null, rest };
  const length = family === 1 ? 4 : 16;
  const address = (at: number): string => addressText(text.slice(at, at + length));
  const ports = 16 + 2 * length;
  return { type: "header", source: endsOf(address(16), short(ports), address(16 + length), short(ports + 2)), rest };
}

const TYPE_CRC32C = 3;

function areEntriesGood(header: string, start: number): boolean {
  let at = start;
  while (at < header.length) {
    if (at + 3 > header.length) return false;
    const length = header.charCodeAt(at + 1) * 256 + header.charCodeAt(at + 2);
    const value = at + 3;
    if (value + length > header.length) return false;
    if (header.charCodeAt(at) === TYPE_CRC32C) {
      if (length !== 4) return false;
      const zeroed = header.slice(0, value) + "\0\0\0\0" + header.slice(value + 4);
      const declared = [...header.slice(value, value + 4)].reduce((sum, digit) => sum * 256 + digit.charCodeAt(0), 0);
      if (crc32c(zeroed) !== declared) return false;
    }
    at = value + length;
  }
  return true;
}

/** Castagnoli's polynomial, bit by bit (RFC 3309). */
export function crc32c(text: string): number {
  let crc = 0xffff_ffff;
  for (let i = 0; i < text.length; i += 1) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

function endsOf(remote: string, remotePort: number, local: string, localPort: number): ReferenceEnds {
  return { remoteAddress: canonical(remote), remotePort, localAddress: canonical(local), localPort };
}

function addressText(bytes: string): string {
  const numbers = [...bytes].map((character) => character.charCodeAt(0));
  if (numbers.length === 4) return numbers.join(".");
  return Array.from({ length: 8 }, (_, i) => ((numbers[2 * i] ?? 0) * 256 + (numbers[2 * i + 1] ?? 0)).toString(16)).join(":");
}

/** As the URL standard writes hosts, which is RFC 5952; an IPv4 address that is mapped into IPv6 is the IPv4 address. */
function canonical(address: string): string {
  const host = new URL(`http://${address.includes(":") ? `[${address}]` : address}/`).hostname.replace(/[[\]]/g, "");
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped === null) return host;
  const [high, low] = [parseInt(mapped[1] ?? "", 16), parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
