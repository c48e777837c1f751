import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange } from "../../../src/app/application.ts";
import type { AccessRecord } from "../../../src/log/access.ts";
import { OK, rig } from "./rig.ts";

const GET = "GET /a HTTP/1.1\r\nHost: h.test\r\n\r\n";

/** Records of one request, by a log that wants their detail. */
function measured(handle: (exchange: Exchange) => void, tookMs = 7, request = GET): readonly AccessRecord[] {
  const records: AccessRecord[] = [];
  let nowMs = 1000;
  const part = rig({
    handle(exchange) {
      nowMs += tookMs;
      handle(exchange);
    },
  });
  Object.assign(part.host, {
    access: { nowMs: () => nowMs, record: (entry: AccessRecord) => void records.push(entry), flush() {} },
  });
  part.send(request);
  part.connection.closed();
  return records;
}

describe("the detail of a record", () => {
  const heads: readonly (readonly [title: string, handle: (exchange: Exchange) => void, expected: RegExp])[] = [
    [
      "a short answer",
      (exchange) => exchange.respond({ ...OK, fields: ["X", "1"] }, "body"),
      /^HTTP\/1\.1 200 OK\r\n[^]*X: 1\r\n(?:[^]*\r\n)?\r\n$/,
    ],
    ["a stream", (exchange) => {
      exchange.start({ ...OK, fields: ["X", "2"] });
      exchange.write(new Uint8Array(3));
      exchange.end();
    }, /\r\nX: 2\r\n(?:[^]*\r\n)?\r\n$/],
    ["raw text with content", (exchange) => {
      const head = "HTTP/1.1 200 OK\r\nX: 3\r\nContent-Length: 4\r\n\r\n";
      exchange.raw?.startRaw({ status: 200, sizeBytes: head.length, framing: { kind: "length", bytes: 4 }, persistent: true });
      exchange.raw?.writeRaw(`${head}body`);
      exchange.raw?.endRaw();
    }, /^HTTP\/1\.1 200 OK\r\nX: 3\r\nContent-Length: 4\r\n\r\n$/],
    ["raw bytes with content", (exchange) => {
      const head = "HTTP/1.1 200 OK\r\nX: 4\r\nContent-Length: 4\r\n\r\n";
      exchange.raw?.startRaw({ status: 200, sizeBytes: head.length, framing: { kind: "length", bytes: 4 }, persistent: true });
      exchange.raw?.writeRaw(new TextEncoder().encode(`${head}body`));
      exchange.raw?.endRaw();
    }, /^HTTP\/1\.1 200 OK\r\nX: 4\r\nContent-Length: 4\r\n\r\n$/],
    ["a failure", (exchange) => exchange.fail(new Error("no")), /^HTTP\/1\.1 500 [^]*\r\n\r\n$/],
  ];
  for (const [title, handle, expected] of heads) {
    it(`has the head as it was sent, and the time, of ${title}`, () => {
      const records = measured(handle);
      assert.equal(records.length, 1);
      assert.match(records[0]?.detail?.responseHead ?? "", expected);
      assert.equal(records[0]?.detail?.durationMs, 7);
      assert.equal(records[0]?.detail?.origin.authority, "h.test");
    });
  }

  it("has no head where the client left before one was sent", () => {
    const records = measured(() => {}, 9);
    assert.deepEqual([records[0]?.status, records[0]?.detail?.responseHead, records[0]?.detail?.durationMs], [499, "", 9]);
  });

  it("is not made where nobody wants it", () => {
    const part = rig({ handle: (exchange) => exchange.respond(OK, "") });
    part.send(GET);
    assert.deepEqual(part.accessed.map(({ detail }) => detail), [null]);
  });
});
