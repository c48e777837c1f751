/**
 * A worker that only looks whether the application loads on its runtime, says so and ends.
 *
 * @module
 */
import { askWhereProgramListens, loadService } from "../app/serve.ts";
import { type BootMessage, type CheckedMessage, type CheckFailure, type CheckGoal, encodeMessage } from "../channel/messages.ts";
import type { WorkerSettings } from "../config/worker-settings.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { Channel, InheritancePort, RuntimeAdapter } from "../runtime/port.ts";
import { bridgeHost } from "./bridge-host.ts";
import { openHooks } from "./hooks.ts";
import { takeIdentity } from "./identity.ts";

type Finding = Omit<CheckedMessage, "type">;

/** What the application reports of itself later is of no interest here. */
const SILENT: Logger = { log: () => {}, isEnabled: () => false };

/** Never rejects. Ends the process with 0, whatever was found: the finding is in the message. */
export async function runCheck(
  adapter: RuntimeAdapter,
  inheritance: InheritancePort,
  channel: Channel,
  settings: WorkerSettings,
  until: CheckGoal,
): Promise<void> {
  const finding = await load(adapter, inheritance, settings, until);
  channel.send(encodeMessage({ type: "checked", ...finding }));
  adapter.process.exit(0);
}

async function load(
  adapter: RuntimeAdapter,
  inheritance: InheritancePort,
  settings: WorkerSettings,
  until: CheckGoal,
): Promise<Finding> {
  try {
    takeIdentity(inheritance, settings.identity);
  } catch (error) {
    return failed({ exitCode: WORKER_BOOT_EXIT_CODE, report: describeError(error) });
  }
  const refusal = await refuseHooks(adapter, inheritance, settings);
  if (refusal !== null) return failed({ exitCode: WORKER_BOOT_EXIT_CODE, report: refusal });
  const host = bridgeHost({ age: 0, pid: adapter.process.pid }, settings, [], SILENT);
  if (until === "listens") {
    const asked = await askWhereProgramListens(adapter, settings, host);
    return asked.ok ? { failure: null, listens: asked.listens, interface: "script" } : failed(asked);
  }
  const loaded = await loadService(adapter, settings, host);
  return loaded.ok ? { failure: null, listens: null, interface: loaded.interface } : failed(loaded);
}

function failed({ exitCode, report }: CheckFailure): Finding {
  return { failure: { exitCode, report }, listens: null, interface: null };
}

/** Whether the worker could have its server hooks: this runtime need not be the one that read the config file. None is called. */
async function refuseHooks(
  adapter: RuntimeAdapter,
  inheritance: InheritancePort,
  settings: WorkerSettings,
): Promise<string | null> {
  if (settings.hooks === null) return null;
  const boot: BootMessage = { type: "boot", age: 0, generation: 0, listeners: [], slots: [], settings };
  const loaded = await openHooks(adapter, inheritance, boot, settings.hooks, SILENT);
  return loaded.ok ? null : loaded.report;
}
