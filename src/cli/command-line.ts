/** @module The command line, and the words of `TSGUNICORN_CMD_ARGS`, to a layer of values. */
import { explainName } from "../config/elsewhere.ts";
import { COMMAND_ARGS_VARIABLE } from "../config/environment.ts";
import { type Entry, type Layer, quote } from "../config/layer.ts";
import type { Problem } from "../config/errors.ts";
import { describeUnread, readText } from "../config/read-text.ts";
import type { Setting } from "../config/setting.ts";
import { declarationOf, mainFlag, SETTING_NAMES, type SettingName } from "../config/settings.ts";
import { ShellWordsError, splitShellWords } from "../config/shell-words.ts";
import { flagKey, type FlagReading, readFlags } from "./flags.ts";
import { readHelpTopic } from "./help-request.ts";
import { askWhatWasMeant } from "./nearest-flag.ts";
import { USAGE, UsageError } from "./usage-error.ts";

export { UsageError } from "./usage-error.ts";

/** What the user asks for. */
export interface CommandLine {
  /** Help wins over version, and both over everything that is wrong with the rest. */
  readonly action: "run" | "help" | "version";
  /** What help is asked about; null for help in general. */
  readonly topic: string | null;
  /** The positional argument. */
  readonly app: string | null;
  /** The flags, and the positional argument as `wsgi_app`. */
  readonly values: Layer;
}

/** Words of a variable. */
export interface CommandWords {
  readonly values: Layer;
  readonly problems: readonly Problem[];
}

/** Reads the arguments, without the program's name. Throws a {@link UsageError} with every problem. Loads no schemas. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const reading = readFlags(argv);
  const { parsed, unknown } = reading;
  const [first, ...more] = parsed._;
  // As the values of flags: a line that ends in CR LF leaves a CR, which nobody sees.
  const app = first?.trim() ?? null;
  const { help } = parsed;
  if (help === true || typeof help === "string" && help !== "") {
    return { action: "help", topic: readHelpTopic(argv, help), app, values: new Map() };
  }
  if (parsed["version"] === true) return { action: "version", topic: null, app, values: new Map() };
  const { values, problems, faulty } = readValues(reading, (flag) => flag);
  for (const action of ["help", "version"] as const) {
    if (typeof parsed[action] === "string") problems.push(`argument --${action}: ignored explicit argument '${parsed[action]}'`);
  }
  problems.push(...unknown.map(describeUnknown));
  // Behind a flag that nobody knows, they may be its value and the application.
  if (more.length > 0 && unknown.length === 0) {
    problems.push(`unrecognized arguments: ${more.join(" ")} (the application is '${app}' already)`);
  }
  if (problems.length > 0) {
    const [name, another] = faulty;
    throw new UsageError(problems, USAGE, name === undefined || another !== undefined ? undefined : `tsgunicorn --help ${name}`);
  }
  if (app !== null) values.set("wsgi_app", { value: app, shown: quote(app), origin: "APP_MODULE" });
  return { action: "run", topic: null, app, values };
}

/** Reads the flags in the text of a variable. Its problems are reported with those of the other sources. */
export function parseCommandWords(text: string, variable: string = COMMAND_ARGS_VARIABLE): CommandWords {
  const problem = (message: string, hint: string | null): Problem => ({ setting: null, source: variable, message, hint });
  let words: readonly string[];
  try {
    words = splitShellWords(text);
  } catch (error) {
    if (!(error instanceof ShellWordsError)) throw error;
    return { values: new Map(), problems: [problem(error.message, "put the value in quotes as a shell wants them")] };
  }
  const reading = readFlags(words);
  const { values, problems } = readValues(reading, (flag) => `${flag} in ${variable}`);
  problems.push(...reading.unknown.map(describeUnknown));
  const actions = (["help", "version"] as const).filter((action) => reading.parsed[action] !== undefined);
  return {
    values,
    problems: [
      ...problems.map((message) => problem(message, null)),
      ...actions.map((action) => problem(`--${action} has no effect here`, "use it on the command line")),
      ...reading.parsed._.map((word) =>
        problem(`"${word}" is not a flag`, "name the application on the command line, or as wsgi_app in the config file")
      ),
    ],
  };
}

function readValues(
  { parsed, elsewhere }: FlagReading,
  originOf: (flag: string) => string,
): { readonly values: Map<SettingName, Entry>; readonly problems: string[]; readonly faulty: readonly SettingName[] } {
  const values = new Map<SettingName, Entry>();
  const problems: string[] = [];
  const faulty: SettingName[] = [];
  for (const name of SETTING_NAMES) {
    const setting = declarationOf(name);
    const key = flagKey(name);
    const given = key === null ? undefined : parsed[key];
    if (key === null || given === undefined) continue;
    const value = readGiven(setting, given);
    const problem = describeValue(setting, given, value);
    if (problem === null) values.set(name, { value, shown: showGiven(given), origin: originOf(`--${key}`) });
    else {
      problems.push(`argument ${setting.flags.join("/")}: ${problem}`);
      faulty.push(name);
    }
  }
  problems.push(...elsewhere.map(({ name, flags }) => `argument ${flags.join("/")}: ${explainName(name)}`));
  return { values, problems, faulty };
}

/** A flag that stands alone is true, or its choice; one with `--no-` false, or the default. */
function readGiven(setting: Setting, given: string | boolean | readonly string[]): unknown {
  if (typeof given === "string") return readText(setting, given);
  if (typeof given !== "boolean") {
    return setting.kind === "csv" ? readText(setting, given.join(",")) : given.map((item) => item.trim());
  }
  if (setting.kind === "mode") return given ? setting.flagAlone : setting.default;
  return given;
}

/** What argparse would say; the schema judges the rest. */
function describeValue(setting: Setting, given: string | boolean | readonly string[], value: unknown): string | null {
  const { kind } = setting;
  const alone = kind === "boolean" || kind === "mode";
  if (given === "" || (given === true && !alone)) return "expected one argument";
  // An empty value of a list that is separated by commas is an empty list.
  if (typeof given === "object" && kind !== "csv" && given.includes("")) return "expected one argument";
  if (kind === "boolean" && typeof given === "string") {
    const flag = mainFlag(setting) ?? "";
    return `ignored explicit argument '${given}' (write ${flag} or ${flag.replace("--", "--no-")})`;
  }
  return describeUnread(setting, value);
}

function showGiven(given: string | boolean | readonly string[]): string {
  return typeof given === "object" && given.length === 1 ? quote(given[0]) : quote(given);
}

function describeUnknown(arg: string): string {
  const question = askWhatWasMeant(arg);
  return `unrecognized arguments: ${arg}${question === null ? "" : ` (${question})`}`;
}
