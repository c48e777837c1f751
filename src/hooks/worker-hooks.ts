/**
 * The hooks that a worker calls. It imports the config file itself, for functions cannot be handed from process to process, and does so
 * afresh, for it is a new process. A worker without hooks never loads this module.
 *
 * @module
 */
import type { ServedApplication } from "../app/bridge.ts";
import { importModule } from "../config/host.ts";
import { renderProblem } from "../config/errors.ts";
import { readConfigFile } from "../config/read-file.ts";
import type { WorkerHookSettings } from "../config/worker-settings.ts";
import type { AccessLog } from "../log/access.ts";
import { describeError, type Logger } from "../log/logger.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { describeFailure, HookCaller } from "./caller.ts";
import type { WorkerHookName } from "./names.ts";
import { refuseHook } from "./read-hook.ts";
import { hookRequests, type Served } from "./request-hooks.ts";
import type { ServerHooks, ServerInfo, WorkerHookContext } from "./types.ts";

/** For `worker_int`: two seconds after QUIT comes SIGKILL, and `worker_exit` needs some of them. */
export const INT_LIMIT_MS = 800;
/** For `worker_abort`: a second after ABRT comes SIGKILL. */
export const ABORT_LIMIT_MS = 500;
/** For `worker_exit` where no time is left to the worker: before any SIGKILL, and before an orphan counts as left behind. */
export const EXIT_LIMIT_MS = 400;

/** What the worker is and belongs to. */
export interface WorkerHooksParts {
  readonly adapter: RuntimeAdapter;
  readonly settings: WorkerHookSettings;
  readonly age: number;
  readonly generation: number;
  readonly arbiterPid: number;
  readonly address: readonly string[];
  readonly log: Logger;
}

/** The hooks, or why they cannot be had: several lines, the first of which says it all. */
export type LoadedHooks = { readonly ok: true; readonly hooks: WorkerHooks } | { readonly ok: false; readonly report: string };

/** Imports the config file. Never rejects. */
export async function loadWorkerHooks(parts: WorkerHooksParts): Promise<LoadedHooks> {
  const { file, names } = parts.settings;
  const fail = (why: string): LoadedHooks => ({ ok: false, report: `Server hooks cannot be loaded. ${why}` });
  const reading = await readConfigFile(parts.adapter, file, importModule);
  if ("problem" in reading) {
    const stack = reading.cause === undefined ? "" : `\n${describeError(reading.cause)}`;
    return fail(`${renderProblem(reading.problem)}${stack}`);
  }
  const hooks: Record<string, unknown> = {};
  for (const name of names) {
    const value = reading.values[name];
    const refusal = refuseHook(name, value);
    if (refusal !== null) {
      const hint = value === undefined
        ? "it was there when the arbiter read the file; reload (HUP) after a change"
        : refusal.hint;
      return fail(renderProblem({ setting: name, source: file, message: refusal.message, hint }));
    }
    hooks[name] = value;
  }
  return { ok: true, hooks: new WorkerHooks(parts, hooks) };
}

export class WorkerHooks {
  readonly #parts: WorkerHooksParts;
  readonly #hooks: ServerHooks;
  readonly #caller: HookCaller;
  readonly #server: ServerInfo;
  readonly #worker: WorkerHookContext;
  #exit: Promise<void> | null = null;

  /** `hooks`: as the names of the settings say. */
  constructor(parts: WorkerHooksParts, hooks: ServerHooks) {
    const { adapter, settings, age, generation, arbiterPid, address } = parts;
    const log = (...[level, text]: Parameters<Logger["log"]>): void => parts.log.log(level, String(text));
    const { config } = settings;
    this.#parts = parts;
    this.#hooks = hooks;
    this.#caller = new HookCaller(adapter.clock, parts.log);
    this.#server = { pid: arbiterPid, address, config, log };
    this.#worker = { pid: adapter.process.pid, ppid: arbiterPid, age, generation, config, log };
  }

  /** Whether there is something to do at an abort. */
  get hearsAbort(): boolean {
    return this.#hooks.worker_abort !== undefined;
  }

  /** `post_fork`: null, or why the worker cannot boot. */
  postFork(): Promise<string | null> {
    return this.#boot("post_fork", () => this.#hooks.post_fork?.(this.#server, this.#worker));
  }

  /** `post_worker_init`: null, or why the worker cannot boot. */
  postWorkerInit(): Promise<string | null> {
    return this.#boot("post_worker_init", () => this.#hooks.post_worker_init?.(this.#worker));
  }

  /** `worker_int`. Never rejects. */
  async interrupted(): Promise<void> {
    await this.#caller.call("worker_int", this.#limit(INT_LIMIT_MS), () => this.#hooks.worker_int?.(this.#worker));
  }

  /** `worker_abort`. Never rejects. */
  async aborted(): Promise<void> {
    await this.#caller.call("worker_abort", this.#limit(ABORT_LIMIT_MS), () => this.#hooks.worker_abort?.(this.#worker));
  }

  /** `worker_exit`, once. `leftMs`: what the worker may still take. Never rejects. */
  exiting(leftMs: number): Promise<void> {
    if (this.#exit === null) {
      // A hook that ends the process comes here again.
      this.#exit = Promise.resolve();
      this.#exit = this.#callExit(this.#limit(Math.max(EXIT_LIMIT_MS, leftMs)));
    }
    return this.#exit;
  }

  /** The application under `pre_request` and `post_request`; unchanged where there are none. */
  around(application: ServedApplication, access: AccessLog | null): Served {
    const { pre_request, post_request } = this.#hooks;
    if (pre_request === undefined && post_request === undefined) return { application, access };
    const { adapter, settings, log } = this.#parts;
    return hookRequests(application, access, {
      hooks: this.#hooks,
      worker: this.#worker,
      caller: this.#caller,
      limitMs: settings.limitMs,
      monotonicMs: () => adapter.clock.monotonicMs(),
      log,
    });
  }

  #limit(mostMs: number): number {
    return Math.min(mostMs, this.#parts.settings.limitMs);
  }

  async #callExit(limitMs: number): Promise<void> {
    await this.#caller.call("worker_exit", limitMs, () => this.#hooks.worker_exit?.(this.#server, this.#worker));
  }

  async #boot(name: WorkerHookName, run: () => unknown): Promise<string | null> {
    const outcome = await this.#caller.attempt(this.#parts.settings.limitMs, run);
    return outcome.ok ? null : describeFailure(name, outcome);
  }
}
