/** @module The whole configuration of an arbiter, checked. */
import type { BindTarget } from "./bind.ts";
import type { ServerHooks } from "../hooks/types.ts";
import type { SettingName, Settings } from "./settings.ts";

/** Origin of a value that nobody set. */
export const DEFAULT_ORIGIN = "default";

/** What `loadConfig` gives. */
export interface Config {
  /** `MODULE:NAME` from the command line, else `wsgi_app`; null when neither is there. */
  readonly app: string | null;
  /** `chdir` is absolute here. Other paths are as the user wrote them, seen from `chdir`. */
  readonly settings: Settings;
  /** Where each value comes from: `default`, a flag, a variable, or the path of the config file. */
  readonly origin: Readonly<Record<SettingName, string>>;
  /** Absolute path of the config file that was read. */
  readonly file: string | null;
  /** Absolute paths of the other files that were read: those of variables, and package.json or deno.json where it has settings. */
  readonly otherFiles: readonly string[];
  /** Variables of files that the environment lacks (setting `env_file`). Workers get them; `raw_env` goes before them. */
  readonly variables: Readonly<Record<string, string>>;
  /** The functions of the config file. Those of a printed configuration are not here: its settings say which there are. */
  readonly hooks: ServerHooks;
  /** `bind`, read; unix paths are absolute or `@abstract`. */
  readonly binds: readonly BindTarget[];
  /** What the user may want to know that is no mistake: a sentence each, without a period. Empty in a printed configuration. */
  readonly notes: readonly string[];
}
