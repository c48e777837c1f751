import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeUnread, normalizeInput, type Reading, readText } from "../../../src/config/read-text.ts";
import type { SettingKind } from "../../../src/config/setting.ts";

describe("readText", () => {
  const cases: readonly (readonly [SettingKind, string, unknown])[] = [
    ["integer", " 4 ", 4],
    ["integer", "+4", 4],
    ["integer", "-4", -4],
    ["integer", "010", "010"],
    ["integer", "0x10", 16],
    ["integer", "1e3", "1e3"],
    ["integer", "1_000", 1000],
    ["integer", "4.0", "4.0"],
    ["integer", "", ""],
    ["integer", "٣", "٣"],
    ["boolean", "true", true],
    ["boolean", "FALSE", false],
    ["boolean", " Yes ", true],
    ["boolean", "on", true],
    ["boolean", "1", true],
    ["boolean", "NO", false],
    ["boolean", "off", false],
    ["boolean", "0", false],
    ["boolean", "y", "y"],
    ["boolean", "", ""],
    ["duration", " 30s ", 30],
    ["duration", "1.5", 1.5],
    ["duration", "30 s", "30 s"],
    ["size", " 10 MB ", 10_485_760],
    ["size", "512", 512],
    ["size", "10x", "10x"],
    ["mask", "0022", 0o22],
    ["mask", "0o22", 0o22],
    ["mask", "022", 0o22],
    ["mask", "18", 18],
    ["mask", "0x12", 0x12],
    ["mask", "0", 0],
    ["mask", "0888", "0888"],
    ["mask", "u=rwx", "u=rwx"],
    ["text", " - ", "-"],
    ["list", ":1, :2", [":1", ":2"]],
    ["list", "unix:a b", ["unix:a b"]],
    ["csv", " a , b,,", ["a", "b"]],
    ["csv", ",", []],
    ["mode", "json", "json"],
  ];
  for (const [kind, text, expected] of cases) {
    it(`${kind}: ${JSON.stringify(text)}`, () => assert.deepEqual(readText({ kind }, text), expected));
  }
});

describe("text in a config file", () => {
  const cases: readonly (readonly [SettingKind, value: unknown, expected: unknown])[] = [
    ["integer", " 0x10 ", 16],
    ["integer", "010", "010"],
    ["integer", 1.5, 1.5],
    ["duration", "1m", 60],
    ["duration", 1.5, 1.5],
    ["size", "1kb", 1024],
    ["boolean", "True", true],
    ["boolean", 1, 1],
    ["text", " a ", " a "],
  ];
  for (const [kind, value, expected] of cases) {
    it(`${kind}: ${JSON.stringify(value)}`, () => assert.deepEqual(normalizeInput({ kind }, value), expected));
  }
});

describe("describeUnread", () => {
  const cases: readonly (readonly [SettingKind, value: unknown, expected: string | null])[] = [
    ["integer", "x", "invalid int value: 'x' (write a whole number, or auto)"],
    ["integer", "010", "invalid int value: '010' (write 10, or 0o10 if it is octal)"],
    ["integer", 5, null],
    ["integer", "auto", null],
    ["mask", "0888", "invalid int value: '0888' (write an octal number, such as 0022, or auto)"],
    ["duration", "x", "invalid duration value: 'x' (write seconds, or text such as 30s, 500ms or 1h30m, or auto)"],
    ["duration", "5min", `invalid duration value: '5min' (did you mean "5m"?)`],
    ["size", "x", "invalid size value: 'x' (write bytes, or text such as 64kb, 10mb or 1gb, or auto)"],
    ["text", "x", null],
    ["boolean", "x", null],
  ];
  for (const [kind, value, expected] of cases) {
    it(`${kind}: ${JSON.stringify(value)}`, () =>
      assert.equal(describeUnread({ kind, words: { auto: "auto" } }, value), expected));
  }
});

describe("words", () => {
  const reading: Reading = { kind: "csv", words: { none: [], 1: "one", true: "yes" } };
  const cases: readonly (readonly [text: string, expected: unknown])[] = [
    ["none", []],
    [" None ", []],
    ["TRUE", "yes"],
    ["1", "one"],
    ["none, 1", ["none", "1"]],
    ["constructor", ["constructor"]],
  ];
  for (const [text, expected] of cases) {
    it(`as text: ${JSON.stringify(text)}`, () => assert.deepEqual(readText(reading, text), expected));
  }

  const inputs: readonly (readonly [value: unknown, expected: unknown])[] = [
    [null, []],
    [true, "yes"],
    [1, "one"],
    ["none", []],
    [2, 2],
    [false, false],
    [["none"], ["none"]],
    [[" a ", 5], ["a", 5]],
    ["a, b", ["a", "b"]],
  ];
  for (const [value, expected] of inputs) {
    it(`in a config file: ${JSON.stringify(value)}`, () => assert.deepEqual(normalizeInput(reading, value), expected));
  }
});

describe("tables in a config file", () => {
  const cases: readonly (readonly [value: unknown, expected: unknown])[] = [
    [{ a: "x", b: ["y", "z"], c: 5 }, { a: ["x"], b: ["y", "z"], c: 5 }],
    [{}, {}],
    [null, null],
    [["a"], ["a"]],
    ["a", "a"],
  ];
  for (const [value, expected] of cases) {
    it(JSON.stringify(value), () => assert.deepEqual(normalizeInput({ kind: "table" }, value), expected));
  }

  it("keep a field of a name that objects have too", () => {
    const value = normalizeInput({ kind: "table" }, JSON.parse('{"__proto__":"x"}'));
    assert.equal(JSON.stringify(value), '{"__proto__":["x"]}');
  });
});
