/**
 * What a worker tells the bridge of its application.
 *
 * @module
 */
import type { BridgeHost } from "../app/bridge.ts";
import type { WorkerIdentity } from "../app/call.ts";
import type { InheritedListener } from "../channel/messages.ts";
import type { WorkerSettings } from "../config/worker-settings.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { SocketAddress } from "../runtime/port.ts";

/** `listeners`: all that the worker inherited; none where it does not serve. */
export function bridgeHost(
  worker: WorkerIdentity,
  settings: WorkerSettings,
  listeners: readonly InheritedListener[],
  log: Logger,
): BridgeHost {
  return {
    worker,
    addresses: addressesOf(listeners),
    isMultiprocess: settings.isMultiprocess,
    lightObjects: settings.lightObjects,
    keepaliveMs: settings.keepaliveMs,
    log: (level, text) => log.log(level, text),
    onError: (error, during) => log.log("error", `Error in ${during}\n${describeError(error)}`),
  };
}

/** Each once: an address has a listener for each slot. */
function addressesOf(listeners: readonly InheritedListener[]): readonly SocketAddress[] {
  const addresses = new Map(listeners.map(({ address }) => [JSON.stringify(address), address]));
  return [...addresses.values()];
}
