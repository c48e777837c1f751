import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { acts, logs, Rig } from "./rig.ts";

describe("TERM", () => {
  it("empties the queues, then lets everybody go, then halts", () => {
    const rig = Rig.running();
    assert.deepEqual(rig.signal("SIGTERM"), ["info: Handling signal: term", "seal_listeners"]);
    assert.deepEqual(rig.elapse(1_000), []);
    assert.deepEqual(rig.post({ type: "listeners_emptied" }), ["close_listeners", "SIGTERM 1", "SIGTERM 2"]);
    rig.exit(1, 0);
    assert.deepEqual(rig.exit(2, 0), [
      "debug: Worker (pid:1002) exited with code 0.",
      "info: Shutting down: Master",
      "halt 0",
    ]);
  });

  it("does not wait for the queues longer than graceful_timeout", () => {
    const rig = Rig.running({ gracefulTimeoutMs: 3_000 });
    rig.signal("SIGTERM");
    assert.deepEqual(rig.elapse(2_500), []);
    assert.deepEqual(rig.elapse(500), ["close_listeners", "SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual(rig.post({ type: "listeners_emptied" }), []);
  });

  it("tells booting workers, too, and not twice those that leave already", () => {
    const rig = Rig.running();
    rig.signal("SIGTTOU");
    rig.reload();
    rig.spawned(3);
    rig.signal("SIGTERM");
    assert.deepEqual(acts(rig.post({ type: "listeners_emptied" })), ["close_listeners", "SIGTERM 2", "SIGTERM 3"]);
  });

  it("kills a worker that is spawned only then", () => {
    const rig = Rig.running();
    rig.exit(1, 1);
    rig.signal("SIGTERM");
    assert.deepEqual(rig.spawned(3), ["SIGKILL 3"]);
    assert.deepEqual(rig.exit(3, "SIGKILL"), ["debug: Worker (pid:1003) was sent SIGKILL!"]);
  });

  it("respawns nobody, but adopts and murders as long as queues are emptied", () => {
    const rig = Rig.running({ workers: 3, timeoutMs: 4_000 });
    rig.signal("SIGTERM");
    assert.deepEqual(acts(rig.exit(1, 1)), ["assign 2 0,1"]);
    rig.hung.add(2);
    assert.deepEqual(acts(rig.elapse(5_500)), ["assign 3 0,1,2", "SIGABRT 2", "SIGKILL 2"]);
  });

  it("halts when nobody is left to empty the queues", () => {
    const rig = Rig.running({ workers: 1 });
    rig.signal("SIGTERM");
    assert.deepEqual(acts(rig.exit(1, 1)), ["close_listeners", "halt 0"]);
  });

  it("kills who outlives graceful_timeout by a second", () => {
    const rig = Rig.running({ workers: 1, gracefulTimeoutMs: 2_000 });
    rig.signal("SIGTERM");
    rig.post({ type: "listeners_emptied" });
    assert.deepEqual(rig.elapse(3_000), ["warning: Worker graceful timeout (pid:1001)", "SIGKILL 1"]);
    assert.deepEqual(acts(rig.exit(1, "SIGKILL")), ["halt 0"]);
  });

  it("ends a reload: a late answer changes nothing", () => {
    const rig = Rig.running();
    rig.signal("SIGHUP");
    rig.signal("SIGTERM");
    assert.deepEqual(rig.post({ type: "settings_refused", reason: "x" }), []);
    assert.deepEqual(rig.loaded({ workers: 9, timeoutMs: 1, gracefulTimeoutMs: 1 }), []);
  });
});

for (const signal of ["SIGINT", "SIGQUIT"] as const) {
  describe(signal, () => {
    const name = signal.slice(3).toLowerCase();

    it("closes at once, asks everybody to quit and kills the rest after 2 s", () => {
      const rig = Rig.running();
      assert.deepEqual(rig.signal(signal), [`info: Handling signal: ${name}`, "close_listeners", "SIGQUIT 1", "SIGQUIT 2"]);
      rig.exit(1, 0);
      assert.deepEqual(rig.elapse(1_500), []);
      assert.deepEqual(rig.elapse(500), ["SIGKILL 2"]);
      assert.deepEqual(rig.exit(2, "SIGKILL"), [
        "debug: Worker (pid:1002) was sent SIGKILL!",
        "info: Shutting down: Master",
        "halt 0",
      ]);
    });

    it("sends SIGTERM to workers that boot", () => {
      const rig = Rig.running();
      rig.exit(1, 1);
      rig.spawned(3);
      assert.deepEqual(acts(rig.signal(signal)), ["close_listeners", "SIGQUIT 2", "SIGTERM 3"]);
      rig.ready(3);
      assert.deepEqual(acts(rig.elapse(2_000)), ["SIGKILL 2", "SIGKILL 3"]);
    });

    it("kills nobody twice", () => {
      const rig = Rig.running();
      rig.exit(1, 1);
      rig.signal(signal);
      assert.deepEqual(rig.spawned(3), ["SIGKILL 3"]);
      assert.deepEqual(acts(rig.elapse(20_000)), ["SIGKILL 2"]);
    });

    it("quickens a graceful stop while queues are emptied", () => {
      const rig = Rig.running();
      rig.signal("SIGTERM");
      assert.deepEqual(rig.signal(signal), [
        `info: Handling signal: ${name}`,
        "info: Quick shutdown requested",
        "close_listeners",
        "SIGQUIT 1",
        "SIGQUIT 2",
      ]);
      assert.deepEqual(rig.post({ type: "listeners_emptied" }), []);
    });

    it("quickens a graceful stop while workers drain, and kills what boots in spite of SIGTERM", () => {
      const rig = Rig.running();
      rig.exit(1, 1);
      rig.spawned(3);
      rig.signal("SIGTERM");
      rig.post({ type: "listeners_emptied" });
      assert.deepEqual(acts(rig.signal(signal)), ["SIGQUIT 2", "SIGKILL 3"]);
    });

    it("is heard once", () => {
      const rig = Rig.running();
      rig.signal(signal);
      assert.deepEqual(rig.signal("SIGINT"), ["info: Handling signal: int: ignored during shutdown"]);
      assert.deepEqual(logs(rig.signal("SIGQUIT")), ["info: Handling signal: quit: ignored during shutdown"]);
    });
  });
}

describe("TERM with shutdown_delay", () => {
  const settings = { shutdownDelayMs: 5_000 };

  it("goes on for so long, then stops as ever", () => {
    const rig = Rig.running(settings);
    assert.deepEqual(rig.signal("SIGTERM"), [
      "info: Handling signal: term",
      "info: Accepting for another 5 s (shutdown_delay)",
    ]);
    assert.deepEqual(rig.elapse(4_500), []);
    assert.deepEqual(rig.elapse(500), ["seal_listeners"]);
    assert.deepEqual(rig.post({ type: "listeners_emptied" }), ["close_listeners", "SIGTERM 1", "SIGTERM 2"]);
  });

  it("replaces a worker that is lost meanwhile", () => {
    const rig = Rig.running(settings);
    rig.signal("SIGTERM");
    rig.elapse(500);
    assert.ok(acts(rig.exit(1, "SIGKILL")).includes("spawn 3 g1 s0"));
    assert.deepEqual(acts(rig.boot(3)), ["assign 2 1"]);
  });

  it("is cut short by INT", () => {
    const rig = Rig.running(settings);
    rig.signal("SIGTERM");
    assert.deepEqual(acts(rig.signal("SIGINT")), ["close_listeners", "SIGQUIT 1", "SIGQUIT 2"]);
  });

  it("begins no reload, and ends one that is under way", () => {
    const rig = Rig.running(settings);
    rig.reload(settings);
    rig.boot(3);
    assert.deepEqual(acts(rig.signal("SIGTERM")), ["SIGTERM 3"]);
    assert.deepEqual(acts(rig.spawned(4)), ["SIGTERM 4"]);
    assert.deepEqual(rig.signal("SIGHUP"), ["info: Handling signal: hup: ignored during shutdown"]);
    assert.deepEqual(rig.loaded(rig.state.current.settings), []);
  });

  it("does not count before anybody served", () => {
    const rig = new Rig(settings);
    rig.post({ type: "started" });
    assert.deepEqual(acts(rig.signal("SIGTERM")), ["seal_listeners"]);
  });
});
