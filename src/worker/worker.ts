/**
 * A worker's life: inherit, load the application, say ready, serve, drain, leave. The arbiter's record of it is `WorkerHandle`.
 *
 * @module
 */
import type { ServedApplication } from "../app/bridge.ts";
import { loadService } from "../app/serve.ts";
import {
  type BootMessage,
  ChannelProtocolError,
  decodeArbiterMessage,
  encodeMessage,
  type WorkerMessage,
} from "../channel/messages.ts";
import { WORKER_BOOT_EXIT_CODE } from "../exit-codes.ts";
import type { AccessLog } from "../log/access.ts";
import type { WorkerHooks } from "../hooks/worker-hooks.ts";
import { createLogger, describeError, type Logger, messageOf } from "../log/logger.ts";
import type { Channel, InheritancePort, LogSink, RuntimeAdapter } from "../runtime/port.ts";
import { bridgeHost } from "./bridge-host.ts";
import { runCheck } from "./check.ts";
import { openHooks } from "./hooks.ts";
import { takeIdentity } from "./identity.ts";
import { openOutlets } from "./outlets.ts";
import { Service } from "./service.ts";

/** How often a worker shows that its event loop turns. The arbiter takes two missed beats for hung (adoption). */
export const BEAT_MS = 500;
/** A worker that loads its application for so long says so, each time again. */
const SLOW_LOAD_MS = 10_000;
/** What a worker whose arbiter died may still take, whatever `graceful_timeout` says: the port must become free. */
const ORPHAN_DRAIN_MS = 1_500;
/** For the application's own end where no time is left: with `worker_exit`, less than what the arbiter waits before SIGKILL. */
const CLOSE_LIMIT_MS = 300;

/** Runs until the process ends. Signal handlers are in before the arbiter hears "ready" (trap 8). */
export function runWorker(adapter: RuntimeAdapter, inheritance: InheritancePort): void {
  new Worker(adapter, inheritance).start();
}

class Worker {
  readonly #adapter: RuntimeAdapter;
  readonly #inheritance: InheritancePort;
  readonly #sinks: Pick<LogSink, "reopen">[] = [];
  #channel: Channel | null = null;
  #service: Service | null = null;
  #application: ServedApplication | null = null;
  #log: Logger | null = null;
  #access: AccessLog | null = null;
  #booted = false;
  #leaving = false;
  /** Null where the config file has none for workers, and before they are loaded. */
  #hooks: WorkerHooks | null = null;
  #isExiting = false;
  #isHurried = false;
  #gracefulTimeoutMs = 0;
  /** By the monotonic clock: when a drain must be over; 0 where nothing drains. */
  #drainEndMs = 0;

  constructor(adapter: RuntimeAdapter, inheritance: InheritancePort) {
    this.#adapter = adapter;
    this.#inheritance = inheritance;
  }

  start(): void {
    this.#beat();
    const { process } = this.#adapter;
    process.onSignal("SIGTERM", () => this.#leave("drain"));
    process.onSignal("SIGINT", () => this.#leave("quick"));
    process.onSignal("SIGQUIT", () => this.#leave("quick"));
    // A signal for the whole process group (a closed terminal, a key) is the arbiter's to judge, never a worker's.
    for (const signal of ["SIGHUP", "SIGTTIN", "SIGTTOU", "SIGUSR2", "SIGWINCH"] as const) process.onSignal(signal, () => {});
    process.onSignal("SIGUSR1", () => this.#reopenLogs());
    // The application may end the process itself.
    process.onExit(() => {
      void this.#hooks?.exiting(0);
      this.#access?.flush();
    });
    process.onUncaught((error, origin) => {
      const what = origin === "exception"
        ? "Uncaught exception in the application"
        : "Unhandled promise rejection in the application";
      this.#log?.log("error", `${what}\n${describeError(error)}`);
    });
    this.#channel = this.#inheritance.openChannel({ line: (text) => this.#heard(text), closed: () => this.#orphaned() });
  }

  #beat(): void {
    let count = 0;
    const beat = (): void => this.#inheritance.beat(++count);
    beat();
    this.#adapter.clock.every(BEAT_MS, beat);
  }

  #heard(line: string): void {
    let message;
    try {
      message = decodeArbiterMessage(line);
    } catch (error) {
      if (!(error instanceof ChannelProtocolError)) throw error;
      this.#log?.log("error", error.message);
      return;
    }
    if (message.type === "boot") {
      if (this.#booted) return;
      this.#booted = true;
      this.#boot(message).catch((error: unknown) => this.#bootFailed(WORKER_BOOT_EXIT_CODE, describeError(error)));
    } else if (message.type === "check") {
      if (this.#booted || this.#channel === null) return;
      this.#booted = true;
      void runCheck(this.#adapter, this.#inheritance, this.#channel, message.settings, message.until);
    } else if (message.type === "accept") {
      this.#accept(message.slots);
    } else {
      this.#reopenLogs();
    }
  }

  async #boot(boot: BootMessage): Promise<void> {
    const { settings } = boot;
    const { clock, process } = this.#adapter;
    this.#gracefulTimeoutMs = settings.gracefulTimeoutMs;
    const errorSink = this.#openSink(settings.errorlog, "-stderr");
    if (settings.captureOutput) await this.#captureOutput(settings.errorlog);
    const written = createLogger({ sink: errorSink, clock, pid: process.pid, level: settings.loglevel });
    const outlets = openOutlets(this.#adapter, settings, written);
    const { log } = outlets;
    this.#log = log;
    const sink = settings.accesslog === null ? null : this.#openSink(settings.accesslog, "-stdout");
    this.#access = outlets.access(sink);
    log.log("info", `Booting worker with pid: ${process.pid}`);
    if (settings.hooks !== null) {
      const opened = await openHooks(this.#adapter, this.#inheritance, boot, settings.hooks, log);
      if (!opened.ok) return this.#bootFailed(WORKER_BOOT_EXIT_CODE, opened.report);
      this.#hooks = opened.hooks;
      if (opened.hooks.hearsAbort) {
        // As gunicorn's workers end when they are aborted.
        process.onSignal("SIGABRT", () => this.#hurry(1, (hooks) => hooks.aborted()));
      }
      const failure = await opened.hooks.postFork();
      if (failure !== null) return this.#bootFailed(WORKER_BOOT_EXIT_CODE, failure);
      if (this.#isExiting) return;
    }
    // After post_fork, as in gunicorn: what needs root can be done there.
    takeIdentity(this.#inheritance, settings.identity);
    const stopWaiting = clock.every(SLOW_LOAD_MS, () => {
      log.log("warning", `Application '${settings.app}' is still loading: a top-level await that waits for something?`);
    });
    const host = bridgeHost({ age: boot.age, pid: process.pid }, settings, boot.listeners, log);
    const loaded = await loadService(this.#adapter, settings, host);
    stopWaiting();
    if (!loaded.ok) return this.#bootFailed(loaded.exitCode, loaded.report);
    const failure = await this.#hooks?.postWorkerInit() ?? null;
    if (failure !== null) return this.#bootFailed(WORKER_BOOT_EXIT_CODE, failure);
    // The end waits for a hook; what was begun before must not say ready.
    if (this.#isExiting) return;
    const served = this.#hooks?.around(loaded.application, this.#access) ??
      { application: loaded.application, access: this.#access };
    const service = new Service({
      adapter: this.#adapter,
      inheritance: this.#inheritance,
      boot,
      application: served.application,
      log,
      access: served.access,
      retire: () => this.#say({ type: "retiring" }),
      busy: (request) => this.#say({ type: "busy", request }),
      // The application can end them only from here: it hears of the worker's end, and they may outlast everything else.
      onlyTunnels: () => void this.#hooks?.exiting(this.#leftMs()),
    });
    this.#application = served.application;
    this.#service = service;
    await service.accept(boot.slots);
    this.#say({ type: "ready" });
  }

  /** Before the application is loaded: the runtimes look at what a stream is when it is first used. */
  async #captureOutput(path: string): Promise<void> {
    const system = await this.#adapter.system();
    const capture = { reopen: () => system.captureOutput(path) };
    capture.reopen();
    this.#sinks.push(capture);
  }

  #openSink(target: string, standard: "-stdout" | "-stderr"): LogSink {
    const sink = this.#adapter.logs.open(target === "-" ? standard : target);
    this.#sinks.push(sink);
    return sink;
  }

  #accept(slots: readonly number[]): void {
    if (this.#leaving) return;
    this.#service?.accept(slots).catch((error: unknown) => this.#log?.log("error", `Cannot accept: ${describeError(error)}`));
  }

  #bootFailed(exitCode: number, report: string): void {
    if (this.#log === null) this.#adapter.logs.print("stderr", `${report}\n`);
    else this.#log.log("error", `Exception in worker process\n${report}`);
    this.#say({ type: "boot_failed", text: report.split("\n", 1)[0] ?? "" });
    this.#exit(exitCode);
  }

  #orphaned(): void {
    this.#log?.log("info", `Parent changed, shutting down: <Worker ${this.#adapter.process.pid}>`);
    this.#leave("orphan");
  }

  #leave(how: "drain" | "quick" | "orphan"): void {
    const service = this.#service;
    if (how === "quick") return this.#hurry(0, (hooks) => hooks.interrupted());
    if (how === "orphan") this.#drainEndMs = 0;
    else if (!this.#leaving) this.#drainEndMs = this.#adapter.clock.monotonicMs() + this.#gracefulTimeoutMs;
    if (service === null) return this.#exit(0);
    if (!this.#leaving) service.drain(() => this.#close());
    this.#leaving = true;
    if (how === "orphan") service.limitDrain(ORPHAN_DRAIN_MS);
  }

  /** The application's own end; bounded, for what it waits for may never come. */
  #close(): void {
    const application = this.#application;
    if (application === null) return this.#exit(0);
    const stopWaiting = this.#adapter.clock.after(Math.max(CLOSE_LIMIT_MS, this.#leftMs()), () => {
      this.#log?.log("warning", "The application did not close within graceful_timeout");
      this.#exit(0);
    });
    void application.close().then(() => {
      stopWaiting();
      this.#exit(0);
    });
  }

  /** Until the drain must be over; negative where it is. */
  #leftMs(): number {
    return this.#drainEndMs - this.#adapter.clock.monotonicMs();
  }

  #reopenLogs(): void {
    this.#access?.flush();
    for (const sink of this.#sinks) {
      try {
        sink.reopen();
      } catch (error) {
        // The old file is written on.
        this.#log?.log("error", `Cannot reopen the log: ${messageOf(error)}`);
      }
    }
  }

  #say(message: WorkerMessage): void {
    this.#channel?.send(encodeMessage(message));
  }

  /** Ends without a drain, after a hook that hears of it. */
  #hurry(code: number, run: (hooks: WorkerHooks) => Promise<void>): void {
    this.#drainEndMs = 0;
    if (this.#hooks === null) return this.#exit(code);
    if (this.#isHurried) return;
    this.#isHurried = true;
    void run(this.#hooks).then(() => this.#exit(code));
  }

  #exit(code: number): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    this.#log?.log("info", `Worker exiting (pid: ${this.#adapter.process.pid})`);
    if (this.#hooks === null) return this.#end(code);
    void this.#hooks.exiting(this.#leftMs()).then(() => this.#end(code));
  }

  #end(code: number): never {
    this.#access?.flush();
    this.#adapter.process.exit(code);
  }
}
