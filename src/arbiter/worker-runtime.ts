/**
 * Setting `runtime`: on what the workers run, and whether the application loads there.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { messageOf } from "../log/logger.ts";
import type { RuntimeAdapter, WorkerRuntime } from "../runtime/port.ts";

/** Null: the arbiter's own. Rejects with a {@link ConfigError} when there is no such runtime, or it cannot run this program. */
export async function findWorkerRuntime(
  adapter: Pick<RuntimeAdapter, "spawner">,
  config: Pick<Config, "settings" | "origin">,
): Promise<WorkerRuntime | null> {
  const { runtime, chdir } = config.settings;
  if (runtime === null) return null;
  try {
    // During a reload the arbiter is not in that folder yet.
    return await adapter.spawner.findRuntime(runtime, chdir);
  } catch (error) {
    throw new ConfigError([{ setting: "runtime", source: config.origin.runtime, message: messageOf(error), hint: null }], error);
  }
}
