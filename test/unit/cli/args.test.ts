import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseArgs } from "../../../src/cli/args.ts";

describe("parseArgs", () => {
  const cases:
    readonly (readonly [args: readonly string[], expected: Readonly<Record<string, unknown>>, unknown?: readonly string[]])[] = [
      [[], { _: [] }],
      [["app", "-"], { _: ["app", "-"] }],
      [["--name", "x", "app"], { name: "x", _: ["app"] }],
      [["--name=x=y"], { name: "x=y", _: [] }],
      [["--name="], { name: "", _: [] }],
      [["--name"], { name: true, _: [] }],
      [["--name", ""], { name: "", _: [] }],
      [["--name", "--flag"], { name: true, flag: true, _: [] }],
      [["--name", "-"], { name: "-", _: [] }],
      [["--name", "-1"], { name: "-1", _: [] }],
      [["--name", "a", "--alias", "b"], { name: "b", _: [] }],
      [["-n4", "-n=5"], { name: "5", _: [] }],
      [["-fgn", "4"], { flag: true, go: true, name: "4", _: [] }],
      [["--list", "a", "-lb", "--list=c"], { list: ["a", "b", "c"], _: [] }],
      [["--list"], { list: true, _: [] }],
      [["--list", "", "--list="], { list: ["", ""], _: [] }],
      [["--list", "a", "--list", "--list=c"], { list: true, _: [] }],
      [["--flag", "app"], { flag: true, _: ["app"] }],
      [["--go", "now"], { go: "now", _: [] }],
      [["--go", "NOW", "app"], { go: "NOW", _: ["app"] }],
      [["--go", "app"], { go: true, _: ["app"] }],
      [["--go", "now:app"], { go: true, _: ["now:app"] }],
      [["--go=app"], { go: "app", _: [] }],
      [["-g", "now"], { go: "now", _: [] }],
      [["--flag", "now"], { flag: true, _: ["now"] }],
      [["--flag=x"], { flag: "x", _: [] }],
      [["--no-flag"], { flag: false, _: [] }],
      [["--flag", "--no-flag"], { flag: false, _: [] }],
      [["--two_words", "--two-words"], { "two-words": true, _: [] }],
      [["--no_two_words"], { "two-words": false, _: [] }],
      [["--", "--flag", "-x"], { _: ["--flag", "-x"] }],
      [["--no-go"], { _: [] }, ["--no-go"]],
      [["--no-name"], { _: [] }, ["--no-name"]],
      [["--no-flag=x"], { _: [] }, ["--no-flag=x"]],
      [["--wrong", "app", "-x1"], { _: ["app"] }, ["--wrong", "-x1"]],
      [["-fx"], { flag: true, _: [] }, ["-fx"]],
      [["--__proto__=1", "--constructor", "--"], { _: [] }, ["--__proto__=1", "--constructor"]],
    ];
  for (const [args, expected, expectedUnknown = []] of cases) {
    it(args.join(" ") || "nothing", () => {
      const unknown: string[] = [];
      const parsed = parseArgs(args, {
        string: ["name", "list"],
        boolean: ["flag", "go", "two-words"],
        alias: { name: ["n", "alias"], list: ["l"], flag: ["f"], go: ["g"] },
        collect: ["list"],
        choices: { go: ["now", "later"] },
        negatable: ["flag", "two-words"],
        unknown: (arg) => {
          unknown.push(arg);
          return false;
        },
      });
      assert.deepEqual({ ...parsed }, expected);
      assert.deepEqual(unknown, expectedUnknown);
    });
  }
});
