/** @module The text of `--help`, from the declarations. */
import { SHARED_VARIABLES, variableOf } from "../config/environment.ts";
import { SECTION_NAMES, type SectionName, type Setting } from "../config/setting.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../config/settings.ts";
import type { Paint } from "./colors.ts";
import { EXIT_STATUSES } from "./exit-statuses.ts";
import { ACTION_FLAGS } from "./flags.ts";
import { NO_BREAK, readableColumns, renderEntry, renderParagraph } from "./layout.ts";
import { SUBCOMMAND_NAMES, type SubcommandName, SUBCOMMANDS } from "./subcommands.ts";
import { USAGE } from "./usage-error.ts";
import { wrap } from "./wrap.ts";

/** `PORT, … and WEB_CONCURRENCY`. */
const SHARED = SHARED_VARIABLES.join(", ").replace(/, ([^,]*)$/, " and $1");

const ENVIRONMENT =
  "Options are also read from the config file, from the variables named above, and from TSGUNICORN_CMD_ARGS, which holds flags. " +
  `The command line wins, then TSGUNICORN_CMD_ARGS, then the config file, then TSGUNICORN_ variables, then ${SHARED}. ` +
  "tsgunicorn --print-config APP_MODULE shows what came of it.";

/** Where the meanings of examples begin. */
const EXAMPLE_COLUMNS = 40;

const EXAMPLES: readonly (readonly [command: string, meaning: string])[] = [
  ["tsgunicorn app:handler", "Serves the export handler of the module app in this folder."],
  ["tsgunicorn -w auto -b :80 ./app.ts", "A worker for each processor, port 80."],
  ["tsgunicorn --watch ./app.ts", "Loads the application again when its files change."],
  ["tsgunicorn --check-config ./app.ts", "Looks for mistakes, and serves nothing."],
  ["tsgunicorn --help workers", "All about one setting."],
];

/** Flags by section, as wide as the terminal. Ends with a newline. */
export function renderHelp(terminalColumns: number, paint: Paint): string {
  const columns = readableColumns(terminalColumns);
  const entry = (left: string, text: string): string => renderEntry(left, text, columns, paint);
  const block = (title: string, lines: readonly string[]): string => [paint.strong(`${title}:`), ...lines].join("\n");
  const blocks = [
    USAGE,
    wrap("Serves a web application with several worker processes. APP_MODULE is MODULE or MODULE:NAME.", columns).join("\n"),
    block("Commands", SUBCOMMAND_NAMES.map((name) => entry(name, SUBCOMMANDS[name].summary))),
    block("Options", [
      entry(
        `${ACTION_FLAGS.help.join(", ")} [SETTING]`,
        "Show this help, or all about one setting, section or command, and exit.",
      ),
      entry(ACTION_FLAGS.version.join(", "), "Show the version and exit."),
    ]),
    ...SECTION_NAMES.flatMap((section) => {
      const entries = sectionEntries(section, columns, paint);
      return entries.length === 0 ? [] : [block(section, entries)];
    }),
    block("Environment", [renderParagraph(ENVIRONMENT, columns)]),
    block(
      "Examples",
      EXAMPLES.map(([command, meaning]) =>
        renderEntry(command, meaning, columns, paint, columns < 2 * EXAMPLE_COLUMNS ? undefined : EXAMPLE_COLUMNS)
      ),
    ),
    block("Exit status", EXIT_STATUSES.map(([status, meaning]) => entry(status, meaning))),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** One section of the help. Ends with a newline. */
export function renderSectionHelp(section: SectionName, terminalColumns: number, paint: Paint): string {
  const columns = readableColumns(terminalColumns);
  const unflagged = SETTING_NAMES.filter((name) =>
    declarationOf(name).section === section && declarationOf(name).flags.length === 0
  );
  const lines = [
    ...sectionEntries(section, columns, paint),
    ...unflagged.map((name) => renderEntry(name, `${declarationOf(name).description} [config${NO_BREAK}file]`, columns, paint)),
  ];
  return `${[paint.strong(`${section}:`), ...lines].join("\n")}\n`;
}

/** The help of a subcommand. Ends with a newline. */
export function renderSubcommandHelp(name: SubcommandName, terminalColumns: number, paint: Paint): string {
  const columns = readableColumns(terminalColumns);
  const { usage, summary, details, flags } = SUBCOMMANDS[name];
  const options = [...flags, { flag: ACTION_FLAGS.help.join(", "), description: "Show this help and exit." }];
  const blocks = [
    usage,
    wrap(summary, columns).join("\n"),
    ...details.map((text) => wrap(text, columns).join("\n")),
    [paint.strong("Options:"), ...options.map(({ flag, description }) => renderEntry(flag, description, columns, paint))].join(
      "\n",
    ),
  ];
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

/** A default as help shows it; empty where it says nothing. */
export function renderDefault({ default: value, kind }: Setting): string {
  const text = Array.isArray(value) ? value.join(kind === "csv" ? "," : " ") : value;
  return text === null || text === false || text === "" ? "" : String(text);
}

function sectionEntries(section: SectionName, columns: number, paint: Paint): readonly string[] {
  const names = SETTING_NAMES.filter((name) => declarationOf(name).section === section && declarationOf(name).flags.length > 0);
  return names.map((name) => renderEntry(renderFlags(declarationOf(name)), describeSetting(name), columns, paint));
}

function describeSetting(name: SettingName): string {
  const setting = declarationOf(name);
  const variable = setting.shared === null ? variableOf(name) : `${variableOf(name)}, ${setting.shared.name}`;
  const value = renderDefault(setting);
  const fallback = value === "" ? "" : ` [default:${NO_BREAK}${value}]`;
  return `${setting.description}${fallback} [env:${NO_BREAK}${variable}]`;
}
