/**
 * The hooks of one reading of the configuration, and how a reload gets the next: functions cannot come from the process that read
 * the settings anew, so the arbiter imports the config file again.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { readConfigFile } from "../config/read-file.ts";
import type { Settings } from "../config/settings.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { ARBITER_HOOKS } from "./names.ts";
import { pickHooks } from "./read-hook.ts";
import type { ServerHooks } from "./types.ts";

/** Hooks, with the settings that they are called with. */
export interface HookSet {
  readonly hooks: ServerHooks;
  readonly config: Settings;
  /** Setting `hook_timeout`. */
  readonly limitMs: number;
}

function hasArbiterHooks(settings: Settings): boolean {
  return Object.entries(settings).some(([name, isSet]) => Object.hasOwn(ARBITER_HOOKS, name) && isSet === true);
}

function setOf(config: Config, hooks: ServerHooks): HookSet {
  return { hooks, config: config.settings, limitMs: config.settings.hook_timeout * 1000 };
}

/** Where the arbiter's hooks come from. What was imported stays in memory for ever, so a file that did not change is not imported again. */
export class HookSource {
  readonly first: HookSet;
  readonly #adapter: RuntimeAdapter;
  #path: string | null;
  #text: string | null;
  /** Hooks may hold what the file's function was told of the environment. */
  #variables: string;
  #hooks: ServerHooks;

  /** `config`: as the arbiter read it at its start. */
  constructor(adapter: RuntimeAdapter, config: Config) {
    this.first = setOf(config, config.hooks);
    this.#adapter = adapter;
    this.#path = config.file;
    this.#variables = JSON.stringify(config.variables);
    this.#hooks = config.hooks;
    this.#text = hasArbiterHooks(config.settings) ? this.#read(config.file) : null;
  }

  /** For a configuration that another process has read. Rejects with a {@link ConfigError} where the file cannot be imported here. */
  async load(config: Config): Promise<HookSet> {
    const path = config.file;
    if (path === null || !hasArbiterHooks(config.settings)) return setOf(config, {});
    const text = this.#read(path);
    const variables = JSON.stringify(config.variables);
    if (text === null || text !== this.#text || path !== this.#path || variables !== this.#variables) {
      const { modules, process } = this.#adapter;
      const env = { ...process.env, ...config.variables };
      const reading = await readConfigFile(this.#adapter, path, (url) => modules.importAnew(url), env);
      if ("problem" in reading) throw new ConfigError([reading.problem], reading.cause);
      this.#hooks = pickHooks(reading.values);
      this.#path = path;
      this.#text = text;
      this.#variables = variables;
    }
    return setOf(config, this.#hooks);
  }

  #read(path: string | null): string | null {
    try {
      return path === null ? null : this.#adapter.files.readText(path);
    } catch {
      // Importing it says why.
      return null;
    }
  }
}
