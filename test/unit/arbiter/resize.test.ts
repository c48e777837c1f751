import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, Rig } from "./rig.ts";

describe("TTIN", () => {
  it("spawns one more worker, in the lowest free slot", () => {
    const rig = Rig.running();
    assert.deepEqual(rig.signal("SIGTTIN"), ["info: Handling signal: ttin", "spawn 3 g1 s2"]);
    rig.boot(3);
    rig.signal("SIGTTOU");
    assert.deepEqual(acts(rig.signal("SIGTTIN")), ["spawn 4 g1 s0"]);
  });

  it("says that there are no more sockets", () => {
    const rig = Rig.running({}, { slotCapacity: 2 });
    assert.deepEqual(rig.signal("SIGTTIN"), [
      "info: Handling signal: ttin",
      "warning: Signal ttin has no effect: sockets were bound for 2 workers, set 'workers' and reload for more",
    ]);
    assert.equal(rig.state.current.target, 2);
  });
});

describe("TTOU", () => {
  it("lets the oldest ready worker go, told once", () => {
    const rig = Rig.running({ workers: 3 });
    assert.deepEqual(acts(rig.signal("SIGTTOU")).at(-1), "SIGTERM 1");
    assert.ok(!rig.elapse(8_000).includes("SIGTERM 1"));
    assert.deepEqual(acts(rig.signal("SIGTTOU")).at(-1), "SIGTERM 2");
  });

  it("keeps one worker", () => {
    const rig = Rig.running({ workers: 1 });
    assert.deepEqual(rig.signal("SIGTTOU"), [
      "info: Handling signal: ttou",
      "warning: Signal ttou has no effect: one worker is the least",
    ]);
  });

  it("does not take the one that serves because another one boots", () => {
    const rig = Rig.running();
    rig.exit(1, 1);
    assert.deepEqual(acts(rig.signal("SIGTTOU")), []);
    assert.deepEqual(acts(rig.boot(3)), ["assign 3 0,1", "SIGTERM 2"]);
  });

  it("does not leave a hung worker as the only one", () => {
    const rig = Rig.running();
    rig.hung.add(2);
    rig.elapse(2_000);
    assert.deepEqual(acts(rig.signal("SIGTTOU")), []);
    rig.hung.delete(2);
    assert.deepEqual(acts(rig.elapse(500)), ["assign 2 0,1", "SIGTERM 1"]);
  });

  it("cancels a respawn that waits", () => {
    const rig = Rig.running();
    rig.exit(1, 1);
    rig.spawned(3);
    rig.exit(3, 1);
    rig.signal("SIGTTOU");
    assert.deepEqual(acts(rig.elapse(60_000)), []);
  });
});

describe("A storm of TTIN and TTOU", () => {
  it("never has more than four processes a slot", () => {
    const rig = Rig.running({ gracefulTimeoutMs: 600_000 });
    for (let turn = 0; turn < 40; turn += 1) {
      rig.signal("SIGTTIN");
      rig.boot(rig.state.lastAge);
      rig.signal("SIGTTOU");
    }
    assert.equal(rig.state.workers.size, 16);
    assert.deepEqual(acts(rig.signal("SIGTTIN")), []);
    assert.equal(acts(rig.exit(1, 0)).length, 1);
    assert.equal(rig.state.workers.size, 16);
  });
});
