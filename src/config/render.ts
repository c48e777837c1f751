/** @module The output of `--print-config`, and reading its JSON form back (the arbiter reloads that way). */
import { BindError, type BindTarget, parseBind, resolveBind } from "./bind.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { maskVariable } from "./secrets.ts";
import { declarationOf, SETTING_NAMES, type SettingName, type Settings } from "./settings.ts";

/** The forms of `--print-config`. */
export type ConfigForm = "text" | "json";

/** The widest column of values; a longer value pushes its origin to the right. */
const VALUE_MAX_WIDTH = 40;
/** A list that is longer has a line for each entry. */
const LIST_MAX_WIDTH = 60;
/** How the JSON form begins. */
const PRINTED_START = '{"file":';

/**
 * Text, for people: `name = value  # origin`, sorted by name as in gunicorn, without secrets. JSON: one line, with secrets, for
 * {@link parseConfig} and other programs: `{"file", "otherFiles", "variables", "settings": {NAME: {"value", "origin"}}}`. Both end with a
 * newline.
 */
export function renderConfig(config: Config, form: ConfigForm): string {
  return form === "json" ? renderJson(config) : renderText(config);
}

function renderText({ settings, origin }: Config): string {
  const names = SETTING_NAMES.toSorted();
  const nameWidth = Math.max(...names.map((name) => name.length));
  const values = names.map((name) => renderValue(name, settings[name]));
  const valueWidth = Math.min(VALUE_MAX_WIDTH, Math.max(...values.map(([first = ""]) => first.length)));
  const lines = names.flatMap((name, index) => {
    const [first = "", ...more] = values[index] ?? [];
    return [
      `${name.padEnd(nameWidth)} = ${first.padEnd(valueWidth)}  # ${origin[name]}`,
      ...more.map((line) => `${" ".repeat(nameWidth + 3)}${line}`),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** Lines. */
function renderValue(name: SettingName, value: unknown): readonly string[] {
  const { kind } = declarationOf(name);
  if (kind === "hook") return [value === true ? "a function" : "null"];
  if (kind === "mask") return [`0o${Number(value).toString(8)}`];
  if (name === "raw_env" && Array.isArray(value)) return renderList(value.map((entry) => maskVariable(String(entry))));
  if (Array.isArray(value)) return renderList(value);
  return [JSON.stringify(value)];
}

function renderList(items: readonly unknown[]): readonly string[] {
  const line = JSON.stringify(items);
  if (line.length <= LIST_MAX_WIDTH || items.length < 2) return [line];
  return ["[", ...items.map((item) => `  ${JSON.stringify(item)},`), "]"];
}

function renderJson({ file, otherFiles, variables, settings, origin }: Config): string {
  const entries = SETTING_NAMES.map((name) => [name, { value: settings[name], origin: origin[name] }]);
  return `${JSON.stringify({ file, otherFiles, variables, settings: Object.fromEntries(entries) })}\n`;
}

/**
 * The configuration that the same release printed as JSON. A config file, and what it imports, may print before and, at the end of the
 * process, behind it. Only the outline is checked, for the values were before they were printed. Throws a {@link ConfigError} for
 * anything else.
 */
export function parseConfig(text: string): Config {
  const line = text.split("\n").findLast((each) => each.includes(PRINTED_START));
  if (line === undefined) throw unreadable("is missing", undefined, "look for what ends the process early, or prints very much");
  let printed: unknown;
  try {
    // What was printed before may lack its newline.
    printed = JSON.parse(line.slice(line.indexOf(PRINTED_START)));
  } catch (cause) {
    throw unreadable("is not JSON", cause);
  }
  if (!isPrinted(printed)) throw unreadable("lacks settings", undefined);
  const { file, otherFiles, variables } = printed;
  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, string>> = {};
  for (const name of SETTING_NAMES) {
    values[name] = printed.settings[name].value;
    origins[name] = printed.settings[name].origin;
  }
  // Every name was visited, and this release has checked and printed the values.
  const settings = values as Settings;
  const origin = origins as Record<SettingName, string>;
  const binds = readBinds(settings.bind, settings.chdir);
  return { app: settings.wsgi_app, settings, origin, file, otherFiles, variables, hooks: {}, binds, notes: [] };
}

function readBinds(texts: readonly string[], directory: string): readonly BindTarget[] {
  try {
    return texts.map((text) => resolveBind(parseBind(text), directory));
  } catch (cause) {
    throw cause instanceof BindError ? unreadable("has a wrong address", cause) : cause;
  }
}

interface Printed extends Pick<Config, "file" | "otherFiles" | "variables"> {
  readonly settings: Readonly<Record<SettingName, { readonly value: unknown; readonly origin: string }>>;
}

function isPrinted(value: unknown): value is Printed {
  if (!hasObject(value, "settings") || !hasObject(value, "variables") || !hasObject(value, "otherFiles")) return false;
  const { settings } = value;
  return "file" in value && SETTING_NAMES.every((name) => hasObject(settings, name) && "value" in settings[name]);
}

function hasObject<Name extends string>(value: unknown, name: Name): value is Record<Name, object> {
  if (typeof value !== "object" || value === null) return false;
  const inner: unknown = Reflect.get(value, name);
  return typeof inner === "object" && inner !== null;
}

function unreadable(what: string, cause: unknown, hint: string | null = null): ConfigError {
  return new ConfigError([{ setting: null, source: null, message: `the printed configuration ${what}`, hint }], cause);
}
