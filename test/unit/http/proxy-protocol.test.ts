import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RemoteProtocolError } from "../../../src/http/errors.ts";
import { ProxyHeaderReader } from "../../../src/http/proxy-protocol.ts";
import { Random } from "../../simulation/random.ts";

type Mode = "v1" | "v2" | "auto";
/** Bytes as latin-1 text. */
type Wire = string;

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const REST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HEADER_MAX_BYTES = 4096;

const short = (value: number): Wire => String.fromCharCode(value >> 8, value & 0xff);

/** A version 2 header: version and command, family and transport, everything after the length. */
function binary(versionAndCommand: number, family: number, block: Wire, lengthBytes = block.length): Wire {
  return SIGNATURE + String.fromCharCode(versionAndCommand, family) + short(lengthBytes) + block;
}

const INET = "\xc0\x00\x02\x01\xc6\x33\x64\x02" + short(56_324) + short(443);
const INET6 = "\x20\x01\x0d\xb8" + "\0".repeat(11) + "\x01" + "\0".repeat(10) + "\xff\xff\x0a\x00\x00\x01" + short(1) +
  short(65_535);
const UNIX = "/run/a.sock".padEnd(108, "\0").repeat(2);
const entry = (type: number, value: Wire): Wire => String.fromCharCode(type) + short(value.length) + value;

/** Castagnoli's sum by polynomial division of single bits (RFC 4960 appendix B), written another way than in src. */
function crc32c(text: Wire): number {
  const bits = [...text].flatMap((character) => Array.from({ length: 8 }, (_, i) => (character.charCodeAt(0) >> i) & 1));
  let sum = 0xffffffff;
  for (const bit of bits) {
    const isOdd = (sum ^ bit) & 1;
    sum >>>= 1;
    if (isOdd) sum = (sum ^ 0x82f63b78) >>> 0;
  }
  return ~sum >>> 0;
}

function withChecksum(block: Wire, before: Wire, after: Wire): Wire {
  const zeroed = binary(0x21, 0x11, block + before + entry(3, "\0\0\0\0") + after);
  const sum = crc32c(zeroed);
  const at = zeroed.length - after.length - 4;
  return zeroed.slice(0, at) + short(sum >>> 16) + short(sum & 0xffff) + zeroed.slice(at + 4);
}

const INET_ENDS = "192.0.2.1:56324 198.51.100.2:443";

/** Headers that are right: who is named, or null for the socket's own ends. */
const RIGHT: Readonly<Record<string, readonly [wire: Wire, named: string | null]>> = {
  "v1 TCP4": ["PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n", INET_ENDS],
  "v1 TCP4, longest": [
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
    "255.255.255.255:65535 255.255.255.255:65535",
  ],
  "v1 TCP4, ports 0": ["PROXY TCP4 192.0.2.1 198.51.100.2 0 0\r\n", "192.0.2.1:0 198.51.100.2:0"],
  "v1 TCP6": ["PROXY TCP6 2001:DB8::1 ::ffff:10.0.0.1 1 65535\r\n", "2001:db8::1:1 10.0.0.1:65535"],
  "v1 TCP6, longest": [
    `PROXY TCP6 ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`,
    `${"ffff:".repeat(7)}ffff:65535 ${"ffff:".repeat(7)}ffff:65535`,
  ],
  "v1 UNKNOWN": ["PROXY UNKNOWN\r\n", null],
  "v1 UNKNOWN, longest": [`PROXY UNKNOWN ${"ffff:".repeat(7)}ffff ${"ffff:".repeat(7)}ffff 65535 65535\r\n`, null],
  "v1 UNKNOWN with anything": ["PROXY UNKNOWN \0\xff  TCP4\r\n", null],
  "v2 TCP over IPv4": [binary(0x21, 0x11, INET), INET_ENDS],
  "v2 TCP over IPv6": [binary(0x21, 0x21, INET6), "2001:db8::1:1 10.0.0.1:65535"],
  "v2 unix": [binary(0x21, 0x31, UNIX), null],
  "v2 UNSPEC": [binary(0x21, 0x00, ""), null],
  "v2 UNSPEC with something": [binary(0x21, 0x00, "whatever"), null],
  "v2 UNSPEC family, STREAM": [binary(0x21, 0x01, "xx"), null],
  "v2 IPv4, UNSPEC transport": [binary(0x21, 0x10, INET), null],
  "v2 LOCAL": [binary(0x20, 0x00, ""), null],
  "v2 LOCAL with addresses": [binary(0x20, 0x11, INET), null],
  "v2 LOCAL with what is no family": [binary(0x20, 0xff, "\x03\xff"), null],
  "v2 entries": [binary(0x21, 0x11, INET + entry(2, "example.com") + entry(4, "") + entry(0xe0, "\x03\x00")), INET_ENDS],
  "v2 unix with an entry": [binary(0x21, 0x31, UNIX + entry(5, "id")), null],
  "v2 checksum": [withChecksum(INET, "", ""), INET_ENDS],
  "v2 checksum among entries": [withChecksum(INET, entry(1, "h2"), entry(0x20, "\x01\0\0\0\0")), INET_ENDS],
  "v2 longest": [binary(0x21, 0x11, INET + entry(4, "\0".repeat(HEADER_MAX_BYTES - 16 - 12 - 3))), INET_ENDS],
};

const WRONG: Readonly<Record<string, readonly [wire: Wire, message: RegExp]>> = {
  "v1 other protocol": ["PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n", /"UDP4" is none of TCP4, TCP6 and UNKNOWN/],
  "v1 lower case": ["PROXY tcp4 1.2.3.4 1.2.3.4 1 1\r\n", /"tcp4"/],
  "v1 protocol with more behind": ["PROXY UNKNOWNS\r\n", /"UNKNOWNS"/],
  "v1 nothing": ["PROXY \r\n", /""/],
  "v1 two spaces": ["PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n", /one space between/],
  "v1 two spaces in front": ["PROXY  TCP4 1.2.3.4 1.2.3.4 1 1\r\n", /""/],
  "v1 space at the end": ["PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n", /one space between/],
  "v1 HTAB": ["PROXY TCP4\t1.2.3.4 1.2.3.4 1 1\r\n", /"TCP4\\t1\.2\.3\.4"/],
  "v1 one address": ["PROXY TCP4 1.2.3.4 1 1\r\n", /two addresses and two ports/],
  "v1 one port": ["PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", /two addresses and two ports/],
  "v1 HTTP": ["PROXY / HTTP/1.1\r\n", /"\/" is none of/],
  "v1 IPv6 as TCP4": ["PROXY TCP4 ::1 ::1 1 1\r\n", /"::1" is no IPv4 address/],
  "v1 IPv4 as TCP6": ["PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n", /"1\.2\.3\.4" is no IPv6 address/],
  "v1 bad local address": ["PROXY TCP4 1.2.3.4 1.2.3.04 1 1\r\n", /"1\.2\.3\.04" is no IPv4 address/],
  "v1 brackets": ["PROXY TCP6 [::1] ::1 1 1\r\n", /no IPv6 address/],
  "v1 zone": ["PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", /no IPv6 address/],
  "v1 port too large": ["PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n", /"65536" is no port/],
  "v1 port with zero": ["PROXY TCP4 1.2.3.4 1.2.3.4 1 01\r\n", /"01" is no port/],
  "v1 port with sign": ["PROXY TCP4 1.2.3.4 1.2.3.4 +1 1\r\n", /"\+1" is no port/],
  "v1 LF alone": ["PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n", /LF alone/],
  "v1 CR alone": ["PROXY TCP4 1.2.3.4 1.2.3.4 1 1\rGET / HTTP/1.1\r\n", /CR without LF/],
  "v1 UNKNOWN with LF": ["PROXY UNKNOWN\nGET / HTTP/1.1\r\n", /LF alone/],
  "v1 one byte too long": [`PROXY UNKNOWN ${"x".repeat(92)}\r\n`, /longer than 107 bytes/],
  "v1 without end": ["PROXY " + "x".repeat(200), /longer than 107 bytes/],
  "v2 version 1": [binary(0x11, 0x11, INET), /version 1 is unknown/],
  "v2 version 3": [binary(0x31, 0x11, INET), /version 3 is unknown/],
  "v2 command 2": [binary(0x22, 0x11, INET), /command 2 is neither/],
  "v2 UDP": [binary(0x21, 0x12, INET), /DGRAM/],
  "v2 unix datagram": [binary(0x21, 0x32, UNIX), /DGRAM/],
  "v2 transport 3": [binary(0x21, 0x13, INET), /transport 3 is unknown/],
  "v2 family 4": [binary(0x21, 0x41, INET), /family 4 is unknown/],
  "v2 IPv4 too short": [binary(0x21, 0x11, INET.slice(1)), /11 bytes cannot hold the addresses, family 1 needs 12/],
  "v2 IPv6 too short": [binary(0x21, 0x21, INET6.slice(1)), /needs 36/],
  "v2 unix too short": [binary(0x21, 0x31, UNIX.slice(1)), /needs 216/],
  "v2 too long": [binary(0x21, 0x11, "", HEADER_MAX_BYTES - 15), /longer than 4096 bytes \(4097\)/],
  "v2 longest length": [binary(0x20, 0x00, "", 0xffff), /longer than 4096 bytes/],
  "v2 half an entry": [binary(0x21, 0x11, INET + "\x04\x00"), /entry at byte 28 does not fit, 2 bytes/],
  "v2 entry too long": [binary(0x21, 0x11, INET + entry(4, "ab").slice(0, -1)), /entry at byte 28/],
  "v2 second entry too long": [binary(0x21, 0x11, INET + entry(4, "ab") + "\x04\xff\xff"), /entry at byte 33/],
  "v2 wrong checksum": [binary(0x21, 0x11, INET + entry(3, "\0\0\0\0")), /checksum is wrong/],
  "v2 wrong byte": [withChecksum(INET, "", "").replace("\xc0", "\xc1"), /checksum is wrong/],
  "v2 short checksum": [binary(0x21, 0x11, INET + entry(3, "\0\0\0")), /checksum has 3 bytes/],
  "v2 two checksums": [binary(0x21, 0x11, INET + entry(3, "\0\0\0\0").repeat(2)), /two checksums/],
};

const ABSENT = [
  ...[
    "G",
    "GET / HTTP/1.1\r\n",
    "POST / HTTP/1.1\r\n",
    "PROXYX / HTTP/1.1\r\n",
    "PROXY\r\n",
    "PROXY\tTCP4",
    "proxy TCP4",
    "PRI * HTTP/2.0",
  ],
  ...[
    "\r\nGET",
    "\r\n\r\nGET",
    "\n",
    "\0",
    "\r\n\r\n\0\r\nQUIP\n",
    " PROXY TCP4",
    "\r\nPROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n",
    "\x16\x03\x01",
  ],
];

/** What a reader makes of pieces: one line, the same for the same bytes. */
function outcome(mode: Mode, pieces: readonly Wire[]): string {
  const reader = new ProxyHeaderReader(mode);
  for (const [i, piece] of pieces.entries()) {
    try {
      const reading = reader.read(bytesOf(piece));
      if (reading.type === "need_data") continue;
      const rest = textOf(reading.rest) + pieces.slice(i + 1).join("");
      if (reading.type === "absent") return `absent ${JSON.stringify(rest)}`;
      const { source } = reading;
      const named = source === null
        ? null
        : `${source.remoteAddress}:${source.remotePort} ${source.localAddress}:${source.localPort}`;
      return `header ${named} ${JSON.stringify(rest)}`;
    } catch (error) {
      assert.ok(error instanceof RemoteProtocolError && error.code === "bad_proxy_header" && error.status === 400, String(error));
      return error.message;
    }
  }
  return "need_data";
}

const bytesOf = (wire: Wire): Uint8Array => Uint8Array.from(wire, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array): Wire => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const headerOf = (named: string | null): string => `header ${named} ${JSON.stringify(REST)}`;
const modeOf = (name: string): Mode => (name.startsWith("v1") ? "v1" : "v2");

describe("ProxyHeaderReader", () => {
  for (const [name, [wire, named]] of Object.entries(RIGHT)) {
    it(`reads: ${name}`, () => {
      for (const mode of [modeOf(name), "auto"] as const) {
        assert.equal(outcome(mode, [wire + REST]), headerOf(named));
        assert.equal(outcome(mode, [...wire, REST]), headerOf(named), "byte by byte");
        if (wire.length > 300) continue;
        for (let cut = 0; cut <= wire.length; cut += 1) {
          assert.equal(outcome(mode, [wire.slice(0, cut), wire.slice(cut) + REST]), headerOf(named), `cut at ${cut}`);
        }
        for (let cut = 0; cut < wire.length; cut += 1) assert.equal(outcome(mode, [wire.slice(0, cut)]), "need_data");
      }
    });
  }

  for (const [name, [wire, message]] of Object.entries(WRONG)) {
    it(`refuses: ${name}`, () => {
      const expected = outcome("auto", [wire + REST]);
      assert.match(expected, /^Invalid PROXY header: /);
      assert.match(expected, message);
      assert.equal(outcome("auto", [...wire + REST]), expected, "byte by byte");
      assert.equal(outcome(modeOf(name), [wire + REST]), expected);
    });
  }

  for (const wire of ABSENT) {
    it(`finds none in ${JSON.stringify(wire)}`, () => {
      for (const mode of ["v1", "v2", "auto"] as const) {
        assert.equal(outcome(mode, [wire]), `absent ${JSON.stringify(wire)}`);
        assert.equal(outcome(mode, [...wire]), `absent ${JSON.stringify(wire)}`, "byte by byte");
      }
    });
  }

  it("names the setting where the version is not that of the mode", () => {
    const [binaryWire = ""] = RIGHT["v2 TCP over IPv4"] ?? [];
    const [textWire = ""] = RIGHT["v1 TCP4"] ?? [];
    assert.match(outcome("v1", [binaryWire]), /version 2, but proxy_protocol is v1; set it to v2 or auto/);
    assert.match(outcome("v2", [textWire]), /version 1, but proxy_protocol is v2; set it to v1 or auto/);
  });

  it("refuses a length that is too long before the rest of it is here", () => {
    assert.match(outcome("v2", [binary(0x21, 0x11, "", 5000)]), /longer than/);
  });

  it("gives the rest as a view of what was received", () => {
    const [wire = ""] = RIGHT["v2 TCP over IPv4"] ?? [];
    const piece = bytesOf(wire.slice(20) + REST);
    const reader = new ProxyHeaderReader("auto");
    reader.read(bytesOf(wire.slice(0, 20)));
    const reading = reader.read(piece);
    assert.ok(reading.type === "header");
    assert.equal(reading.rest.buffer, piece.buffer);
  });

  for (const seed of [1, 2, 3, Number(process.env["TSGUNICORN_TEST_SEED"] ?? 4)]) {
    it(`gives the same for every cut of mutated headers, and nothing but its own error (seed ${seed})`, () => {
      const random = new Random(seed);
      const wires = [...Object.values(RIGHT), ...Object.values(WRONG)].map(([wire]) => wire).filter((wire) => wire.length < 300);
      const seen = { header: 0, absent: 0, need_data: 0, Invalid: 0 };
      for (let round = 0; round < 1500; round += 1) {
        const mode = random.pick(["v1", "v2", "auto"] as const);
        const text = mutate(random.pick(wires) + REST, random);
        const whole = outcome(mode, [text]);
        for (const kind of ["header", "absent", "need_data", "Invalid"] as const) if (whole.startsWith(kind)) seen[kind] += 1;
        assert.equal(outcome(mode, cut(text, random)), whole, JSON.stringify(text));
        assert.equal(outcome(mode, [...text]), whole, JSON.stringify(text));
      }
      assert.ok(Object.values(seen).every((count) => count > 0), JSON.stringify(seen));
    });
  }
});

function mutate(wire: Wire, random: Random): Wire {
  let text = wire;
  for (let changes = random.between(0, 2); changes > 0; changes -= 1) {
    const at = random.between(0, Math.min(40, text.length));
    const splinter = random.pick([
      "\r",
      "\n",
      "\r\n",
      " ",
      "\0",
      "9",
      "PROXY ",
      SIGNATURE,
      String.fromCharCode(random.between(0, 255)),
    ]);
    text = text.slice(0, at) + splinter + text.slice(at + random.between(0, 3));
  }
  return random.chance(0.2) ? text.slice(0, random.between(0, 60)) : text;
}

function cut(wire: Wire, random: Random): Wire[] {
  const pieces: Wire[] = [];
  for (let at = 0; at < wire.length;) {
    const next = at + random.between(1, 30);
    pieces.push(wire.slice(at, next));
    at = next;
  }
  return pieces;
}
