import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Rig } from "../arbiter/rig.ts";

describe("The machine calls hooks", () => {
  it("before each spawn and after each end", () => {
    const rig = Rig.running();
    assert.deepEqual(rig.hooks, ["pre_fork 1", "spawn 1", "pre_fork 2", "spawn 2"]);
    rig.hooks.length = 0;
    rig.exit(1, 1);
    rig.exit(1, 1);
    assert.deepEqual(rig.hooks, ["child_exit 1", "pre_fork 3", "spawn 3"]);
  });

  it("at a reload: the number, on_reload, and only then the spawns", () => {
    const rig = Rig.running();
    rig.hooks.length = 0;
    rig.reload();
    assert.deepEqual(rig.hooks, ["nworkers_changed 2 to 2", "on_reload g2", "pre_fork 3", "spawn 3", "pre_fork 4", "spawn 4"]);
  });

  it("with the number that counts, when a reload fails", () => {
    const rig = Rig.running();
    rig.hooks.length = 0;
    rig.reload({ workers: 1 });
    rig.exit(3, 3);
    assert.deepEqual(rig.hooks, [
      "nworkers_changed 2 to 1",
      "on_reload g2",
      "pre_fork 3",
      "spawn 3",
      "child_exit 3",
      "nworkers_changed 1 to 2",
    ]);
  });

  it("for TTIN and TTOU, where they have an effect", () => {
    const rig = Rig.running({ workers: 1 }, { slotCapacity: 2 });
    rig.hooks.length = 0;
    for (const signal of ["SIGTTOU", "SIGTTIN", "SIGTTIN", "SIGTTOU"] as const) rig.signal(signal);
    assert.deepEqual(rig.hooks.filter((line) => line.startsWith("nworkers")), [
      "nworkers_changed 1 to 2",
      "nworkers_changed 2 to 1",
    ]);
  });

  it("not for a reload that is refused, nor in a stop but for those who end", () => {
    const rig = Rig.running();
    rig.hooks.length = 0;
    rig.signal("SIGHUP");
    rig.post({ type: "settings_refused", reason: "x" });
    rig.reload();
    rig.hooks.length = 0;
    rig.signal("SIGQUIT");
    for (const age of [1, 2]) rig.exit(age, 0);
    assert.deepEqual(rig.hooks, ["child_exit 1", "child_exit 2"]);
  });

  it("before the new arbiter of an upgrade", () => {
    const rig = Rig.running();
    rig.hooks.length = 0;
    assert.ok(rig.signal("SIGUSR2").includes("start_child"));
    assert.deepEqual(rig.hooks, ["pre_exec g1"]);
    rig.signal("SIGUSR2");
    assert.equal(rig.hooks.length, 1);
  });
});
