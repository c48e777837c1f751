/**
 * Reads the configuration of a server inside a program. From the lowest to the highest: defaults, the environment, the config file,
 * `TSGUNICORN_CMD_ARGS`, the call. Without the options `env` and `config` there are only the defaults and the call.
 *
 * @module
 */
import { assembleConfig } from "../config/assemble.ts";
import type { Config } from "../config/config.ts";
import { readEnvSources } from "../config/env-sources.ts";
import { ConfigError, type Problem } from "../config/errors.ts";
import { configFileAt, fileLayer } from "../config/file-layer.ts";
import type { Environment } from "../config/host.ts";
import type { Entry, Layer } from "../config/layer.ts";
import { locateConfigFile } from "../config/locate-file.ts";
import { findNotes } from "../config/notes.ts";
import { readConfigFile } from "../config/read-file.ts";
import type { ServerHooks } from "../hooks/types.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { CALL_ORIGIN, DAEMON_REFUSAL, readGiven } from "./given.ts";
import type { ServeOptions, ServeSettings } from "./types.ts";

interface FilePart {
  readonly path: string | null;
  readonly layer: Layer;
  readonly hooks: ServerHooks;
  readonly problems: readonly Problem[];
  readonly cause?: unknown;
}

const NO_FILE: FilePart = { path: null, layer: new Map(), hooks: {}, problems: [] };

export class SettingsReader {
  readonly #adapter: RuntimeAdapter;
  readonly #options: ServeOptions;

  constructor(adapter: RuntimeAdapter, options: ServeOptions) {
    this.#adapter = adapter;
    this.#options = options;
  }

  /**
   * The whole configuration, with hooks. Rejects with a {@link ConfigError}. The config file is imported anew each time; what it imports itself
   * stays as it was.
   */
  async read(settings: ServeSettings): Promise<Config> {
    const adapter = this.#adapter;
    const given = readGiven(settings);
    const environment = readEnvSources(adapter, new Map());
    const { own, words, shared } = environment;
    const chosen = this.#chosenFile() ?? words.get("config") ?? own.get("config");
    const file = chosen === undefined ? NO_FILE : await this.#readFile(chosen, environment.env);
    const config = await assembleConfig(adapter, {
      shared,
      layers: [own, file.layer, words, given.layer],
      file: file.path,
      otherFiles: environment.files,
      variables: environment.variables,
      hooks: { ...file.hooks, ...given.hooks },
      notes: this.#options.env === undefined ? [] : findNotes(adapter, environment, file.path),
      problems: [...environment.problems, ...file.problems, ...given.problems],
      cause: file.cause,
    });
    if (config.settings.daemon) {
      const [message, hint] = DAEMON_REFUSAL;
      throw new ConfigError([{ setting: "daemon", source: config.origin.daemon, message, hint }]);
    }
    if (config.app === null) {
      const hint = 'write serve({ app: "./app.ts:handler" })';
      throw new ConfigError([{ setting: "app", source: CALL_ORIGIN, message: "no application is named", hint }]);
    }
    return config;
  }

  #chosenFile(): Entry | undefined {
    const { config } = this.#options;
    return config === undefined
      ? undefined
      : { value: config, shown: JSON.stringify(config), origin: "option config of serve()" };
  }

  async #readFile(chosen: Entry, env: Environment): Promise<FilePart> {
    const adapter = this.#adapter;
    const located = locateConfigFile(adapter, chosen);
    if ("problem" in located) return { ...NO_FILE, problems: [located.problem] };
    const { path } = located;
    if (path === null) return NO_FILE;
    const reading = await readConfigFile(adapter, path, (url) => adapter.modules.importAnew(url), env);
    if ("problem" in reading) return { ...NO_FILE, path, problems: [reading.problem], cause: reading.cause };
    return { path, ...fileLayer(reading.values, configFileAt(path)) };
  }
}
