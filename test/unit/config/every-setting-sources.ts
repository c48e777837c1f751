/** Every place that a setting can be given in, from the lowest to the highest, and how its values are written there. */
import { flagKey } from "../../../src/cli/flags.ts";
import { SHARED_VARIABLES, variableOf } from "../../../src/config/environment.ts";
import { readText } from "../../../src/config/read-text.ts";
import { declarationOf, type SettingName } from "../../../src/config/settings.ts";
import { validate } from "../../../src/config/validate.ts";
import { CWD, type FakeWorld } from "./fake-host.ts";

/** A command line and what is around it. */
export interface Given {
  readonly argv: readonly string[];
  readonly world: FakeWorld;
}

export type Values = ReadonlyMap<SettingName, unknown>;

export interface Source {
  readonly name: string;
  /** Sources of one rank exclude each other; a higher rank wins. */
  readonly rank: number;
  /** Whether values are text here, so that `5` is the name of a file, say. */
  readonly isText: boolean;
  /** Settings that this source itself uses. */
  readonly uses: readonly SettingName[];
  readonly canGive: (setting: SettingName, value: unknown) => boolean;
  readonly give: (values: Values) => Given;
  readonly originOf: (setting: SettingName) => string;
}

/** The longest value in a file of variables, with room for its name. */
const VARIABLE_MAX_CHARS = 39_900;
const ENV_FILE = "deploy/more.env";
/** The files that examples name. */
const EXAMPLES: FakeWorld = {
  modules: { [`${CWD}/deploy/tsgunicorn.config.ts`]: { default: {} } },
  files: { [`${CWD}/deploy/production.env`]: "A=1\n", [`${CWD}/deploy/more.env`]: "" },
};

export const SOURCES: readonly Source[] = [
  {
    name: SHARED_VARIABLES.join(", "),
    rank: 0,
    isText: true,
    uses: [],
    canGive: (setting, value) => declarationOf(setting).shared !== null && (value === sharedText(setting)),
    give: (values) => ({
      argv: [],
      world: { env: Object.fromEntries([...values].map(([name, value]) => [sharedName(name), String(value)])) },
    }),
    originOf: sharedName,
  },
  variables("TSGUNICORN_<SETTING>", null),
  variables("TSGUNICORN_<SETTING> in a file", ENV_FILE),
  ...["package.json", "deno.json", "deno.jsonc"].map(framework),
  moduleFile("tsgunicorn.config.ts, an object", (values) => ({ default: values })),
  moduleFile("tsgunicorn.config.ts, a function", (values) => ({ default: () => values })),
  moduleFile("tsgunicorn.config.ts, an async function", (values) => ({ default: async () => await Promise.resolve(values) })),
  moduleFile("tsgunicorn.config.ts, named exports", (values) => values),
  {
    name: "tsgunicorn.config.json",
    rank: 3,
    isText: false,
    uses: [],
    canGive: (setting, value) => isFileSetting(setting) && declarationOf(setting).kind !== "hook" && isJson(value),
    give: (values) => ({ argv: [], world: { files: { [`${CWD}/tsgunicorn.config.json`]: JSON.stringify(tableOf(values)) } } }),
    originOf: () => `${CWD}/tsgunicorn.config.json`,
  },
  ...["GUNICORN_CMD_ARGS", "TSGUNICORN_CMD_ARGS"].map((variable): Source => ({
    name: variable,
    rank: 4,
    isText: true,
    uses: [],
    canGive: (setting, value) => wordsFor(setting, value) !== null,
    give: (values) => ({ argv: [], world: { env: { [variable]: allWords(values).map(quoteForShell).join(" ") } } }),
    originOf: (setting) => `--${flagKey(setting)} in ${variable}`,
  })),
  {
    name: "the command line",
    rank: 5,
    isText: true,
    uses: [],
    canGive: (setting, value) => wordsFor(setting, value) !== null,
    give: (values) => ({ argv: allWords(values), world: {} }),
    originOf: (setting) => `--${flagKey(setting)}`,
  },
];

/** Several of them at once, with the files that examples name. */
export function together(parts: readonly Given[]): Given {
  const worlds = [EXAMPLES, ...parts.map(({ world }) => world)];
  const merge = <T>(tables: readonly (Readonly<Record<string, T>> | undefined)[]): Record<string, T> =>
    Object.assign({}, ...tables);
  return {
    argv: parts.flatMap(({ argv }) => argv),
    world: {
      env: merge(worlds.map(({ env }) => env)),
      files: merge(worlds.map(({ files }) => files)),
      modules: merge(worlds.map(({ modules }) => modules)),
      directories: ["/srv/app/run", "/srv/app/log"],
    },
  };
}

/** A text for the variable that other programs read too. */
export function sharedText(setting: SettingName): string {
  const { example } = declarationOf(setting);
  const texts = ["2", Array.isArray(example) ? example.join(",") : String(example)];
  return texts.find((text) => validate(setting, sharedValue(setting, text)) === null) ?? "";
}

/** What {@link sharedText} stands for. */
export function sharedValue(setting: SettingName, text: string): unknown {
  const declaration = declarationOf(setting);
  const own = declaration.shared?.toText(text);
  return typeof own === "string" ? readText(declaration, own) : own;
}

/** A value in one text; null where it has none. */
export function textOf(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(textOf).join(",");
  return value === null || value === "" || typeof value === "object" || typeof value === "function" ? null : String(value);
}

/** The words of a command line that give a value; null where it cannot say it. */
export function wordsFor(setting: SettingName, value: unknown, flag = `--${flagKey(setting)}`): readonly string[] | null {
  const { kind, flags } = declarationOf(setting);
  if (flags.length === 0 || value === null || kind === "table") return null;
  if (kind === "boolean") return typeof value === "boolean" ? [value ? flag : flag.replace("--", "--no-")] : null;
  if (kind === "csv" && Array.isArray(value) && value.length === 0) return [`${flag}=`];
  const texts = Array.isArray(value) ? value.map(textOf) : [textOf(value)];
  if (texts.length === 0 || texts.includes(null)) return null;
  return texts.flatMap((text) => kind === "mode" ? [`${flag}=${text}`] : [flag, text ?? ""]);
}

function variables(name: string, file: string | null): Source {
  const originOf = (setting: SettingName): string => `${variableOf(setting)}${file === null ? "" : ` in ${file}`}`;
  return {
    name,
    rank: 1,
    isText: true,
    uses: file === null ? [] : ["env_file"],
    canGive: (setting, value) =>
      declarationOf(setting).flags.length > 0 && textOf(value) !== null &&
      !(file !== null && (setting === "env_file" || (textOf(value)?.length ?? 0) > VARIABLE_MAX_CHARS)),
    give: (values) => {
      const entries = [...values].map(([setting, value]) => [variableOf(setting), textOf(value) ?? ""] as const);
      if (file === null) return { argv: [], world: { env: Object.fromEntries(entries) } };
      const lines = entries.map(([variable, text]) => `${variable}=${JSON.stringify(text)}\n`);
      return { argv: ["--env-file", file], world: { files: { [`${CWD}/${file}`]: lines.join("") } } };
    },
    originOf,
  };
}

function framework(name: string): Source {
  return {
    name: `"tsgunicorn" in ${name}`,
    rank: 2,
    isText: false,
    uses: [],
    canGive: (setting, value) => isFileSetting(setting) && declarationOf(setting).kind !== "hook" && isJson(value),
    give: (values) => ({
      argv: [],
      world: { files: { [`${CWD}/${name}`]: JSON.stringify({ name: "shop", tsgunicorn: tableOf(values) }) } },
    }),
    originOf: () => `"tsgunicorn" in ${CWD}/${name}`,
  };
}

function moduleFile(name: string, exportsOf: (values: Readonly<Record<string, unknown>>) => unknown): Source {
  const path = `${CWD}/tsgunicorn.config.ts`;
  return {
    name,
    rank: 3,
    isText: false,
    uses: [],
    canGive: isFileSetting,
    give: (values) => ({ argv: [], world: { modules: { [path]: exportsOf(tableOf(values)) } } }),
    originOf: () => path,
  };
}

function sharedName(setting: SettingName): string {
  return declarationOf(setting).shared?.name ?? "";
}

function isFileSetting(setting: SettingName): boolean {
  return declarationOf(setting).places !== "outside";
}

/** Whether JSON gives the same value back. */
function isJson(value: unknown): boolean {
  return JSON.stringify(JSON.parse(JSON.stringify(value) ?? "0")) === JSON.stringify(value) &&
    !(typeof value === "number" && !Number.isFinite(value));
}

function tableOf(values: Values): Readonly<Record<string, unknown>> {
  return Object.fromEntries(values);
}

function allWords(values: Values): readonly string[] {
  return [...values].flatMap(([setting, value]) => wordsFor(setting, value) ?? []);
}

function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
