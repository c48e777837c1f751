/** @module Values of a config file to a layer: unknown names, and names that have no place there, are problems. */
import { describeElsewhere } from "./elsewhere.ts";
import { type Entry, type Layer, quote } from "./layer.ts";
import { meantBy } from "./meant.ts";
import { nearest } from "./nearest.ts";
import { didYouMean, type Problem } from "./errors.ts";
import { normalizeInput } from "./read-text.ts";
import { pickHooks, refuseHook } from "../hooks/read-hook.ts";
import { isHookName } from "../hooks/names.ts";
import type { ServerHooks } from "../hooks/types.ts";
import { declarationOf, isSettingName, mainFlag, SETTING_NAMES, type SettingName } from "./settings.ts";

/** Where values stand. */
export interface ValuePlace {
  /** For {@link Entry.origin}: the path of the config file. */
  readonly origin: string;
  /** As messages call it. */
  readonly title: string;
  /** Null where hooks can be; else, as in JSON, what to do with them. */
  readonly refusesHooks: string | null;
}

/** The config file at `path`. */
export function configFileAt(path: string): ValuePlace {
  const refusesHooks = path.endsWith(".json") ? "put the function into a module, such as tsgunicorn.config.ts" : null;
  return { origin: path, title: "the config file", refusesHooks };
}

/** The layer of the values, in which a hook is `true`, and the hooks. `undefined` is as if the name were not there. */
export function fileLayer(
  values: Readonly<Record<string, unknown>>,
  place: ValuePlace,
): { readonly layer: Layer; readonly hooks: ServerHooks; readonly problems: readonly Problem[] } {
  const layer = new Map<SettingName, Entry>();
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const problem = describeProblem(name, value, place);
    if (problem !== null) problems.push({ setting: name, source: place.origin, ...problem });
    else if (isSettingName(name)) {
      const own = isHookName(name) ? true : normalizeInput(declarationOf(name), value);
      layer.set(name, { value: own, shown: quote(value), origin: place.origin });
    }
  }
  return { layer, hooks: pickHooks(values), problems };
}

type Description = Pick<Problem, "message" | "hint">;

/** Null for a value that goes on to its schema. */
function describeProblem(name: string, value: unknown, place: ValuePlace): Description | null {
  if (!isSettingName(name)) return describeUnknown(name, value);
  const setting = declarationOf(name);
  if (setting.places === "outside") return { message: `cannot be set in ${place.title}`, hint: `use ${mainFlag(setting)}` };
  if (!isHookName(name)) return null;
  if (place.refusesHooks !== null) return { message: "is a hook, and JSON has no functions", hint: place.refusesHooks };
  const refusal = refuseHook(name, value);
  return refusal === null ? null : { message: `${refusal.message}, got ${quote(value)}`, hint: refusal.hint };
}

/** A name meant as a flag (`log_level`) leads to the setting (`loglevel`). */
function describeUnknown(name: string, value: unknown): Description {
  const elsewhere = describeElsewhere(name);
  if (elsewhere !== null) return elsewhere;
  const meant = meantBy(name);
  if (meant !== null) return { message: "unknown setting", hint: `use ${meant.name}: ${JSON.stringify(meant.value)}` };
  const names = SETTING_NAMES.filter((each) => declarationOf(each).places !== "outside");
  const spellings = names.flatMap((each) =>
    declarationOf(each).flags.filter((flag) => flag.startsWith("--")).map((flag) => [flag.slice(2), each] as const)
  );
  const candidates = new Map<string, SettingName>([...names.map((each) => [each, each] as const), ...spellings]);
  const suggestion = nearest(name, [...candidates.keys()]);
  if (suggestion !== null) return { message: "unknown setting", hint: didYouMean(candidates.get(suggestion) ?? null) };
  if (typeof value !== "function") return { message: "unknown setting", hint: null };
  return { message: "unknown setting, and a function", hint: "do not export what is no setting" };
}
