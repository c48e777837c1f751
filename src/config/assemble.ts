/** @module Values from wherever they come to a whole, checked configuration. */
import { countAutoWorkers } from "./auto-workers.ts";
import { checkSettings } from "./check-settings.ts";
import type { Config } from "./config.ts";
import { ConfigError, type Problem } from "./errors.ts";
import type { ConfigHost } from "./host.ts";
import type { Layer } from "./layer.ts";
import { countProcessors } from "./processors.ts";
import { resolve } from "./resolve.ts";

/** What the sources said. */
export interface ConfigParts extends Pick<Config, "file" | "otherFiles" | "variables" | "hooks" | "notes"> {
  /** Of variables that other programs read too: it counts only where no layer has the setting. */
  readonly shared: Layer;
  /** From the lowest to the highest. */
  readonly layers: readonly Layer[];
  /** What was found wrong so far. */
  readonly problems: readonly Problem[];
  /** What the config file threw. */
  readonly cause?: unknown;
}

/** Rejects with a {@link ConfigError} that has every problem. Loads TypeBox. */
export async function assembleConfig(host: ConfigHost, parts: ConfigParts): Promise<Config> {
  const { file, otherFiles, variables, hooks, notes } = parts;
  const { validate } = await import("./validate.ts");
  const counted = (layer: Layer): Layer => countAutoWorkers(layer, () => countProcessors(host));
  const resolution = resolve(counted(parts.shared), parts.layers.map(counted), validate);
  const checked = checkSettings(host, resolution, file);
  const problems = [...parts.problems, ...resolution.problems, ...checked.problems];
  const settings = { ...resolution.settings, chdir: checked.directory };
  const config: Config = {
    app: settings.wsgi_app,
    settings,
    origin: resolution.origin,
    file,
    otherFiles,
    variables,
    hooks,
    binds: checked.binds,
    notes,
  };
  if (problems.length > 0) throw new ConfigError(problems, parts.cause, config);
  return config;
}
