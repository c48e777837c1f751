/**
 * Reads the configuration from all its sources. From the lowest to the highest: defaults; `PORT`, `WEB_CONCURRENCY` and their
 * like; `TSGUNICORN_<SETTING>`; package.json or deno.json; the config file; `TSGUNICORN_CMD_ARGS`; the command line (gunicorn's order).
 * Files of variables are read before all of them, for they make up the environment.
 *
 * @module
 */
import { parseCommandLine } from "../cli/command-line.ts";
import { assembleConfig } from "./assemble.ts";
import type { Config } from "./config.ts";
import { type EnvSources, readEnvSources } from "./env-sources.ts";
import { configFileAt, fileLayer } from "./file-layer.ts";
import { readFrameworkSettings } from "./framework-settings.ts";
import { type ConfigHost, type ImportModule, importModule as importByRuntime } from "./host.ts";
import type { ServerHooks } from "../hooks/types.ts";
import type { Layer } from "./layer.ts";
import { locateConfigFile } from "./locate-file.ts";
import type { Problem } from "./errors.ts";
import { findNotes } from "./notes.ts";
import { readConfigFile } from "./read-file.ts";

export type { Config } from "./config.ts";
export { toArbiterSettings, toStatsdSettings, toSyslogSettings, toWorkerSettings } from "./derive.ts";

/**
 * The whole configuration. Rejects with a `UsageError` where `argv` is wrong and with a `ConfigError` that has every other problem at
 * once. Variables of files are set in this process. The config file is imported, so a second call in one process does not see its changes.
 */
export async function loadConfig(
  host: ConfigHost,
  argv: readonly string[],
  importModule: ImportModule = importByRuntime,
): Promise<Config> {
  const commandLine = parseCommandLine(argv).values;
  const environment = readEnvSources(host, commandLine);
  const framework = readFrameworkSettings(host);
  // Before the config file runs, which may read them.
  host.process.setVariables(environment.variables);
  const outside = [environment.own, environment.words, commandLine];
  const file = await readFile(host, outside, importModule, environment);
  const { own, words } = environment;
  return await assembleConfig(host, {
    shared: environment.shared,
    layers: [own, framework.layer, file.layer, words, commandLine],
    file: file.path,
    otherFiles: [...environment.files, ...(framework.path === null ? [] : [framework.path])],
    variables: environment.variables,
    hooks: file.hooks,
    notes: findNotes(host, environment, file.path ?? framework.path),
    problems: [...environment.problems, ...framework.problems, ...file.problems],
    cause: file.cause,
  });
}

interface FilePart {
  readonly path: string | null;
  readonly layer: Layer;
  readonly hooks: ServerHooks;
  readonly problems: readonly Problem[];
  readonly cause?: unknown;
}

async function readFile(
  host: ConfigHost,
  outside: readonly Layer[],
  importModule: ImportModule,
  { env }: EnvSources,
): Promise<FilePart> {
  const chosen = outside.findLast((layer) => layer.has("config"))?.get("config") ?? null;
  const located = locateConfigFile(host, chosen);
  if ("problem" in located) return { path: null, layer: new Map(), hooks: {}, problems: [located.problem] };
  const { path } = located;
  if (path === null) return { path, layer: new Map(), hooks: {}, problems: [] };
  const reading = await readConfigFile(host, path, importModule, env);
  if ("problem" in reading) return { path, layer: new Map(), hooks: {}, problems: [reading.problem], cause: reading.cause };
  return { path, ...fileLayer(reading.values, configFileAt(path)) };
}
