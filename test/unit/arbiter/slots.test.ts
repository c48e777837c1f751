import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, Rig } from "./rig.ts";

describe("Slots", () => {
  it("wait for their first workers after the start, so that the quickest does not get all connections", () => {
    const rig = new Rig({ workers: 3 });
    rig.post({ type: "started" });
    for (const age of [1, 2, 3]) rig.spawned(age);
    assert.deepEqual(rig.ready(2), []);
    assert.deepEqual(rig.elapse(2_500), []);
    assert.deepEqual(rig.ready(1), []);
    assert.deepEqual(rig.ready(3), []);
  });

  it("are adopted when their first workers take long, and handed back as these come", () => {
    const rig = new Rig({ workers: 3 });
    rig.post({ type: "started" });
    for (const age of [1, 2, 3]) rig.spawned(age);
    rig.ready(2);
    assert.deepEqual(rig.elapse(3_000), ["assign 2 0,1,2"]);
    assert.deepEqual(rig.ready(1), ["assign 2 1,2"]);
    assert.deepEqual(rig.ready(3), ["assign 2 1"]);
  });

  it("are adopted at once when their first worker failed", () => {
    const rig = new Rig({ workers: 2 });
    rig.post({ type: "started" });
    rig.boot(1);
    rig.spawned(2);
    assert.deepEqual(acts(rig.exit(2, 3)), ["spawn 3 g1 s1", "assign 1 0,1"]);
  });

  it("are not adopted before their sockets listen", () => {
    const rig = new Rig({ workers: 3 }, { firstSlots: 2 });
    rig.post({ type: "started" });
    assert.deepEqual(rig.boot(1), []);
    assert.deepEqual(rig.elapse(3_000), ["assign 1 0,1"]);
    assert.deepEqual(rig.boot(3), []);
    assert.deepEqual(acts(rig.exit(3, 0)), ["spawn 4 g1 s2", "assign 1 0,1,2"]);
  });

  it("of a worker that ended go to the one with the fewest, the oldest of several", () => {
    const rig = Rig.running({ workers: 4 });
    assert.deepEqual(acts(rig.exit(4, 1)), ["spawn 5 g1 s3", "assign 1 0,3"]);
    assert.deepEqual(acts(rig.exit(3, 1)), ["spawn 6 g1 s2", "assign 2 1,2"]);
  });

  it("stay with their adopter", () => {
    const rig = Rig.running({ workers: 4 });
    rig.exit(4, 1);
    rig.exit(3, 1);
    assert.deepEqual(acts(rig.boot(6)), ["assign 2 1"]);
    assert.deepEqual(acts(rig.exit(6, 1)), ["assign 2 1,2"]);
    assert.deepEqual(rig.state.workers.get(1)?.slots, [0, 3]);
  });

  it("of a hung worker are adopted long before the timeout and given back when it recovers", () => {
    const rig = Rig.running();
    rig.hung.add(1);
    assert.deepEqual(rig.elapse(1_500), []);
    assert.deepEqual(rig.elapse(500), ["assign 2 0,1"]);
    rig.hung.delete(1);
    assert.deepEqual(rig.elapse(500), ["assign 2 1"]);
  });

  it("that a hung worker had adopted are taken from it when it recovers", () => {
    const rig = Rig.running({ workers: 3 });
    rig.exit(3, 1);
    rig.hung.add(1);
    assert.deepEqual(acts(rig.elapse(2_000)), ["assign 2 0,1,2"]);
    rig.hung.delete(1);
    const lines = acts(rig.elapse(500));
    assert.equal(lines.length, 1);
    const assigned = [...rig.state.workers.values()].filter((worker) => worker.phase === "ready").flatMap((worker) =>
      worker.slots
    );
    assert.deepEqual([...assigned].sort(), [0, 1, 2]);
  });

  it("stay as they are while every worker hangs", () => {
    const rig = Rig.running();
    rig.hung.add(1).add(2);
    assert.deepEqual(rig.elapse(20_000), []);
  });

  it("are told to the adopter before the worker is told to leave", () => {
    assert.deepEqual(acts(Rig.running().signal("SIGTTOU")), ["assign 2 0,1", "SIGTERM 1"]);
  });

  it("never close: what TTIN opened is adopted after TTOU", () => {
    const rig = Rig.running({ workers: 1 });
    rig.signal("SIGTTIN");
    rig.boot(2);
    assert.deepEqual(acts(rig.signal("SIGTTOU")), ["assign 2 0,1", "SIGTERM 1"]);
    rig.exit(1, 0);
    assert.deepEqual(acts(rig.exit(2, 1)), ["spawn 3 g1 s0"]);
    assert.deepEqual(rig.boot(3), ["assign 3 0,1"]);
  });

  it("give to somebody before they take from somebody", () => {
    const rig = Rig.running({ workers: 5 }, { slotCapacity: 5 });
    for (const age of [3, 4, 5]) {
      rig.hung.add(age);
      rig.elapse(2_000);
    }
    rig.hung.delete(4);
    rig.elapse(500);
    assert.deepEqual(rig.state.workers.get(1)?.slots, [0, 2, 4]);
    rig.hung.add(2);
    rig.elapse(1_500);
    rig.hung.delete(3);
    assert.deepEqual(acts(rig.elapse(500)), ["assign 3 1,2", "assign 1 0,4"]);
  });
});
