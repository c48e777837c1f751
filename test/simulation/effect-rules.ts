/**
 * What must be true of each thing that an arbiter wants done.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";
import { at, backoffOf, type Clock, type Ledger, PROCESSES_PER_SLOT, type Seen } from "./ledger.ts";
import { checkTrial, checkUnaskedHalt } from "./reloading-rules.ts";

/** Checks an effect and enters it. */
export function checkEffect(ledger: Ledger, effect: ArbiterEffect, event: ArbiterEvent, state: ArbiterState): void {
  switch (effect.type) {
    case "spawn_worker":
      return checkSpawn(ledger, effect, state);
    case "kill_worker": {
      const worker = ledger.workers.get(effect.age);
      assert.ok(worker !== undefined, `worker ${effect.age} does not exist and was sent ${effect.signal}`);
      assert.equal(effect.pid, worker.pid, "a signal went to another process");
      checkKill(ledger, worker, effect.signal, event);
      if (effect.signal === "SIGTERM" && !ledger.isStopping) ledger.listeners.checkDismissal(worker, ledger);
      worker.told.set(effect.signal, at(ledger.clock));
      return;
    }
    case "assign_slots":
      return checkAssign(ledger, effect.age, effect.slots);
    case "load_settings":
      assert.ok(!ledger.isLoading, "the configuration is read twice at once");
      assert.ok(!ledger.isStopping && ledger.delay === null, "the configuration is read in a stop");
      ledger.isLoading = true;
      ledger.isReadAgain = false;
      return;
    case "seal_listeners":
      if (ledger.delay !== null && ledger.stop === null) {
        const waitedMs = ledger.sinceMs(ledger.delay.at) + ledger.slackMs(ledger.delay.at);
        assert.ok(waitedMs >= ledger.delay.ms, `the stop began after ${waitedMs} ms`);
        ledger.beginStop("SIGTERM");
      }
      assert.ok(ledger.stop?.name === "SIGTERM" && !ledger.sealed && !ledger.closed, "listeners are sealed without need");
      ledger.sealed = true;
      return;
    case "close_listeners":
      assert.ok(!ledger.closed, "listeners are closed twice");
      assert.ok(ledger.isStopping || ledger.workers.size === 0, "listeners are closed while somebody serves");
      ledger.closed = true;
      return;
    case "release_listeners":
      return ledger.listeners.checkRelease(effect, state, ledger);
    case "log":
      assert.match(effect.text, /^[^\r\n]+$/, "a log text is not one line");
      return;
    case "run_hook":
      // See hook-rules.ts.
      return;
    case "reopen_logs":
    case "start_child":
    case "kill_child":
    case "promote":
      // See upgrade-rules.ts.
      return;
    case "halt":
      assert.ok(ledger.closed, "halted with open listeners");
      assert.deepEqual([...ledger.workers.keys()], [], "halted before every worker was reaped");
      if (ledger.isStopping) assert.equal(effect.exitCode, 0);
      else {
        assert.ok(!ledger.wasReady, "halted unasked after a worker was ready");
        assert.equal(effect.exitCode, ledger.firstBootCode);
        checkUnaskedHalt(ledger);
      }
      ledger.halted = true;
      return;
  }
}

function checkSpawn(ledger: Ledger, effect: Extract<ArbiterEffect, { type: "spawn_worker" }>, state: ArbiterState): void {
  const { age, generation, slot } = effect;
  assert.ok(!ledger.isStopping, "a worker is spawned in a stop");
  assert.equal(age, ledger.lastAge + 1, "ages do not count up");
  const listeners = ledger.listeners.of(generation);
  assert.ok(slot >= 0 && slot < listeners.slotCapacity, `slot ${slot} has no sockets`);
  assert.deepEqual(effect.slots, [slot]);
  assert.ok(
    [state.current.number, state.pending?.number].includes(generation),
    `a worker of the dead generation ${generation} is spawned`,
  );
  const rival = ledger.staff(generation).find((worker) => worker.slot === slot);
  assert.ok(rival === undefined || rival.isRetiring, `slot ${slot} has two workers of generation ${generation}`);
  if (rival !== undefined) checkRelief(ledger, generation);
  if (generation === state.pending?.number) checkSurge(ledger, generation, state);
  const failures = ledger.failures.get(`${generation}/${slot}`);
  if (failures?.isSure) {
    assert.ok(ledger.wasReady, "a worker that failed at start is tried again before any was ready");
    const waitedMs = ledger.sinceMs(failures.at) + ledger.slackMs(failures.at);
    assert.ok(
      waitedMs >= backoffOf(failures.count),
      `after ${failures.count} failures the next attempt came after ${waitedMs} ms`,
    );
  }
  if (!ledger.settings.has(generation)) ledger.settings.set(generation, ledger.lastLoaded);
  const settings = ledger.settings.get(generation) ?? ledger.lastLoaded;
  ledger.lastAge = age;
  ledger.workers.set(age, {
    age,
    generation,
    slot,
    settings,
    listeners,
    pid: null,
    readyAt: null,
    slots: [slot],
    beats: 0,
    beatAt: at(ledger.clock),
    told: new Map(),
    isRetiring: false,
  });
  checkTrial(ledger, generation, state);
  // Also the slots of sets that are being given up: their workers drain.
  const capacities = [...state.listenerSets.values()].map(({ slotCapacity }) => slotCapacity);
  const most = PROCESSES_PER_SLOT * Math.max(listeners.slotCapacity, ledger.listeners.slotCapacity, ...capacities);
  assert.ok(ledger.workers.size <= most, `there are ${ledger.workers.size} processes`);
}

/** A successor is spawned beside one retiring worker, not beside several at once. */
function checkRelief(ledger: Ledger, generation: number): void {
  const staff = ledger.staff(generation);
  const relieved = staff.filter((worker) => staff.some((other) => other.slot === worker.slot && other.age > worker.age));
  assert.equal(relieved.length, 0, `${relieved.length + 1} workers are relieved at once`);
}

/** A reload with `reload_surge` starts no more processes at once than that. */
function checkSurge(ledger: Ledger, generation: number, state: ArbiterState): void {
  const { reloadSurge } = ledger.settings.get(generation) ?? ledger.lastLoaded;
  const most = Math.max(state.current.target, state.pending?.target ?? 0) + reloadSurge;
  assert.ok(reloadSurge === 0 || ledger.workers.size < most, `a reload makes more than ${most} processes`);
}

function checkKill(ledger: Ledger, worker: Seen, signal: string, event: ArbiterEvent): void {
  assert.ok(!worker.told.has(signal), `worker ${worker.age} is sent ${signal} twice`);
  if (worker.readyAt === null) {
    assert.ok(["SIGTERM", "SIGKILL", "SIGABRT"].includes(signal), `${signal} before the worker was ready`);
  }
  const { gracefulTimeoutMs } = worker.settings;
  const timeoutMs = worker.readyAt === null ? worker.settings.bootTimeoutMs : worker.settings.timeoutMs;
  const silentMs = ledger.sinceMs(worker.beatAt) + ledger.slackMs(worker.beatAt);
  switch (signal) {
    case "SIGTERM":
      assert.ok(!worker.told.has("SIGABRT") && !worker.told.has("SIGQUIT"), "SIGTERM comes after something worse");
      return;
    case "SIGQUIT":
      assert.ok(ledger.quick !== null, "SIGQUIT without a quick stop");
      return;
    case "SIGABRT":
      assert.ok(timeoutMs > 0 && silentMs > timeoutMs, `a worker that beat ${silentMs} ms ago is aborted for ${timeoutMs}`);
      return;
    case "SIGKILL": {
      const isDue = (since: Clock | null | undefined, durationMs: number): boolean =>
        since !== null && since !== undefined && ledger.sinceMs(since) + ledger.slackMs(since) >= durationMs;
      const drainingSince = worker.told.get("SIGQUIT") ?? worker.told.get("SIGTERM");
      assert.ok(
        isDue(worker.told.get("SIGABRT"), 1_000) || isDue(drainingSince, gracefulTimeoutMs + 1_000) ||
          isDue(ledger.quick, 2_000) ||
          (ledger.isStopping && event.type === "worker_spawned") || (ledger.quick !== null && worker.readyAt === null),
        `worker ${worker.age} is killed for no reason`,
      );
    }
  }
}

function checkAssign(ledger: Ledger, age: number, slots: readonly number[]): void {
  const worker = ledger.workers.get(age);
  assert.ok(worker?.readyAt && worker.told.size === 0, `worker ${age} does not serve and is given slots`);
  assert.notDeepEqual(slots, worker.slots, "slots are assigned without a difference");
  assert.deepEqual(slots, [...new Set(slots)].sort((a, b) => a - b), "slots are not in order");
  assert.ok(slots.includes(worker.slot), `worker ${age} is not given its own slot`);
  for (const slot of slots) {
    assert.ok(slot === worker.slot || ledger.open.has(slot), `slot ${slot} is assigned and does not listen`);
    assert.ok(slot < worker.listeners.slotCapacity, `slot ${slot} is assigned to worker ${age}, which has no socket of it`);
  }
  worker.slots = slots;
}
