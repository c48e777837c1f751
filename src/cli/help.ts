/** @module The text of `--help`, from the declarations. */
import { SHARED_VARIABLES, variableOf } from "../config/environment.ts";
import { SECTION_NAMES, type Setting } from "../config/setting.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../config/settings.ts";
import { ACTION_FLAGS } from "./flags.ts";
import { USAGE } from "./usage-error.ts";
import { wrap } from "./wrap.ts";

/** Narrower terminals wrap for themselves; wider lines are hard to read. */
const COLUMNS_MIN = 40;
const COLUMNS_MAX = 120;
/** Where descriptions begin. */
const INDENT_COLUMNS = 26;
const NARROW_INDENT_COLUMNS = 6;
const WIDE_COLUMNS = 72;
/** Keeps the parts of a bracket on one line. */
const NO_BREAK = "\u00a0";

/** `PORT, … and WEB_CONCURRENCY`. */
const SHARED = SHARED_VARIABLES.join(", ").replace(/, ([^,]*)$/, " and $1");

const EXIT_STATUSES: readonly (readonly [string, string])[] = [
  ["0", "Stopped as asked."],
  ["1", "The configuration is wrong, or the server cannot listen."],
  ["2", "The command line cannot be understood."],
  ["3", "No worker could start: the module of the application is missing, or throws."],
  ["4", "The module holds no such application."],
  ["255", "A defect of tsgunicorn."],
];

/** Flags by section, wrapped to `columns`, with SGR colours where asked. Ends with a newline. */
export function renderHelp(columns: number, color: boolean): string {
  const width = Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, columns || 0));
  const title = (text: string): string => color ? `\x1b[1m${text}\x1b[0m` : text;
  const entry = (left: string, text: string): string => renderEntry(left, text, width, color);
  const blocks = [
    USAGE,
    wrap("Serves a web application with several worker processes. APP_MODULE is MODULE or MODULE:NAME.", width).join("\n"),
    [
      title("Options:"),
      entry(ACTION_FLAGS.help.join(", "), "Show this help and exit."),
      entry(ACTION_FLAGS.version.join(", "), "Show the version and exit."),
    ].join("\n"),
  ];
  for (const section of SECTION_NAMES) {
    const names = SETTING_NAMES.filter((name) => declarationOf(name).section === section && declarationOf(name).flags.length > 0);
    if (names.length === 0) continue;
    const entries = names.map((name) => entry(renderFlags(declarationOf(name)), describeSetting(name)));
    blocks.push([title(`${section}:`), ...entries].join("\n"));
  }
  const environment =
    "Options are also read from the config file, from the variables named above, and from TSGUNICORN_CMD_ARGS, which holds flags. " +
    `The command line wins, then TSGUNICORN_CMD_ARGS, then the config file, then TSGUNICORN_ variables, then ${SHARED}.`;
  blocks.push([title("Environment:"), ...wrap(environment, width - 2).map((line) => `  ${line}`)].join("\n"));
  blocks.push([title("Exit status:"), ...EXIT_STATUSES.map(([code, text]) => entry(code, text))].join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

/** `-w, --workers INT`; every spelling. */
export function renderFlags({ flags, metavar, kind, words }: Setting): string {
  const mode = words === undefined ? `[=${metavar}]` : ` [${metavar}]`;
  const value = metavar === null ? "" : kind === "mode" ? mode : ` ${metavar}`;
  const negated = kind === "boolean"
    ? flags.filter((flag) => flag.startsWith("--")).map((flag) => flag.replace("--", "--no-"))
    : [];
  return `${[...flags, ...negated].join(", ")}${value}`;
}

function describeSetting(name: SettingName): string {
  const setting = declarationOf(name);
  const variable = setting.shared === null ? variableOf(name) : `${variableOf(name)}, ${setting.shared.name}`;
  const value = Array.isArray(setting.default) ? setting.default.join(setting.kind === "csv" ? "," : " ") : setting.default;
  const fallback = value === null || value === false || value === "" ? "" : ` [default:${NO_BREAK}${String(value)}]`;
  return `${setting.description}${fallback} [env:${NO_BREAK}${variable}]`;
}

function renderEntry(left: string, text: string, width: number, color: boolean): string {
  const indentColumns = width < WIDE_COLUMNS ? NARROW_INDENT_COLUMNS : INDENT_COLUMNS;
  const lines = wrap(text, width - indentColumns).map((line) => line.replaceAll(NO_BREAK, " "));
  const shown = color ? `\x1b[36m${left}\x1b[0m` : left;
  const indent = " ".repeat(indentColumns);
  // The flags have a line for themselves where they would run into the text.
  const gapColumns = indentColumns - 2 - left.length;
  const first = gapColumns >= 2 ? `  ${shown}${" ".repeat(gapColumns)}` : `  ${shown}\n${indent}`;
  return `${first}${lines.join(`\n${indent}`)}`;
}
