/**
 * What an arbiter does about it. Effects are imperatives; the driver performs them in order and reports back with events.
 *
 * @module
 */
import type { LogLevel } from "../log/level.ts";
import type { FatalSignalName, SignalName } from "../runtime/port.ts";

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
  /** Refuse new connections, keep queued ones; answered by `listeners_emptied`. */
  | { readonly type: "seal_listeners" }
  | { readonly type: "close_listeners" }
  | { readonly type: "log"; readonly level: LogLevel; readonly text: string }
  /** The last effect there is. */
  | { readonly type: "halt"; readonly exitCode: number };
