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
import { expectation } from "../../src/config/expectation.ts";
import { SECTION_NAMES } from "../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../../src/config/settings.ts";
import { isHookName, parametersOf } from "../../src/hooks/names.ts";
import { schemasOf } from "../../src/config/validate.ts";

const ROOT = new URL("../../", import.meta.url);

/** By path from the root. */
export function renderDocs(): Readonly<Record<string, string>> {
  return { "docs/settings.md": renderReference(), "docs/tsgunicorn.schema.json": renderJsonSchema() };
}

const SHARED = SHARED_VARIABLES.map((variable) => `\`${variable}\``).join(", ").replace(/, ([^,]*)$/, " and $1");

const PREFACE = `# Settings

<!-- Written by test/support/write-docs.ts from src/config/sections. Edit those, not this. -->

Names and meanings are gunicorn's. A value comes from the highest of these sources that has one:

1. the command line
2. flags in the variable \`TSGUNICORN_CMD_ARGS\`, with the quoting of a shell
3. the config file
4. the variable of the setting, \`TSGUNICORN_\` and its name in capitals; a list is separated by commas there
5. ${SHARED}
6. the default

A list replaces the list of a lower source; within one source a repeated flag adds to it. An empty variable counts as none.
Every value is checked, also one that a higher source overrides (unless it is in a variable of 5), and all problems are
reported at once. \`--print-config\` says where each value comes from.

The config file is \`tsgunicorn.config.ts\`, \`.mts\`, \`.js\`, \`.mjs\`, \`.cjs\` or \`.json\` in the working directory, or what \`--config\` names:

\`\`\`ts
import { defineConfig } from "tsgunicorn";

export default defineConfig({ bind: "0.0.0.0:8000", workers: 4 });
\`\`\`

It exports an object, a function of \`{ env }\` that returns one, or the settings by name. A name that is no setting is an error.
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
  return parts.join("\n");
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
    ["Default", isHook ? "none" : `\`${JSON.stringify(setting.default)}\``],
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
