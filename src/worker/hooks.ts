/** @module A worker's server hooks. They are loaded only where the config file has some. */
import type { BootMessage } from "../channel/messages.ts";
import type { WorkerHookSettings } from "../config/worker-settings.ts";
import type { LoadedHooks } from "../hooks/worker-hooks.ts";
import type { Logger } from "../log/logger.ts";
import type { InheritancePort, RuntimeAdapter, SocketAddress } from "../runtime/port.ts";

/** Imports the config file for them. Never rejects for what is in it. */
export async function openHooks(
  adapter: RuntimeAdapter,
  inheritance: InheritancePort,
  boot: BootMessage,
  settings: WorkerHookSettings,
  log: Logger,
): Promise<LoadedHooks> {
  // Not for workers without hooks: it loads what reads a config file.
  const { loadWorkerHooks } = await import("../hooks/worker-hooks.ts");
  return await loadWorkerHooks({
    adapter,
    settings,
    age: boot.age,
    generation: boot.generation,
    arbiterPid: inheritance.arbiterPid,
    // An address has a listener for each slot.
    address: [...new Set(boot.listeners.map(({ address }) => describe(address)))],
    log,
  });
}

/** As in the arbiter's line `Listening at`. */
function describe(address: SocketAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return `http://${address.family === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}
