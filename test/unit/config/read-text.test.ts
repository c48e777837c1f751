import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normalizeInput, type Reading, readText } from "../../../src/config/read-text.ts";
import type { SettingKind } from "../../../src/config/setting.ts";

describe("readText", () => {
  const cases: readonly (readonly [SettingKind, string, unknown])[] = [
    ["integer", " 4 ", 4],
    ["integer", "+4", 4],
    ["integer", "-4", -4],
    ["integer", "010", 10],
    ["integer", "0x10", "0x10"],
    ["integer", "1e3", "1e3"],
    ["integer", "1_000", "1_000"],
    ["integer", "4.0", "4.0"],
    ["integer", "", ""],
    ["integer", "٣", "٣"],
    ["boolean", "true", true],
    ["boolean", "FALSE", false],
    ["boolean", "1", "1"],
    ["boolean", "yes", "yes"],
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
