/** @module Settings from the environment. */
import { type Entry, type Layer, quote } from "./layer.ts";
import { nearest } from "./nearest.ts";
import { didYouMean, type Problem } from "./errors.ts";
import { readText } from "./read-text.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "./settings.ts";

/** Words for the command line, below what is really on it. */
export const COMMAND_ARGS_VARIABLE = "TSGUNICORN_CMD_ARGS";

const PREFIX = "TSGUNICORN_";

/** What the environment says. */
export interface EnvironmentReading {
  /** {@link SHARED_VARIABLES}, which other programs read too. */
  readonly shared: Layer;
  /** `TSGUNICORN_<SETTING>`. */
  readonly own: Layer;
  readonly problems: readonly Problem[];
}

/** `PORT` and its like, in the order of `--help`. */
export const SHARED_VARIABLES: readonly string[] = SETTING_NAMES.flatMap((name) => declarationOf(name).shared?.name ?? []);

/** The variable of a setting. */
export function variableOf(name: SettingName): string {
  return `${PREFIX}${name.toUpperCase()}`;
}

/** Reads the variables. An empty one is as if it were not there, for that is how compose files and shells unset one. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentReading {
  const shared = new Map<SettingName, Entry>();
  const own = new Map<SettingName, Entry>();
  const problems: Problem[] = [];
  for (const name of SETTING_NAMES) {
    const setting = declarationOf(name);
    const common = setting.shared;
    const commonText = common === null ? undefined : env[common.name]?.trim();
    if (common !== null && commonText) {
      shared.set(name, {
        value: readText(setting, common.toText(commonText)),
        shown: quote(commonText),
        origin: common.name,
      });
    }
    const variable = variableOf(name);
    const text = env[variable];
    if (!text) continue;
    if (setting.places === "file" || setting.places === "argument") {
      problems.push({
        setting: name,
        source: variable,
        message: "cannot be set by a variable",
        hint: "set it in the config file",
      });
      continue;
    }
    own.set(name, { value: readText(setting, text), shown: quote(text), origin: variable });
  }
  return { shared, own, problems: [...problems, ...findMisspelt(env)] };
}

/**
 * Unknown variables with our prefix. Only what looks like a setting is an error: Kubernetes gives every pod variables such as
 * `TSGUNICORN_PORT_80_TCP` when there is a service named tsgunicorn.
 */
function findMisspelt(env: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  const known = [...SETTING_NAMES.map(variableOf), COMMAND_ARGS_VARIABLE];
  const problems: Problem[] = [];
  for (const variable of Object.keys(env).sort()) {
    if (!variable.startsWith(PREFIX) || known.includes(variable) || !env[variable]) continue;
    const suggestion = nearest(variable.slice(PREFIX.length), known.map((name) => name.slice(PREFIX.length)));
    if (suggestion === null) continue;
    problems.push({
      setting: null,
      source: "the environment",
      message: `unknown variable "${variable}"`,
      hint: didYouMean(`${PREFIX}${suggestion}`),
    });
  }
  return problems;
}
