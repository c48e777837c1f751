/**
 * Conformance tests with gaps: what a runtime cannot do is data with a reason, and must stay true.
 */
import assert from "node:assert/strict";
import { it } from "node:test";

/** A contract that a runtime does not keep. */
export interface Gap {
  /** The name of the test. */
  readonly test: string;
  readonly reason: string;
}

/** Registers a test, or for a gap a test that the gap is still there. */
export type Contract = (name: string, keep: () => Promise<void> | void) => void;

const TIMEOUT_MS = 20_000;

/** `finish` registers the test that every gap names a contract. */
export function contracts(gaps: readonly Gap[]): { readonly contract: Contract; readonly finish: () => void } {
  const known = new Set<string>();
  return {
    contract(name, keep): void {
      known.add(name);
      const gap = gaps.find(({ test }) => test === name);
      if (gap === undefined) it(name, { timeout: TIMEOUT_MS }, async () => await keep());
      else {
        it(`gap: ${name} (${gap.reason})`, { timeout: TIMEOUT_MS }, async () => {
          const isKept = await Promise.resolve().then(keep).then(() => true, () => false);
          assert.equal(isKept, false, "The gap is closed: remove it from gaps.ts");
        });
      }
    },
    finish(): void {
      it("names only contracts in gaps.ts", () => {
        assert.deepEqual(gaps.filter(({ test }) => !known.has(test)), []);
      });
    },
  };
}
