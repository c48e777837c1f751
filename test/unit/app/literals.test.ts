import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LiteralError, parseLiterals } from "../../../src/app/literals.ts";

describe("parseLiterals", () => {
  it("reads what JSON has, with single quotes, bare keys and a comma at the end", () => {
    const cases: [string, readonly unknown[]][] = [
      ["", []],
      ["  ", []],
      ["1, -1.5, +2, .5, 1e3, 0", [1, -1.5, 2, 0.5, 1000, 0]],
      ["true,false , null", [true, false, null]],
      [`"a", 'b', "it's", 'say "x"', 'it\\'s'`, ["a", "b", "it's", 'say "x"', "it's"]],
      [String.raw`"a\n\u00e9\\", '\t\\'`, ["a\né\\", "\t\\"]],
      ['"grüße"', ["grüße"]],
      ["[], [1, [2, 'x'],]", [[], [1, [2, "x"]]]],
      ["{}, {\"key\": 1, 'other': [true], bare_1: {a: null},}", [{}, { key: 1, other: [true], bare_1: { a: null } }]],
      ["1,", [1]],
    ];
    for (const [text, values] of cases) assert.deepEqual(parseLiterals(text), values, text);
  });

  it("agrees with JSON", () => {
    const json = '[{"a":[1,2.5,-3e-2,"\\u2028\\ud83d\\ude00\\"\\/"],"b":{"c":[[],{}]}},null,"",true]';
    assert.deepEqual(parseLiterals(json), [JSON.parse(json)]);
  });

  it("makes plain properties of all keys", () => {
    const [value] = parseLiterals('{"__proto__": {"admin": true}}');
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.entries(value ?? {}), [["__proto__", { admin: true }]]);
  });

  it("refuses everything else, and says why and where", () => {
    const cases: [string, string][] = [
      ["x", "'x' is no literal; text needs quotes (at 'x')"],
      ["[1, None]", "'None' is 'null' here (at 'None]')"],
      ["debug=True", `there are no keyword arguments; pass an object, as in {"debug": …} (at 'debug=True')`],
      ["'a", "a string does not end (at ''a')"],
      [`"a\nb"`, `a string does not end (at '"a\nb"')`],
      [String.raw`"\x41"`, String.raw`a string has an escape that JSON does not know (at '"\x41"')`],
      ["[1 2]", "',' is missing (at '2]')"],
      ["[1", "',' is missing (at the end)"],
      ["[1,", "a value is missing (at the end)"],
      ["1,,2", "this is no value (at ',2')"],
      [",", "this is no value (at ',')"],
      ["{1: 2}", "a key is missing (at '1: 2}')"],
      ["{a}", "':' is missing (at '}')"],
      ["1px", "this is no value (at '1px')"],
      ["0x10", "this is no value (at '0x10')"],
      ["f()", "'f' is no literal; text needs quotes (at 'f()')"],
      ["1)", "',' is missing (at ')')"],
      ["`a`", "this is no value (at '`a`')"],
    ];
    for (const [text, message] of cases) {
      assert.throws(() => parseLiterals(text), (error) => {
        assert.ok(error instanceof LiteralError, String(error));
        assert.equal(error.message, message);
        return true;
      });
    }
  });

  it("bounds the depth", () => {
    assert.equal(parseLiterals("[".repeat(32) + "]".repeat(32)).length, 1);
    assert.throws(() => parseLiterals("[".repeat(33) + "]".repeat(33)), /more than 32 lists and objects in each other/);
    assert.throws(() => parseLiterals("{a:".repeat(100_000)), LiteralError);
  });
});
