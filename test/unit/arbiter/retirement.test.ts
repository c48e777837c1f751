import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, Rig } from "./rig.ts";

describe("A worker that retires", () => {
  it("leaves when its successor is ready", () => {
    const rig = Rig.running();
    assert.deepEqual(acts(rig.retiring(1)), ["spawn 3 g1 s0"]);
    assert.deepEqual(acts(rig.spawned(3)), []);
    assert.deepEqual(acts(rig.ready(3)), ["SIGTERM 1"]);
    assert.deepEqual(acts(rig.exit(1, 0)), []);
    assert.deepEqual(acts(rig.elapse(60_000)), []);
  });

  it("waits for others that retired before", () => {
    const rig = Rig.running({ workers: 3 });
    rig.retiring(2);
    assert.deepEqual(acts([...rig.retiring(1), ...rig.retiring(3)]), []);
    assert.deepEqual(acts(rig.boot(4)), ["SIGTERM 2"]);
    assert.deepEqual(acts(rig.elapse(500)), ["spawn 5 g1 s0"]);
    assert.deepEqual(acts(rig.boot(5)), ["SIGTERM 1"]);
    assert.deepEqual(acts(rig.elapse(500)), ["spawn 6 g1 s2"]);
    assert.deepEqual(acts(rig.boot(6)), ["SIGTERM 3"]);
  });

  it("goes on serving while its successor fails", () => {
    const rig = Rig.running();
    rig.retiring(1);
    rig.spawned(3);
    assert.deepEqual(acts(rig.exit(3, 3)), ["spawn 4 g1 s0"]);
    rig.spawned(4);
    assert.deepEqual(acts(rig.exit(4, 3)), []);
    assert.deepEqual(acts(rig.elapse(1_000)), ["spawn 5 g1 s0"]);
    assert.deepEqual(acts(rig.boot(5)), ["SIGTERM 1"]);
  });

  it("is the first to go when TTOU makes it one too many", () => {
    const rig = Rig.running();
    rig.retiring(2);
    assert.deepEqual(acts(rig.signal("SIGTTOU")), ["assign 1 0,1", "SIGTERM 2"]);
  });

  it("is replaced like any other when it dies first", () => {
    const rig = Rig.running();
    rig.elapse(6_000);
    rig.retiring(1);
    assert.deepEqual(acts(rig.exit(1, "SIGKILL")), ["assign 2 0,1"]);
    assert.deepEqual(acts(rig.boot(3)), ["assign 2 1"]);
    assert.deepEqual(acts(rig.elapse(60_000)), []);
  });

  it("is not relieved during a reload, which replaces it anyway", () => {
    const rig = Rig.running();
    rig.reload();
    assert.deepEqual(acts(rig.retiring(1)), []);
    rig.boot(3, 4);
    assert.deepEqual([...rig.state.workers.values()].filter((worker) => worker.isLeaving).map((worker) => worker.age), [1, 2]);
  });

  it("is relieved when a reload is given up", () => {
    const rig = Rig.running();
    rig.reload();
    rig.retiring(1);
    rig.spawned(3);
    assert.ok(acts(rig.exit(3, 3)).includes("spawn 5 g1 s0"));
  });

  it("may say so as often as it likes, and before it serves or after it left to no effect", () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    rig.spawned(1);
    assert.deepEqual(rig.retiring(1), []);
    assert.deepEqual(rig.retiring(77), []);
    rig.ready(1);
    rig.boot(2);
    rig.retiring(1);
    assert.deepEqual(rig.retiring(1), []);
    rig.boot(3);
    assert.deepEqual(rig.retiring(1), []);
  });
});
