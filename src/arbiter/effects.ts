/**
 * What an arbiter does about it. Effects are imperatives; the driver performs them in order and reports back with events.
 *
 * @module
 */
import type { LogLevel } from "../log/level.ts";
import type { FatalSignalName, SignalName } from "../runtime/port.ts";
import type { HookCall } from "./hook-calls.ts";

export type ArbiterEffect =
  /** Answered by `worker_spawned` or `spawn_failed`. `slots`: what the worker accepts from as soon as it is ready. */
  | {
    readonly type: "spawn_worker";
    readonly age: number;
    readonly generation: number;
    readonly slot: number;
    readonly slots: readonly number[];
  }
  | { readonly type: "kill_worker"; readonly age: number; readonly pid: number; readonly signal: SignalName | FatalSignalName }
  /** All the slots that the worker accepts from now on. */
  | { readonly type: "assign_slots"; readonly age: number; readonly slots: readonly number[] }
  /** Answered by `settings_loaded` or `settings_refused`. */
  | { readonly type: "load_settings" }
  /** Reopen the arbiter's logs and tell every worker to. */
  | { readonly type: "reopen_logs" }
  /** Refuse new connections, keep queued ones; answered by `listeners_emptied`. `own`: not those that another arbiter shares. */
  | { readonly type: "seal_listeners"; readonly scope: "all" | "own" }
  /** `own`: leaves the files of unix sockets that another arbiter shares. */
  | { readonly type: "close_listeners"; readonly scope: "all" | "own" }
  /** No generation has this set any more: what only it holds is refused to newcomers, emptied and closed; answered by `listeners_released`. */
  | { readonly type: "release_listeners"; readonly number: number; readonly scope: "all" | "own" }
  /** USR2: start another arbiter with the same sockets; answered by `child_started` or `child_failed`. */
  | { readonly type: "start_child" }
  /** Only process 1 does so: nothing outlives it. */
  | { readonly type: "kill_child"; readonly pid: number; readonly signal: "SIGTERM" | "SIGQUIT" | "SIGKILL" }
  /** The old arbiter is gone: take over its pid file and its name. */
  | { readonly type: "promote" }
  /** Call a server hook. What becomes of it changes nothing. */
  | { readonly type: "run_hook"; readonly call: HookCall }
  | { readonly type: "log"; readonly level: LogLevel; readonly text: string }
  /** The last effect there is. */
  | { readonly type: "halt"; readonly exitCode: number };
