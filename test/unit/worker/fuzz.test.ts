import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectionTarget } from "../../fuzz/connection-target.ts";
import { FuzzSession } from "../../fuzz/session.ts";

const ROUNDS = 250;
const SEEDS = [1, 2, Number(process.env["TSGUNICORN_TEST_SEED"] ?? 3)];

describe("fuzz of a connection", () => {
  for (const seed of SEEDS) {
    it(`breaks no property, whatever client and application do (seed ${seed})`, async () => {
      const session = new FuzzSession(connectionTarget, seed);
      for (let round = 0; round < ROUNDS; round += 1) {
        const failure = await session.round();
        if (failure === null) continue;
        assert.fail(`seed ${seed}, round ${failure.round}: ${failure.message}\n${connectionTarget.describe(failure.input)}`);
      }
      assert.ok(session.features > ROUNDS / 10, `${session.features} features`);
    });
  }
});
