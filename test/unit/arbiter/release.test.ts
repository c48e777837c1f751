import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, Rig } from "./rig.ts";

/** Two workers serve from set 1, two of a reload with set 2 are booting: ages 3 and 4. */
function reloading(listeners: { number: number; slotCapacity: number } = { number: 2, slotCapacity: 4 }): Rig {
  const rig = Rig.running();
  rig.signal("SIGHUP");
  rig.loaded({}, listeners);
  rig.spawned(3);
  rig.spawned(4);
  return rig;
}

describe("A reload with listeners of its own", () => {
  it("gives the old ones up when the new generation serves, and lets the old workers empty them", () => {
    const rig = reloading();
    rig.ready(3);
    assert.deepEqual(acts(rig.ready(4)), ["release 1"]);
    assert.equal(rig.state.current.number, 2);
    assert.deepEqual(acts(rig.elapse(4_000)), []);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 1 }), ["SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual([...rig.state.listenerSets.keys()], [2]);
  });

  it("does not wait for ever", () => {
    const rig = reloading();
    rig.ready(3);
    rig.ready(4);
    rig.elapse(4_500);
    assert.deepEqual(acts(rig.elapse(500)), ["SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 1 }), []);
  });

  it("gives an old worker that hangs the time to come round", () => {
    const rig = reloading();
    rig.hung.add(1);
    rig.elapse(2_500);
    rig.ready(3);
    assert.deepEqual(acts(rig.ready(4)), ["release 1"]);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 1 }), ["SIGTERM 1", "SIGTERM 2"]);
  });

  it("gives the new ones up when it comes to nothing, and its ready workers empty them", () => {
    const rig = reloading();
    rig.ready(3);
    assert.deepEqual(acts(rig.exit(4, 3)), ["release 2", "assign 3 0,1"]);
    assert.equal(rig.state.pending, null);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 2 }), ["SIGTERM 3"]);
  });

  it("gives the new ones up for newer ones", () => {
    const rig = reloading();
    rig.ready(3);
    rig.signal("SIGHUP");
    assert.deepEqual(acts(rig.loaded({}, { number: 3, slotCapacity: 4 })), [
      "release 2",
      "spawn 5 g3 s0",
      "spawn 6 g3 s1",
      "assign 3 0,1",
      "SIGTERM 4",
    ]);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 2 }), ["SIGTERM 3"]);
  });

  it("keeps those that the newer one has as well", () => {
    const rig = reloading();
    rig.ready(3);
    rig.signal("SIGHUP");
    assert.deepEqual(acts(rig.loaded({}, { number: 2, slotCapacity: 4 })), [
      "spawn 5 g3 s0",
      "spawn 6 g3 s1",
      "SIGTERM 3",
      "SIGTERM 4",
    ]);
  });

  it("adopts for each set among its own workers", () => {
    const rig = Rig.running({ workers: 3 });
    rig.signal("SIGTTOU");
    rig.exit(1, 0);
    rig.signal("SIGHUP");
    rig.loaded({ workers: 3 }, { number: 2, slotCapacity: 4 });
    rig.boot(4);
    assert.deepEqual(rig.state.workers.get(4)?.slots, [0], "a reload adopts before it is through");
    rig.boot(5);
    const held = (set: number): number[] =>
      [...rig.state.workers.values()].filter((worker) => worker.listeners.number === set && worker.phase === "ready")
        .flatMap((worker) => [...worker.slots]).sort();
    assert.equal(rig.state.current.number, 2);
    assert.deepEqual([held(1), held(2)], [[0, 1, 2], [0, 1, 2]]);
  });

  it("forgets slots that only it had sockets for", () => {
    const rig = Rig.running({ workers: 2 }, { slotCapacity: 2 });
    rig.signal("SIGHUP");
    rig.loaded({ workers: 3 }, { number: 2, slotCapacity: 8 });
    rig.boot(5);
    assert.deepEqual([...rig.state.openSlots], [0, 1, 2]);
    assert.equal(rig.state.workers.get(1)?.slots.includes(2), false, "an old worker was given a socket that it does not have");
    rig.exit(5, 1);
    rig.post({ type: "listeners_released", number: 2 });
    assert.deepEqual([...rig.state.openSlots], [0, 1]);
  });

  it("with reload_surge keeps an old worker for what only it can accept from", () => {
    const settings = { workers: 2, reloadSurge: 8 };
    const rig = Rig.running(settings);
    rig.signal("SIGHUP");
    rig.loaded({ ...settings, workers: 4 }, { number: 2, slotCapacity: 4 });
    assert.deepEqual(acts(rig.boot(3)), ["assign 2 0,1", "SIGTERM 1"]);
    assert.ok(!acts(rig.boot(4)).includes("SIGTERM 2"));
    assert.ok(acts(rig.exit(2, "SIGSEGV")).includes("spawn 7 g1 s0"), "nobody takes the last old worker's place");
    rig.boot(5);
    assert.ok(acts(rig.boot(6)).includes("release 1"));
  });

  it("leaves what another arbiter shares to that", () => {
    const rig = reloading();
    rig.signal("SIGUSR2");
    rig.post({ type: "child_started", pid: 77 });
    rig.ready(3);
    assert.deepEqual(acts(rig.ready(4)), ["release 1 own"]);
  });

  it("that was given up ends with a stop", () => {
    const rig = reloading();
    rig.ready(3);
    rig.ready(4);
    rig.signal("SIGTERM");
    assert.deepEqual(acts(rig.post({ type: "listeners_emptied" })), [
      "close_listeners",
      "SIGTERM 1",
      "SIGTERM 2",
      "SIGTERM 3",
      "SIGTERM 4",
    ]);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 1 }), []);
  });

  it("is not given up twice, and the current one never", () => {
    const rig = reloading();
    assert.deepEqual(rig.post({ type: "listeners_released", number: 1 }), []);
    assert.deepEqual(rig.post({ type: "listeners_released", number: 9 }), []);
    assert.deepEqual([...rig.state.listenerSets].map(([number, { emptiedAtMs }]) => [number, emptiedAtMs]), [[1, null], [
      2,
      null,
    ]]);
  });
});
