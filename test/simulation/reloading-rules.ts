/**
 * What must be true of an arbiter that follows files (setting `reload`).
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";
import type { Ledger } from "./ledger.ts";

/** `files_changed`: a HUP, where files are followed and workers are wanted. To be called before the arbiter sees the event. */
export function takeInChange(ledger: Ledger): void {
  if (!ledger.isLoading || !isHeeded(ledger)) return;
  ledger.isReadAgain = true;
  ledger.kin.isLoadUnwanted = false;
}

/** A start that came to nothing is repeated with the next configuration. To be called before generations are checked. */
export function checkRestart(ledger: Ledger, event: ArbiterEvent, state: ArbiterState): void {
  const { number, settings } = state.current;
  if (number === ledger.current || !ledger.isWaiting) return;
  assert.equal(event.type, "settings_loaded", "a start is repeated without a reason");
  assert.deepEqual(settings, ledger.lastLoaded, "a start is repeated with old settings");
  const hasChanged = settings.workers !== ledger.settings.get(ledger.current)?.workers;
  const wanted = hasChanged ? settings.workers : ledger.targets.get(ledger.current) ?? 0;
  ledger.settings.set(number, settings);
  ledger.targets.set(number, ledger.clamp(wanted, number));
  ledger.current = number;
  ledger.isWaiting = false;
}

function isHeeded(ledger: Ledger): boolean {
  const isFollowed = ledger.settings.get(ledger.current)?.followsFiles === true;
  const isWanted = ledger.startedAt !== null && ledger.targets.get(ledger.current) !== 0;
  return isFollowed && isWanted && !ledger.isStopping && ledger.delay === null;
}

/** After an event. */
export function checkWaiting(
  ledger: Ledger,
  event: ArbiterEvent,
  effects: readonly ArbiterEffect[],
  state: ArbiterState,
): void {
  const isHeard = event.type === "files_changed" && effects.some(({ type }) => type === "log");
  assert.ok(event.type !== "files_changed" || isHeard === isHeeded(ledger), "changed files are heeded at a wrong time");
  if (ledger.isStopping) ledger.isWaiting = false;
  const isWaiting = state.phase === "waiting";
  if (isWaiting) {
    assert.ok(mayWait(ledger), "a start that failed waits without need");
    assert.equal(ledger.workers.size, 0, "an arbiter waits that has workers");
    assert.ok(effects.every(({ type }) => type !== "spawn_worker"), "a worker is spawned though nothing has changed");
    assert.ok(!ledger.wasReady && !ledger.closed, "an arbiter waits that has served");
    ledger.firstBootCode = null;
  }
  assert.ok(isWaiting || !ledger.isWaiting || ledger.halted, "an arbiter that waited does something else");
  ledger.isWaiting = isWaiting;
}

/** A start that fails ends the arbiter only where nobody can mend it. */
export function checkUnaskedHalt(ledger: Ledger): void {
  assert.ok(!mayWait(ledger), "an arbiter that follows files ended");
}

/** Of a generation that is being tried there is one worker at a time, so that an error is printed once. */
export function checkTrial(ledger: Ledger, generation: number, state: ArbiterState): void {
  if (ledger.settings.get(generation)?.followsFiles !== true) return;
  if (ledger.wasReady && generation !== state.pending?.number) return;
  const others = ledger.staff(generation).filter(({ age }) => age !== ledger.lastAge);
  assert.ok(others.length === 0 || others.some(({ readyAt }) => readyAt !== null), "new code is tried by several workers");
}

/** Whether the other workers of a generation wait for its first one. */
export function isOnTrial(ledger: Ledger, { pending }: ArbiterState, generation: number): boolean {
  if (pending?.number !== generation || !pending.settings.followsFiles) return false;
  const staff = ledger.staff(generation);
  return staff.length > 0 && staff.every(({ readyAt }) => readyAt === null);
}

function mayWait({ settings, current, kin }: Ledger): boolean {
  return settings.get(current)?.followsFiles === true && !kin.hasParent && !kin.isDaemon;
}
