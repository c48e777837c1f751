/**
 * Wires an arbiter together: settings, logs, pid file, listeners, driver.
 *
 * @module
 */
import { missingApplication } from "../cli/missing-application.ts";
import { autoWorkersLine } from "../config/auto-workers.ts";
import {
  type Config,
  loadConfig,
  toArbiterSettings,
  toStatsdSettings,
  toSyslogSettings,
  toWorkerSettings,
} from "../config/load.ts";
import { renderConfig } from "../config/render.ts";
import { parseBind } from "../config/bind.ts";
import { ConfigError } from "../config/errors.ts";
import { CONFIG_EXIT_CODE, CRASH_EXIT_CODE } from "../exit-codes.ts";
import { ArbiterHooks } from "../hooks/arbiter-hooks.ts";
import { HookSource } from "../hooks/hook-set.ts";
import { ArbiterSyslog } from "../log/arbiter-syslog.ts";
import { describeError, type Logger, messageOf } from "../log/logger.ts";
import { ArbiterMetrics } from "../metrics/arbiter-metrics.ts";
import { meteredLog } from "../metrics/metered-log.ts";
import type { RuntimeAdapter, Undo } from "../runtime/port.ts";
import { VERSION } from "../version.ts";
import { ArbiterProcess } from "./arbiter-process.ts";
import { ArbiterResources, slotCapacityFor } from "./arbiter-resources.ts";
import { ConfigWarnings } from "./config-warnings.ts";
import { Background, isLauncher, launch } from "./daemon.ts";
import { Driver } from "./driver.ts";
import { ErrorLog } from "./error-log.ts";
import { reapForeignChildren } from "./foreign-children.ts";
import { findIdentity } from "./identity.ts";
import { ListenError, Listeners } from "./listeners.ts";
import { meteredStatus, observedLog, observedStatus } from "./observed.ts";
import type { ArbiterOwner } from "./owner.ts";
import { pathIn } from "./path-in.ts";
import { PidfileError } from "./pidfile.ts";
import { PidfileKeeper } from "./pidfile-keeper.ts";
import { preloadFirst } from "./preload.ts";
import { firstProgramBind } from "./program-bind.ts";
import { readAgain } from "./read-again.ts";
import { reloadSettings } from "./reload-settings.ts";
import { usingWorkerLine } from "./worker-line.ts";
import { workerMake } from "./worker-make.ts";
import { findWorkerRuntime } from "./worker-runtime.ts";
import { inheritedSockets, SystemdNotifier } from "./systemd.ts";
import { decodeUpgrade, UpgradeError, type UpgradeRecord } from "./upgrade-record.ts";
import { startChild } from "./upgrade-start.ts";
import { Reloader } from "../watch/reloader.ts";

/** Does what the command line asks for; resolves with the exit status. Rejects with a {@link ConfigError}. */
export async function serve(adapter: RuntimeAdapter, argv: readonly string[]): Promise<number> {
  let config: Config;
  try {
    config = await loadConfig(adapter, argv);
  } catch (error) {
    if (!(error instanceof ConfigError) || error.rest?.settings.check_config !== true) throw error;
    const { checkConfig } = await import("./config-check.ts");
    return await checkConfig(adapter, error.rest, error.problems);
  }
  const { settings } = config;
  if (!settings.check_config) adapter.process.chdir(settings.chdir);
  if (settings.print_config !== null) {
    adapter.logs.print("stdout", renderConfig(config, settings.print_config));
    if (!settings.check_config) return 0;
  }
  if (settings.check_config) {
    // Imported when needed: a server has no use for it.
    const { checkConfig } = await import("./config-check.ts");
    return await checkConfig(adapter, config, []);
  }
  if (config.app === null) throw new ConfigError([missingApplication(adapter, adapter.process.cwd())]);
  if (isLauncher(adapter, config)) return await launch(adapter, config, argv);
  return await runArbiter(adapter, config, {
    argv,
    hooks: new HookSource(adapter, config),
    observer: null,
    reread: async () => ({ config: await readAgain(adapter, argv), used: () => {} }),
  });
}

/**
 * An arbiter from its start to its end; resolves with its exit status. Rejects with a {@link ConfigError} where something that the
 * configuration names is not there; nothing has happened then.
 */
export async function runArbiter(adapter: RuntimeAdapter, config: Config, owner: ArbiterOwner): Promise<number> {
  const { settings } = config;
  const runtime = await findWorkerRuntime(adapter, config);
  const identity = await findIdentity(adapter, config);
  const worker = { ...toWorkerSettings(config), identity };
  const make = workerMake(config);
  const errorLog = openErrorLog(adapter, config);
  const background = Background.of(adapter, config);
  const { observer } = owner;
  const written = background === null ? errorLog.logger : background.copyErrors(errorLog.logger);
  const syslog = new ArbiterSyslog(adapter, written);
  syslog.use(toSyslogSettings(config));
  const metrics = new ArbiterMetrics(adapter, written);
  const metered = meteredLog(syslog, (metric) => metrics.count(metric));
  const log = observer === null ? metered : observedLog(metered, observer);
  const { process, clock } = adapter;
  const upgrade = readUpgrade(adapter, log);
  if (upgrade === "refused") return CONFIG_EXIT_CODE;
  // As gunicorn names the second of two arbiters.
  const suffix = upgrade === null ? "" : ".2";
  const pidfile = new PidfileKeeper(adapter, log, suffix);
  const own = new ArbiterProcess(adapter, log, suffix);
  const handed = upgrade?.listeners ?? [];
  // Systemd knows the first arbiter only; from there the sockets are handed on.
  const activated = upgrade?.isActivated === true
    ? handed.map(({ bind }) => parseBind(bind))
    : inheritedSockets(process.env, process.pid);
  // What was handed over cannot be closed while the old arbiter's connections may wait in it.
  const handedSlots = handed.filter(({ slotted }) => slotted).map(({ fds }) => fds.length);
  const slotCapacity = Math.max(slotCapacityFor(settings.workers), ...handedSlots);
  const hooks = new ArbiterHooks({ clock, log, pid: process.pid, first: owner.hooks.first });
  const warnings = new ConfigWarnings(adapter, log);
  let resources: ArbiterResources | null = null;
  // Made first: a signal that comes while an address is still in use must not leave the pid file behind.
  const driver = new Driver({
    adapter,
    log,
    arbiter: toArbiterSettings(config),
    slotCapacity,
    firstSlots: settings.workers,
    isDaemon: settings.daemon,
    async reload() {
      if (resources === null) throw new Error("The arbiter has not started yet");
      const { config: read, used } = await owner.reread();
      return await reloadSettings(adapter, config, read, log, owner.hooks, resources, (now) => {
        used();
        syslog.use(toSyslogSettings(now));
        metrics.use(toStatsdSettings(now.settings));
        logAutoWorkers(log, now);
        warnings.tell(now);
        void reloader.use(now);
      });
    },
    reopenLogs(): void {
      try {
        errorLog.reopen();
      } finally {
        own.giveLogs();
      }
    },
    hooks,
    parentPid: upgrade?.pid ?? null,
    upgrade: {
      startChild: (own, exited) =>
        startChild(adapter, { argv: owner.argv, isActivated: activated !== null, listeners: own }, exited),
      promote(): void {
        own.promote();
        pidfile.promote();
      },
    },
  });
  const reloader = new Reloader({ adapter, log, changed: (text) => driver.filesChanged(text) });
  let listeners: Listeners | null = null;
  let stopReaping: Undo = () => {};
  hooks.firstWorkers(settings.workers);
  log.log("info", `Starting tsgunicorn ${VERSION}`);
  for (const note of config.notes) log.log("info", note);
  warnings.tell(config);
  own.use(config, identity);
  metrics.use(toStatsdSettings(settings));
  try {
    pidfile.create(settings.pidfile === null ? null : pathIn(adapter.files, settings.chdir, settings.pidfile));
    // Where the start may fail and wait for a change (`reload`), the first worker is the trial.
    if (settings.preload_app && !settings.reload) {
      const timeoutMs = toArbiterSettings(config).bootTimeoutMs;
      const status = await preloadFirst(adapter, log, {
        settings: worker,
        runtime,
        env: make.env,
        timeoutMs,
        directory: settings.chdir,
      });
      if (status !== null) return status;
    }
    if (!await hooks.begin("on_starting")) return CONFIG_EXIT_CODE;
    const bound = activated !== null ? config : await firstProgramBind(adapter, config, log, {
      settings: worker,
      runtime,
      env: make.env,
      timeoutMs: toArbiterSettings(config).bootTimeoutMs,
      directory: settings.chdir,
    });
    if (typeof bound === "number") return bound;
    const sockets = await adapter.sockets();
    const notifier = new SystemdNotifier(process.env, process.pid, sockets, log);
    const told = background === null ? notifier : background.watch(notifier);
    const counted = meteredStatus(told, () => metrics.workers(driver.state.workers.size));
    const status = observer === null ? counted : observedStatus(counted, observer);
    if (activated !== null) log.log("info", `Using ${activated.length} of systemd's sockets instead of bind`);
    if (upgrade !== null) log.log("info", `Upgrading: taking over the sockets of the old arbiter (pid:${upgrade.pid})`);
    listeners = await Listeners.open(sockets, clock, log, activated ?? bound.binds, {
      handed,
      backlog: settings.backlog,
      firstSlots: settings.workers,
      slotCapacity,
      unixUmask: settings.umask,
      unixOwner: identity,
      isShareable: settings.reuse_port,
    });
    log.log("info", `Listening at: ${listeners.describe()} (${process.pid})`);
    log.log("info", usingWorkerLine(adapter, runtime));
    logAutoWorkers(log, config);
    await background?.leaveTerminal();
    if (observer === null) stopReaping = await reapForeignChildren(adapter, log);
    const current = listeners;
    observer?.listening({
      state: () => driver.state,
      addresses: () => current.describe().split(","),
      slotCapacity: () => current.current.slotCapacity,
    });
    hooks.listening(() => current.describe().split(","));
    resources = new ArbiterResources({ adapter, errorLog, pidfile, listeners, own, activated }, bound);
    const first = {
      arbiter: toArbiterSettings(config),
      worker,
      runtime,
      hookSet: owner.hooks.first,
      ...make,
      ...resources.first(),
    };
    // Before workers load anything: what changes from now on is noticed.
    await reloader.use(config);
    if (!await hooks.begin("when_ready")) return CONFIG_EXIT_CODE;
    const exitCode = await Promise.race([driver.run(first, current, status), crashed(adapter, hooks, log)]);
    // Signals have their default action again, so nothing may be left to do but the hook.
    pidfile.remove();
    await hooks.end();
    return exitCode;
  } catch (error) {
    if (error instanceof ListenError || error instanceof PidfileError) {
      log.log("error", error.message);
      return CONFIG_EXIT_CODE;
    }
    log.log("critical", `Unhandled exception in main loop\n${describeError(error)}`);
    driver.abandonWorkers();
    return CRASH_EXIT_CODE;
  } finally {
    stopReaping();
    reloader.close();
    metrics.close();
    syslog.close();
    listeners?.close();
    pidfile.remove();
    errorLog.close();
  }
}

/** Where the number of workers comes from, if it was counted. */
function logAutoWorkers(log: Logger, config: Config): void {
  const line = autoWorkersLine(config);
  if (line !== null) log.log("info", line);
}

/** What an old arbiter said (USR2); null where this arbiter replaces none. What cannot be read is logged. */
function readUpgrade(adapter: RuntimeAdapter, log: Logger): UpgradeRecord | null | "refused" {
  try {
    return adapter.handover === null ? null : decodeUpgrade(adapter.handover);
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    log.log("error", error.message);
    return "refused";
  }
}

/** Rejects with the first error that nobody caught: a defect of ours, after which the state cannot be trusted. */
function crashed(adapter: RuntimeAdapter, hooks: ArbiterHooks, log: Logger): Promise<never> {
  return new Promise((_, reject) =>
    adapter.process.onUncaught((error) => {
      // What a hook has begun and left to itself must not end the server, and it cannot be told from a defect.
      if (hooks.isUsed) log.log("error", `Uncaught exception in the arbiter, which has server hooks\n${describeError(error)}`);
      else reject(error);
    })
  );
}

function openErrorLog(adapter: RuntimeAdapter, { settings }: Config): ErrorLog {
  const { errorlog, loglevel, chdir } = settings;
  try {
    return new ErrorLog(adapter, { errorlog, level: loglevel, directory: chdir });
  } catch (error) {
    throw new ConfigError([{ setting: "errorlog", source: null, message: messageOf(error), hint: null }]);
  }
}
