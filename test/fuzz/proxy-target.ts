/** @module The reader of PROXY headers: the same for every cut, and what the specification says. */
import { Buffer } from "node:buffer";
import { RemoteProtocolError } from "../../src/http/errors.ts";
import { ProxyHeaderReader, type ProxyReading } from "../../src/http/proxy-protocol.ts";
import { Random } from "../simulation/random.ts";
import { atLineEnds, atRandom, bytewise } from "./cuts.ts";
import { crc32c, readProxyHeader } from "./reference-proxy.ts";
import { ensureSame, type FuzzInput, type FuzzTarget } from "./target.ts";
import { escapeLine } from "./wire-case.ts";

const MODES = ["v1", "v2", "auto"] as const;
const SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n";
const ADDRESSES = [
  "192.0.2.1",
  "255.255.255.255",
  "0.0.0.0",
  "::1",
  "2001:db8::8:800:200c:417a",
  "::ffff:192.0.2.1",
  "1::",
  "fe80::1%eth0",
];
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

export const proxyTarget: FuzzTarget = {
  name: "proxy",
  seeds: [
    `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n${REQUEST}`,
    `PROXY TCP6 2001:db8::1 ::1 1 65535\r\n${REQUEST}`,
    `PROXY UNKNOWN\r\n${REQUEST}`,
    `PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n`,
    binaryHeader(0x21, 0x11, "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb") + REQUEST,
    binaryHeader(0x20, 0x00, "") + REQUEST,
    REQUEST,
    "POST / HTTP/1.1\r\n",
  ],
  splinters: [
    " ",
    "\r\n",
    "\r",
    "\n",
    "PROXY ",
    "TCP4",
    "TCP6",
    "UNKNOWN",
    ...ADDRESSES,
    "0",
    "65536",
    SIGNATURE_2,
    "\x00\x04",
    "\x21",
    "\x03\x00\x04",
  ],
  generate: (random) =>
    (random.chance(0.4) ? generateLine(random) : generateBinary(random)) + (random.chance(0.7) ? REQUEST : ""),
  run({ text, choices }: FuzzInput): string[] {
    const random = new Random(choices);
    const mode = random.pick(MODES);
    const expected = readProxyHeader(text, mode);
    const wanted = expected.type === "absent" ? { ...expected, rest: text } : expected;
    for (const pieces of [[text], bytewise(text), atLineEnds(text), atRandom(text, random)]) {
      ensureSame(read(pieces, mode), wanted, "a PROXY header is read as the specification says, however it is cut");
    }
    const kind = expected.type === "header" ? String(expected.source === null) : "";
    const fixed = text.startsWith(SIGNATURE_2)
      ? `${text.charCodeAt(12)} ${text.charCodeAt(13)}`
      : (/^PROXY (?:TCP4|TCP6|UNKNOWN)?/.exec(text)?.[0] ?? "");
    return [`${mode} ${expected.type} ${kind} ${fixed}`, `${expected.type} ${Math.ceil(Math.log2(text.length + 1))}`];
  },
  describe({ text, choices }: FuzzInput): string {
    return `mode ${new Random(choices).pick(MODES)}, bytes ${escapeLine(text)}`;
  },
};

/** What the reader says of the pieces. The rest is what it gives, and the pieces that it was not given any more. */
function read(pieces: readonly string[], mode: "v1" | "v2" | "auto"): unknown {
  const reader = new ProxyHeaderReader(mode);
  for (const [index, piece] of pieces.entries()) {
    let reading: ProxyReading;
    try {
      reading = reader.read(new Uint8Array(Buffer.from(piece, "latin1")));
    } catch (error) {
      if (error instanceof RemoteProtocolError && error.code === "bad_proxy_header") return { type: "bad" };
      throw error;
    }
    if (reading.type === "need_data") continue;
    const rest = Buffer.from(reading.rest).toString("latin1") + pieces.slice(index + 1).join("");
    return reading.type === "header" ? { type: reading.type, source: reading.source, rest } : { type: reading.type, rest };
  }
  return { type: "need_data" };
}

function generateLine(random: Random): string {
  const address = (): string => random.pick(ADDRESSES);
  const port = (): string => random.pick(["0", "1", "80", "65535", "65536", "080", "-1", "56324"]);
  const protocol = random.pick(["TCP4", "TCP6", "UNKNOWN", "TCP5", "UDP4", "tcp4"]);
  // Around the longest line there is, which has 107 bytes.
  if (protocol === "UNKNOWN" && random.chance(0.3)) return `PROXY UNKNOWN ${"x".repeat(random.between(89, 94))}\r\n`;
  const tail = protocol === "UNKNOWN" && random.chance(0.5) ? "" : ` ${address()} ${address()} ${port()} ${port()}`;
  return `PROXY ${protocol}${tail}${random.chance(0.9) ? "\r\n" : "\n"}`;
}

function generateBinary(random: Random): string {
  const versionAndCommand = random.chance(0.9) ? random.pick([0x20, 0x21]) : random.between(0, 255);
  const familyAndTransport = random.chance(0.9) ? random.pick([0x00, 0x11, 0x21, 0x31, 0x12, 0x10]) : random.between(0, 255);
  const block = [0, 12, 36, 216][familyAndTransport >> 4] ?? 5;
  const length = random.chance(0.9) ? block : random.between(0, 250);
  let body = Array.from({ length }, () => String.fromCharCode(random.pick([0, 1, 10, 0xff, random.between(0, 255)]))).join("");
  for (let count = random.between(0, 3); count > 0; count -= 1) {
    const valueLength = random.between(0, 6);
    const declared = random.chance(0.95) ? valueLength : random.between(0, 400);
    body += String.fromCharCode(random.pick([1, 2, 4, 0x20, 0xe0]), declared >> 8, declared & 255) + "v".repeat(valueLength);
  }
  if (random.chance(0.3)) return withChecksum(versionAndCommand, familyAndTransport, body);
  return binaryHeader(versionAndCommand, familyAndTransport, body, random.chance(0.95) ? body.length : random.between(0, 5000));
}

function binaryHeader(versionAndCommand: number, familyAndTransport: number, body: string, declared = body.length): string {
  return SIGNATURE_2 + String.fromCharCode(versionAndCommand, familyAndTransport, declared >> 8, declared & 255) + body;
}

function withChecksum(versionAndCommand: number, familyAndTransport: number, body: string): string {
  const header = binaryHeader(versionAndCommand, familyAndTransport, `${body}\x03\x00\x04\0\0\0\0`);
  const sum = crc32c(header);
  return header.slice(0, -4) + String.fromCharCode(sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255);
}
