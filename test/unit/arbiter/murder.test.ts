import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, Rig } from "./rig.ts";

describe("Arbiter with a worker that does not beat", () => {
  it("aborts it after the timeout and kills it a second later", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.hung.add(1);
    assert.deepEqual(acts(rig.elapse(4_000)), ["assign 2 0,1"]);
    assert.deepEqual(rig.elapse(500), ["critical: WORKER TIMEOUT (pid:1001)", "SIGABRT 1"]);
    assert.deepEqual(rig.elapse(500), []);
    assert.deepEqual(rig.elapse(500), ["SIGKILL 1"]);
    assert.deepEqual(rig.elapse(60_000), []);
  });

  it("says which request it had been at for longest", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.post({ type: "worker_busy", age: 1, request: "GET /report?year=2026\nforged" });
    rig.hung.add(1);
    assert.ok(rig.elapse(4_500).includes("critical: WORKER TIMEOUT (pid:1001): its longest request was GET /report?year=2026"));
    rig.post({ type: "worker_busy", age: 2, request: "GET /over" });
    rig.post({ type: "worker_busy", age: 2, request: null });
    rig.hung.add(2);
    assert.ok(rig.elapse(4_500).includes("critical: WORKER TIMEOUT (pid:1002)"));
  });

  it("respawns it when it is gone", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.elapse(5_000);
    rig.hung.add(1);
    rig.elapse(4_500);
    assert.deepEqual(acts(rig.exit(1, "SIGABRT")), ["spawn 3 g1 s0"]);
  });

  it("never aborts with timeout 0", () => {
    const rig = Rig.running({ timeoutMs: 0 });
    rig.hung.add(1);
    assert.deepEqual(acts(rig.elapse(600_000)), ["assign 2 0,1"]);
  });

  it("does not abort one that beats", () => {
    assert.deepEqual(Rig.running({ timeoutMs: 2_000 }).elapse(60_000), []);
  });

  it("starts anew with every beat", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.hung.add(1);
    rig.elapse(3_500);
    rig.hung.delete(1);
    rig.elapse(500);
    rig.hung.add(1);
    assert.ok(!acts(rig.elapse(4_000)).includes("SIGABRT 1"));
  });

  it("also aborts one that drains", () => {
    const rig = Rig.running({ timeoutMs: 2_000 });
    rig.signal("SIGTTOU");
    rig.hung.add(1);
    assert.ok(rig.elapse(3_000).includes("SIGABRT 1"));
  });

  it("kills one that drains longer than graceful_timeout and a second", () => {
    const rig = Rig.running({ gracefulTimeoutMs: 3_000 });
    rig.signal("SIGTTOU");
    assert.deepEqual(rig.elapse(3_500), []);
    assert.deepEqual(rig.elapse(500), ["warning: Worker graceful timeout (pid:1001)", "SIGKILL 1"]);
  });

  it("judges a worker by the settings it was started with", () => {
    const rig = Rig.running({ gracefulTimeoutMs: 3_000 });
    rig.reload({ gracefulTimeoutMs: 600_000 });
    rig.boot(3, 4);
    assert.ok(rig.elapse(4_000).includes("SIGKILL 1"));
  });
});

describe("Arbiter after a suspend", () => {
  it("does not take old beats for a hang", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.elapse(1_000);
    rig.hung.add(1).add(2);
    rig.nowMs += 3_600_000;
    assert.deepEqual(rig.tick(), []);
    rig.hung.clear();
    assert.deepEqual(rig.elapse(10_000), []);
  });

  it("does not when another event than a tick comes first", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.elapse(1_000);
    rig.nowMs += 3_600_000;
    rig.signal("SIGUSR1");
    rig.hung.add(1).add(2);
    assert.deepEqual(rig.elapse(1_000), []);
  });

  it("goes on counting for one that hangs", () => {
    const rig = Rig.running({ timeoutMs: 4_000 });
    rig.hung.add(1);
    rig.elapse(3_000);
    rig.nowMs += 3_600_000;
    assert.ok(rig.elapse(1_500).includes("SIGABRT 1"));
  });

  it("takes a clock that goes back for one that stands", () => {
    const rig = Rig.running();
    rig.nowMs -= 900;
    assert.deepEqual(rig.tick(), []);
    assert.deepEqual(rig.elapse(2_000), []);
  });
});
