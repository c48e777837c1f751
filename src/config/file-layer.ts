/** @module Values of a config file to a layer: unknown names, and names that have no place there, are problems. */
import { type Entry, type Layer, quote } from "./layer.ts";
import { nearest } from "./nearest.ts";
import { didYouMean, type Problem } from "./errors.ts";
import { normalizeInput } from "./read-text.ts";
import { pickHooks, refuseHook } from "../hooks/read-hook.ts";
import { isHookName } from "../hooks/names.ts";
import type { ServerHooks } from "../hooks/types.ts";
import { declarationOf, isSettingName, mainFlag, SETTING_NAMES, type SettingName } from "./settings.ts";

/** The layer of the file at `path`, in which a hook is `true`, and the hooks. `undefined` is as if the name were not there. */
export function fileLayer(
  values: Readonly<Record<string, unknown>>,
  path: string,
): { readonly layer: Layer; readonly hooks: ServerHooks; readonly problems: readonly Problem[] } {
  const layer = new Map<SettingName, Entry>();
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (!isSettingName(name)) {
      problems.push({ setting: name, source: path, ...describeUnknown(name, value) });
      continue;
    }
    const setting = declarationOf(name);
    if (setting.places === "outside") {
      problems.push({
        setting: name,
        source: path,
        message: "cannot be set in the config file",
        hint: `use ${mainFlag(setting)}`,
      });
      continue;
    }
    const refusal = isHookName(name) ? refuseHook(name, value) : null;
    if (refusal !== null) {
      problems.push({ setting: name, source: path, message: `${refusal.message}, got ${quote(value)}`, hint: refusal.hint });
      continue;
    }
    if (isHookName(name)) {
      layer.set(name, { value: true, shown: quote(value), origin: path });
      continue;
    }
    layer.set(name, { value: normalizeInput(setting, value), shown: quote(value), origin: path });
  }
  return { layer, hooks: pickHooks(values), problems };
}

/** A name meant as a flag (`log_level`) leads to the setting (`loglevel`). */
function describeUnknown(name: string, value: unknown): { readonly message: string; readonly hint: string | null } {
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
