import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { REPORT_PATH } from "../../fuzz/differential-report.ts";
import { fixturePages, readFixtures } from "../../support/fixtures.ts";

const PROGRAM = new URL("../../fuzz/differential.ts", import.meta.url);
const IS_NODE = process.versions["bun"] === undefined && process.versions["deno"] === undefined;

describe("docs/llhttp.md", () => {
  const report = readFileSync(REPORT_PATH, "utf8");

  it("is about all wire cases (else run: node test/fuzz/differential.ts --write)", () => {
    const cases = fixturePages().flatMap((page) => readFixtures(page)).length;
    assert.match(report, new RegExp(`^${cases} wire cases `, "m"));
  });

  // Only Node has llhttp.
  if (IS_NODE) {
    it("is what a fresh run says, and explains every difference (else run: node test/fuzz/differential.ts --write)", () => {
      // A process of its own: under the test runner, which follows every promise, this takes twenty times as long.
      const run = spawnSync(process.execPath, [fileURLToPath(PROGRAM)], { encoding: "utf8", timeout: 60_000 });
      assert.equal(run.status, 0, run.stderr);
      assert.equal(run.stdout, report);
    });
  }
});
