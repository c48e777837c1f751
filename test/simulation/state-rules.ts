/**
 * What must be true of an arbiter after each event.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";
import { mustHoldAll } from "./listener-rules.ts";
import { backoffOf, type Clock, type Ledger, PROCESSES_PER_SLOT, type Seen } from "./ledger.ts";
import { BOOT_MAX_MS, CHILD_START_MAX_MS, CHILD_STOP_MAX_MS, EXIT_MAX_MS, SPAWN_MAX_MS } from "./operating-system.ts";
import { isOnTrial } from "./reloading-rules.ts";

/** A stop's moves are made on ticks. */
const TICK_MS = 500;

/** After so long without faults everything must be in order: a crash loop's longest wait, a timeout, a boot, a drain. */
export const SETTLED_AFTER_MS: number = 30_000 + 10_000 + 2 * (SPAWN_MAX_MS + BOOT_MAX_MS) + 21_000 + 5_000;

/** TTIN and TTOU change every generation, HUP keeps what they did unless the setting changed. */
export function checkTargets(ledger: Ledger, state: ArbiterState): void {
  const { pending } = state;
  if (pending !== null && !ledger.targets.has(pending.number)) {
    const hasChanged = ledger.lastLoaded.workers !== ledger.settings.get(ledger.current)?.workers;
    const asBefore = ledger.kin.beforeWinch ?? ledger.targets.get(ledger.current);
    const wanted = hasChanged ? ledger.lastLoaded.workers : asBefore ?? 0;
    ledger.targets.set(pending.number, ledger.clamp(wanted, pending.number));
    assert.deepEqual(pending.listeners, ledger.listeners.of(pending.number), "a generation came with other listeners");
  }
  for (const generation of [state.current, pending]) {
    if (generation !== null && !ledger.isStopping) {
      assert.equal(
        generation.target,
        ledger.targets.get(generation.number),
        `generation ${generation.number} has a wrong target`,
      );
    }
  }
}

/** The old generation goes only when the whole new one is ready. */
export function checkSwitch(ledger: Ledger, state: ArbiterState): void {
  const { number, target } = state.current;
  if (number === ledger.current) return;
  assert.ok(number > ledger.current, "an old generation came back");
  const staff = ledger.staff(number);
  assert.ok(staff.length >= target, `generation ${number} took over with ${staff.length} of ${target} workers`);
  assert.ok(staff.every((worker) => worker.readyAt !== null), `generation ${number} took over before all of it was ready`);
  assert.deepEqual(state.current.settings, ledger.settings.get(number), "a generation came with the settings of another");
  ledger.current = number;
  ledger.kin.beforeWinch = null;
}

/** Outside a stop nobody is let go who is needed. */
export function checkDismissal(ledger: Ledger, age: number, state: ArbiterState): void {
  const worker = ledger.workers.get(age);
  if (worker === undefined || ledger.isStopping || ledger.kin.released.has(age)) return;
  if (worker.generation < state.current.number) return;
  if (worker.generation > state.current.number) {
    assert.notEqual(worker.generation, state.pending?.number, "a worker of a pending generation is let go");
    return;
  }
  // With reload_surge the generations hand over worker by worker, so both count.
  const successors = state.pending === null || state.pending.settings.reloadSurge === 0 ? [] : ledger.staff(state.pending.number);
  const ready = [...ledger.staff(worker.generation), ...successors].filter(({ readyAt }) => readyAt !== null);
  assert.ok(ready.length >= state.current.target, `a worker is let go and ${ready.length} of ${state.current.target} stay`);
  const elder = ledger.healthy("surely").find((other) => other.generation === worker.generation && other.age < worker.age);
  assert.ok(elder === undefined || worker.isRetiring, `worker ${worker.age} is let go and is not the oldest`);
  assert.ok(worker.readyAt !== null || state.current.target === 0, `worker ${worker.age} is let go while it boots`);
}

/** A missing worker is being spawned or waits for a reason; nobody stays who is not wanted. */
export function checkStaff(ledger: Ledger, event: ArbiterEvent, state: ArbiterState): void {
  const { number } = state.current;
  if (ledger.isStopping) {
    const worker = event.type === "worker_spawned" ? ledger.workers.get(event.age) : undefined;
    assert.ok(worker === undefined || worker.readyAt !== null || worker.told.size > 0, "a worker that came in a stop may stay");
    return;
  }
  assert.ok(ledger.isLoading || !ledger.isReadAgain, "a HUP was forgotten");
  for (const worker of ledger.workers.values()) {
    if (worker.pid === null || worker.told.has("SIGTERM")) continue;
    const isWanted = (other: Seen): boolean => other.generation === number || other.generation === state.pending?.number;
    // One that nobody wants any more may stay as long as nobody else serves.
    const wanted = ledger.healthy("surely").filter(isWanted);
    const peers = wanted.filter((other) => other.listeners.number === state.current.listeners.number);
    const isNeeded = worker.readyAt !== null && (wanted.length < state.current.target || peers.length === 0);
    assert.ok(
      isWanted(worker) || isNeeded || worker.told.size > 0 || ledger.listeners.isReleasing(worker.listeners.number),
      `worker ${worker.age} of generation ${worker.generation} was forgotten`,
    );
  }
  const slotCapacity = Math.min(ledger.listeners.slotCapacity, state.current.listeners.slotCapacity);
  if (!ledger.wasReady || ledger.workers.size >= slotCapacity * PROCESSES_PER_SLOT) return;
  for (const generation of [state.current, state.pending]) {
    if (generation === null) continue;
    const present = ledger.staff(generation.number).length;
    let waiting = 0;
    for (let slot = 0; slot < generation.listeners.slotCapacity; slot += 1) {
      const failures = ledger.failures.get(`${generation.number}/${slot}`);
      if (failures !== undefined && ledger.sinceMs(failures.at) < backoffOf(failures.count)) waiting += 1;
    }
    const isHandingOver = state.pending !== null && state.pending.settings.reloadSurge > 0;
    if (isHandingOver || isOnTrial(ledger, state, generation.number)) continue;
    assert.ok(present + waiting >= generation.target, `${generation.target - present} workers are missing and ${waiting} wait`);
  }
  const pending = state.pending;
  if (pending === null) return;
  const isComplete = ledger.staff(pending.number).length >= pending.target &&
    ledger.staff(pending.number).every((worker) => worker.readyAt !== null && worker.told.size === 0);
  assert.ok(!isComplete, "a generation is ready and does not take over");
}

export function checkSlots(ledger: Ledger, state: ArbiterState): void {
  if (state.phase !== "starting" && state.phase !== "running" && state.phase !== "sealed") return;
  checkHolders(ledger, state);
  const adopters = new Map<string, number>();
  const healthy = ledger.healthy("surely");
  for (const worker of healthy) {
    for (const slot of worker.slots) {
      if (slot === worker.slot) continue;
      const key = `${worker.listeners.number}/${slot}`;
      assert.equal(adopters.get(key), undefined, `slot ${slot} is adopted twice`);
      adopters.set(key, worker.age);
      const owner = healthy.find((other) => other.slot === slot && other.listeners.number === worker.listeners.number);
      assert.equal(owner, undefined, `slot ${slot} is adopted and its own worker serves`);
    }
  }
}

/** While anybody serves, connections wait in no queue for nobody; right after the start they wait for the first worker of their slot. */
function checkHolders(ledger: Ledger, state: ArbiterState): void {
  const held = ledger.held("perhaps");
  const sets = new Map(ledger.healthy("surely").map(({ listeners }) => [listeners.number, listeners]));
  for (const { number, slotCapacity } of sets.values()) {
    if (!mustHoldAll(number, ledger, state)) continue;
    for (const slot of ledger.open) {
      if (slot >= slotCapacity) continue;
      assert.ok(held.has(`${number}/${slot}`) || ledger.mayAwait(slot), `slot ${slot} of set ${number} has no holder`);
    }
  }
}

/** In the middle of an event a slot may still wait for its holder, but none is taken from its only one. */
export function checkHandover(ledger: Ledger, heldBefore: ReadonlySet<string>, state: ArbiterState): void {
  // After WINCH the other arbiter accepts.
  if (ledger.isStopping || ledger.targets.get(ledger.current) === 0) return;
  const held = ledger.held("perhaps");
  for (const slot of heldBefore) {
    if (!ledger.listeners.isServed(Number(slot.split("/")[0]), state)) continue;
    assert.ok(held.has(slot), `slot ${slot} has no holder between two effects`);
  }
}

export function checkDeadlines(ledger: Ledger): void {
  for (const worker of ledger.workers.values()) {
    if (worker.pid === null || worker.told.has("SIGKILL")) continue;
    const { gracefulTimeoutMs } = worker.settings;
    const timeoutMs = worker.readyAt === null ? worker.settings.bootTimeoutMs : worker.settings.timeoutMs;
    const aborted = worker.told.get("SIGABRT");
    if (aborted !== undefined) {
      assert.ok(ledger.sinceMs(aborted) < 1_000, `worker ${worker.age} survives its abort`);
      continue;
    }
    assert.ok(
      timeoutMs === 0 || ledger.sinceMs(worker.beatAt) <= timeoutMs,
      `worker ${worker.age} is silent and nothing happens`,
    );
    const draining = worker.told.get("SIGQUIT") ?? worker.told.get("SIGTERM");
    if (draining !== undefined) {
      assert.ok(ledger.sinceMs(draining) < gracefulTimeoutMs + 1_000, `worker ${worker.age} drains for ever`);
    }
  }
  const stop = ledger.stop;
  const delay = ledger.delay;
  if (stop === null && delay !== null) {
    const overdueMs = ledger.sinceMs(delay.at) - (ledger.clock.stalledMs - delay.at.stalledMs) - delay.ms;
    assert.ok(overdueMs <= 2 * TICK_MS, "a stop is put off for ever");
  }
  if (stop === null) return;
  // Both moves of a stop are made on a tick; a worker takes its time to spawn and to exit.
  const childMs = ledger.kin.child === "none" ? 0 : CHILD_START_MAX_MS + (ledger.kin.isInit ? CHILD_STOP_MAX_MS : 0);
  const lateMs = 3 * TICK_MS + SPAWN_MAX_MS + EXIT_MAX_MS + childMs;
  const longest = Math.max(...[...ledger.settings.values()].map((settings) => settings.gracefulTimeoutMs));
  const overMs = (since: Clock): number => ledger.sinceMs(since) - (ledger.clock.stalledMs - since.stalledMs) - lateMs;
  assert.ok(overMs(stop.at) <= stop.gracefulMs + longest + 1_000, "a graceful stop does not end");
  assert.ok(ledger.quick === null || overMs(ledger.quick) <= 2_000, "a quick stop does not end");
}

/** What is not in order though there were no faults for a while; null when all is. */
export function complaintAtRest(ledger: Ledger, state: ArbiterState): string | null {
  const workers = [...ledger.workers.values()];
  if (ledger.isLoading) return "the configuration is being read";
  if (ledger.kin.child === "starting") return "an arbiter is being started";
  if (state.pending !== null) return "a reload is pending";
  if (workers.length !== state.current.target) {
    return `there are ${workers.length} workers for a target of ${state.current.target}`;
  }
  if (workers.some((worker) => worker.readyAt === null)) return "a worker is not ready";
  if (workers.some((worker) => worker.told.size > 0)) return "a worker is leaving";
  if (workers.some((worker) => worker.isRetiring)) return "a worker that wanted to be replaced is still there";
  if (workers.some((worker) => worker.generation !== state.current.number)) return "a worker is of an old generation";
  if (state.listenerSets.size > 1) return "listeners are being given up";
  const held = workers.flatMap((worker) => [...worker.slots]).sort((a, b) => a - b);
  if (workers.length > 0 && held.join() !== [...ledger.open].sort((a, b) => a - b).join()) return `slots held are ${held.join()}`;
  return null;
}
