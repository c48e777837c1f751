/**
 * HUP reads the configuration afresh in a short-lived process: module caches differ between the runtimes, and none forgets
 * what a configuration file imported.
 *
 * @module
 */
import { type Config, toArbiterSettings, toWorkerSettings } from "../config/load.ts";
import { parseConfig } from "../config/render.ts";
import { declarationOf, SETTING_NAMES } from "../config/settings.ts";
import type { LogLevel } from "../log/level.ts";
import type { Logger } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import type { ReloadedSettings } from "./driver.ts";

/** A configuration file that takes longer is refused. */
const READ_LIMIT_MS = 30_000;

export interface AdjustableLog {
  readonly logger: Logger;
  setLevel(level: LogLevel): void;
}

/** Rejects with an error whose message is what the failed reading printed. */
export async function reloadSettings(
  adapter: RuntimeAdapter,
  started: Config,
  argv: readonly string[],
  log: AdjustableLog,
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
  // The arbiter's own sockets and files stay what they were.
  const kept = SETTING_NAMES.filter((name) => declarationOf(name).restart).filter((name) =>
    JSON.stringify(config.settings[name]) !== JSON.stringify(started.settings[name])
  );
  return {
    arbiter: toArbiterSettings(config),
    worker: { ...toWorkerSettings(config), backlog: started.settings.backlog, errorlog: started.settings.errorlog },
    apply() {
      for (const name of kept) {
        log.logger.log("warning", `Setting ${name} has changed: that takes effect at the next restart, not at a reload`);
      }
      log.setLevel(config.settings.loglevel);
    },
  };
}
