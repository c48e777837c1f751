import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, logs, Rig, SETTINGS } from "./rig.ts";

describe("HUP", () => {
  it("reads the configuration again", () => {
    assert.deepEqual(Rig.running().signal("SIGHUP"), ["info: Handling signal: hup", "info: Hang up: Master", "load_settings"]);
  });

  it("spawns a whole generation, then lets the old one go, oldest first", () => {
    const rig = Rig.running();
    assert.deepEqual(acts(rig.reload()), ["load_settings", "spawn 3 g2 s0", "spawn 4 g2 s1"]);
    assert.deepEqual(acts(rig.boot(4)), []);
    assert.deepEqual(rig.boot(3), ["info: Reload complete: generation 2 has 2 workers ready", "SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual(acts([...rig.exit(1, 0), ...rig.exit(2, 0), ...rig.elapse(5_000)]), []);
  });

  it("goes on with the old workers when the new settings are refused", () => {
    const rig = Rig.running();
    rig.signal("SIGHUP");
    assert.deepEqual(rig.post({ type: "settings_refused", reason: "Invalid value for 'workers'" }), [
      "error: Reload failed: Invalid value for 'workers'; the old workers go on serving",
    ]);
    assert.deepEqual(rig.elapse(5_000), []);
    assert.deepEqual(acts(rig.signal("SIGHUP")), ["load_settings"]);
  });

  it("is abandoned when a new worker fails, with its reason; the number is not used again", () => {
    const rig = Rig.running();
    rig.reload({ workers: 3 });
    rig.spawned(3);
    rig.boot(4);
    rig.post({ type: "worker_boot_failed", age: 3, text: "Cannot find module 'x'\n    at load (app.ts:1)" });
    assert.deepEqual(rig.exit(3, 3), [
      "error: Worker (pid:1003) exited with code 3.",
      "error: Reload failed: worker (pid:1003) exited with code 3: Cannot find module 'x'; the old workers go on serving",
      "SIGTERM 4",
    ]);
    assert.deepEqual(rig.spawned(5), ["SIGTERM 5"]);
    assert.deepEqual(rig.state.current.settings, SETTINGS);
    rig.exit(4, 0);
    rig.exit(5, "SIGTERM");
    assert.deepEqual(acts(rig.reload()), ["load_settings", "spawn 6 g3 s0", "spawn 7 g3 s1"]);
  });

  it("is abandoned when a new worker cannot be spawned", () => {
    const rig = Rig.running();
    rig.reload();
    assert.deepEqual(rig.post({ type: "spawn_failed", age: 3, reason: "EAGAIN" }), [
      "error: Worker could not be started: EAGAIN",
      "error: Reload failed: a worker could not be started: EAGAIN; the old workers go on serving",
    ]);
  });

  it("is abandoned when a new worker dies soon after it was ready", () => {
    const rig = Rig.running();
    rig.reload();
    rig.boot(3);
    rig.spawned(4);
    rig.elapse(4_000);
    assert.ok(
      logs(rig.exit(3, "SIGSEGV")).includes(
        "error: Reload failed: worker (pid:1003) was sent SIGSEGV; the old workers go on serving",
      ),
    );
  });

  it("waits for a new worker that had lasted and is respawned", () => {
    const rig = Rig.running();
    rig.reload();
    rig.boot(3);
    rig.spawned(4);
    rig.elapse(6_000);
    assert.deepEqual(acts(rig.exit(3, 1)), ["spawn 5 g2 s0"]);
    assert.deepEqual(acts(rig.ready(4)), []);
    assert.deepEqual(acts(rig.boot(5)), ["SIGTERM 1", "SIGTERM 2"]);
  });

  it("is abandoned when a new worker hangs while it boots", () => {
    const rig = Rig.running();
    rig.reload({ bootTimeoutMs: 3_000 });
    rig.boot(3);
    rig.spawned(4);
    assert.ok(rig.elapse(4_000).includes("SIGABRT 4"));
    assert.deepEqual(acts(rig.exit(4, "SIGABRT")), ["SIGTERM 3"]);
  });

  it("respawns old workers in the old generation meanwhile", () => {
    const rig = Rig.running();
    rig.elapse(6_000);
    rig.reload();
    assert.deepEqual(acts(rig.exit(1, 1)), ["spawn 5 g1 s0", "assign 2 0,1"]);
    rig.boot(3);
    assert.deepEqual(acts(rig.boot(4)), ["SIGTERM 2"]);
    assert.deepEqual(rig.spawned(5), ["SIGTERM 5"]);
  });

  it("replaces a reload that is pending", () => {
    const rig = Rig.running();
    rig.reload();
    rig.boot(3);
    rig.spawned(4);
    assert.deepEqual(acts(rig.reload()), ["load_settings", "spawn 5 g3 s0", "spawn 6 g3 s1", "SIGTERM 3", "SIGTERM 4"]);
    rig.boot(5);
    assert.deepEqual(acts(rig.boot(6)), ["SIGTERM 1", "SIGTERM 2"]);
  });

  it("reads once more for all that came while it was reading", () => {
    const rig = Rig.running();
    rig.signal("SIGHUP");
    assert.deepEqual(acts([...rig.signal("SIGHUP"), ...rig.signal("SIGHUP")]), []);
    const first = rig.loaded();
    assert.deepEqual(first, ["load_settings", "spawn 3 g2 s0", "spawn 4 g2 s1"]);
    assert.deepEqual(acts(rig.loaded()), ["spawn 5 g3 s0", "spawn 6 g3 s1"]);
    assert.deepEqual([...rig.spawned(3), ...rig.spawned(5)], ["SIGTERM 3"]);
  });

  it("reads once more after a refusal, too", () => {
    const rig = Rig.running();
    rig.signal("SIGHUP");
    rig.signal("SIGHUP");
    assert.deepEqual(acts(rig.post({ type: "settings_refused", reason: "x" })), ["load_settings"]);
    assert.deepEqual(acts(rig.post({ type: "settings_refused", reason: "x" })), []);
  });

  it("keeps what TTIN did", () => {
    const rig = Rig.running();
    rig.signal("SIGTTIN");
    rig.boot(3);
    assert.deepEqual(acts(rig.reload()), ["load_settings", "spawn 4 g2 s0", "spawn 5 g2 s1", "spawn 6 g2 s2"]);
  });

  it("takes the number of workers when that was changed", () => {
    const rig = Rig.running();
    rig.signal("SIGTTIN");
    rig.boot(3);
    rig.reload({ workers: 1 });
    assert.deepEqual(acts(rig.boot(4)), ["assign 4 0,1,2", "SIGTERM 1", "SIGTERM 2", "SIGTERM 3"]);
  });

  it("has no more workers than its listeners have slots", () => {
    const rig = Rig.running({}, { slotCapacity: 3 });
    rig.signal("SIGHUP");
    assert.equal(acts(rig.loaded({ workers: 8 })).length, 3);
    assert.equal(acts(rig.loaded({ workers: 8 }, { number: 2, slotCapacity: 8 })).length, 8);
  });

  it("follows TTIN and TTOU while it is pending", () => {
    const rig = Rig.running();
    rig.reload();
    assert.deepEqual(acts(rig.signal("SIGTTIN")), ["spawn 5 g1 s2", "spawn 6 g2 s2"]);
    rig.boot(3, 4);
    assert.deepEqual(acts(rig.boot(6)), ["SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual(rig.spawned(5), ["SIGTERM 5"]);
    assert.equal(rig.state.current.target, 3);
  });

  it("helps out of a crash loop", () => {
    const rig = Rig.running({ workers: 1 });
    rig.exit(1, 1);
    rig.spawned(2);
    rig.exit(2, 1);
    assert.deepEqual(acts(rig.reload({ workers: 1 })), ["load_settings", "spawn 3 g2 s0"]);
    rig.boot(3);
    assert.equal(rig.state.current.number, 2);
    assert.deepEqual(acts(rig.elapse(30_000)), []);
  });

  it("works while starting", () => {
    const rig = new Rig({ workers: 1 });
    rig.post({ type: "started" });
    rig.reload({ workers: 1 });
    assert.deepEqual(rig.boot(2), ["info: Reload complete: generation 2 has 1 workers ready"]);
    assert.deepEqual(rig.spawned(1), ["SIGTERM 1"]);
  });

  it("that fails while starting halts once nobody is left", () => {
    const rig = new Rig({ workers: 1 });
    rig.post({ type: "started" });
    rig.spawned(1);
    rig.reload({ workers: 1 });
    rig.spawned(2);
    rig.exit(1, 4);
    assert.equal(rig.state.phase, "starting");
    assert.ok(rig.exit(2, 3).includes("halt 4"));
  });

  it("that is given up keeps its ready workers while old ones are missing", () => {
    const rig = Rig.running();
    rig.elapse(6_000);
    rig.reload();
    rig.boot(3);
    rig.spawned(4);
    rig.exit(1, 1);
    rig.exit(2, 1);
    assert.deepEqual(acts(rig.exit(4, 3)), []);
    assert.deepEqual(rig.state.workers.get(3)?.slots, [0, 1]);
    assert.deepEqual(acts(rig.boot(5)), []);
    assert.deepEqual(acts(rig.boot(6)), ["SIGTERM 3"]);
  });
});

describe("HUP with reload_surge", () => {
  const settings = { workers: 3, reloadSurge: 1 };

  it("replaces one worker after the other", () => {
    const rig = Rig.running(settings);
    assert.deepEqual(acts(rig.reload(settings)), ["load_settings", "spawn 4 g2 s0"]);
    assert.deepEqual(acts(rig.boot(4)), ["SIGTERM 1"]);
    assert.deepEqual(acts(rig.exit(1, 0)), ["spawn 5 g2 s1"]);
    assert.deepEqual(acts(rig.boot(5)), ["SIGTERM 2"]);
    assert.deepEqual(acts(rig.exit(2, 0)), ["spawn 6 g2 s2"]);
    assert.deepEqual(rig.boot(6), ["info: Reload complete: generation 2 has 3 workers ready", "SIGTERM 3"]);
  });

  it("waits for the memory of one that drains", () => {
    const rig = Rig.running(settings);
    rig.reload(settings);
    rig.boot(4);
    assert.deepEqual(acts(rig.elapse(9_000)), []);
    assert.deepEqual(acts(rig.elapse(3_000)), ["SIGKILL 1"]);
    assert.deepEqual(acts(rig.exit(1, "SIGKILL")), ["spawn 5 g2 s1"]);
  });

  it("given up half-way keeps capacity until the old generation is whole again", () => {
    const rig = Rig.running(settings);
    rig.elapse(6_000);
    rig.reload(settings);
    rig.boot(4);
    rig.exit(1, 0);
    rig.spawned(5);
    assert.deepEqual(acts(rig.exit(5, 3)), ["spawn 6 g1 s0"]);
    assert.deepEqual(acts(rig.boot(6)), ["SIGTERM 4"]);
  });

  it("may start several at once", () => {
    const rig = Rig.running(settings);
    assert.deepEqual(acts(rig.reload({ ...settings, reloadSurge: 2 })), ["load_settings", "spawn 4 g2 s0", "spawn 5 g2 s1"]);
  });

  it("still brings a lost worker back", () => {
    const rig = Rig.running(settings);
    rig.elapse(6_000);
    rig.reload(settings);
    assert.ok(acts(rig.exit(2, 1)).includes("spawn 5 g1 s1"));
  });
});
