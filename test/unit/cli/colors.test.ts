import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { paintFor, PLAIN } from "../../../src/cli/colors.ts";
import { renderUsageError, UsageError } from "../../../src/cli/usage-error.ts";

describe("paintFor", () => {
  const cases: readonly (readonly [env: Readonly<Record<string, string>>, isTerminal: boolean, colored: boolean])[] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "false" }, true, false],
    [{ FORCE_COLOR: "" }, true, true],
  ];
  for (const [env, isTerminal, colored] of cases) {
    it(`${JSON.stringify(env)} on ${isTerminal ? "a terminal" : "a pipe"}: ${colored ? "colours" : "none"}`, () => {
      assert.equal(paintFor(env, isTerminal).alarm("x"), colored ? "\x1b[1;31mx\x1b[0m" : "x");
    });
  }
});

describe("renderUsageError", () => {
  const error = new UsageError(["one", "two"]);

  it("is the message without colours", () => assert.equal(renderUsageError(error, PLAIN), error.message));

  it("differs in colour only", () => {
    const colored = renderUsageError(error, paintFor({}, true));
    assert.notEqual(colored, error.message);
    assert.equal(colored.replaceAll(/\x1b\[[\d;]+m/g, ""), error.message);
  });
});
