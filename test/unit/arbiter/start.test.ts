import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, logs, Rig } from "./rig.ts";

describe("Arbiter at start", () => {
  it("spawns a worker for each of the first slots", () => {
    assert.deepEqual(new Rig({ workers: 3 }).post({ type: "started" }), ["spawn 1 g1 s0", "spawn 2 g1 s1", "spawn 3 g1 s2"]);
  });

  it("spawns no more workers than sockets were bound for", () => {
    assert.equal(new Rig({ workers: 9 }, { slotCapacity: 2 }).post({ type: "started" }).length, 2);
  });

  it("takes a second start for nothing", () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    assert.deepEqual(rig.post({ type: "started" }), []);
  });

  it("is starting until any worker is ready", () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    rig.spawned(2);
    assert.equal(rig.state.phase, "starting");
    rig.ready(2);
    assert.equal(rig.state.phase, "running");
  });

  it("does not try a failed worker again while none is ready", () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    rig.spawned(1);
    assert.deepEqual(acts(rig.exit(1, 1)), []);
    assert.deepEqual(acts(rig.elapse(5_000)), []);
  });

  it("tries the failed ones again once one is ready", () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    rig.spawned(1);
    rig.exit(1, 3);
    rig.spawned(2);
    assert.deepEqual(acts(rig.ready(2)), ["spawn 3 g1 s0", "assign 2 0,1"]);
  });

  const outcomes: readonly { name: string; exits: readonly (number | string)[]; code: number; reason: string }[] = [
    { name: "a module that throws", exits: [3, 3], code: 3, reason: "Worker failed to boot." },
    { name: "an application that is not there", exits: [4, 4], code: 4, reason: "App failed to load." },
    { name: "any other code", exits: [1, 1], code: 3, reason: "Worker failed to boot." },
    { name: "an exit without an error", exits: [0, 0], code: 3, reason: "Worker failed to boot." },
    { name: "a signal", exits: ["SIGSEGV", "SIGSEGV"], code: 3, reason: "Worker failed to boot." },
    { name: "several reasons, the first of which counts", exits: [4, 1], code: 4, reason: "App failed to load." },
  ];
  for (const { name, exits, code, reason } of outcomes) {
    it(`halts with ${code} when every worker failed: ${name}`, () => {
      const rig = new Rig();
      rig.post({ type: "started" });
      rig.spawned(1);
      rig.spawned(2);
      assert.deepEqual(acts(rig.exit(1, exits[0]!)), []);
      const last = rig.exit(2, exits[1]!);
      assert.deepEqual(last.slice(-4), [
        "close_listeners",
        "error: Shutting down: Master",
        `error: Reason: ${reason}`,
        `halt ${code}`,
      ]);
      assert.deepEqual(rig.tick(), []);
    });
  }

  it("halts with 3 when no worker can even be spawned", () => {
    const rig = new Rig({ workers: 1 });
    rig.post({ type: "started" });
    assert.deepEqual(rig.post({ type: "spawn_failed", age: 1, reason: "EAGAIN" }), [
      "error: Worker could not be started: EAGAIN",
      "close_listeners",
      "error: Shutting down: Master",
      "error: Reason: Worker failed to boot.",
      "halt 3",
    ]);
  });

  for (const code of [3, 4]) {
    it(`goes on when the last worker exits with ${code} after one was ready`, () => {
      const rig = Rig.running({ workers: 1 });
      assert.deepEqual(rig.exit(1, code), [`error: Worker (pid:1001) exited with code ${code}.`, "spawn 2 g1 s0"]);
    });
  }

  it("lets a boot take up to the timeout and no longer", () => {
    const rig = new Rig({ workers: 1, bootTimeoutMs: 3_000 });
    rig.post({ type: "started" });
    rig.spawned(1);
    assert.deepEqual(rig.elapse(3_000), []);
    assert.deepEqual(rig.elapse(500), ["critical: WORKER TIMEOUT (pid:1001): not ready within boot_timeout (3 s)", "SIGABRT 1"]);
    assert.equal(logs(rig.exit(1, "SIGABRT"))[0], "warning: Worker (pid:1001) was sent SIGABRT!");
  });

  it("stops before it started without a worker", () => {
    const rig = new Rig();
    assert.deepEqual(acts(rig.signal("SIGTERM")), ["seal_listeners", "close_listeners", "halt 0"]);
    assert.deepEqual(rig.post({ type: "started" }), []);
  });

  it("starts with what HUP and TTIN changed before", () => {
    const rig = new Rig({ workers: 1 });
    rig.reload({ workers: 2 });
    rig.signal("SIGTTIN");
    assert.deepEqual(rig.post({ type: "started" }), ["spawn 1 g1 s0", "spawn 2 g1 s1", "spawn 3 g1 s2"]);
  });
});
