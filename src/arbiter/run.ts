/**
 * Wires an arbiter together: settings, logs, pid file, listeners, driver.
 *
 * @module
 */
import { checkApplication } from "../app/serve.ts";
import { type Config, loadConfig, toArbiterSettings, toWorkerSettings } from "../config/load.ts";
import { renderConfig } from "../config/render.ts";
import { ConfigError } from "../config/errors.ts";
import { CONFIG_EXIT_CODE, CRASH_EXIT_CODE } from "../exit-codes.ts";
import { createLogger, describeError, type Logger, messageOf } from "../log/logger.ts";
import type { LogLevel } from "../log/level.ts";
import type { LogSink, RuntimeAdapter } from "../runtime/port.ts";
import { VERSION } from "../version.ts";
import { Driver } from "./driver.ts";
import { ListenError, Listeners } from "./listeners.ts";
import { Pidfile, PidfileError } from "./pidfile.ts";
import { reloadSettings } from "./reload-settings.ts";

/**
 * Slots are bound beyond `workers`, so that TTIN has room: a worker inherits descriptors when it is spawned, not later, and a
 * slot that it does not know it could not adopt.
 */
const SLOT_CAPACITY_FACTOR = 2;
const SLOT_CAPACITY_MIN = 8;

/** Does what the command line asks for; resolves with the exit status. Rejects with a {@link ConfigError}. */
export async function serve(adapter: RuntimeAdapter, argv: readonly string[]): Promise<number> {
  const config = await loadConfig(adapter, argv);
  const { settings } = config;
  if (settings.chdir !== null) adapter.process.chdir(settings.chdir);
  if (settings.print_config !== null) {
    adapter.logs.print("stdout", renderConfig(config, settings.print_config));
    if (!settings.check_config) return 0;
  }
  if (settings.check_config) return await check(adapter, config);
  return await runArbiter(adapter, config, argv);
}

/** `--check-config`: loads the application as a worker would, in this process. */
async function check(adapter: RuntimeAdapter, config: Config): Promise<number> {
  const report = await checkApplication(adapter, toWorkerSettings(config));
  if (report === null) {
    adapter.logs.print("stdout", "OK\n");
    return 0;
  }
  adapter.logs.print("stderr", `Error while loading the application:\n${report}\n`);
  return CONFIG_EXIT_CODE;
}

async function runArbiter(adapter: RuntimeAdapter, config: Config, argv: readonly string[]): Promise<number> {
  const { settings } = config;
  const worker = toWorkerSettings(config);
  const sink = openErrorLog(adapter, settings.errorlog);
  const { process, clock } = adapter;
  const log = followLevel((level) => createLogger({ sink, clock, pid: process.pid, level }), settings.loglevel);
  const pidfile = settings.pidfile === null ? null : new Pidfile(settings.pidfile, adapter.files, process);
  const slotCapacity = Math.max(SLOT_CAPACITY_MIN, settings.workers * SLOT_CAPACITY_FACTOR);
  // Made first: a signal that comes while an address is still in use must not leave the pid file behind.
  const driver = new Driver({
    adapter,
    log: log.logger,
    arbiter: toArbiterSettings(config),
    worker,
    slotCapacity,
    firstSlots: settings.workers,
    heartbeatDirectory: settings.worker_tmp_dir,
    workerTitle: `tsgunicorn: worker [${config.app}]`,
    reload: () => reloadSettings(adapter, config, argv, log),
    reopenLogs: () => sink.reopen(),
  });
  let listeners: Listeners | null = null;
  log.logger.log("info", `Starting tsgunicorn ${VERSION}`);
  process.setTitle(`tsgunicorn: arbiter [${config.app}]`);
  try {
    pidfile?.create();
    listeners = await Listeners.open(await adapter.sockets(), clock, log.logger, config.binds, {
      backlog: settings.backlog,
      firstSlots: settings.workers,
      slotCapacity,
      unixUmask: settings.umask,
    });
    log.logger.log("info", `Listening at: ${listeners.describe()} (${process.pid})`);
    log.logger.log("info", `Using worker: async (${adapter.name} ${adapter.version})`);
    return await Promise.race([driver.run(listeners), crashed(adapter)]);
  } catch (error) {
    if (error instanceof ListenError || error instanceof PidfileError) {
      log.logger.log("error", error.message);
      return CONFIG_EXIT_CODE;
    }
    log.logger.log("critical", `Unhandled exception in main loop\n${describeError(error)}`);
    driver.abandonWorkers();
    return CRASH_EXIT_CODE;
  } finally {
    listeners?.close();
    pidfile?.remove();
  }
}

/** Rejects with the first error that nobody caught: a defect of ours, after which the state cannot be trusted. */
function crashed(adapter: RuntimeAdapter): Promise<never> {
  return new Promise((_, reject) => adapter.process.onUncaught((error) => reject(error)));
}

function openErrorLog(adapter: RuntimeAdapter, target: string): LogSink {
  try {
    return adapter.logs.open(target === "-" ? "-stderr" : target);
  } catch (error) {
    throw new ConfigError([{ setting: "errorlog", source: null, message: `cannot be written: ${messageOf(error)}`, hint: null }]);
  }
}

/** A logger whose level can follow a reload. */
function followLevel(
  make: (level: LogLevel) => Logger,
  first: LogLevel,
): { readonly logger: Logger; setLevel(level: LogLevel): void } {
  let current = make(first);
  return {
    logger: { log: (level, text) => current.log(level, text), isEnabled: (level) => current.isEnabled(level) },
    setLevel: (level) => {
      current = make(level);
    },
  };
}
