import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Type from "typebox";
import Value from "typebox/value";
import { formatSize, hintForSize, readSize, sizeInputWithin } from "../../../src/config/sizes.ts";

const READ: readonly (readonly [text: string, bytes: number])[] = [
  ["0", 0],
  ["1024", 1024],
  ["0x400", 1024],
  ["-1", -1],
  ["10b", 10],
  ["10 B", 10],
  ["1k", 1024],
  ["1K", 1024],
  ["1kb", 1024],
  ["1KB", 1024],
  ["1KiB", 1024],
  ["10mb", 10_485_760],
  ["10 MB", 10_485_760],
  ["1.5g", 1_610_612_736],
  ["1tib", 1_099_511_627_776],
  ["0.3mb", 314_572],
];

const UNREAD = [
  "",
  "kb",
  "1 kb b",
  "1.5",
  "1.5b",
  "10 megabytes",
  "5mbit",
  "1ki",
  "1  kb",
  "1kb ",
  "-1kb",
  "1e3",
  "010",
  "010kb",
  "1pb",
].concat(
  ["Infinity", "1,5mb", ".5mb", "1".repeat(100_000) + "x"],
);

describe("readSize", () => {
  for (const [text, bytes] of READ) it(`${text} is ${bytes} bytes`, () => assert.equal(readSize(text), bytes));
  for (const text of UNREAD) {
    it(`leaves ${JSON.stringify(text.slice(0, 20))} as it is`, () => assert.equal(readSize(text), text));
  }

  it("takes the same texts as the pattern of the JSON Schema, which lets numbers with leading zeros pass", () => {
    const schema = sizeInputWithin({ minimum: 0, maximum: 1 })(Type);
    for (const [text] of READ) assert.equal(Value.Check(schema, text), !/^(?:-|0x)/.test(text), text);
    for (const text of UNREAD) assert.equal(Value.Check(schema, text), /^0\d/.test(text), text.slice(0, 20));
  });
});

describe("formatSize", () => {
  const cases = [[0, "0"], [1023, "1023"], [1024, "1kb"], [1536, "1536"], [65_536, "64kb"], [1_048_576, "1mb"], [
    1_099_511_627_776,
    "1tb",
  ]] as const;
  for (const [bytes, text] of cases) {
    it(`${bytes} bytes are ${text}, and read back`, () => {
      assert.equal(formatSize(bytes), text);
      assert.equal(readSize(text), bytes);
    });
  }
});

describe("hintForSize", () => {
  const cases: readonly (readonly [text: string, hint: string | null])[] = [
    ["10 megabytes", 'did you mean "10mb"?'],
    ["1ki", 'did you mean "1kb"?'],
    ["1  KB", 'did you mean "1kb"?'],
    ["5mbit", null],
    ["010", "write 10, or 0o10 if it is octal"],
    ["-1kb", null],
  ];
  for (const [text, hint] of cases) it(text, () => assert.equal(hintForSize(text), hint));
});
