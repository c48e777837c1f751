import type { RuntimeName } from "../../src/runtime/port.ts";
import type { Gap } from "../support/contract.ts";

/** Contracts of the port that a runtime does not keep. A gap that no longer exists fails the suite. */
export const GAPS: Readonly<Record<RuntimeName, readonly Gap[]>> = {
  node: [],
  bun: [],
  deno: [],
};

/** The same for workers on another runtime than the arbiter's, by both names. */
export const PAIR_GAPS: Readonly<Record<string, readonly Gap[]>> = {};
