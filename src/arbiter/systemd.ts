/**
 * The two protocols of systemd: sockets handed over at the start (sd_listen_fds(3)) and notifications (sd_notify(3)).
 *
 * @module
 */
import type { BindTarget } from "../config/bind.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { SocketPort } from "../runtime/port.ts";
import type { ServiceStatus } from "./service-status.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** SD_LISTEN_FDS_START. */
const FIRST_FD = 3;
/** More sockets than anybody has in one unit; a larger number is a mistake. */
const FDS_MAX = 64;
const US_PER_MS = 1000;

/** Meant for the arbiter alone: a worker or what it starts would take them for its own. Undefined takes a variable away. */
export const NOT_FOR_WORKERS: Readonly<Record<string, undefined>> = {
  LISTEN_PID: undefined,
  LISTEN_FDS: undefined,
  LISTEN_FDNAMES: undefined,
  NOTIFY_SOCKET: undefined,
  WATCHDOG_PID: undefined,
  WATCHDOG_USEC: undefined,
};

/** Sockets that systemd opened for this very process, in place of `bind`; null where there are none. */
export function inheritedSockets(env: Env, pid: number): readonly BindTarget[] | null {
  if (Number(env["LISTEN_PID"]) !== pid) return null;
  const count = Number(env["LISTEN_FDS"]);
  if (!Number.isInteger(count) || count < 1 || count > FDS_MAX) return null;
  return Array.from({ length: count }, (_, index) => ({ kind: "fd", fd: FIRST_FD + index }));
}

/** Tells systemd how the service is. Whatever goes wrong is logged once: nobody must fail because nobody listens. */
export class SystemdNotifier {
  readonly #socket: string | null;
  readonly #pid: number;
  readonly #watchdogMs: number;
  readonly #sockets: Pick<SocketPort, "sendDatagram" | "systemMonotonicUs">;
  readonly #log: Logger;
  #last: ServiceStatus | null = null;
  #hasFailed = false;
  #watchdogAtMs = 0;

  constructor(env: Env, pid: number, sockets: Pick<SocketPort, "sendDatagram" | "systemMonotonicUs">, log: Logger) {
    const socket = env["NOTIFY_SOCKET"] ?? "";
    this.#socket = /^[/@]./.test(socket) ? socket : null;
    const isOurs = env["WATCHDOG_PID"] === undefined || Number(env["WATCHDOG_PID"]) === pid;
    const watchdogUs = isOurs ? Number(env["WATCHDOG_USEC"] ?? 0) : 0;
    this.#watchdogMs = watchdogUs > 0 ? watchdogUs / US_PER_MS : Infinity;
    this.#pid = pid;
    this.#sockets = sockets;
    this.#log = log;
  }

  /** To be called whenever the status may have changed, and now and then. */
  update(status: ServiceStatus): void {
    const last = this.#last;
    if (this.#socket === null || (last?.phase === status.phase && last.text === status.text)) return;
    // Two arbiters that both spoke for the service would contradict each other.
    if (status.phase === "waiting") {
      this.#last = status;
      return;
    }
    const lines = [`STATUS=${status.text}`];
    if (last?.phase !== status.phase) lines.unshift(...this.#announcement(status));
    if (last?.phase === "waiting") lines.unshift(`MAINPID=${this.#pid}`);
    // What found the receiver's queue full is said at the next call, for a READY=1 or STOPPING=1 that is lost ends in a kill.
    if (this.#send(lines)) this.#last = status;
  }

  /** To be called from the main loop: two signs of life in each `WatchdogSec`, as sd_watchdog_enabled(3) advises. */
  alive(nowMs: number): void {
    if (this.#last?.phase === "waiting") return;
    if (this.#socket === null || nowMs < this.#watchdogAtMs || this.#watchdogMs === Infinity) return;
    this.#watchdogAtMs = nowMs + this.#watchdogMs / 2;
    this.#send(["WATCHDOG=1"]);
  }

  #announcement({ phase, successorPid }: ServiceStatus): readonly string[] {
    switch (phase) {
      case "starting":
      case "waiting":
        return [];
      case "succeeded":
        // Before the end of this process: systemd takes a service whose main process ended for dead, and by default (NotifyAccess=main)
        // listens to nobody else.
        return [`MAINPID=${successorPid}`];
      case "ready":
        return ["READY=1"];
      case "reloading":
        // For Type=notify-reload, which compares it with the time of its own HUP.
        return ["RELOADING=1", `MONOTONIC_USEC=${this.#sockets.systemMonotonicUs()}`];
      case "stopping":
        return ["STOPPING=1"];
    }
  }

  /** False: it may be taken later. */
  #send(lines: readonly string[]): boolean {
    if (this.#socket === null) return true;
    try {
      this.#sockets.sendDatagram(this.#socket, lines.join("\n"));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return false;
      if (!this.#hasFailed) this.#log.log("warning", `Cannot notify systemd through NOTIFY_SOCKET: ${messageOf(error)}`);
      this.#hasFailed = true;
      return true;
    }
  }
}
