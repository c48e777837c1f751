import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readText } from "../../../src/config/read-text.ts";
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
    ["mode", "json", "json"],
  ];
  for (const [kind, text, expected] of cases) {
    it(`${kind}: ${JSON.stringify(text)}`, () => assert.deepEqual(readText(kind, text), expected));
  }
});
