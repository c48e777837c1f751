/** @module The page of one setting, for `--help SETTING`. */
import { variableOf } from "../config/environment.ts";
import { expectation } from "../config/expectation.ts";
import type { Setting } from "../config/setting.ts";
import { declarationOf, type SettingName } from "../config/settings.ts";
import { schemasOf } from "../config/schemas.ts";
import { isHookName, parametersOf } from "../hooks/names.ts";
import type { Paint } from "./colors.ts";
import { renderDefault, renderFlags } from "./help.ts";
import { readableColumns, renderEntry, renderParagraph } from "./layout.ts";

const LABEL_COLUMNS = 17;

/** What docs/settings.md says of a setting, as wide as the terminal. Ends with a newline. */
export function renderSettingPage(name: SettingName, terminalColumns: number, paint: Paint): string {
  const columns = readableColumns(terminalColumns);
  const setting = declarationOf(name);
  const rows = rowsOf(name, setting).map(([label, text]) => renderEntry(label, text, columns, paint, LABEL_COLUMNS));
  const difference = setting.difference === null ? [] : [`Other than in gunicorn: ${setting.difference}`];
  // Blank lines part paragraphs; what begins with a dash is an item of a list.
  const paragraphs = [...setting.details.split(/\n{2,}/), ...difference].filter((text) => text !== "");
  const blocks = [
    `${paint.strong(name)} (${setting.section})\n${renderParagraph(setting.description, columns)}`,
    rows.join("\n"),
    ...paragraphs.map((text) => text.split(/\n(?=- )/).map((part) => renderParagraph(part, columns)).join("\n")),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function rowsOf(name: SettingName, setting: Setting): readonly (readonly [label: string, text: string])[] {
  const isHook = isHookName(name);
  const variables = [setting.flags.length === 0 ? [] : [variableOf(name)], setting.shared?.name ?? []].flat();
  const command = setting.flags.length > 0 ? renderFlags(setting) : setting.places === "argument" ? "APP_MODULE" : "no";
  return [
    ["Value", isHook ? "a function" : expectation(schemasOf(name).resolved)],
    ["Default", isHook ? "none" : renderDefault(setting) || JSON.stringify(setting.default)],
    ["Command line", command],
    ["Variable", variables.length === 0 ? "none" : variables.join(", ")],
    ["Config file", setting.places === "outside" ? "no" : exampleOf(name, setting)],
    ...(setting.places === "outside" ? [] : [["A new value", effectOf(setting)] as const]),
    ["Since", setting.since],
  ];
}

function effectOf({ restart }: Setting): string {
  return restart ? "takes effect at a restart; a reload (HUP) warns" : "takes effect at a reload (HUP)";
}

function exampleOf(name: SettingName, { example }: Setting): string {
  return isHookName(name) ? `${name}(${parametersOf(name).join(", ")}) { … }` : `${name}: ${JSON.stringify(example)}`;
}
