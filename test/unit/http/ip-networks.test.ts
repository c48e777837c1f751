import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { describe, it } from "node:test";
import { formatIpAddress, parseIpAddress } from "../../../src/http/ip-address.ts";
import { IpNetworks, NetworkError, parseNetwork } from "../../../src/http/ip-networks.ts";
import { Random } from "../../simulation/random.ts";

const WITHIN: readonly (readonly [list: string, within: readonly string[], without: readonly string[]])[] = [
  ["10.0.0.1", ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1"], ["10.0.0.2", "::10.0.0.1", "::a00:1", ""]],
  ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["9.255.255.255", "11.0.0.0", "a00::"]],
  ["192.168.1.128/25", ["192.168.1.128", "192.168.1.255"], ["192.168.1.127", "192.168.2.0"]],
  ["128.0.0.0/1", ["128.0.0.0", "255.255.255.255"], ["127.255.255.255"]],
  ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], ["::1", "::", "2001:db8::1"]],
  ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
  ["fe80::/10", ["fe80::1", "fe80::1%eth0", "febf::"], ["fec0::", "fe7f::1"]],
  ["2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::", "2001:db9::"]],
  ["2001:db8::8000:0:0:0/65", ["2001:db8:0:0:8000::"], ["2001:db8::7fff:0:0:0"]],
  ["::/0", ["::", "ffff::"], ["10.0.0.1", "::ffff:10.0.0.1"]],
  ["::ffff:10.0.0.0/104", ["10.200.0.1", "::ffff:10.0.0.1"], ["11.0.0.1"]],
  ["*", ["10.0.0.1", "::1", "not an address", ""], []],
  ["127.0.0.1,::1", ["127.0.0.1", "::1"], ["127.0.0.2", "localhost"]],
];

const MISTAKES: readonly (readonly [text: string, message: RegExp])[] = [
  ["", /empty/],
  ["*", /neither an IP address nor a network/],
  ["localhost", /"localhost" is neither an IP address nor a network/],
  ["10.0.0.1/8", /write "10\.0\.0\.0\/8" for the network or "10\.0\.0\.1" for the address/],
  ["2001:db8::1/32", /write "2001:db8::\/32"/],
  ["::ffff:10.0.0.1/104", /write "10\.0\.0\.0\/8"/],
  ["1.2.3.4/0", /write "0\.0\.0\.0\/0"/],
  ["10.0.0.0/33", /from 0 to 32/],
  ["::/129", /from 0 to 128/],
  ["10.0.0.0/", /Prefix length/],
  ["10.0.0.0/08", /Prefix length/],
  ["10.0.0.0/8/8", /Prefix length/],
  ["10.0.0.0/-1", /Prefix length/],
  ["10.0.0.0/255.0.0.0", /Prefix length/],
  ["10.0.0", /neither/],
  ["/8", /neither/],
  [" 10.0.0.1", /neither/],
  ["010.0.0.1", /neither/],
  ["fe80::1%eth0", /zone/],
  ["[::1]", /brackets/],
];

describe("IpNetworks", () => {
  for (const [list, within, without] of WITHIN) {
    it(`${list} has ${within.length} of these addresses and not ${without.length} others`, () => {
      const networks = new IpNetworks(list.split(","));
      for (const address of within) assert.equal(networks.has(address), true, address);
      for (const address of without) assert.equal(networks.has(address), false, address);
      assert.equal(networks.matchesAll, list === "*");
    });
  }

  it("answers the same when asked again, and after others", () => {
    const networks = new IpNetworks(["10.0.0.0/8"]);
    const answers = ["10.0.0.1", "10.0.0.1", "11.0.0.1", "11.0.0.1", "10.0.0.1", "", "10.0.0.1"].map((address) =>
      networks.has(address)
    );
    assert.deepEqual(answers, [true, true, false, false, true, false, true]);
  });

  it("has nothing where the list is empty", () => {
    const networks = new IpNetworks([]);
    assert.equal(networks.has("127.0.0.1"), false);
    assert.equal(networks.has(""), false);
  });

  it("takes networks beside *", () => assert.equal(new IpNetworks(["::1", "*"]).matchesAll, true));

  it("agrees with node:net's BlockList on random networks", () => {
    const random = new Random(21);
    let hits = 0;
    for (let round = 0; round < 300; round += 1) {
      const isIpv4 = random.chance(0.5);
      const bits = isIpv4 ? 32 : 128;
      const prefixBits = random.between(0, bits);
      const bytes = Array.from({ length: bits / 8 }, () => random.between(1, 255));
      const network = bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefixBits - 8 * i))));
      const list = new BlockList();
      list.addSubnet(textOf(network), prefixBits, isIpv4 ? "ipv4" : "ipv6");
      const networks = new IpNetworks([`${textOf(network)}/${prefixBits}`]);
      for (let i = 0; i < bits; i += 3) {
        const asked = bytes.map((byte, at) => (at === i >> 3 ? byte ^ (0x80 >> (i & 7)) : byte));
        const expected = list.check(textOf(asked), isIpv4 ? "ipv4" : "ipv6");
        assert.equal(networks.has(textOf(asked)), expected, `${textOf(asked)} in ${textOf(network)}/${prefixBits}`);
        if (expected) hits += 1;
      }
    }
    assert.ok(hits > 100);
  });
});

describe("parseNetwork", () => {
  for (const [text, message] of MISTAKES) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseNetwork(text), (error) => error instanceof NetworkError && message.test(error.message));
      if (text !== "*") assert.throws(() => new IpNetworks(["::1", text]), NetworkError);
    });
  }

  it("suggests a network that it accepts", () => {
    for (const text of ["10.1.2.3/9", "2001:db8::1/127", "::ffff:1.2.3.4/97", "::fffe:1.2.3.5/95"]) {
      const [, suggested = "?"] = /write "([^"]+)"/.exec(messageOf(() => parseNetwork(text))) ?? [];
      assert.ok(new IpNetworks([suggested]).has(text.slice(0, text.indexOf("/"))), suggested);
    }
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "";
}

function textOf(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16));
  const address = parseIpAddress(groups.join(":"));
  assert.ok(address !== null);
  return formatIpAddress(address);
}
