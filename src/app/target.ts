/** @module The setting that names an application: `module:name`, or `module:factory("literal")`. */
import { APP_LOAD_EXIT_CODE } from "../exit-codes.ts";
import { LiteralError, parseLiterals } from "./literals.ts";
import { AppLoadError } from "./load-error.ts";

export interface AppTarget {
  /** A path, a `file:` URL or a package, as the user gave it. */
  readonly module: string;
  /** Null: the default export, or one of the usual names. */
  readonly name: string | null;
  /** Null: the export is the application. Else it makes the application, given these. */
  readonly call: FactoryCall | null;
}

export interface FactoryCall {
  readonly args: readonly unknown[];
  /** As the user wrote it, from the name to the closing parenthesis. */
  readonly text: string;
}

/** What comes before a colon that separates nothing: a scheme. */
const SCHEME = /^(?:file|npm|jsr|node|data|https?)$/;

const EXPORT_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * Splits at the last colon that is none of the arguments', save where it belongs to a URL (`file:///srv/app.ts`), a specifier (`npm:hono`) or
 * a drive (`C:\app.ts`). Throws an {@link AppLoadError} (4) in gunicorn's words (its `util.import_app`).
 */
export function parseTarget(target: string): AppTarget {
  const called = splitCall(target);
  if (called !== null) return requireModule(target, { ...called, ...parseCall(target, called.call) });
  const [module, name] = splitName(target);
  if (name === null) return requireModule(target, { module, name: null, call: null });
  if (!EXPORT_NAME.test(name)) throw notParsed(target, name);
  return requireModule(target, { module, name, call: null });
}

/** As the user would write it. */
export function targetText({ module, name, call }: AppTarget): string {
  return name === null ? module : `${module}:${call?.text ?? name}`;
}

function splitName(target: string): readonly [module: string, name: string | null] {
  const colon = target.lastIndexOf(":");
  const module = target.slice(0, colon);
  const name = target.slice(colon + 1);
  return colon < 0 || SCHEME.test(module) || /[/\\]/.test(name) ? [target, null] : [module, name];
}

/** The parenthesis that opens the arguments: the first one with a name before it, for a folder may have one too. */
function splitCall(target: string): { readonly module: string; readonly call: string } | null {
  for (let open = target.indexOf("("); open >= 0; open = target.indexOf("(", open + 1)) {
    const [module, name] = splitName(target.slice(0, open));
    if (name !== null) return { module, call: target.slice(module.length + 1) };
  }
  return null;
}

function parseCall(target: string, text: string): { readonly name: string; readonly call: FactoryCall } {
  const open = text.indexOf("(");
  const name = text.slice(0, open).trim();
  if (name === "" || !text.endsWith(")")) throw notParsed(target, text);
  if (!EXPORT_NAME.test(name)) {
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Function reference must be a simple name: '${text}'`, [
      `What is before the parenthesis in '${target}' must be the name of an export`,
    ]);
  }
  try {
    return { name, call: { args: parseLiterals(text.slice(open + 1, -1)), text } };
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to parse arguments as literal values: '${text}'`, [
      `Arguments are strings, numbers, lists, objects, true, false and null; ${error.message}`,
    ]);
  }
}

function notParsed(target: string, name: string): AppLoadError {
  const [head = ""] = name.split(".", 1);
  return new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to parse '${name}' as an attribute name or function call.`, [
    `The application '${target}' must be given as 'module:name' or 'module:factory("argument")', where the name is that of an export`,
    name.endsWith(".fetch") && EXPORT_NAME.test(head) ? `An object with "fetch" is served as it is: name '${head}'` : "",
  ]);
}

function requireModule(target: string, parsed: AppTarget): AppTarget {
  if (parsed.module !== "") return parsed;
  throw new AppLoadError(APP_LOAD_EXIT_CODE, `Failed to find application object: '${target}'`, [
    "Name the module too, as in 'app:handler'",
  ]);
}
