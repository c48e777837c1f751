/** @module What every framework is asked, and what of it is otherwise in one of them. */
import type { Scenario } from "../scenario.ts";
import { ANSWERS } from "./answers.ts";
import { BODIES } from "./bodies.ts";
import { REQUESTS } from "./requests.ts";
import { ROUTING } from "./routing.ts";
import { CONDITIONAL, STATICS } from "./statics.ts";

const ALL: readonly Scenario[] = [...ROUTING, ...BODIES, ...ANSWERS, ...REQUESTS, ...STATICS, ...CONDITIONAL];

/** What a framework documents to answer otherwise, by the scenario's name. */
export type Otherwise = Readonly<Record<string, Partial<Pick<Scenario, "status" | "shows">>>>;

/** The common scenarios without those that the framework has nothing for. */
export function common(options: { readonly without?: readonly string[]; readonly otherwise?: Otherwise } = {}): Scenario[] {
  const { without = [], otherwise = {} } = options;
  for (const name of [...without, ...Object.keys(otherwise)]) {
    if (!ALL.some((one) => one.name === name)) throw new Error(`There is no scenario "${name}"`);
  }
  return ALL.filter(({ name }) => !without.includes(name)).map((one) => ({ ...one, ...otherwise[one.name] }));
}

/** Those of these names. */
export function some(...names: readonly string[]): Scenario[] {
  return names.map((name) => {
    const found = ALL.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no scenario "${name}"`);
    return found;
  });
}
