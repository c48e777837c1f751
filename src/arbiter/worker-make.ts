/**
 * How the processes of a generation's workers are made, beside the place where they work: their variables and their title.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { NOT_FOR_WORKERS } from "./systemd.ts";

/** The same for all workers of a generation. */
export interface WorkerMake {
  /** Added to the arbiter's environment; undefined takes a variable away. Setting `raw_env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `ps` shows. Setting `proc_name`. */
  readonly title: string;
}

type NamingConfig = Pick<Config, "app" | "variables"> & { readonly settings: Pick<Config["settings"], "proc_name" | "raw_env"> };

/** Of a configuration's workers. */
export function workerMake(config: NamingConfig): WorkerMake {
  return { env: { ...NOT_FOR_WORKERS, ...variablesOf(config) }, title: `tsgunicorn: worker [${processName(config)}]` };
}

/** Settings `raw_env` and, below it, `env_file` as a table. */
export function variablesOf(
  { settings, variables }: Pick<NamingConfig, "settings" | "variables">,
): Readonly<Record<string, string>> {
  const own = settings.raw_env.map((entry) => {
    const end = entry.indexOf("=");
    return [entry.slice(0, end), entry.slice(end + 1)];
  });
  return { ...variables, ...Object.fromEntries(own) };
}

/** What stands in the brackets of a title. */
export function processName({ app, settings }: NamingConfig): string {
  return settings.proc_name ?? app ?? "";
}
