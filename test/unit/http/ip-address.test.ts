import assert from "node:assert/strict";
import { isIP, SocketAddress } from "node:net";
import { describe, it } from "node:test";
import { formatIpAddress, parseIpAddress } from "../../../src/http/ip-address.ts";
import { Random } from "../../simulation/random.ts";

/** Text to canonical text (RFC 5952). */
const CANONICAL: readonly (readonly [text: string, canonical: string])[] = [
  ["0.0.0.0", "0.0.0.0"],
  ["10.20.30.40", "10.20.30.40"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::A", "2001:db8::a"],
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"],
  ["0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"],
  ["1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["::FFFF:a00:1", "10.0.0.1"],
  ["::10.0.0.1", "::a00:1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"],
];

const NONE = [
  ...[
    "",
    " ",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.256",
    "1.2.3.04",
    "00.1.2.3",
    "1.2.3.4 ",
    " 1.2.3.4",
  ],
  ...["0x1.2.3.4", "1.2.3.-4", "1.2.3.+4", "1.2.3.4:80", "1,2,3,4", "unknown", "example.com", "١.2.3.4"],
  ...[
    ":",
    ":::",
    "1:",
    ":1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "::12345",
    "::g",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
  ],
  ...[
    "[::1]",
    "fe80::1%eth0",
    "::1/64",
    "::1.2.3",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::01.2.3.4",
    "::ffff:1.2.3.400",
  ],
  "0".repeat(46),
];

describe("parseIpAddress", () => {
  for (const [text, canonical] of CANONICAL) {
    it(`${text} is ${canonical}`, () => {
      const address = parseIpAddress(text);
      assert.ok(address !== null);
      assert.equal(formatIpAddress(address), canonical);
    });
  }

  for (const text of NONE) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseIpAddress(text), null));
  }

  it("accepts what node:net accepts, on random texts", () => {
    const random = new Random(11);
    const parts = ["0", "1", "12", "255", "256", "00", "a", "ffff", "fffff", "::", ":", ":", ":", ".", ".", "1.2.3.4", "::ffff:"];
    const tally = { addresses: 0, others: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const text = Array.from({ length: random.between(1, 16) }, () => random.pick(parts)).join("");
      const address = parseIpAddress(text);
      assert.equal(address !== null, isIP(text) !== 0, text);
      if (address === null) tally.others += 1;
      else tally.addresses += 1;
    }
    assert.ok(tally.addresses > 100 && tally.others > 100, JSON.stringify(tally));
  });

  it("reads its own texts back, for every run of zeros", () => {
    for (let bits = 0; bits < 256; bits += 1) {
      const groups = Array.from({ length: 8 }, (_, i) => ((bits >> i) & 1 ? 0xabc0 + i : 0).toString(16));
      const address = parseIpAddress(groups.join(":"));
      assert.ok(address !== null);
      const text = formatIpAddress(address);
      assert.deepEqual(parseIpAddress(text), address);
      const longestRun = Math.max(...groups.join("").split(/abc\d/).map((run) => run.length));
      const written = text.split(":").filter((group) => group !== "").length;
      assert.equal(written, longestRun > 1 ? 8 - longestRun : 8, text);
      assert.equal(isIP(text), 6);
    }
  });

  it("agrees with node:net on the canonical text", () => {
    for (const [text] of CANONICAL.filter(([text]) => text.includes(":") && !text.includes("."))) {
      const address = parseIpAddress(text);
      assert.ok(address !== null);
      const theirs = new SocketAddress({ address: text, family: "ipv6" }).address;
      assert.deepEqual(parseIpAddress(theirs), address);
    }
  });
});
