/**
 * PROXY protocol version 1: one line of text, `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443` CRLF (proxy-protocol.txt §2.1).
 *
 * @module
 */
import { quote, RemoteProtocolError } from "./errors.ts";
import { formatIpAddress, parseIpAddress } from "./ip-address.ts";
import type { ProxiedEnds, ProxyHeader } from "./proxy-protocol.ts";

/** `PROXY ` */
export const VERSION_1_SIGNATURE: readonly number[] = [0x50, 0x52, 0x4f, 0x58, 0x59, 0x20];

/** With its CRLF: the longest line that the specification allows. */
const LINE_MAX_BYTES = 107;
/** The protocol, two addresses, two ports. */
const WORDS = 5;
const CR = 0x0d;
const LF = 0x0a;
/** No leading zeros. */
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;
const PORT_MAX = 65_535;

/** Reads the line that `bytes` begin with; null: it has no end yet. Throws a {@link RemoteProtocolError} (bad_proxy_header). */
export function readVersion1(bytes: Uint8Array): ProxyHeader | null {
  const lineEnd = findLineEnd(bytes);
  if (lineEnd === null) return null;
  const line = latin1(bytes, lineEnd);
  return { sizeBytes: lineEnd + 2, source: readLine(line) };
}

/** Index of the CRLF. One character of it alone ends no line, and what is longer than any line is no header. */
function findLineEnd(bytes: Uint8Array): number | null {
  const end = Math.min(bytes.length, LINE_MAX_BYTES);
  for (let i = VERSION_1_SIGNATURE.length; i < end; i += 1) {
    if (bytes[i] === LF) throw bad(`the line ends with LF alone ${quote(latin1(bytes, i))}`);
    if (bytes[i] !== CR) continue;
    if (i + 1 < end) {
      if (bytes[i + 1] === LF) return i;
      throw bad(`the line has a CR without LF ${quote(latin1(bytes, i))}`);
    }
  }
  if (end === LINE_MAX_BYTES) throw bad(`the line is longer than ${LINE_MAX_BYTES} bytes`);
  return null;
}

function readLine(line: string): ProxiedEnds | null {
  const words = line.slice(VERSION_1_SIGNATURE.length).split(" ");
  const protocol = words[0] ?? "";
  // Anything may follow here, and all of it is to be ignored.
  if (protocol === "UNKNOWN") return null;
  if (protocol !== "TCP4" && protocol !== "TCP6") {
    throw bad(`protocol ${quote(protocol)} is none of TCP4, TCP6 and UNKNOWN`);
  }
  if (words.length !== WORDS) {
    throw bad(`the line ${quote(line)} must have two addresses and two ports with one space between`);
  }
  return {
    remoteAddress: readAddress(protocol, words[1] ?? ""),
    remotePort: readPort(words[3] ?? ""),
    localAddress: readAddress(protocol, words[2] ?? ""),
    localPort: readPort(words[4] ?? ""),
  };
}

function readAddress(protocol: "TCP4" | "TCP6", text: string): string {
  const address = parseIpAddress(text);
  if (address === null || text.includes(":") !== (protocol === "TCP6")) {
    throw bad(`${quote(text)} is no IPv${protocol === "TCP6" ? 6 : 4} address`);
  }
  return formatIpAddress(address);
}

function readPort(text: string): number {
  if (!PORT.test(text) || Number(text) > PORT_MAX) throw bad(`${quote(text)} is no port`);
  return Number(text);
}

function latin1(bytes: Uint8Array, end: number): string {
  return String.fromCharCode(...bytes.subarray(0, end));
}

function bad(detail: string): RemoteProtocolError {
  return new RemoteProtocolError("bad_proxy_header", detail);
}
