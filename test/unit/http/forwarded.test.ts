import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RemoteProtocolError } from "../../../src/http/errors.ts";
import { parseForwarded } from "../../../src/http/forwarded-elements.ts";
import { elementBeside, endOfList, LIST_MAX_ELEMENTS } from "../../../src/http/forwarded-list.ts";
import { parseForwardedFor, parseNode } from "../../../src/http/forwarded-node.ts";
import { formatIpAddress } from "../../../src/http/ip-address.ts";
import { Random } from "../../simulation/random.ts";

const ELEMENTS: readonly (readonly [value: string, elements: readonly Readonly<Record<string, string>>[]])[] = [
  ["", []],
  [" , ,\t, ", []],
  ["for=192.0.2.60", [{ for: "192.0.2.60" }]],
  ['for="_gazonk"', [{ for: "_gazonk" }]],
  ['For="[2001:db8:cafe::17]:4711"', [{ for: "[2001:db8:cafe::17]:4711" }]],
  ["for=192.0.2.60;proto=http;by=203.0.113.43", [{ for: "192.0.2.60", proto: "http", by: "203.0.113.43" }]],
  ["for=192.0.2.43, for=198.51.100.17", [{ for: "192.0.2.43" }, { for: "198.51.100.17" }]],
  ["for=a,for=b", [{ for: "a" }, { for: "b" }]],
  [",, for=a ,, ,for=b,", [{ for: "a" }, { for: "b" }]],
  ["for=a; proto=https ;\tby=b", [{ for: "a", proto: "https", by: "b" }]],
  ["for=a;", [{ for: "a" }]],
  [";for=a;;by=b;", [{ for: "a", by: "b" }]],
  [";", [{}]],
  ["; ,for=a", [{}, { for: "a" }]],
  ['secret="a,b;c=\\"d\\"\\\\"', [{ secret: 'a,b;c="d"\\' }]],
  ['for=""', [{ for: "" }]],
  ['x="\xff\t"', [{ x: "\xff\t" }]],
  ["!#$%&'*+-.^_`|~=1", [{ "!#$%&'*+-.^_`|~": "1" }]],
];

const BAD_ELEMENTS = [
  ...[
    "for",
    "for=",
    "=a",
    "for =a",
    "for= a",
    "for=a b",
    "for=a by=b",
    "for=[::1]",
    "for=1.2.3.4:80",
    "host=a:80",
    'for="a',
    'for="a"b',
  ],
  ...[
    'for="a\\"',
    "for='[::1]'",
    "for=a;for=b",
    "for=a;FOR=a",
    "for=a;x",
    "for=a,by",
    'for="a\x7f"',
    'for=a"b"',
    "for==a",
    '"for"=a',
    "for=a;,=b",
  ],
];

const NODES: readonly (readonly [text: string, expected: string | null])[] = [
  ["192.0.2.43", "192.0.2.43 0"],
  ["192.0.2.43:47011", "192.0.2.43 47011"],
  ["192.0.2.43:_port", "192.0.2.43 0"],
  ["[2001:DB8:cafe::17]", "2001:db8:cafe::17 0"],
  ["[2001:db8:cafe::17]:47011", "2001:db8:cafe::17 47011"],
  ["[::ffff:10.0.0.1]", "10.0.0.1 0"],
  ["unknown", "hidden"],
  ["UNKNOWN:80", "hidden"],
  ["_gazonk", "hidden"],
  ["_a.b-c_:_x", "hidden"],
  ...[
    "",
    "_",
    "2001:db8::1",
    "[192.0.2.43]",
    "[]",
    "[::1",
    "::1]",
    "192.0.2.43:",
    "192.0.2.43:65536",
    "192.0.2.43:123456",
    "192.0.2.43:a",
  ]
    .map((text) => [text, null] as const),
  ...["192.0.2", "192.0.2.043", "unknownx", "_a b", "_a:_", "example.com", "[fe80::1%eth0]", "[::1]80", ":80", "192.0.2.43 "]
    .map((text) => [text, null] as const),
];

const FORWARDED_FOR: readonly (readonly [text: string, expected: string | null])[] = [
  ["192.0.2.43", "192.0.2.43 0"],
  ["192.0.2.43:567", "192.0.2.43 567"],
  ["2001:DB8::1", "2001:db8::1 0"],
  ["[2001:db8::1]", "2001:db8::1 0"],
  ["[2001:db8::1]:567", "2001:db8::1 567"],
  ["::ffff:192.0.2.43", "192.0.2.43 0"],
  ...[
    "unknown",
    "_hidden",
    "",
    "localhost",
    "192.0.2.43:65536",
    "192.0.2.43:x",
    '"192.0.2.43"',
    "fe80::1%eth0",
    "1.2.3.4 5.6.7.8",
    "010.0.0.1",
  ]
    .map((text) => [text, null] as const),
];

describe("parseForwarded", () => {
  for (const [value, elements] of ELEMENTS) {
    it(`reads ${JSON.stringify(value)}`, () => {
      assert.deepEqual(parseForwarded([value]).map((element) => Object.fromEntries(element)), elements);
    });
  }

  for (const value of BAD_ELEMENTS) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      for (const values of [[value], [value, "for=b"], ["for=a", value]]) {
        assert.throws(
          () => parseForwarded(values),
          (error) => error instanceof RemoteProtocolError && error.code === "bad_forwarding",
        );
      }
    });
  }

  it("joins several fields in their order, but no string over their border", () => {
    assert.deepEqual(parseForwarded(["for=a, for=b", "", "for=c"]).map((element) => element.get("for")), ["a", "b", "c"]);
    assert.throws(() => parseForwarded(['for="a', 'b"']), RemoteProtocolError);
  });

  it("refuses more elements than its bound", () => {
    const value = Array.from({ length: LIST_MAX_ELEMENTS }, () => "for=a").join(",");
    assert.equal(parseForwarded([value]).length, LIST_MAX_ELEMENTS);
    assert.throws(() => parseForwarded([value, "for=a"]), /more than 64 elements/);
  });

  it("throws nothing but its own error, and reads what it accepts only once", () => {
    const random = new Random(31);
    const parts = ["for", "by", "=", ";", ",", '"', "\\", " ", "a", "[::1]", '"[::1]:8"', "proto=https", "\t", "host", "\xe4"];
    const tally = { good: 0, bad: 0 };
    for (let round = 0; round < 20_000; round += 1) {
      const value = Array.from({ length: random.between(0, 8) }, () => random.pick(parts)).join("");
      try {
        const elements = parseForwarded([value]);
        const written = elements.map((element) =>
          [...element].map(([name, text]) => `${name}="${text.replace(/["\\]/g, "\\$&")}"`).join(";") || ";"
        );
        assert.deepEqual(parseForwarded([written.join(",")]), elements, value);
        tally.good += 1;
      } catch (error) {
        assert.ok(error instanceof RemoteProtocolError && error.code === "bad_forwarding", `${error} for ${value}`);
        tally.bad += 1;
      }
    }
    assert.ok(tally.good > 500 && tally.bad > 500, JSON.stringify(tally));
  });
});

describe("parseNode", () => {
  for (const [text, expected] of NODES) {
    it(`${JSON.stringify(text)} is ${expected}`, () => {
      const node = parseNode(text);
      assert.equal(node === null || node === "hidden" ? node : `${formatIpAddress(node.address)} ${node.port}`, expected);
    });
  }
});

describe("parseForwardedFor", () => {
  for (const [text, expected] of FORWARDED_FOR) {
    it(`${JSON.stringify(text)} is ${expected}`, () => {
      const node = parseForwardedFor(text);
      assert.equal(node === null ? null : `${formatIpAddress(node.address)} ${node.port}`, expected);
    });
  }
});

describe("endOfList", () => {
  it("gives the rightmost first, without empty ones, over several fields", () => {
    assert.deepEqual(endOfList([" a ,b", "", ",c,\t,", "d"]), { elements: ["d", "c", "b", "a"], isWhole: true });
    assert.deepEqual(endOfList([]), { elements: [], isWhole: true });
    assert.deepEqual(endOfList([",", " "]), { elements: [], isWhole: true });
    assert.deepEqual(endOfList([",a"]), { elements: ["a"], isWhole: true });
  });

  it("looks at so many and no more", () => {
    const many = Array.from({ length: LIST_MAX_ELEMENTS }, (_, i) => String(i));
    assert.deepEqual(endOfList([many.join(",")]), { elements: many.toReversed(), isWhole: true });
    assert.deepEqual(endOfList(["x", many.join(",")]), { elements: many.toReversed(), isWhole: false });
    assert.deepEqual(endOfList([",,", many.join(",")]), { elements: many.toReversed(), isWhole: true });
  });

  it("picks the element beside another one, counted from the right", () => {
    assert.equal(elementBeside(endOfList(["a, b, c"]), 2), "a");
    assert.equal(elementBeside(endOfList(["forged, a, b, c"]), 2), "a");
    assert.equal(elementBeside(endOfList(["b, c"]), 2), "b");
    assert.equal(elementBeside(endOfList([""]), 0), "");
    const long = endOfList([Array.from({ length: 65 }, (_, i) => String(i)).join(",")]);
    assert.equal(elementBeside(long, 3), "61");
  });
});
