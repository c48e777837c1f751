/** @module Settings from the environment. */
import { describeElsewhere } from "./elsewhere.ts";
import type { Environment } from "./host.ts";
import { type Entry, type Layer, quote } from "./layer.ts";
import { meantBy } from "./meant.ts";
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
  /** Variables with our prefix that look like no setting. */
  readonly strangers: readonly string[];
}

/** `PORT` and its like, in the order of `--help`. */
export const SHARED_VARIABLES: readonly string[] = SETTING_NAMES.flatMap((name) => declarationOf(name).shared?.name ?? []);

/** The variable of a setting. */
export function variableOf(name: SettingName): string {
  return `${PREFIX}${name.toUpperCase()}`;
}

/**
 * Reads the variables. An empty one is as if it were not there, for that is how compose files and shells unset one. `originOf` says where
 * a variable comes from, for messages.
 */
export function readEnvironment(
  env: Environment,
  originOf: (variable: string) => string = (variable) => variable,
): EnvironmentReading {
  const shared = new Map<SettingName, Entry>();
  const own = new Map<SettingName, Entry>();
  const problems: Problem[] = [];
  for (const name of SETTING_NAMES) {
    const setting = declarationOf(name);
    const common = setting.shared;
    const commonText = common === null ? undefined : env[common.name]?.trim();
    if (common !== null && commonText) {
      const read = common.toText(commonText);
      const shown = { shown: quote(commonText), origin: originOf(common.name) };
      shared.set(
        name,
        typeof read === "string" ? { value: readText(setting, read), ...shown } : { value: commonText, refusal: read, ...shown },
      );
    }
    const variable = variableOf(name);
    const text = env[variable];
    if (!text) continue;
    if (setting.places === "file" || setting.places === "argument") {
      problems.push({
        setting: name,
        source: originOf(variable),
        message: "cannot be set by a variable",
        hint: "set it in the config file",
      });
      continue;
    }
    own.set(name, { value: readText(setting, text), shown: quote(text), origin: originOf(variable) });
  }
  const others = findOthers(env, originOf);
  return { shared, own, problems: [...problems, ...others.problems], strangers: others.strangers };
}

/** What is no setting and is there all the same: images name their version so, and a program that is started again counts. */
const OTHERS = /^TSGUNICORN_(?:VERSION|HOME|DEPTH|TEST_\w+)$/;

/** Kubernetes gives every pod variables for the services of its namespace, of which one may be called tsgunicorn. */
function isOfKubernetes(variable: string, text: string): boolean {
  if (variable.endsWith("_PORT")) return /^(?:tcp|udp|sctp):\/\//.test(text) || variable.endsWith("_SERVICE_PORT");
  return /_SERVICE_(?:HOST|PORT_\w+)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(variable);
}

/** Unknown variables with our prefix: an error where one looks like a setting. Others may be another program's. */
function findOthers(
  env: Environment,
  originOf: (variable: string) => string,
): Pick<EnvironmentReading, "problems" | "strangers"> {
  const known = [...SETTING_NAMES.map(variableOf), COMMAND_ARGS_VARIABLE];
  const names = known.map((name) => name.slice(PREFIX.length));
  const problems: Problem[] = [];
  const strangers: string[] = [];
  for (const variable of Object.keys(env).sort()) {
    const text = env[variable];
    if (!variable.startsWith(PREFIX) || known.includes(variable) || !text) continue;
    if (OTHERS.test(variable) || isOfKubernetes(variable, text)) continue;
    const name = variable.slice(PREFIX.length);
    const elsewhere = describeElsewhere(name.toLowerCase());
    if (elsewhere !== null) {
      problems.push({ setting: name.toLowerCase(), source: originOf(variable), ...elsewhere });
      continue;
    }
    const suggestion = nearest(name, names);
    const hint = hintForMeant(name) ?? didYouMean(suggestion === null ? null : `${PREFIX}${suggestion}`);
    if (hint === null) strangers.push(variable);
    else problems.push({ setting: null, source: sourceOf(variable, originOf), message: `unknown variable "${variable}"`, hint });
  }
  return { problems, strangers };
}

function hintForMeant(word: string): string | null {
  const meant = meantBy(word);
  if (meant === null) return null;
  return declarationOf(meant.name).places === "argument"
    ? `name the application on the command line, or as ${meant.name} in the config file`
    : `use ${variableOf(meant.name)}=${JSON.stringify(meant.value)}`;
}

function sourceOf(variable: string, originOf: (variable: string) => string): string {
  const origin = originOf(variable);
  return origin === variable ? "the environment" : origin.slice(`${variable} in `.length);
}
