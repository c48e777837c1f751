/**
 * A config file to its values: JSON; a module's default export (an object or a function of `{ env }`); or its named exports.
 *
 * @module
 */
import type { ConfigHost, ImportModule } from "./host.ts";
import { quote } from "./layer.ts";
import type { Problem } from "./errors.ts";

/** A config file that never finishes would keep a start hanging. Shorter than a reload waits, so that this says why. */
export const CONFIG_FILE_TIMEOUT_MS = 20_000;

/** What was read. `cause` is what the file threw. */
export type FileReading = { readonly values: Readonly<Record<string, unknown>> } | {
  readonly problem: Problem;
  readonly cause?: unknown;
};

/** Reads the file at an absolute path. Never rejects. */
export async function readConfigFile(host: ConfigHost, path: string, importModule: ImportModule): Promise<FileReading> {
  let undo: () => void = () => {};
  const tooLate = new Promise<FileReading>((resolve) => {
    const message = `the config file did not finish within ${CONFIG_FILE_TIMEOUT_MS / 1000} s`;
    undo = host.clock.after(CONFIG_FILE_TIMEOUT_MS, () => resolve(fail(path, message, "look for an await that nothing ends")));
  });
  try {
    return await Promise.race([path.endsWith(".json") ? readJson(host, path) : readModule(host, path, importModule), tooLate]);
  } catch (error) {
    const message = `failed to read the config file: ${error instanceof Error ? error.message : quote(error)}`;
    return { ...fail(path, message, host.modules.importHint(error) ?? placeOf(error, path)), cause: error };
  } finally {
    undo();
  }
}

function readJson(host: ConfigHost, path: string): FileReading {
  const value: unknown = JSON.parse(host.files.readText(path));
  if (!isRecord(value)) return fail(path, `the config file must hold an object, got ${quote(value)}`, null);
  // For editors: the schema of the file.
  const { $schema: _, ...values } = value;
  return { values };
}

async function readModule(host: ConfigHost, path: string, importModule: ImportModule): Promise<FileReading> {
  const namespace = await importModule(host.files.toUrl(path));
  if (!isRecord(namespace)) return fail(path, "the config file is not a module", null);
  if (!("default" in namespace)) return { values: { ...namespace } };
  const exported = unwrap(namespace["default"]);
  const beside = Object.keys(namespace).find((name) => isExtra(name, namespace[name], exported));
  if (beside !== undefined) {
    return fail(path, `the config file exports "${beside}" beside its default export`, "move it into the default export");
  }
  const value: unknown = typeof exported === "function" ? await exported({ env: host.process.env }) : exported;
  if (isRecord(value)) return { values: value };
  const form = typeof exported === "function" ? "the function in the config file must return" : "the config file must export";
  return fail(path, `${form} an object of settings, got ${quote(value)}`, null);
}

/** An ES module that was compiled to CommonJS has its default export one level deeper, where the runtime does not undo that. */
function unwrap(exported: unknown): unknown {
  return isRecord(exported) && exported["__esModule"] === true && "default" in exported ? exported["default"] : exported;
}

/** Runtimes repeat the properties of a CommonJS module as named exports; those are none of the user's. */
function isExtra(name: string, value: unknown, exported: unknown): boolean {
  if (name === "default" || name === "module.exports" || name === "__esModule") return false;
  return !(isRecord(exported) || typeof exported === "function") || Reflect.get(exported, name) !== value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first line of the stack that is in the file itself. */
function placeOf(error: unknown, path: string): string | null {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  const line = stack.split("\n").find((each) => each.includes(`${name}:`));
  const place = line === undefined ? undefined : /:(\d+):(\d+)\)?\s*$/.exec(line);
  return place ? `look at line ${place[1]}, column ${place[2]}` : null;
}

function fail(path: string, message: string, hint: string | null): { readonly problem: Problem } {
  return { problem: { setting: null, source: path, message, hint } };
}
