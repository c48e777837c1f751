import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hintForInteger, readInteger } from "../../../src/config/integers.ts";

describe("readInteger", () => {
  const read: readonly (readonly [text: string, value: number])[] = [
    ["16", 16],
    ["0", 0],
    ["00", 0],
    ["+4", 4],
    ["-4", -4],
    ["-0", 0],
    ["0x10", 16],
    ["0XfF", 255],
    ["-0x10", -16],
    ["0o20", 16],
    ["0b101", 5],
    ["1_000", 1000],
    ["0x1_0", 16],
    ["9".repeat(30), 1e30],
  ];
  for (const [text, value] of read) it(`${text} is ${value}`, () => assert.equal(readInteger(text), value));

  for (const text of ["", "010", "-010", "4.0", "1e3", "1__0", "_1", "1_", "0x", "0b2", "0o8", "x", "0xg", "٣", "1 0", "1\n"]) {
    it(`leaves ${JSON.stringify(text)} as it is`, () => assert.equal(readInteger(text), text));
  }
});

describe("hintForInteger", () => {
  const hints: readonly (readonly [text: string, hint: string | null])[] = [
    ["010", "write 10, or 0o10 if it is octal"],
    ["-007", "write 7, or 0o7 if it is octal"],
    ["08", "write 8"],
    ["4.0", null],
    ["abc", null],
  ];
  for (const [text, hint] of hints) it(text, () => assert.equal(hintForInteger(text), hint));
});
