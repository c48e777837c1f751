/**
 * Starts the arbiter that is to replace this one.
 *
 * @module
 */
import type { ExitStatus, RuntimeAdapter } from "../runtime/port.ts";
import { encodeUpgrade, type HandedListener } from "./upgrade-record.ts";

/** What the new arbiter must not take for its own: systemd named the old one in them. The notification socket stays. */
const OF_THE_OLD_PROCESS: Readonly<Record<string, undefined>> = {
  LISTEN_PID: undefined,
  LISTEN_FDS: undefined,
  LISTEN_FDNAMES: undefined,
  WATCHDOG_PID: undefined,
};

export interface UpgradeRequest {
  /** The user's own arguments. */
  readonly argv: readonly string[];
  readonly isActivated: boolean;
  readonly listeners: readonly HandedListener[];
}

/** Gives the new arbiter's pid. Throws a SystemError when it cannot be started. */
export function startChild(adapter: RuntimeAdapter, request: UpgradeRequest, exited: (status: ExitStatus) => void): number {
  const { argv, isActivated, listeners } = request;
  return adapter.spawner.startArbiter({
    args: argv,
    env: OF_THE_OLD_PROCESS,
    listenerFds: listeners.flatMap(({ fds }) => fds),
    record(numbers): string {
      let next = 0;
      const renumbered = listeners.map((listener) => {
        const first = next;
        next += listener.fds.length;
        return { ...listener, fds: numbers.slice(first, next) };
      });
      return encodeUpgrade({ pid: adapter.process.pid, isActivated, listeners: renumbered });
    },
  }, exited);
}
