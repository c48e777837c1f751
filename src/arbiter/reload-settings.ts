/**
 * HUP reads the configuration afresh in a short-lived process: module caches differ between the runtimes, and none forgets
 * what a configuration file imported.
 *
 * @module
 */
import { type Config, toArbiterSettings, toWorkerSettings } from "../config/load.ts";
import { parseConfig } from "../config/render.ts";
import { declarationOf, SETTING_NAMES } from "../config/settings.ts";
import type { HookSource } from "../hooks/hook-set.ts";
import type { Logger } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import type { ArbiterResources } from "./arbiter-resources.ts";
import type { ReloadedSettings } from "./driver.ts";
import { findIdentity } from "./identity.ts";
import { preloadAgain } from "./preload.ts";
import { workerMake } from "./worker-make.ts";
import { findWorkerRuntime } from "./worker-runtime.ts";

/** A configuration file that takes longer is refused. */
const READ_LIMIT_MS = 30_000;

/**
 * Reads the configuration and gets what it needs. Rejects with an error whose message is what the failed reading printed, or says what
 * cannot be had; nothing has changed then. `committed` is called when workers with the new one serve.
 */
export async function reloadSettings(
  adapter: RuntimeAdapter,
  started: Config,
  argv: readonly string[],
  log: Logger,
  hooks: HookSource,
  resources: ArbiterResources,
  committed: (config: Config) => void,
): Promise<ReloadedSettings> {
  // First, because behind a `--` they would be words.
  const run = await adapter.spawner.capture(["--print-config=json", "--no-check-config", ...argv], {}, READ_LIMIT_MS);
  if (run.code !== 0) {
    const ending = run.code === null
      ? `killed by ${run.signal}, it may have taken more than ${READ_LIMIT_MS / 1000} s`
      : `exit ${run.code}`;
    throw new Error(run.stderr.trim() || `reading the configuration failed (${ending})`);
  }
  const config = parseConfig(run.stdout);
  const runtime = await findWorkerRuntime(adapter, config);
  const hookSet = await hooks.load(config);
  const kept = SETTING_NAMES.filter((name) => declarationOf(name).restart).filter((name) =>
    JSON.stringify(config.settings[name]) !== JSON.stringify(started.settings[name])
  );
  const identity = await findIdentity(adapter, config);
  const worker = { ...toWorkerSettings(config), identity };
  const settings = { arbiter: toArbiterSettings(config), worker, runtime, hookSet, ...workerMake(config) };
  if (config.settings.preload_app) {
    const timeoutMs = settings.arbiter.bootTimeoutMs;
    const directory = config.settings.chdir;
    await preloadAgain(adapter, { settings: worker, runtime, env: settings.env, timeoutMs, directory });
  }
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
