/**
 * Where a program listens by itself becomes `bind`, when nobody has set that (interface `script`). The program is run in a process of its own
 * until its first listen call: the arbiter never runs an application.
 *
 * @module
 */
import { type BindTarget, formatBind, resolveBind } from "../config/bind.ts";
import { type Config, DEFAULT_ORIGIN } from "../config/config.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import { type Logger, messageOf } from "../log/logger.ts";
import type { ProgramAddress, RuntimeAdapter } from "../runtime/port.ts";
import { type CheckRequest, inspectInProcess } from "./application-check.ts";
import { logFailedStart, untilStopSignal } from "./preload.ts";

/** Before the start: gives the exit status of a start that must not be. On a signal that asks for the end, the configuration as it is. */
export async function firstProgramBind(
  adapter: RuntimeAdapter,
  config: Config,
  log: Logger,
  request: CheckRequest,
): Promise<Config | number> {
  try {
    const found = await untilStopSignal(adapter, (started) => withProgramBind(adapter, config, log, { ...request, started }));
    return found === "stopped" ? config : found;
  } catch (error) {
    if (!(error instanceof ProgramBindError)) throw error;
    logFailedStart(log, { exitCode: error.exitCode, report: error.message });
    return error.exitCode;
  }
}

/** Why the program does not say where it listens. */
export class ProgramBindError extends Error {
  override readonly name: string = "ProgramBindError";
  /** 3 or 4, as a worker would end. */
  readonly exitCode: number;

  /** `report`: several lines, the first of which says it all. */
  constructor(exitCode: number, report: string) {
    super(report);
    this.exitCode = exitCode;
  }
}

/** The configuration with the program's address, or as it is. Rejects with a {@link ProgramBindError}. */
export async function withProgramBind(
  adapter: RuntimeAdapter,
  config: Config,
  log: Logger,
  request: CheckRequest,
): Promise<Config> {
  const { settings, origin } = config;
  if (settings.interface !== "script" || origin.bind !== DEFAULT_ORIGIN) return config;
  const { failure, listens } = await inspectInProcess(adapter, { ...request, until: "listens" });
  if (failure !== null) throw new ProgramBindError(failure.exitCode, failure.report);
  if (listens === null) return config;
  const { app } = request.settings;
  const bind = toBind(app, listens, settings.chdir ?? adapter.process.cwd());
  log.log("info", `Using ${formatBind(bind)}, where '${app}' listens, as bind`);
  return {
    ...config,
    binds: [bind],
    settings: { ...settings, bind: [formatBind(bind)] },
    origin: { ...origin, bind: app },
  };
}

/** An address that `app` asked for, as one of `bind`. Throws a {@link ProgramBindError} for a path that no socket can have. */
export function toBind(app: string, asked: ProgramAddress, directory: string): BindTarget {
  if (asked.kind === "tcp") return { ...asked, host: asked.host ?? "0.0.0.0" };
  try {
    // With NUL, as Node writes abstract sockets.
    return resolveBind({ kind: "unix", path: asked.path.replace(/^\0/, "@") }, directory);
  } catch (error) {
    throw new ProgramBindError(WORKER_BOOT_EXIT_CODE, `Cannot listen where '${app}' does: ${messageOf(error)}`);
  }
}
