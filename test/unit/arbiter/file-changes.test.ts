import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serviceStatus } from "../../../src/arbiter/service-status.ts";
import { acts, logs, Rig } from "./rig.ts";

const FOLLOWING = { workers: 3, followsFiles: true };
const CHANGED = { type: "files_changed", text: "app.js" } as const;

/** A rig whose workers serve. */
function serving(): Rig {
  const rig = new Rig(FOLLOWING);
  rig.post({ type: "started" });
  rig.boot(1);
  rig.boot(2, 3);
  return rig;
}

/** A rig whose application does not load. */
function waiting(options: ConstructorParameters<typeof Rig>[1] = {}): Rig {
  const rig = new Rig(FOLLOWING, options);
  rig.post({ type: "started" });
  rig.spawned(1);
  rig.exit(1, 3);
  return rig;
}

describe("files that change", () => {
  it("are a reload, told in gunicorn's words", () => {
    const rig = serving();
    assert.deepEqual(rig.post(CHANGED), ["info: Worker reloading: app.js modified", "load_settings"]);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 4 g2 s0"]);
  });

  it("while the configuration is being read are one more reload afterwards", () => {
    const rig = serving();
    rig.post(CHANGED);
    assert.deepEqual(acts(rig.post(CHANGED)), []);
    assert.deepEqual(acts(rig.post(CHANGED)), []);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["load_settings", "spawn 4 g2 s0"]);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 5 g3 s0"]);
  });

  it("while new workers boot replace those", () => {
    const rig = serving();
    rig.post(CHANGED);
    rig.loaded(FOLLOWING);
    rig.spawned(4);
    rig.post(CHANGED);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 5 g3 s0", "SIGTERM 4"]);
  });

  it("mean nothing in a stop, to an arbiter that gave its workers up, and when nobody asked", () => {
    const stopping = serving();
    stopping.signal("SIGTERM");
    assert.deepEqual(stopping.post(CHANGED), []);

    const released = new Rig({ followsFiles: true }, { isDaemon: true });
    released.post({ type: "started" });
    released.boot(1);
    released.boot(2);
    released.signal("SIGWINCH");
    assert.deepEqual(released.post(CHANGED), []);

    assert.deepEqual(Rig.running().post(CHANGED), []);
    assert.deepEqual(new Rig(FOLLOWING).post(CHANGED), []);
  });
});

describe("new code while files are watched", () => {
  it("is tried by one worker, and the others follow when that is ready", () => {
    const rig = new Rig(FOLLOWING);
    assert.deepEqual(acts(rig.post({ type: "started" })), ["spawn 1 g1 s0"]);
    assert.deepEqual(acts(rig.spawned(1)), []);
    assert.deepEqual(acts(rig.ready(1)).filter((text) => text.startsWith("spawn")), ["spawn 2 g1 s1", "spawn 3 g1 s2"]);
    rig.boot(2, 3);
    rig.post(CHANGED);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 4 g2 s0"]);
    rig.elapse(1_000);
    assert.deepEqual(acts(rig.boot(4)), ["spawn 5 g2 s1", "spawn 6 g2 s2"]);
    assert.ok(acts(rig.boot(5, 6)).includes("SIGTERM 1"));
  });

  it("is loaded once when it does not load, and the old workers stay", () => {
    const rig = serving();
    rig.post(CHANGED);
    rig.loaded(FOLLOWING);
    rig.spawned(4);
    const lines = rig.exit(4, 3);
    assert.deepEqual(acts(lines), []);
    assert.match(logs(lines).join(), /Reload failed: worker .* exited with code 3; the old workers go on serving$/);
    assert.deepEqual(acts(rig.elapse(60_000)), []);
    assert.equal(serviceStatus(rig.state).text, "3 of 3 workers ready");
  });

  it("that crashes later is started again as ever", () => {
    const rig = serving();
    for (const age of [1, 2]) rig.exit(age, 1);
    assert.equal(rig.state.workers.size, 3);
    rig.elapse(10_000);
    assert.equal(rig.state.workers.size, 3);
  });
});

describe("a start that fails while files are watched", () => {
  it("waits for a change instead of ending, and starts again then", () => {
    const rig = new Rig(FOLLOWING);
    rig.post({ type: "started" });
    rig.spawned(1);
    const lines = rig.exit(1, 3);
    assert.deepEqual(acts(lines), []);
    assert.equal(logs(lines).at(-1), "error: The application could not be started: waiting until its files change (reload)");
    assert.equal(rig.state.phase, "waiting");
    assert.deepEqual(rig.elapse(60_000), []);
    assert.equal(serviceStatus(rig.state).text, "Starting failed, waiting until files change");

    rig.post(CHANGED);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 2 g2 s0"]);
    assert.deepEqual(acts(rig.boot(2)).filter((text) => text.startsWith("spawn")), ["spawn 3 g2 s1", "spawn 4 g2 s2"]);
    rig.boot(3, 4);
    assert.equal(serviceStatus(rig.state).text, "3 of 3 workers ready");
  });

  it("waits again when it fails again", () => {
    const rig = waiting();
    rig.post(CHANGED);
    rig.loaded(FOLLOWING);
    rig.spawned(2);
    assert.match(logs(rig.exit(2, 3)).join(), /waiting until its files change/);
    assert.deepEqual(acts(rig.post(CHANGED)), ["load_settings"]);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 3 g3 s0"]);
  });

  it("also heeds HUP, and what it then cannot read", () => {
    const rig = waiting();
    assert.deepEqual(acts(rig.signal("SIGHUP")), ["load_settings"]);
    const lines = rig.post({ type: "settings_refused", reason: "no such file" });
    assert.deepEqual(lines, ["error: Reload failed: no such file; waiting until it is mended (reload)"]);
    assert.equal(rig.state.phase, "waiting");
    rig.reload({ ...FOLLOWING, workers: 2 });
    rig.boot(2);
    assert.equal(rig.state.current.target, 2);
  });

  it("begins with the newest settings when a change comes while the last worker fails", () => {
    const rig = new Rig(FOLLOWING);
    rig.post({ type: "started" });
    rig.spawned(1);
    rig.post(CHANGED);
    rig.exit(1, 3);
    assert.deepEqual(acts(rig.loaded(FOLLOWING)), ["spawn 2 g2 s0"]);
  });

  it("ends with 3 or 4 once files are not watched any more", () => {
    const rig = waiting();
    rig.reload({ ...FOLLOWING, followsFiles: false });
    for (const age of [2, 3, 4]) rig.spawned(age);
    assert.deepEqual(acts([2, 3, 4].flatMap((age) => rig.exit(age, 4))), ["close_listeners", "halt 4"]);
  });

  it("gives nobody a worker meanwhile, and stops when told", () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const rig = waiting();
      for (const other of ["SIGTTIN", "SIGTTOU", "SIGUSR2", "SIGWINCH"] as const) assert.deepEqual(acts(rig.signal(other)), []);
      assert.equal(rig.state.phase, "waiting");
      const lines = rig.signal(signal);
      assert.equal(acts(lines).at(-1), "halt 0");
    }
  });

  it("ends as usual in an upgrade, which leaves the old arbiter in charge, and in a daemon, whose command waits", () => {
    for (const options of [{ parentPid: 42 }, { isDaemon: true }]) {
      const rig = new Rig(FOLLOWING, options);
      rig.post({ type: "started" });
      rig.spawned(1);
      assert.ok(rig.exit(1, 3).includes("halt 3"), JSON.stringify(options));
    }
  });
});
