import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { afterFailure, backoffLine, backoffMs, isFailure } from "../../../src/arbiter/backoff.ts";
import { acts, Rig } from "./rig.ts";

describe("Back-off", () => {
  it("is none after the first failure, then doubles from 250 ms to 30 s", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2_000].map(backoffMs);
    assert.deepEqual(delays, [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("counts up from nothing", () => {
    const first = afterFailure(undefined, 1_000);
    assert.deepEqual(first, { failures: 1, notBeforeMs: 1_000 });
    assert.deepEqual(afterFailure(first, 1_100), { failures: 2, notBeforeMs: 1_350 });
  });

  it("speaks once per step and not at the cap", () => {
    const lines = [1, 2, 5, 9, 10].map((failures) => backoffLine(2, { failures, notBeforeMs: 0 }));
    assert.deepEqual(lines, [
      null,
      "Worker in slot 2 failed 2 times in a row: next attempt in 250 ms",
      "Worker in slot 2 failed 5 times in a row: next attempt in 2 s",
      "Worker in slot 2 failed 9 times in a row: next attempt in 30 s",
      null,
    ]);
  });

  it("takes 5 s of readiness for success", () => {
    assert.equal(isFailure(null, 99_000), true);
    assert.equal(isFailure(1_000, 5_999), true);
    assert.equal(isFailure(1_000, 6_000), false);
  });
});

/** Lets the youngest worker of the rig boot and fail; the time until the next spawn. */
function failAgain(rig: Rig): number {
  const age = rig.state.lastAge;
  rig.spawned(age);
  let lines = rig.exit(age, 1);
  let waitedMs = 0;
  while (!acts(lines).some((text) => text.startsWith("spawn"))) {
    assert.ok(waitedMs < 60_000, "it is not tried again");
    lines = rig.elapse(500);
    waitedMs += 500;
  }
  return waitedMs;
}

describe("Arbiter in a crash loop", () => {
  it("gives the slot more and more time, seen at ticks", () => {
    const rig = Rig.running();
    rig.exit(2, 1);
    assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => failAgain(rig)), [
      500,
      500,
      1_000,
      2_000,
      4_000,
      8_000,
      16_000,
      30_000,
      30_000,
    ]);
  });

  it("does not evade into a free slot", () => {
    const rig = Rig.running();
    rig.exit(1, 1);
    rig.spawned(3);
    assert.deepEqual(acts(rig.exit(3, 1)), []);
    assert.deepEqual(acts(rig.elapse(500)), ["spawn 4 g1 s0"]);
  });

  it("counts an exit soon after readiness", () => {
    const rig = Rig.running({ workers: 1 });
    rig.exit(1, 1);
    rig.boot(2);
    rig.elapse(4_500);
    assert.deepEqual(acts(rig.exit(2, 1)), []);
  });

  it("counts an unasked exit with code 0", () => {
    const rig = Rig.running({ workers: 1 });
    rig.exit(1, 0);
    rig.boot(2);
    assert.deepEqual(acts(rig.exit(2, 0)), []);
  });

  it("counts a failure to spawn", () => {
    const rig = Rig.running({ workers: 1 });
    rig.exit(1, 1);
    assert.deepEqual(rig.post({ type: "spawn_failed", age: 2, reason: "ENOMEM" }), [
      "error: Worker could not be started: ENOMEM",
      "warning: Worker in slot 0 failed 2 times in a row: next attempt in 250 ms",
    ]);
    assert.deepEqual(acts(rig.elapse(500)), ["spawn 3 g1 s0"]);
  });

  it("forgets the failures when a worker lasts", () => {
    const rig = Rig.running({ workers: 1 });
    for (let age = 1; age < 4; age += 1) failAgain(rig);
    const lasting = rig.state.lastAge;
    rig.boot(lasting);
    rig.elapse(5_000);
    assert.deepEqual(rig.exit(lasting, 1).slice(1), [`spawn ${lasting + 1} g1 s0`]);
    rig.spawned(lasting + 1);
    assert.deepEqual(acts(rig.exit(lasting + 1, 1)), [`spawn ${lasting + 2} g1 s0`]);
  });

  it("does not hold other slots up", () => {
    const rig = Rig.running();
    rig.exit(1, 1);
    failAgain(rig);
    rig.spawned(rig.state.lastAge);
    rig.exit(rig.state.lastAge, 1);
    rig.elapse(500);
    assert.match(acts(rig.exit(2, 1))[0]!, /^spawn \d+ g1 s1$/);
  });

  it("gives a new generation its chance at once", () => {
    const rig = Rig.running({ workers: 1 });
    for (let turn = 0; turn < 6; turn += 1) failAgain(rig);
    rig.spawned(rig.state.lastAge);
    rig.exit(rig.state.lastAge, 1);
    assert.match(acts(rig.reload({ workers: 1 }))[1]!, /^spawn \d+ g2 s0$/);
  });
});
