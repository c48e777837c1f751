import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearest } from "../../../src/config/nearest.ts";
import { SETTING_NAMES } from "../../../src/config/settings.ts";

describe("nearest", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["wrokers", "workers"],
    ["worker", "workers"],
    ["Workers", "workers"],
    ["gracefulTimeout", "graceful_timeout"],
    ["graceful-timeot", "graceful_timeout"],
    ["keep_alive", "keepalive"],
    ["log", "loglevel"],
    ["bnd", "bind"],
    ["port", null],
    ["x", null],
    ["", null],
    ["certfile", null],
    ["w".repeat(65), null],
  ];
  for (const [word, expected] of cases) {
    it(`${JSON.stringify(word)} is ${expected}`, () => assert.equal(nearest(word, SETTING_NAMES), expected));
  }

  it("finds every name from every swap of two neighbours", () => {
    for (const name of SETTING_NAMES) {
      for (let at = 1; at < name.length; at++) {
        const swapped = name.slice(0, at - 1) + name.charAt(at) + name.charAt(at - 1) + name.slice(at + 1);
        assert.equal(nearest(swapped, SETTING_NAMES), name, swapped);
      }
    }
  });
});
