/** @module What a config file exports, as types, and the function that gives them to an editor. Nothing here costs an import. */
import type { HookName } from "../hooks/names.ts";
import type { ServerHooks } from "../hooks/types.ts";
import type { SettingInputs } from "./settings.ts";

/** Settings that only the command line and the environment can give. */
type OutsideName = "config" | "env_file" | "check_config" | "print_config";

/** Settings of a config file, and its server hooks; `undefined` is as if the name were not there. */
export type UserSettings =
  & { readonly [Name in keyof Omit<SettingInputs, OutsideName | HookName>]?: SettingInputs[Name] | undefined }
  & ServerHooks;

/** What the function form is called with. */
export interface ConfigContext {
  /** The environment, with the variables of `--env-file`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How many processors the server may use: quotas of control groups count. What `workers: "auto"` gives. */
  readonly cpus: number;
}

/** Settings, or a function that gives them. */
export type UserConfig = UserSettings | ((context: ConfigContext) => UserSettings | Promise<UserSettings>);

/**
 * Gives a config file its types; it returns its argument unchanged.
 *
 * ```ts
 * export default defineConfig({
 *   bind: "0.0.0.0:8000",
 *   workers: 4,
 *   child_exit(server, worker) {
 *     server.log("info", `worker ${worker.pid} has ended, ${server.numWorkers} are wanted`);
 *   },
 * });
 * ```
 */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}
