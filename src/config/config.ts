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
  /** The functions of that file. Those of a printed configuration are not here: its settings say which there are. */
  readonly hooks: ServerHooks;
  /** `bind`, read; unix paths are absolute or `@abstract`. */
  readonly binds: readonly BindTarget[];
}
