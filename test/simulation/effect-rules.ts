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
      worker.told.set(effect.signal, at(ledger.clock));
      return;
    }
    case "assign_slots":
      return checkAssign(ledger, effect.age, effect.slots);
    case "load_settings":
      assert.ok(!ledger.isLoading, "the configuration is read twice at once");
      assert.ok(!ledger.isStopping, "the configuration is read in a stop");
      ledger.isLoading = true;
      ledger.isReadAgain = false;
      return;
    case "seal_listeners":
      assert.ok(ledger.stop?.name === "SIGTERM" && !ledger.sealed && !ledger.closed, "listeners are sealed without need");
      ledger.sealed = true;
      return;
    case "close_listeners":
      assert.ok(!ledger.closed, "listeners are closed twice");
      assert.ok(ledger.isStopping || ledger.workers.size === 0, "listeners are closed while somebody serves");
      ledger.closed = true;
      return;
    case "log":
      assert.match(effect.text, /^[^\r\n]+$/, "a log text is not one line");
      return;
    case "reopen_logs":
      return;
    case "halt":
      assert.ok(ledger.closed, "halted with open listeners");
      assert.deepEqual([...ledger.workers.keys()], [], "halted before every worker was reaped");
      if (ledger.isStopping) assert.equal(effect.exitCode, 0);
      else {
        assert.ok(!ledger.wasReady, "halted unasked after a worker was ready");
        assert.equal(effect.exitCode, ledger.firstBootCode);
      }
      ledger.halted = true;
      return;
  }
}

function checkSpawn(ledger: Ledger, effect: Extract<ArbiterEffect, { type: "spawn_worker" }>, state: ArbiterState): void {
  const { age, generation, slot } = effect;
  assert.ok(!ledger.isStopping, "a worker is spawned in a stop");
  assert.equal(age, ledger.lastAge + 1, "ages do not count up");
  assert.ok(slot >= 0 && slot < ledger.slotCapacity, `slot ${slot} has no sockets`);
  assert.deepEqual(effect.slots, [slot]);
  assert.ok(
    [state.current.number, state.pending?.number].includes(generation),
    `a worker of the dead generation ${generation} is spawned`,
  );
  const rival = ledger.staff(generation).find((worker) => worker.slot === slot);
  assert.equal(rival, undefined, `slot ${slot} has two workers of generation ${generation}`);
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
    pid: null,
    readyAt: null,
    slots: [slot],
    beats: 0,
    beatAt: at(ledger.clock),
    told: new Map(),
  });
  assert.ok(ledger.workers.size <= ledger.slotCapacity * PROCESSES_PER_SLOT, `there are ${ledger.workers.size} processes`);
}

function checkKill(ledger: Ledger, worker: Seen, signal: string, event: ArbiterEvent): void {
  assert.ok(!worker.told.has(signal), `worker ${worker.age} is sent ${signal} twice`);
  if (worker.readyAt === null) {
    assert.ok(["SIGTERM", "SIGKILL", "SIGABRT"].includes(signal), `${signal} before the worker was ready`);
  }
  const { timeoutMs, gracefulTimeoutMs } = worker.settings;
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
  for (const slot of slots) assert.ok(ledger.open.has(slot), `slot ${slot} is assigned and does not listen`);
  worker.slots = slots;
}
