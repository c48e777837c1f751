/**
 * A reload: gets all that a configuration which was read again needs, before anything changes.
 *
 * @module
 */
import { type Config, toArbiterSettings, toWorkerSettings } from "../config/load.ts";
import { declarationOf, SETTING_NAMES } from "../config/settings.ts";
import type { HookSource } from "../hooks/hook-set.ts";
import type { Logger } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import type { ArbiterResources } from "./arbiter-resources.ts";
import type { ReloadedSettings } from "./driver.ts";
import { findIdentity } from "./identity.ts";
import { preloadAgain } from "./preload.ts";
import { withProgramBind } from "./program-bind.ts";
import { workerMake } from "./worker-make.ts";
import { findWorkerRuntime } from "./worker-runtime.ts";

/**
 * Gets what `read` needs. Rejects with an error that says what cannot be had; nothing has changed then. `committed` is called when workers
 * with the new configuration serve.
 */
export async function reloadSettings(
  adapter: RuntimeAdapter,
  started: Config,
  read: Config,
  log: Logger,
  hooks: Pick<HookSource, "load">,
  resources: ArbiterResources,
  committed: (config: Config) => void,
): Promise<ReloadedSettings> {
  const runtime = await findWorkerRuntime(adapter, read);
  const identity = await findIdentity(adapter, read);
  const worker = { ...toWorkerSettings(read), identity };
  const make = workerMake(read);
  const timeoutMs = toArbiterSettings(read).bootTimeoutMs;
  const directory = read.settings.chdir;
  const trial = { settings: worker, runtime, env: make.env, timeoutMs, directory };
  const config = resources.isActivated ? read : await withProgramBind(adapter, read, log, trial);
  const hookSet = await hooks.load(config);
  const kept = SETTING_NAMES.filter((name) => declarationOf(name).restart).filter((name) =>
    JSON.stringify(config.settings[name]) !== JSON.stringify(started.settings[name])
  );
  const settings = { arbiter: toArbiterSettings(config), worker, runtime, hookSet, ...make };
  if (config.settings.preload_app) await preloadAgain(adapter, trial);
  // Last, because it must be given back if anything else fails.
  const prepared = await resources.prepare(config, identity);
  return {
    ...settings,
    ...prepared,
    commit() {
      for (const name of kept) {
        log.log("warning", `Setting ${name} has changed: that takes effect at the next restart, not at a reload`);
      }
      prepared.commit();
      committed(config);
    },
  };
}
