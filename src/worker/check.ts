/**
 * A worker that only looks whether the application loads on its runtime, says so and ends.
 *
 * @module
 */
import { loadService } from "../app/serve.ts";
import { type CheckFailure, encodeMessage } from "../channel/messages.ts";
import type { WorkerSettings } from "../config/worker-settings.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { Channel, InheritancePort, RuntimeAdapter } from "../runtime/port.ts";
import { takeIdentity } from "./identity.ts";

/** What the application reports of itself later is of no interest here. */
const SILENT: Logger = { log: () => {}, isEnabled: () => false };

/** Never rejects. Ends the process with 0, whatever was found: the finding is in the message. */
export async function runCheck(
  adapter: RuntimeAdapter,
  inheritance: InheritancePort,
  channel: Channel,
  settings: WorkerSettings,
): Promise<void> {
  const failure = await load(adapter, inheritance, settings);
  channel.send(encodeMessage({ type: "checked", failure }));
  adapter.process.exit(0);
}

async function load(
  adapter: RuntimeAdapter,
  inheritance: InheritancePort,
  settings: WorkerSettings,
): Promise<CheckFailure | null> {
  try {
    takeIdentity(inheritance, settings.identity);
  } catch (error) {
    return { exitCode: WORKER_BOOT_EXIT_CODE, report: describeError(error) };
  }
  const loaded = await loadService(adapter, settings, { age: 0, pid: adapter.process.pid }, SILENT);
  return loaded.ok ? null : { exitCode: loaded.exitCode, report: loaded.report };
}
