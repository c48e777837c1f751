/**
 * The arbiter as a pure function: events in, effects out. No clock and no I/O, so that every order of events can be tried.
 *
 * Each event is first taken in (`handle`) and then settled: the state is compared with what it should be, and the difference is
 * what is done. That is why no rule has to think of another: an exit, a TTIN and an abandoned reload all end in the same place.
 *
 * @module
 */
import { advance } from "./clock.ts";
import type { ArbiterEvent } from "./events.ts";
import { filesChanged } from "./file-changes.ts";
import { announceTarget } from "./hook-calls.ts";
import { spawnFailed, workerBootFailed, workerBusy, workerExited, workerReady, workerSpawned } from "./lifecycle.ts";
import { murder, readBeats } from "./murder.ts";
import { relieve, workerRetiring } from "./retirement.ts";
import { settingsLoaded, settingsRefused, switchGeneration } from "./reload.ts";
import { listenersReleased, release, releaseOverdue } from "./release.ts";
import { signalReceived } from "./signals.ts";
import { shareSlots } from "./slots.ts";
import { hire, trim } from "./staffing.ts";
import { type ArbiterState, sequence, type Step } from "./state.ts";
import { enforceDeadline, finish, listenersEmptied } from "./stop.ts";
import { dismiss } from "./telling.ts";
import { FIRST_BOOT_GRACE_MS } from "./times.ts";
import { announceUpgrade, childExited, childFailed, childStarted, parentExited, slotsOpened } from "./upgrade.ts";

export { initialState } from "./state.ts";
export type { ArbiterState, Step } from "./state.ts";

/**
 * What an event changes and what is to be done about it, in order. Pure, total, never throws. An event that cannot be (of an
 * unknown worker, a second `started`) changes nothing; after `halt` nothing does.
 */
export function step(state: ArbiterState, event: ArbiterEvent): Step {
  if (state.phase === "halted") return [state, []];
  return sequence(advance(state, event.atMs), (now) => handle(now, event), (now) => announceTarget(state, now), settle);
}

function handle(state: ArbiterState, event: ArbiterEvent): Step {
  switch (event.type) {
    case "started":
      if (state.phase !== "idle") return [state, []];
      return [{ ...state, phase: "starting", adoptAllAtMs: state.nowMs + FIRST_BOOT_GRACE_MS }, []];
    case "signal_received":
      return signalReceived(state, event.signal);
    case "worker_spawned":
      return workerSpawned(state, event.age, event.pid);
    case "spawn_failed":
      return spawnFailed(state, event.age, event.reason);
    case "worker_ready":
      return workerReady(state, event.age);
    case "worker_retiring":
      return workerRetiring(state, event.age);
    case "worker_busy":
      return workerBusy(state, event.age, event.request);
    case "worker_boot_failed":
      return workerBootFailed(state, event.age, event.text);
    case "worker_exited":
      return workerExited(state, event.age, event.status);
    case "settings_loaded":
      return settingsLoaded(state, event.settings, event.listeners);
    case "settings_refused":
      return settingsRefused(state, event.reason);
    case "files_changed":
      return filesChanged(state, event.text);
    case "listeners_emptied":
      return listenersEmptied(state);
    case "listeners_released":
      return [listenersReleased(state, event.number), []];
    case "child_started":
      return childStarted(state, event.pid);
    case "child_failed":
      return childFailed(state, event.reason);
    case "child_exited":
      return childExited(state, event.status);
    case "parent_exited":
      return parentExited(state);
    case "slots_opened":
      return slotsOpened(state, event.slots);
    case "ticked":
      return sequence(releaseOverdue(readBeats(state, event.beats)), murder, enforceDeadline);
  }
}

function settle(state: ArbiterState): Step {
  switch (state.phase) {
    case "starting":
    case "running":
    case "delaying":
      // Slots are shared before anybody is dismissed: a neighbour accepts from the slot before its worker stops to.
      return sequence(state, switchGeneration, announceUpgrade, release, relieve, trim, hire, shareSlots, dismiss, finish);
    case "waiting":
      return release(state);
    case "sealed":
      return sequence(state, shareSlots, dismiss, finish);
    case "leaving":
    case "quitting":
      return sequence(state, dismiss, finish);
    case "idle":
    case "halted":
      return [state, []];
  }
}
