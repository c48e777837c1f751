import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, logs, Rig } from "./rig.ts";

describe("Arbiter whose worker ends", () => {
  const cases: readonly [how: number | string, text: string][] = [
    [0, "debug: Worker (pid:1001) exited with code 0."],
    [1, "error: Worker (pid:1001) exited with code 1."],
    [255, "error: Worker (pid:1001) exited with code 255."],
    ["SIGTERM", "info: Worker (pid:1001) was sent SIGTERM!"],
    ["SIGSEGV", "warning: Worker (pid:1001) was sent SIGSEGV!"],
    ["SIGKILL", "error: Worker (pid:1001) was sent SIGKILL! Perhaps out of memory?"],
  ];
  for (const [how, text] of cases) {
    it(`says so and respawns it at once: ${how}`, () => {
      const rig = Rig.running();
      rig.elapse(6_000);
      assert.deepEqual(rig.exit(1, how), [text, "spawn 3 g1 s0", "assign 2 0,1"]);
    });
  }

  it("survives a status that says nothing", () => {
    const rig = Rig.running();
    const lines = rig.post({ type: "worker_exited", age: 1, status: { code: null, signal: null } });
    assert.equal(lines[0], "error: Worker (pid:1001) exited with code unknown.");
  });

  it("is quiet about one that it let go", () => {
    const rig = Rig.running();
    rig.signal("SIGTTOU");
    assert.deepEqual(rig.exit(1, 0), ["debug: Worker (pid:1001) exited with code 0."]);
  });

  it("is quiet about one that died of its SIGTERM before it had handlers", () => {
    const rig = Rig.running();
    rig.reload();
    rig.spawned(3);
    rig.signal("SIGTERM");
    rig.post({ type: "listeners_emptied" });
    assert.deepEqual(rig.exit(3, "SIGTERM"), ["debug: Worker (pid:1003) was sent SIGTERM!"]);
  });

  it("suspects the memory when a worker that drains is killed by somebody else", () => {
    const rig = Rig.running();
    rig.signal("SIGTTOU");
    assert.deepEqual(logs(rig.exit(1, "SIGKILL")), ["error: Worker (pid:1001) was sent SIGKILL! Perhaps out of memory?"]);
  });

  it("does not suspect the memory when it killed the worker itself", () => {
    const rig = Rig.running({ timeoutMs: 2_000 });
    rig.hung.add(1);
    rig.elapse(4_000);
    assert.deepEqual(logs(rig.exit(1, "SIGKILL")), ["error: Worker (pid:1001) was sent SIGKILL!"]);
  });

  it("ignores events of workers that it does not know", () => {
    const rig = Rig.running();
    const before = rig.state.workers;
    const lines = [
      ...rig.exit(77, 1),
      ...rig.spawned(77),
      ...rig.ready(77),
      ...rig.post({ type: "worker_boot_failed", age: 77, text: "?" }),
      ...rig.post({ type: "spawn_failed", age: 77, reason: "?" }),
      ...rig.post({ type: "spawn_failed", age: 1, reason: "it has a pid already" }),
      ...rig.spawned(1),
      ...rig.ready(1),
    ];
    assert.deepEqual(lines, []);
    assert.equal(rig.state.workers, before);
  });

  it("ignores readiness of a worker that has no pid yet", () => {
    const rig = new Rig();
    rig.post({ type: "started" });
    rig.ready(1);
    assert.equal(rig.state.phase, "starting");
  });

  it("can take an exit that comes before the pid", () => {
    const rig = Rig.running();
    rig.exit(1, 1);
    assert.deepEqual(logs(rig.exit(3, 1)).slice(0, 1), ["error: Worker (pid:unknown) exited with code 1."]);
    assert.deepEqual(acts(rig.spawned(3)), []);
  });
});
