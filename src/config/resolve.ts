/** @module Layers to one value per setting. */
import { DEFAULT_ORIGIN } from "./config.ts";
import type { Entry, Layer } from "./layer.ts";
import type { Problem, Refusal } from "./errors.ts";
import { declarationOf, SETTING_NAMES, type SettingName, type Settings } from "./settings.ts";

/** The winning values. A setting that is among the problems has its default here, so that the rest can still be checked. */
export interface Resolution {
  readonly settings: Settings;
  readonly origin: Readonly<Record<SettingName, string>>;
  readonly problems: readonly Problem[];
}

/**
 * The value of the highest layer that has one. Values that are overridden are checked too, since the mistake would show on the
 * day the other is taken away; only in `shared`, whose variables are not ours alone, a value that is overridden does not matter.
 */
export function resolve(
  shared: Layer,
  layers: readonly Layer[],
  validate: (name: SettingName, value: unknown) => Refusal | null,
): Resolution {
  const values: Partial<Record<SettingName, unknown>> = {};
  const origin: Partial<Record<SettingName, string>> = {};
  const problems: Problem[] = [];
  for (const name of SETTING_NAMES) {
    const own = layers.flatMap((layer) => layer.get(name) ?? []);
    const common = own.length === 0 ? shared.get(name) : undefined;
    const entries = common === undefined ? own : [common];
    values[name] = declarationOf(name).default;
    origin[name] = DEFAULT_ORIGIN;
    for (const entry of entries) {
      const refusal = entry.refusal ?? validate(name, entry.value);
      if (refusal !== null) problems.push(problemOf(name, entry, refusal));
    }
    const winner = entries.at(-1);
    if (winner !== undefined && winner.refusal === undefined && validate(name, winner.value) === null) {
      values[name] = winner.value;
      origin[name] = winner.origin;
    }
  }
  // Every name was visited, and every value is either a default or what its schema accepts.
  return { settings: values as Settings, origin: origin as Record<SettingName, string>, problems };
}

function problemOf(name: SettingName, entry: Entry, refusal: Refusal): Problem {
  const message = refusal.quotesValue ? refusal.message : `${refusal.message}, got ${entry.shown}`;
  return { setting: name, source: entry.origin, message, hint: refusal.hint };
}
