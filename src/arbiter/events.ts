/**
 * What can happen to an arbiter. Events are in the past tense and carry the time they happened at: the machine has no clock.
 *
 * @module
 */
import type { ExitStatus, SignalName } from "../runtime/port.ts";
import type { ArbiterSettings, ListenerSetFacts } from "./settings.ts";

/** `atMs` is monotonic. A worker is named by its age, which is never used twice; a pid may be. */
export type ArbiterEvent =
  & { readonly atMs: number }
  & (
    /** Listeners are bound; workers may be spawned. */
    | { readonly type: "started" }
    | { readonly type: "signal_received"; readonly signal: SignalName }
    | { readonly type: "worker_spawned"; readonly age: number; readonly pid: number }
    | { readonly type: "spawn_failed"; readonly age: number; readonly reason: string }
    | { readonly type: "worker_ready"; readonly age: number }
    /** The worker wants to be replaced: it served enough (`max_requests`), grew too large, or lived too long. */
    | { readonly type: "worker_retiring"; readonly age: number }
    /** The request that the worker has been at for longest, for the log; null when none takes long. */
    | { readonly type: "worker_busy"; readonly age: number; readonly request: string | null }
    /** The worker told why it cannot serve; its exit follows. */
    | { readonly type: "worker_boot_failed"; readonly age: number; readonly text: string }
    | { readonly type: "worker_exited"; readonly age: number; readonly status: ExitStatus }
    /** The configuration was read again after HUP, and all that it needs is there; `listeners` may be the set that is in use. */
    | { readonly type: "settings_loaded"; readonly settings: ArbiterSettings; readonly listeners: ListenerSetFacts }
    | { readonly type: "settings_refused"; readonly reason: string }
    /** Files that are watched have changed (setting `reload`); `text` names them in one line. */
    | { readonly type: "files_changed"; readonly text: string }
    /** USR2: the new arbiter runs, or could not be started. */
    | { readonly type: "child_started"; readonly pid: number }
    | { readonly type: "child_failed"; readonly reason: string }
    /** The new arbiter has ended before this one. */
    | { readonly type: "child_exited"; readonly status: ExitStatus }
    /** The arbiter that started this one has ended. */
    | { readonly type: "parent_exited" }
    /** Slots that listen, as far as they do so by the other arbiter's doing. */
    | { readonly type: "slots_opened"; readonly slots: readonly number[] }
    /** No connection waits in a queue any more, or waiting for that took too long. */
    | { readonly type: "listeners_emptied" }
    /** The same of a set that no generation has any more; its sockets are closed. */
    | { readonly type: "listeners_released"; readonly number: number }
    /** `beats`: each live worker's heartbeat counter by age. */
    | { readonly type: "ticked"; readonly beats: ReadonlyMap<number, number> }
  );
