/**
 * What server hooks are called with. Arguments are plain objects to read from; nothing that a hook does to them changes the server.
 *
 * @module
 */
import type { Settings } from "../config/settings.ts";
import type { LogLevel } from "../log/level.ts";

/** What a hook returns: nothing, or a promise. How long that is waited for is said with each hook. */
export type HookResult = void | Promise<void>;

/** The server, as every process of it knows it. */
export interface ServerInfo {
  /** Of the arbiter. */
  readonly pid: number;
  /** What is listened on, such as `http://127.0.0.1:8000` and `unix:/run/app.sock`. Empty before the sockets are made. */
  readonly address: readonly string[];
  /** The settings, by name. A server hook's value says whether one is set. */
  readonly config: Settings;
  /** Writes to the error log. */
  log(level: LogLevel, text: string): void;
}

/** The arbiter. Values are those of the moment when they are read. */
export interface ServerHookContext extends ServerInfo {
  /** How many workers there should be. */
  readonly numWorkers: number;
  /** Those there are, oldest first: also those that boot, and those that leave. */
  readonly workers: readonly WorkerInfo[];
}

/** A worker as the arbiter knows it. */
export interface WorkerInfo {
  /** Null before its process has started. */
  readonly pid: number | null;
  /** Counts the workers that the arbiter has started, from 1. */
  readonly age: number;
  /** Counts the loads of the application, from 1: each reload (HUP) begins another. */
  readonly generation: number;
  /** The place that it takes among the workers, from 0. */
  readonly slot: number;
  /** Whether it serves. */
  readonly ready: boolean;
}

/** A worker that has ended. */
export interface ExitedWorker extends WorkerInfo {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it, such as `SIGKILL`. */
  readonly signal: string | null;
}

/** The worker that calls the hook. */
export interface WorkerHookContext {
  /** Of this process. */
  readonly pid: number;
  /** Of the arbiter. */
  readonly ppid: number;
  /** Counts the workers that the arbiter has started, from 1. */
  readonly age: number;
  /** Counts the loads of the application, from 1. */
  readonly generation: number;
  /** The settings, by name. */
  readonly config: Settings;
  /** Writes to the error log, as this worker. */
  log(level: LogLevel, text: string): void;
}

/** A request, as it came: nothing is decoded. */
export interface RequestHookContext {
  readonly method: string;
  /** The request-target (RFC 9112 §3.2), such as `/a?b=c`. Gunicorn's `uri`. */
  readonly target: string;
  /** What comes before the `?` of an origin-form target. */
  readonly path: string;
  /** What comes after it; empty where there is none. */
  readonly query: string;
  /** `1.0` or `1.1`. */
  readonly version: "1.0" | "1.1";
  /** Field lines in their order, as `[name, value]`; names as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The value of the first field of this name, in any case; null where there is none. */
  header(name: string): string | null;
  /** The client: what a trusted proxy says of it (`forwarded_allow_ips`), else the peer. Empty for a unix socket. */
  readonly remoteAddress: string;
}

/** What became of a request. */
export interface ResponseHookContext {
  /** As in the access log: 499 where the client left before an answer began. */
  readonly status: number;
  /** Bytes of the body that were sent, without framing. */
  readonly bodyBytes: number;
  /** From the request's head to the end of its answer, in milliseconds. */
  readonly durationMs: number;
}

/** The hooks that a config file may declare. */
export interface ServerHooks {
  /** In the arbiter, before the sockets are made. The start waits for it; when it throws, the start ends with exit status 1. */
  readonly on_starting?: ((server: ServerHookContext) => HookResult) | undefined;
  /** In the arbiter, at a reload (HUP): the new settings are read, and the new workers are about to be started. */
  readonly on_reload?: ((server: ServerHookContext) => HookResult) | undefined;
  /** In the arbiter, when it listens, before the first worker. The start waits for it; when it throws, the start ends with exit status 1. */
  readonly when_ready?: ((server: ServerHookContext) => HookResult) | undefined;
  /** In the arbiter, when the number of wanted workers is set: at the start (`oldValue` is null), by every HUP, by TTIN, TTOU and WINCH. */
  readonly nworkers_changed?:
    | ((server: ServerHookContext, newValue: number, oldValue: number | null) => HookResult)
    | undefined;
  /** In the arbiter, before a worker's process is started. A promise is not waited for. */
  readonly pre_fork?: ((server: ServerHookContext, worker: WorkerInfo) => HookResult) | undefined;
  /** In a new worker, before the application is loaded. When it throws, the worker fails to boot. */
  readonly post_fork?: ((server: ServerInfo, worker: WorkerHookContext) => HookResult) | undefined;
  /** In a worker, when the application is loaded, before it accepts. When it throws, the worker fails to boot. */
  readonly post_worker_init?: ((worker: WorkerHookContext) => HookResult) | undefined;
  /** In a worker that is told to end at once (INT, QUIT). */
  readonly worker_int?: ((worker: WorkerHookContext) => HookResult) | undefined;
  /** In a worker that is aborted (ABRT), if its event loop still turns. */
  readonly worker_abort?: ((worker: WorkerHookContext) => HookResult) | undefined;
  /** In a worker, before a request reaches the application. When it throws, the answer is 500. */
  readonly pre_request?: ((worker: WorkerHookContext, request: RequestHookContext) => HookResult) | undefined;
  /** In a worker, after each request that `pre_request` is called for. */
  readonly post_request?:
    | ((worker: WorkerHookContext, request: RequestHookContext, response: ResponseHookContext) => HookResult)
    | undefined;
  /** In the arbiter, when a worker has ended and was reaped. */
  readonly child_exit?: ((server: ServerHookContext, worker: ExitedWorker) => HookResult) | undefined;
  /** In a worker, the last thing before it ends. */
  readonly worker_exit?: ((server: ServerInfo, worker: WorkerHookContext) => HookResult) | undefined;
  /** In the arbiter, at an upgrade (USR2), before the new arbiter is started. A promise is not waited for. */
  readonly pre_exec?: ((server: ServerHookContext) => HookResult) | undefined;
  /** In the arbiter, the last thing before it ends; not when its start failed. */
  readonly on_exit?: ((server: ServerHookContext) => HookResult) | undefined;
}
