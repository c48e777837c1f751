import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  checkDuration,
  checkOffOrSecond,
  durationInputWithin,
  formatDuration,
  hintForDuration,
  readDuration,
} from "../../../src/config/durations.ts";
import Type from "typebox";
import Value from "typebox/value";

const READ: readonly (readonly [text: string, seconds: number])[] = [
  ["0", 0],
  ["30", 30],
  ["0x1e", 30],
  ["-1", -1],
  ["1.5", 1.5],
  ["0.001", 0.001],
  ["30s", 30],
  ["0s", 0],
  ["500ms", 0.5],
  ["1ms", 0.001],
  ["1.5ms", 0.0015],
  ["1.1s", 1.1],
  ["2m", 120],
  ["1h30m", 5400],
  ["1d1h1m1s1ms", 90_061.001],
  ["1m500ms", 60.5],
  ["36h", 129_600],
  ["0.1h", 360],
];

const UNREAD = [
  "",
  "s",
  "ms",
  "1h30",
  "30m1h",
  "1s1s",
  "1.5h30m",
  "1h1.5m",
  "5min",
  "30 s",
  "30S",
  "1,5s",
  ".5s",
  "5.",
  "-5s",
  "1e3",
].concat(
  ["1e3s", "010", "010.5", "NaN", "Infinity", "1w", "٣s", "1s\n", "30s ", "x".repeat(100_000), "1".repeat(100_000) + "x"],
);

describe("readDuration", () => {
  for (const [text, seconds] of READ) it(`${text} is ${seconds} s`, () => assert.equal(readDuration(text), seconds));
  for (const text of UNREAD) {
    it(`leaves ${JSON.stringify(text.slice(0, 20))} as it is`, () => assert.equal(readDuration(text), text));
  }

  it("takes the same texts as the pattern of the JSON Schema, which lets numbers with leading zeros pass", () => {
    const schema = durationInputWithin({ minimum: 0, maximum: 1_000_000 })(Type);
    for (const [text] of READ) {
      assert.equal(Value.Check(schema, text), !/^(?:-|0x)/.test(text), text);
    }
    for (const text of UNREAD) assert.equal(Value.Check(schema, text), /^0\d/.test(text), text.slice(0, 20));
  });
});

describe("formatDuration", () => {
  const cases = [[0, "0"], [0.25, "250ms"], [1, "1s"], [2.5, "2.5s"], [90, "1m30s"], [3600, "1h"], [86_400, "1d"], [
    90_061,
    "1d1h1m1s",
  ]] as const;
  for (const [seconds, text] of cases) {
    it(`${seconds} s is ${text}, and reads back`, () => {
      assert.equal(formatDuration(seconds), text);
      assert.equal(readDuration(text), seconds);
    });
  }

  it("reads back for any number of milliseconds", () => {
    for (let ms = 0; ms < 200_000; ms += 37) assert.equal(readDuration(formatDuration(ms / 1000)), ms / 1000);
  });
});

describe("hintForDuration", () => {
  const cases: readonly (readonly [text: string, hint: string | null])[] = [
    ["5min", 'did you mean "5m"?'],
    ["30 Sec", 'did you mean "30s"?'],
    ["1.5 hours", 'did you mean "1.5h"?'],
    ["500msec", 'did you mean "500ms"?'],
    ["1month", null],
    ["-5s", null],
    ["010", "write 10, or 0o10 if it is octal"],
    ["abc", null],
  ];
  for (const [text, hint] of cases) it(text, () => assert.equal(hintForDuration(text), hint));
});

describe("checks of durations", () => {
  it("refuse parts of a millisecond, and what is no number", () => {
    for (const value of [0, 0.001, 1.001, 2.5, 86_400, 1.1, 0.3]) assert.equal(checkDuration(value), null, String(value));
    for (const value of [0.0001, 1.0005, NaN, "1"]) assert.notEqual(checkDuration(value), null, String(value));
  });

  it("refuse parts of the first second where that would be a murder in series", () => {
    for (const value of [0, 1, 1.5]) assert.equal(checkOffOrSecond(value), null);
    for (const value of [0.001, 0.999]) assert.match(checkOffOrSecond(value)?.message ?? "", /^must be 0 or at least 1s$/);
  });
});
