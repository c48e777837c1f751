import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CARELESSNESS, readLeniently } from "../../fuzz/lenient-reader.ts";
import { crc32c, readProxyHeader } from "../../fuzz/reference-proxy.ts";
import { readResponses } from "../../fuzz/response-reader.ts";
import { countScannedBytes } from "../../fuzz/scan-meter.ts";
import { FuzzSession } from "../../fuzz/session.ts";
import { shrink } from "../../fuzz/shrink.ts";
import { BrokenProperty, ensure, type FuzzTarget } from "../../fuzz/target.ts";
import { escapeLine, escapeWire } from "../../fuzz/wire-case.ts";

const breakable: FuzzTarget = {
  name: "breakable",
  seeds: ["one a two"],
  splinters: ["b"],
  generate: () => "one two three",
  run({ text }) {
    ensure(!(text.includes("a") && text.includes("b")), "a and b are never together", () => text);
    return [String(text.length)];
  },
  describe: ({ text }) => text,
};

async function firstFailure(seed: number): Promise<{ readonly round: number; readonly text: string; readonly message: string }> {
  const session = new FuzzSession(breakable, seed);
  for (;;) {
    const failure = await session.round();
    if (failure !== null) return { round: failure.round, text: failure.input.text, message: failure.message };
  }
}

describe("FuzzSession", () => {
  it("finds what breaks a property, makes it small, and does the same for the same seed", async () => {
    const failure = await firstFailure(5);
    assert.deepEqual([...failure.text].sort(), ["a", "b"]);
    assert.match(failure.message, /^a and b are never together: /);
    assert.deepEqual(await firstFailure(5), failure);
  });

  it("reports a property once", async () => {
    const session = new FuzzSession(breakable, 5);
    let failures = 0;
    for (let round = 0; round < 2000; round += 1) if (await session.round() !== null) failures += 1;
    assert.equal(failures, 1);
  });
});

describe("shrink", () => {
  it("leaves what is needed", async () => {
    const needed = (text: string): boolean => text.includes("<") && text.includes(">");
    assert.equal(await shrink("much<text>and more", (text) => Promise.resolve(needed(text))), "<>");
  });
});

describe("a careless reader", () => {
  const smuggled = "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n";

  it("understands what is right as all do", () => {
    const wire = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfoo\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
    for (const how of CARELESSNESS) {
      const messages = readLeniently(wire, 9, how);
      assert.deepEqual(messages.map(({ target, body, isComplete }) => [target, body, isComplete]), [["/a", "foo", true], [
        "/b",
        "",
        true,
      ]]);
    }
  });

  it("differs from the next one where a request can be smuggled", () => {
    const readings = CARELESSNESS.map((how) => JSON.stringify(readLeniently(smuggled, 9, how)));
    assert.ok(new Set(readings).size > 1);
  });
});

describe("the reference for PROXY headers", () => {
  it("knows the checksum of RFC 3720's example and the examples of the specification", () => {
    assert.equal(crc32c("123456789"), 0xe3069283);
    assert.deepEqual(readProxyHeader("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET", "auto"), {
      type: "header",
      source: { remoteAddress: "192.0.2.1", remotePort: 56324, localAddress: "198.51.100.1", localPort: 443 },
      rest: "GET",
    });
    assert.equal(readProxyHeader("PROXY TCP4 192.0.2.1", "v1").type, "need_data");
    assert.equal(readProxyHeader("PROXY TCP4 192.0.2.1", "v2").type, "bad");
    assert.equal(readProxyHeader("POST / HTTP/1.1\r\n", "auto").type, "absent");
  });
});

describe("the reader of responses", () => {
  it("reads several, and says what is left", () => {
    const wire =
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nfoo\r\n0\r\nX: y\r\n\r\n";
    const { responses, rest } = readResponses(wire + "more", ["GET"]);
    assert.deepEqual(responses.map(({ status, body, trailers }) => [status, body, trailers]), [[103, "", []], [200, "foo", [[
      "x",
      "y",
    ]]]]);
    assert.equal(rest, "more");
  });

  for (
    const bad of [
      "HTTP/1.1 200 OK\r\nX: a\nb\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 204 No\r\nContent-Length: 1\r\n\r\nx",
    ]
  ) {
    it(`refuses ${JSON.stringify(bad)}`, () => {
      assert.throws(() => readResponses(bad, ["GET"]), BrokenProperty);
    });
  }
});

describe("the scan meter", () => {
  it("counts what was looked at, and puts back what it changed", () => {
    const before = Object.getPrototypeOf(Uint8Array.prototype).indexOf;
    const bytes = new Uint8Array(10);
    assert.equal(countScannedBytes(() => void bytes.indexOf(1, 4)), 6);
    assert.equal(Object.getPrototypeOf(Uint8Array.prototype).indexOf, before);
  });
});

describe("a wire case", () => {
  it("is written as the pages have it", () => {
    assert.equal(escapeWire("GET / HTTP/1.1\r\nX: a\\b\x00\t\r\n\r\nlast "), "GET / HTTP/1.1\nX: a\\\\b\\x00\\t\n\nlast\\s\\\n");
    assert.equal(escapeLine(`GET /${"a".repeat(40)}\r\n${"X: y\r\n".repeat(30)}`), "GET /\\(a*40)\\(\\r\\nX: y*30)\\r\\n");
  });
});
