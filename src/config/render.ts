/** @module The output of `--print-config`, and reading its JSON form back (the arbiter reloads that way). */
import { BindError, type BindTarget, parseBind, resolveBind } from "./bind.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "./settings.ts";

/** The forms of `--print-config`. */
export type ConfigForm = "text" | "json";

/** Text: `name = value  # origin`, sorted by name. JSON: one line, for {@link parseConfig}. Both end with a newline. */
export function renderConfig(config: Config, form: ConfigForm): string {
  return form === "json" ? renderJson(config) : renderText(config);
}

function renderText({ settings, origin }: Config): string {
  const names = SETTING_NAMES.toSorted();
  const nameWidth = Math.max(...names.map((name) => name.length));
  const values = names.map((name) => renderValue(name, settings[name]));
  const valueWidth = Math.min(40, Math.max(...values.map((value) => value.length)));
  const lines = names.map((name, index) =>
    `${name.padEnd(nameWidth)} = ${(values[index] ?? "").padEnd(valueWidth)}  # ${origin[name]}`
  );
  return `${lines.join("\n")}\n`;
}

function renderValue(name: SettingName, value: unknown): string {
  const { kind } = declarationOf(name);
  if (kind === "hook") return value === true ? "a function" : "null";
  return kind === "mask" ? `0o${Number(value).toString(8)}` : JSON.stringify(value);
}

function renderJson({ file, settings, origin }: Config): string {
  return `${JSON.stringify({ file, settings, origin })}\n`;
}

/**
 * The configuration that the same release printed as JSON, in the last line: a config file may print lines of its own before.
 * Only the outline is checked, for the values were before they were printed. Throws a {@link ConfigError} for anything else.
 */
export function parseConfig(text: string): Config {
  let printed: unknown;
  try {
    printed = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
  } catch (cause) {
    throw unreadable("is not JSON", cause);
  }
  if (!isPrinted(printed)) throw unreadable("lacks settings", undefined);
  const { file, settings, origin } = printed;
  return { app: settings.wsgi_app, settings, origin, file, hooks: {}, binds: readBinds(settings.bind, settings.chdir) };
}

function readBinds(texts: readonly string[], directory: string): readonly BindTarget[] {
  try {
    return texts.map((text) => resolveBind(parseBind(text), directory));
  } catch (cause) {
    throw cause instanceof BindError ? unreadable("has a wrong address", cause) : cause;
  }
}

function isPrinted(value: unknown): value is Pick<Config, "settings" | "origin" | "file"> {
  if (!hasObject(value, "settings") || !hasObject(value, "origin") || !("file" in value)) return false;
  const { settings, origin } = value;
  return SETTING_NAMES.every((name) => name in settings && name in origin);
}

function hasObject<Name extends string>(value: unknown, name: Name): value is Record<Name, object> {
  if (typeof value !== "object" || value === null) return false;
  const inner: unknown = Reflect.get(value, name);
  return typeof inner === "object" && inner !== null;
}

function unreadable(what: string, cause: unknown): ConfigError {
  return new ConfigError([{
    setting: null,
    source: null,
    message: `the printed configuration ${what}`,
    hint: null,
  }], cause);
}
