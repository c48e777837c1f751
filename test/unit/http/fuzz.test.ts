import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parserTarget } from "../../fuzz/parser-target.ts";
import { proxyTarget } from "../../fuzz/proxy-target.ts";
import { FuzzSession } from "../../fuzz/session.ts";
import { trustTarget } from "../../fuzz/trust-target.ts";
import { writerTarget } from "../../fuzz/writer-target.ts";

/** The long version is `npm run fuzz`; this one says that it works, and what it finds at once. */
const ROUNDS = 250;
const SEEDS = [1, 2, Number(process.env["TSGUNICORN_TEST_SEED"] ?? 3)];

for (const target of [parserTarget, proxyTarget, trustTarget, writerTarget]) {
  describe(`fuzz of ${target.name}`, () => {
    for (const seed of SEEDS) {
      it(`breaks no property (seed ${seed})`, async () => {
        const session = new FuzzSession(target, seed);
        for (let round = 0; round < ROUNDS; round += 1) {
          const failure = await session.round();
          if (failure !== null) {
            assert.fail(`seed ${seed}, round ${failure.round}: ${failure.message}\n${target.describe(failure.input)}`);
          }
        }
        assert.ok(session.features > ROUNDS / 10, `${session.features} features`);
      });
    }
  });
}
