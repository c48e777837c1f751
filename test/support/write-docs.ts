/**
 * Writes docs/settings.md and docs/tsgunicorn.schema.json from the declarations of the settings. `test/unit/config/docs.test.ts`
 * fails when they differ. Run it with `node test/support/write-docs.ts`.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { renderFlags } from "../../src/cli/help.ts";
import { SHARED_VARIABLES, variableOf } from "../../src/config/environment.ts";
import { formatDuration } from "../../src/config/durations.ts";
import { ELSEWHERE, ELSEWHERE_PHRASES } from "../../src/config/elsewhere.ts";
import { expectation } from "../../src/config/expectation.ts";
import { SECTION_NAMES } from "../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../../src/config/settings.ts";
import { formatSize } from "../../src/config/sizes.ts";
import { isHookName, parametersOf } from "../../src/hooks/names.ts";
import { schemasOf } from "../../src/config/schemas.ts";

const ROOT = new URL("../../", import.meta.url);

/** All settings of gunicorn 26.1.0; `test/unit/config/elsewhere.test.ts` has their names. */
export const GUNICORN_COUNT = 119;

/** By path from the root. */
export function renderDocs(): Readonly<Record<string, string>> {
  return { "docs/settings.md": renderReference(), "docs/tsgunicorn.schema.json": renderJsonSchema() };
}

const SHARED = SHARED_VARIABLES.map((variable) => `\`${variable}\``).join(", ").replace(/, ([^,]*)$/, " and $1");

const PREFACE = `# Settings

<!-- Written by test/support/write-docs.ts from src/config/sections. Edit those, not this. -->

Names and meanings are gunicorn's. A value comes from the highest of these sources that has one:

1. the command line
2. flags in the variable \`TSGUNICORN_CMD_ARGS\`, with the quoting of a shell; \`GUNICORN_CMD_ARGS\` is read where that is not set
3. the config file
4. the key \`tsgunicorn\` of \`package.json\`, \`deno.json\` or \`deno.jsonc\` in the working directory
5. the variable of the setting, \`TSGUNICORN_\` and its name in capitals; a list is separated by commas there
6. ${SHARED}
7. the default

A list replaces the list of a lower source; within one source a repeated flag adds to it. An empty variable counts as none.
Every value is checked, also one that a higher source overrides (unless it is in a variable of 6), and all problems are
reported at once. \`--print-config\` says where each value comes from. Variables may also stand in files, see \`env_file\`.

Text is read alike in every source:

- numbers: \`16\`, \`0x10\`, \`0o20\`, \`1_000\`; \`010\` is an error, as it may be meant as octal
- durations: seconds (\`30\`, \`1.5\`), or with the units \`d\`, \`h\`, \`m\`, \`s\` and \`ms\` (\`30s\`, \`500ms\`, \`1h30m\`), down to a millisecond. Deadlines of connections are kept to a quarter of a second
- sizes: bytes (\`1024\`), or with the units \`k\`, \`m\`, \`g\` and \`t\`, also as \`kb\` or \`kib\` and in capitals (\`64kb\`, \`1.5GiB\`). A unit is 1024 of the one below
- truth values: \`true\`, \`yes\`, \`on\` and \`1\`, or \`false\`, \`no\`, \`off\` and \`0\`, in any case; on the command line the flag, or the flag with \`--no-\`

In a config file numbers and truth values may also be text, as in gunicorn's.

The config file is \`tsgunicorn.config.ts\`, \`.mts\`, \`.js\`, \`.mjs\`, \`.cjs\` or \`.json\` in the working directory, or what \`--config\` names:

\`\`\`ts
import { defineConfig } from "tsgunicorn";

export default defineConfig({ bind: "0.0.0.0:8000", workers: 4 });
\`\`\`

It exports an object, a function of \`{ env, cpus }\` that returns one (the environment, and the number that \`workers = auto\` stands for), or the settings by name. A name that is no setting is an error.
JSON files may name \`tsgunicorn.schema.json\` beside this page as their \`$schema\`.
`;

function renderReference(): string {
  const parts = [PREFACE];
  for (const section of SECTION_NAMES) {
    parts.push(`## ${section}\n`);
    for (const name of SETTING_NAMES) {
      if (declarationOf(name).section === section) parts.push(renderSetting(name));
    }
  }
  parts.push(renderElsewhere());
  return parts.join("\n");
}

/** The rest of gunicorn's settings. */
function renderElsewhere(): string {
  const rows = Object.entries(ELSEWHERE);
  const counts = (["other", "python", "absent"] as const).map((reason) =>
    `${rows.filter(([, each]) => each.reason === reason).length} ${ELSEWHERE_PHRASES[reason].plural}`
  );
  const shared = GUNICORN_COUNT - rows.length;
  return [
    "## Gunicorn's settings that are not here\n",
    `Of gunicorn's ${GUNICORN_COUNT} settings ${shared} are above, under their own names, beside ${
      SETTING_NAMES.length - shared
    } of ours. ` +
    `Of the other ${rows.length}: ${counts.join(", ")}. A flag or name of theirs is an error that says what this table says.\n`,
    "| setting | flags | | what to do |\n|---|---|---|---|",
    ...rows.map(([name, { flags, reason, instead }]) =>
      `| \`${name}\` | ${flags.map((flag) => `\`${flag}\``).join(", ")} | ${ELSEWHERE_PHRASES[reason].singular} | ${instead} |`
    ),
    "",
  ].join("\n");
}

function defaultOf(name: SettingName): string {
  const { kind, default: value } = declarationOf(name);
  const short = kind === "duration" ? formatDuration(Number(value)) : kind === "size" ? formatSize(Number(value)) : "";
  return `\`${JSON.stringify(value)}\`${short.startsWith(String(value)) || short === "" ? "" : ` (${short})`}`;
}

function renderSetting(name: SettingName): string {
  const setting = declarationOf(name);
  const isHook = setting.kind === "hook";
  const variables = [setting.flags.length === 0 ? [] : [variableOf(name)], setting.shared?.name ?? []].flat();
  const rows = [
    [
      "Command line",
      setting.flags.length > 0 ? `\`${renderFlags(setting)}\`` : setting.places === "argument" ? "the positional argument" : "no",
    ],
    ["Variable", variables.length === 0 ? "none" : variables.map((variable) => `\`${variable}\``).join(", ")],
    ["Config file", setting.places === "outside" ? "no" : `\`${exampleOf(name)}\``],
    ["Value", isHook ? "a function, in a module" : expectation(schemasOf(name).resolved)],
    ["Default", isHook ? "none" : defaultOf(name)],
    ["A changed value", setting.restart ? "takes effect at a restart; a reload (HUP) warns" : "takes effect at a reload (HUP)"],
    ["Since", setting.since],
  ];
  const table = ["| | |", "|---|---|", ...rows.map(([label, text]) => `| ${label} | ${text} |`)].join("\n");
  const difference = setting.difference === null ? [] : [`Other than in gunicorn: ${setting.difference}`];
  const texts = [setting.description, table, setting.details, ...difference].filter((text) => text !== "");
  return `### \`${name}\`\n\n${texts.join("\n\n")}\n`;
}

function exampleOf(name: SettingName): string {
  if (isHookName(name)) return `${name}(${parametersOf(name).join(", ")}) { … }`;
  return `${name}: ${JSON.stringify(declarationOf(name).example)}`;
}

/** JSON has no functions. */
function renderJsonSchema(): string {
  const names = SETTING_NAMES.filter((name) => declarationOf(name).places !== "outside" && !isHookName(name));
  const properties = names.map((name) => {
    const { description, default: fallback, example } = declarationOf(name);
    return [name, { ...schemasOf(name).input, description, default: fallback, examples: [example] }];
  });
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Config file of tsgunicorn",
    type: "object",
    additionalProperties: false,
    properties: { $schema: { type: "string" }, ...Object.fromEntries(properties) },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(renderDocs())) writeFileSync(new URL(path, ROOT), text);
}
