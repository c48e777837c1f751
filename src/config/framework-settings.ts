/**
 * Settings that a project keeps in a file it has anyway: the key `tsgunicorn` of package.json, deno.json or deno.jsonc in the working
 * directory. Gunicorn has this place among its sources for frameworks.
 *
 * @module
 */
import type { Problem } from "./errors.ts";
import { fileLayer } from "./file-layer.ts";
import type { ConfigHost } from "./host.ts";
import { readJsonText } from "./json-text.ts";
import { type Layer, quote } from "./layer.ts";

/** The key, which is the name of the package. */
export const FRAMEWORK_KEY = "tsgunicorn";

/** Where the key may be. */
export const FRAMEWORK_FILE_NAMES: readonly string[] = ["package.json", "deno.json", "deno.jsonc"];

/** What the project's files say. `path` is absolute; null where none has the key. */
export interface FrameworkReading {
  readonly path: string | null;
  readonly layer: Layer;
  readonly problems: readonly Problem[];
}

interface Found {
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
}

/** Reads the files of the working directory. */
export function readFrameworkSettings(host: ConfigHost): FrameworkReading {
  const problems: Problem[] = [];
  const found = FRAMEWORK_FILE_NAMES.flatMap((name) => findKey(host, name, problems));
  const [first, second] = found;
  if (first === undefined) return { path: null, layer: new Map(), problems };
  if (second !== undefined) {
    const message = `both "${first.name}" and "${second.name}" have settings in "${FRAMEWORK_KEY}"`;
    problems.push({ setting: null, source: host.process.cwd(), message, hint: "keep them in one of the two" });
  }
  if (typeof first.value !== "object" || first.value === null || Array.isArray(first.value)) {
    const message = `"${FRAMEWORK_KEY}" must be an object of settings, got ${quote(first.value)}`;
    problems.push({ setting: null, source: first.path, message, hint: null });
    return { path: first.path, layer: new Map(), problems };
  }
  const { layer, problems: wrong } = fileLayer({ ...first.value }, {
    origin: `"${FRAMEWORK_KEY}" in ${first.path}`,
    title: first.name,
    refusesHooks: "put the function into a config file, such as tsgunicorn.config.ts",
  });
  return { path: first.path, layer, problems: [...problems, ...wrong] };
}

/** A file that is wrong elsewhere is not our business, unless the key may be in it. */
function findKey(host: ConfigHost, name: string, problems: Problem[]): Found[] {
  const path = host.files.absolute(name);
  if (!host.files.isFile(path)) return [];
  let text: string;
  try {
    text = host.files.readText(path);
  } catch {
    return [];
  }
  if (!text.includes(`"${FRAMEWORK_KEY}"`)) return [];
  const reading = readJsonText(text, { lenient: true });
  if ("message" in reading) {
    const source = `${path}:${reading.line}:${reading.column}`;
    problems.push({ setting: null, source, message: `"${name}" is not valid JSON: ${reading.message}`, hint: null });
    return [];
  }
  const { value } = reading;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, FRAMEWORK_KEY)) return [];
  return [{ name, path, value: Reflect.get(value, FRAMEWORK_KEY) }];
}
