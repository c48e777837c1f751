/** @module What can be fuzzed: one input is a text and a number, so that every kind of input can be kept, changed and made smaller. */
import type { Random } from "../simulation/random.ts";

export interface FuzzInput {
  /** Bytes as latin-1 characters, or what else the target reads out of text. */
  readonly text: string;
  /** Seed of everything that is not text: cuts, limits, permissions, what an application does. */
  readonly choices: number;
}

/** What was seen while an input ran, such as error codes and the order of events. An input with a new one is kept and changed further. */
export type Features = Iterable<string>;

export interface FuzzTarget {
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly string[];
  /** Inserted and swapped by mutations. */
  readonly splinters: readonly string[];
  generate(random: Random): string;
  /** Throws a {@link BrokenProperty}, or whatever the code under test threw though it must not. */
  run(input: FuzzInput): Features | Promise<Features>;
  /** The input for people: what was drawn from the choices, and the text so that it can be pasted into a test. */
  describe(input: FuzzInput): string;
}

/** What must always hold did not. `property` is short and the same for all inputs that break it. */
export class BrokenProperty extends Error {
  override readonly name: string = "BrokenProperty";
  readonly property: string;

  constructor(property: string, detail: string = "") {
    super(detail === "" ? property : `${property}: ${detail}`);
    this.property = property;
  }
}

export function ensure(holds: boolean, property: string, detail: () => string = () => ""): asserts holds {
  if (!holds) throw new BrokenProperty(property, detail());
}

/** Both as JSON: what is compared are plain values. */
export function ensureSame(actual: unknown, expected: unknown, property: string): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (seen !== wanted) throw new BrokenProperty(property, `${seen} instead of ${wanted}`);
}
