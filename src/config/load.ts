/**
 * Reads the configuration from all its sources. From the lowest to the highest: defaults; `PORT`, `WEB_CONCURRENCY` and their
 * like; `TSGUNICORN_<SETTING>`; the config file; `TSGUNICORN_CMD_ARGS`; the command line (gunicorn's order).
 *
 * @module
 */
import { parseCommandLine, parseCommandWords } from "../cli/command-line.ts";
import { checkSettings } from "./check-settings.ts";
import type { Config } from "./config.ts";
import { COMMAND_ARGS_VARIABLE, readEnvironment } from "./environment.ts";
import { fileLayer } from "./file-layer.ts";
import { type ConfigHost, type ImportModule, importModule as importByRuntime } from "./host.ts";
import type { ServerHooks } from "../hooks/types.ts";
import type { Layer } from "./layer.ts";
import { locateConfigFile } from "./locate-file.ts";
import { ConfigError, type Problem } from "./errors.ts";
import { readConfigFile } from "./read-file.ts";
import { resolve } from "./resolve.ts";

export type { Config } from "./config.ts";
export { toArbiterSettings, toWorkerSettings } from "./derive.ts";

/**
 * The whole configuration. Rejects with a `UsageError` where `argv` is wrong and with a {@link ConfigError} that has every
 * other problem at once. The config file is imported, so a second call in one process does not see its changes.
 */
export async function loadConfig(
  host: ConfigHost,
  argv: readonly string[],
  importModule: ImportModule = importByRuntime,
): Promise<Config> {
  const commandLine = parseCommandLine(argv).values;
  const environment = readEnvironment(host.process.env);
  const words = parseCommandWords(host.process.env[COMMAND_ARGS_VARIABLE] ?? "");
  const outside = [environment.own, words.values, commandLine];
  const file = await readFile(host, outside, importModule);
  const { validate } = await import("./validate.ts");
  const resolution = resolve(environment.shared, [environment.own, file.layer, words.values, commandLine], validate);
  const checked = checkSettings(host, resolution);
  const problems = [environment.problems, words.problems, file.problems, resolution.problems, checked.problems].flat();
  if (problems.length > 0) throw new ConfigError(problems, file.cause);
  const settings = { ...resolution.settings, chdir: checked.directory };
  return {
    app: settings.wsgi_app,
    settings,
    origin: resolution.origin,
    file: file.path,
    hooks: file.hooks,
    binds: checked.binds,
  };
}

interface FilePart {
  readonly path: string | null;
  readonly layer: Layer;
  readonly hooks: ServerHooks;
  readonly problems: readonly Problem[];
  readonly cause?: unknown;
}

async function readFile(host: ConfigHost, outside: readonly Layer[], importModule: ImportModule): Promise<FilePart> {
  const chosen = outside.findLast((layer) => layer.has("config"))?.get("config") ?? null;
  const located = locateConfigFile(host, chosen);
  if ("problem" in located) return { path: null, layer: new Map(), hooks: {}, problems: [located.problem] };
  const { path } = located;
  if (path === null) return { path, layer: new Map(), hooks: {}, problems: [] };
  const reading = await readConfigFile(host, path, importModule);
  if ("problem" in reading) return { path, layer: new Map(), hooks: {}, problems: [reading.problem], cause: reading.cause };
  return { path, ...fileLayer(reading.values, path) };
}
