import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalProtocolError } from "../../../src/http/errors.ts";
import { decideRequestFraming, decideResponseFraming, type ResponseFraming } from "../../../src/http/framing.ts";

const none: ResponseFraming = { kind: "none" };
const chunked: ResponseFraming = { kind: "chunked" };
const length = (bytes: number): ResponseFraming => ({ kind: "length", bytes });

/** Method, minor version, status, Content-Length of the application, known size, framing. */
const ROWS: [string, 0 | 1, number, string | null, number | null, ResponseFraming][] = [
  ["GET", 1, 200, null, 5, length(5)],
  ["GET", 1, 200, null, 0, length(0)],
  ["GET", 1, 200, null, null, chunked],
  ["GET", 0, 200, null, null, { kind: "close" }],
  ["GET", 0, 200, null, 5, length(5)],
  ["GET", 1, 200, "5", null, length(5)],
  ["GET", 0, 200, " 5 ", null, length(5)],
  ["GET", 1, 200, "5", 5, length(5)],
  ["HEAD", 1, 200, null, null, none],
  ["HEAD", 1, 200, "5", 0, none],
  ["HEAD", 0, 404, null, 5, none],
  ["GET", 1, 204, null, null, none],
  ["GET", 1, 204, "5", 5, none],
  ["GET", 1, 304, "5", 0, none],
  ["GET", 1, 101, null, null, none],
  ["GET", 1, 205, null, null, length(0)],
  ["POST", 1, 500, null, 3, length(3)],
  ["CONNECT", 1, 200, null, null, none],
  ["CONNECT", 1, 407, null, 4, length(4)],
];

/** Content-Length of the application, known size, code of the error. */
const REFUSED: [string[], number | null, string][] = [
  [["5"], 6, "content_length_mismatch"],
  [["five"], null, "bad_content_length"],
  [["-1"], null, "bad_content_length"],
  [["5, 5"], null, "bad_content_length"],
  [["5", "5"], null, "bad_content_length"],
  [["9007199254740992"], null, "bad_content_length"],
  [[""], null, "bad_content_length"],
];

describe("decideResponseFraming", () => {
  for (const [method, minorVersion, status, declared, known, expected] of ROWS) {
    it(`${method} HTTP/1.${minorVersion}, ${status}, Content-Length ${declared}, size ${known}: ${expected.kind}`, () => {
      const fields = declared === null ? ["X", "y"] : ["X", "y", "content-LENGTH", declared];
      assert.deepEqual(decideResponseFraming({ method, minorVersion }, { status, reason: "", fields }, known), expected);
    });
  }
  for (const [values, known, code] of REFUSED) {
    it(`refuses Content-Length ${JSON.stringify(values)} for size ${known}`, () => {
      const head = { status: 200, reason: "", fields: values.flatMap((value) => ["Content-Length", value]) };
      assert.throws(
        () => decideResponseFraming({ method: "GET", minorVersion: 1 }, head, known),
        (error: unknown) =>
          error instanceof LocalProtocolError && error.code === code && error.message.includes("Content-Length"),
      );
    });
  }
  it("refuses a length for a tunnel", () => {
    const head = { status: 200, reason: "", fields: ["Content-Length", "0"] };
    assert.throws(() => decideResponseFraming({ method: "CONNECT", minorVersion: 1 }, head, null), LocalProtocolError);
  });
});

describe("decideRequestFraming", () => {
  it("takes neither field for no content", () => {
    const input = { method: "POST", minorVersion: 1, contentLength: null, transferEncoding: null } as const;
    assert.deepEqual(decideRequestFraming(input), { kind: "none" });
  });
  it("never gives an unsafe length", () => {
    for (const contentLength of ["9007199254740991", "0", "1", "00000000000000000000000000000000000000007"]) {
      const framing = decideRequestFraming({ method: "POST", minorVersion: 1, contentLength, transferEncoding: null });
      assert.ok(
        framing.kind === "none" ? Number(contentLength) === 0 : framing.kind === "length" && Number.isSafeInteger(framing.bytes),
      );
    }
  });
});
