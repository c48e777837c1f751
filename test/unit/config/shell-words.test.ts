import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ShellWordsError, splitShellWords } from "../../../src/config/shell-words.ts";

describe("splitShellWords", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["", []],
    ["  \t\n ", []],
    ["-w 4  --bind=:80", ["-w", "4", "--bind=:80"]],
    ["--pid 'a b' c", ["--pid", "a b", "c"]],
    [`--pid="a b"c`, ["--pid=a bc"]],
    [`"a \\"b\\" \\$c \\d"`, ['a "b" $c \\d']],
    [`'a \\ "b"'`, ['a \\ "b"']],
    ["a\\ b", ["a b"]],
    ["a\\\nb", ["ab"]],
    ['"a\\\nb"', ["ab"]],
    [`'' ""`, ["", ""]],
    ["a#b # c", ["a#b", "#", "c"]],
    ["$HOME *", ["$HOME", "*"]],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(splitShellWords(text), expected));
  }

  for (const text of ["'a", '"a', 'a "b\\"', "a\\"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => splitShellWords(text), ShellWordsError));
  }
});
