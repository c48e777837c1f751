import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readEnvText } from "../../../src/config/env-file.ts";

describe("readEnvText", () => {
  const right: readonly (readonly [text: string, expected: Readonly<Record<string, string>>])[] = [
    ["", {}],
    ["\n  \n# comment\n\t# another\n", {}],
    ["A=1", { A: "1" }],
    ["A=1\r\nB=2\rC=3\n", { A: "1", B: "2", C: "3" }],
    ["\uFEFFA=1", { A: "1" }],
    ["  export  A = 1 two  ", { A: "1 two" }],
    ["exported=1", { exported: "1" }],
    ["A=", { A: "" }],
    ["A= # nothing", { A: "" }],
    ["A=#nothing", { A: "" }],
    ["A=b # c # d", { A: "b" }],
    ["A=b=c", { A: "b=c" }],
    ["A=$HOME ${B} `", { A: "$HOME ${B} `" }],
    ["A=it's", { A: "it's" }],
    ["A=C:\\new", { A: "C:\\new" }],
    ["a.b-c_1=x", { "a.b-c_1": "x" }],
    ['A="b # c" # d', { A: "b # c" }],
    ["A='b \\n # $c'", { A: "b \\n # $c" }],
    ['A=`it\'s "b"`', { A: 'it\'s "b"' }],
    ['A="\\n\\r\\t\\"\\\\\\$\\d"', { A: '\n\r\t"\\$\\d' }],
    ['A="one\ntwo # three\n"\nB=4', { A: "one\ntwo # three\n", B: "4" }],
    ["A='one\r\ntwo'\nB=4", { A: "one\ntwo", B: "4" }],
    ["A=1\nB=2\nA=3", { A: "3", B: "2" }],
    ["__proto__=1", JSON.parse('{"__proto__":"1"}')],
  ];
  for (const [text, expected] of right) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const { variables, mistakes } = readEnvText(text);
      assert.deepEqual(mistakes, []);
      assert.deepEqual([...variables], Object.entries(expected));
    });
  }

  const wrong: readonly (readonly [text: string, line: number, message: RegExp])[] = [
    ["A", 1, /^"A" has no value$/],
    ["A=1\n\nB: 2", 3, /^"B" is followed by a colon$/],
    ["1A=2", 1, /^"1A" is no name of a variable$/],
    ["=2", 1, /^a line that has no name$/],
    ["ä=2", 1, /^a line that has no name$/],
    ["A=se#cret", 1, /^the value of "A" has a # that is a comment to some readers/],
    ['A="b', 1, /^a quotation of "A" that begins with " does not end$/],
    ["B=1\nA='b\nC=2", 2, /^a quotation of "A" that begins with ' does not end$/],
    ['A="b"c', 1, /^something follows the closing " of "A"$/],
    ["A=b\0c", 1, /^the value of "A" has a NUL character$/],
    [`A=${"x".repeat(40_000)}`, 1, /^the value of "A" is too long$/],
    ["_TSGUNICORN_INHERITED={}", 1, /^"_TSGUNICORN_INHERITED" is a variable that tsgunicorn sets itself$/],
    ["x".repeat(1_048_577), 1, /^more than 1048576 characters$/],
  ];
  for (const [text, line, message] of wrong) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      const { mistakes } = readEnvText(text);
      assert.equal(mistakes[0]?.line, line);
      assert.match(mistakes[0]?.message ?? "", message);
      assert.equal(JSON.stringify(mistakes).includes("cret"), false, "quotes a secret");
    });
  }

  it("goes on after a mistake, and gives up after 20", () => {
    const { variables, mistakes } = readEnvText("A=1\nB\nC=3");
    assert.deepEqual([...variables.keys()], ["A", "C"]);
    assert.equal(mistakes.length, 1);
    assert.equal(readEnvText("B\n".repeat(100)).mistakes.length, 20);
  });

  it("takes time by the length of the text", () => {
    const text = `${"A='\n".repeat(100_000)}`;
    assert.ok(readEnvText(text).mistakes.length <= 20);
    assert.equal(readEnvText(`A=${" ".repeat(30_000)}x`).variables.get("A"), "x");
  });
});
