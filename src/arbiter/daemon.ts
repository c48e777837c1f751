/**
 * Setting `daemon`. JavaScript cannot fork, so the command starts itself again in a session of its own, waits until that process serves,
 * and ends. Whatever goes wrong before is told on the terminal, and by the exit status.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { findBroken } from "../config/checks/apply-rules.ts";
import { ConfigError, describeProblem } from "../config/errors.ts";
import { CONFIG_EXIT_CODE, CRASH_EXIT_CODE } from "../exit-codes.ts";
import type { Logger } from "../log/logger.ts";
import type { ExitStatus, LauncherPort, LogSink, RuntimeAdapter, SignalName, Undo } from "../runtime/port.ts";
import type { StatusListener } from "./driver.ts";
import { inheritedSockets } from "./systemd.ts";

const STOP_SIGNALS: readonly SignalName[] = ["SIGTERM", "SIGINT", "SIGQUIT"];
/** As gunicorn's. */
const UMASK = 0o022;

/** Whether this process is the command that the user typed, and not the daemon or its successor (USR2). */
export function isLauncher(adapter: Pick<RuntimeAdapter, "launcher" | "handover">, config: Config): boolean {
  return config.settings.daemon && adapter.launcher === null && adapter.handover === null;
}

/** Starts the daemon and resolves with the exit status of the command. Rejects with a {@link ConfigError} for what a daemon cannot have. */
export async function launch(adapter: RuntimeAdapter, config: Config, argv: readonly string[]): Promise<number> {
  const { process, logs } = adapter;
  refuseActivatedDaemon(config, inheritedSockets(process.env, process.pid) !== null);
  // The log, which has them too, need not be in sight.
  for (const warning of findBroken(adapter, config, "warning")) {
    logs.print("stderr", `Warning: ${describeProblem(warning)}\n`);
  }
  const undo: Undo[] = [];
  const ending = await new Promise<ExitStatus | "ready">((resolve) => {
    const pid = adapter.spawner.startDaemon(argv, { ready: () => resolve("ready"), exited: resolve });
    for (const signal of STOP_SIGNALS) undo.push(process.onSignal(signal, () => stop(adapter, pid)));
  });
  for (const each of undo) each();
  if (ending === "ready") return 0;
  const { errorlog } = config.settings;
  const how = ending.code === null ? `ended by ${ending.signal}` : `exit status ${ending.code}`;
  const where = errorlog === "-" ? "" : `; see "${errorlog}"`;
  logs.print("stderr", `Error: the server is not running (${how})${where}\n`);
  // Stopped before it served.
  if (ending.code === 0) return CONFIG_EXIT_CODE;
  return ending.code ?? CRASH_EXIT_CODE;
}

/** The daemon's own side: what becomes of the terminal, and who is told that it serves. */
export class Background {
  readonly #adapter: Pick<RuntimeAdapter, "logs" | "process" | "system">;
  readonly #launcher: LauncherPort;
  readonly #settings: Pick<Config["settings"], "errorlog" | "enable_stdio_inheritance">;
  /** Where errors are told beside the log; null: nowhere. */
  #copy: Pick<LogSink, "write" | "close"> | null;

  /** Null where nobody waits for this process. */
  static of(adapter: RuntimeAdapter, { settings }: Config): Background | null {
    return adapter.launcher === null ? null : new Background(adapter, adapter.launcher, settings);
  }

  private constructor(
    adapter: Pick<RuntimeAdapter, "logs" | "process" | "system">,
    launcher: LauncherPort,
    settings: Pick<Config["settings"], "errorlog" | "enable_stdio_inheritance">,
  ) {
    this.#adapter = adapter;
    this.#launcher = launcher;
    this.#settings = settings;
    this.#copy = settings.errorlog === "-" ? null : { write: (text) => adapter.logs.print("stderr", text), close: () => {} };
    adapter.process.setUmask(UMASK);
  }

  /** The log, whose errors the user also sees on the terminal until the server serves. */
  copyErrors(log: Logger): Logger {
    return {
      log: (level, text): void => {
        log.log(level, text);
        if (level === "error" || level === "critical") this.#copy?.write(`${text}\n`);
      },
      isEnabled: (level) => log.isEnabled(level),
    };
  }

  /** Before the first worker is started: it must not keep the terminal. */
  async leaveTerminal(): Promise<void> {
    const { errorlog, enable_stdio_inheritance } = this.#settings;
    const keepsStream = enable_stdio_inheritance && !this.#adapter.logs.terminal("stderr").isTerminal;
    const system = await this.#adapter.system();
    const former = system.leaveTerminal(enable_stdio_inheritance);
    // Else the log itself still goes there.
    if (errorlog !== "-" || !keepsStream) this.#copy = former;
    else former.close();
  }

  /** Hears of the status before `next` does. */
  watch(next: StatusListener): StatusListener {
    return {
      update: (status) => {
        if (status.phase === "ready") this.#serves();
        next.update(status);
      },
      alive: (nowMs) => next.alive(nowMs),
    };
  }

  #serves(): void {
    this.#launcher.ready();
    this.#copy?.close();
    this.#copy = null;
  }
}

/** Those of `bind` are refused when the configuration is read. Throws a {@link ConfigError}. */
export function refuseActivatedDaemon({ settings, origin }: Config, isActivated: boolean): void {
  if (!settings.daemon || !isActivated) return;
  const message = "a daemon cannot have sockets that it was started with (systemd's)";
  throw new ConfigError([{
    setting: "daemon",
    source: origin.daemon,
    message,
    hint: "leave it off: who opened the sockets also keeps the server in the background",
  }]);
}

function stop(adapter: RuntimeAdapter, pid: number): void {
  try {
    adapter.process.kill(pid, "SIGTERM");
  } catch {
    // ESRCH: it ended by itself, and its exit is on the way.
  }
}
