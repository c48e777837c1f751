/**
 * What can happen to an arbiter. Events are in the past tense and carry the time they happened at: the machine has no clock.
 *
 * @module
 */
import type { ExitStatus, SignalName } from "../runtime/port.ts";
import type { ArbiterSettings } from "./settings.ts";

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
    /** The worker told why it cannot serve; its exit follows. */
    | { readonly type: "worker_boot_failed"; readonly age: number; readonly text: string }
    | { readonly type: "worker_exited"; readonly age: number; readonly status: ExitStatus }
    /** The configuration was read again after HUP. */
    | { readonly type: "settings_loaded"; readonly settings: ArbiterSettings }
    | { readonly type: "settings_refused"; readonly reason: string }
    /** No connection waits in a queue any more, or waiting for that took too long. */
    | { readonly type: "listeners_emptied" }
    /** `beats`: each live worker's heartbeat counter by age. */
    | { readonly type: "ticked"; readonly beats: ReadonlyMap<number, number> }
  );
