/**
 * A config file to its values: JSON; a module's default export (an object or a function of `{ env, cpus }`); or its named exports.
 *
 * @module
 */
import { errorText, placeIn, withPaths } from "../app/error-text.ts";
import { searchSyntaxError } from "../app/syntax-search.ts";
import type { Problem } from "./errors.ts";
import type { ConfigHost, Environment, ImportModule } from "./host.ts";
import { readJsonText } from "./json-text.ts";
import { quote } from "./layer.ts";
import { countProcessors } from "./processors.ts";
import { isSettingName } from "./settings.ts";
import type { ConfigContext } from "./user-config.ts";

/** A config file that never finishes would keep a start hanging. Shorter than a reload waits, so that this says why. */
export const CONFIG_FILE_TIMEOUT_MS = 20_000;

/** What was read. `cause` is what the file threw. */
export type FileReading = { readonly values: Readonly<Record<string, unknown>> } | {
  readonly problem: Problem;
  readonly cause?: unknown;
};

/** Reads the file at an absolute path. `env` is for its function. Never rejects. */
export async function readConfigFile(
  host: ConfigHost,
  path: string,
  importModule: ImportModule,
  env: Environment = host.process.env,
): Promise<FileReading> {
  let undo: () => void = () => {};
  const tooLate = new Promise<FileReading>((resolve) => {
    const message = `the config file did not finish within ${CONFIG_FILE_TIMEOUT_MS / 1000} s`;
    undo = host.clock.after(CONFIG_FILE_TIMEOUT_MS, () => resolve(fail(path, message, "look for an await that nothing ends")));
  });
  try {
    const reading = path.endsWith(".json") ? readJson(host, path) : readModule(host, path, importModule, env);
    const read = await Promise.race([reading, tooLate]);
    // A copy: a getter of the file may throw, too.
    return "values" in read ? { values: { ...read.values } } : read;
  } catch (error) {
    return { problem: describeThrown(host, path, error), cause: error };
  } finally {
    undo();
  }
}

function readJson(host: ConfigHost, path: string): FileReading {
  const reading = readJsonText(host.files.readText(path), { lenient: false });
  if ("message" in reading) {
    const { line, column, message } = reading;
    const hint = message.startsWith("a comment") ? "a .ts or .mjs file can have comments" : null;
    return fail(`${path}:${line}:${column}`, `the config file is not valid JSON: ${message}`, hint);
  }
  if (!isPlain(reading.value)) return fail(path, `the config file must hold an object, got ${quote(reading.value)}`, null);
  // For editors: the schema of the file.
  const { $schema: _, ...values } = reading.value;
  return { values };
}

async function readModule(host: ConfigHost, path: string, importModule: ImportModule, env: Environment): Promise<FileReading> {
  const namespace = await importModule(host.files.toUrl(path));
  if (typeof namespace !== "object" || namespace === null) return fail(path, "the config file is not a module", null);
  const named: Readonly<Record<string, unknown>> = { ...namespace };
  if (!("default" in named)) return ownValues(host, path, named);
  const exported = unwrap(named["default"]);
  const beside = Object.keys(named).find((name) => isExtra(name, named[name], exported));
  if (beside !== undefined) {
    return fail(path, `the config file exports "${beside}" beside its default export`, "move it into the default export");
  }
  const isFunction = typeof exported === "function";
  const value: unknown = isFunction ? await exported(contextOf(host, env)) : exported;
  if (isPlain(value)) return isFunction ? { values: value } : ownValues(host, path, value);
  const form = isFunction ? "the function in the config file must return" : "the config file must export";
  if (isThenable(value)) {
    const hint = "export the async function itself, without calling it, or await the promise";
    return fail(path, `${form} an object of settings, got a promise`, hint);
  }
  return fail(path, `${form} an object of settings, got ${quote(value)}`, null);
}

/** A file that forgot to export must not pass for one that sets nothing. */
function ownValues(host: ConfigHost, path: string, values: Readonly<Record<string, unknown>>): FileReading {
  if (Object.keys(values).length > 0) return { values };
  const text = host.files.readText(path);
  if (text.trim() === "" || /\bexports?\b/.test(text)) return { values };
  const example = path.endsWith(".cjs") ? "module.exports = { workers: 4 }" : "export default { workers: 4 }";
  return fail(path, "the config file exports nothing", `write: ${example}`);
}

function contextOf(host: ConfigHost, env: Environment): ConfigContext {
  return { env, cpus: countProcessors(host).count };
}

/** An ES module that was compiled to CommonJS has its default export one level deeper, where the runtime does not undo that. */
function unwrap(exported: unknown): unknown {
  return isPlain(exported) && exported["__esModule"] === true && "default" in exported ? exported["default"] : exported;
}

/** Runtimes repeat the properties of a CommonJS module as named exports; those are none of the user's. */
function isExtra(name: string, value: unknown, exported: unknown): boolean {
  if (name === "default" || name === "module.exports" || name === "__esModule") return false;
  return !(isPlain(exported) || typeof exported === "function") || Reflect.get(exported, name) !== value;
}

/** An object that is a table of values: neither a list nor a promise, a map, or anything else of a class. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The last prototype may be that of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** What the file threw, where, and what to do: at its own place, or at that of what it imports. */
function describeThrown(host: ConfigHost, path: string, error: unknown): Problem {
  const toPath = (url: string): string => host.files.fromUrl(url);
  const { summary, place, details } = errorText(error, toPath);
  const found = place === null && error instanceof SyntaxError ? searchSyntaxError(host, host.files.toUrl(path)) : null;
  const first = withoutQuery(place ?? (found === null ? null : placeIn(withPaths(found, toPath))));
  const places = [first, ...details.map((line) => withoutQuery(placeIn(line)))];
  const own = places.find((each) => each?.startsWith(`${path}:`)) ?? path;
  const elsewhere = first === null || first.startsWith(`${path}:`) ? "" : `, at ${first}`;
  const what = summary.replace(/^(?:Error|ResolveMessage): /, "").replace(
    /^The module threw (.*), which is not an Error$/,
    "it threw $1",
  );
  return {
    setting: null,
    source: own,
    message: `failed to read the config file: ${what}${elsewhere}`,
    hint: host.modules.importHint(error) ?? hintFor(error),
  };
}

/** The arbiter imports the file of a reload under another name. */
function withoutQuery(place: string | null): string | null {
  return place?.replace(/\?v=[0-9a-f-]+/, "") ?? null;
}

/** Gunicorn's file is a list of assignments; and a module may be of the other of the two kinds. */
function hintFor(error: unknown): string | null {
  if (error instanceof ReferenceError && /^(?:Can't find variable: )?(?:module|exports|require)\b/.test(error.message)) {
    return "write export default and import, or end the name of the file in .cjs";
  }
  const name = error instanceof ReferenceError ? /^(?:Can't find variable: )?(\w+)/.exec(error.message)?.[1] : undefined;
  return name !== undefined && isSettingName(name) ? `write: export const ${name} = …` : null;
}

function fail(source: string, message: string, hint: string | null): { readonly problem: Problem } {
  return { problem: { setting: null, source, message, hint } };
}
