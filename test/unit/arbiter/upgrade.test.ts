import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serviceStatus } from "../../../src/arbiter/service-status.ts";
import { decodeUpgrade, encodeUpgrade, UpgradeError } from "../../../src/arbiter/upgrade-record.ts";
import { acts, logs, Rig } from "./rig.ts";

const CHILD = 4711;
const PARENT = 42;

/** An old arbiter with two workers, whose new one runs. */
function old(options: { readonly isInit?: boolean } = {}, settings = {}): Rig {
  const rig = Rig.running(settings, options);
  rig.signal("SIGUSR2");
  rig.post({ type: "child_started", pid: CHILD });
  return rig;
}

/** A new arbiter whose old one lives, with two workers. */
function young(settings = {}): Rig {
  return Rig.running(settings, { parentPid: PARENT });
}

const childExits = (rig: Rig, code: number | null, signal: string | null = null): string[] =>
  rig.post({ type: "child_exited", status: { code, signal } });

describe("USR2", () => {
  it("starts a new arbiter and tells what ends the upgrade either way", () => {
    const rig = Rig.running();
    assert.deepEqual(rig.signal("SIGUSR2"), ["info: Handling signal: usr2", "start_child"]);
    const [text] = rig.post({ type: "child_started", pid: CHILD });
    assert.match(text ?? "", /^info: .* pid 4711\. .*TERM to this one completes.*TERM to 4711 undoes it$/);
  });

  it("is refused in gunicorn's words while there are two arbiters", () => {
    assert.ok(old().signal("SIGUSR2").includes("warning: USR2 signal ignored. Child exists."));
    assert.ok(young().signal("SIGUSR2").includes("warning: USR2 signal ignored. Parent exists."));
  });

  it("is possible again when the new arbiter could not be started, failed, or was ended", () => {
    const rig = Rig.running();
    rig.signal("SIGUSR2");
    assert.deepEqual(rig.post({ type: "child_failed", reason: "EAGAIN" }), [
      "error: Upgrade failed: EAGAIN; this arbiter goes on",
    ]);
    for (
      const [code, signal, line] of [
        [3, null, "error: The new arbiter (pid:4711) exited with code 3. The upgrade has failed; this one goes on"],
        [null, "SIGKILL", "error: The new arbiter (pid:4711) was sent SIGKILL! The upgrade has failed; this one goes on"],
        [0, null, "info: The new arbiter (pid:4711) has ended; this one goes on"],
      ] as const
    ) {
      assert.ok(rig.signal("SIGUSR2").includes("start_child"));
      rig.post({ type: "child_started", pid: CHILD });
      assert.deepEqual(childExits(rig, code, signal), [line]);
    }
  });

  it("is possible before any worker is ready, and the failed boot of the old arbiter does not end the new one's", () => {
    const rig = new Rig({ workers: 1 });
    rig.post({ type: "started" });
    rig.spawned(1);
    assert.ok(rig.signal("SIGUSR2").includes("start_child"));
    rig.post({ type: "child_started", pid: CHILD });
    assert.deepEqual(acts(rig.exit(1, 3)), ["close_listeners own", "halt 3"]);
  });

  it("leaves the old one's workers and reloads alone", () => {
    const rig = old();
    assert.deepEqual(acts(rig.reload()), ["load_settings", "spawn 3 g2 s0", "spawn 4 g2 s1"]);
    assert.ok(acts(rig.boot(3, 4)).includes("SIGTERM 1"));
  });
});

describe("The old arbiter's stop", () => {
  it("neither refuses connections nor takes socket files away that the new one shares", () => {
    const rig = old();
    assert.deepEqual(acts(rig.signal("SIGTERM")), ["seal_listeners own"]);
    assert.deepEqual(acts(rig.post({ type: "listeners_emptied" })), ["close_listeners own", "SIGTERM 1", "SIGTERM 2"]);
    rig.exit(1, 0);
    assert.deepEqual(rig.exit(2, 0).slice(-2), ["info: Shutting down: Master", "halt 0"]);
  });

  it("is not put off by shutdown_delay: the new one accepts at the same address", () => {
    assert.deepEqual(acts(old({}, { shutdownDelayMs: 5_000 }).signal("SIGTERM")), ["seal_listeners own"]);
  });

  it("is as any other when the new one has ended", () => {
    const rig = old();
    childExits(rig, 0);
    assert.deepEqual(acts(rig.signal("SIGTERM")), ["seal_listeners"]);
  });

  it("does not lose a new arbiter that is just being started", () => {
    const rig = Rig.running();
    rig.signal("SIGUSR2");
    rig.signal("SIGQUIT");
    rig.exit(1, 0);
    assert.deepEqual(acts(rig.exit(2, 0)), []);
    assert.deepEqual(acts(rig.post({ type: "child_started", pid: CHILD })), ["halt 0"]);
  });
});

describe("The new arbiter", () => {
  it("tells once that all its workers serve", () => {
    const rig = new Rig({}, { parentPid: PARENT });
    rig.post({ type: "started" });
    assert.deepEqual(logs(rig.boot(1)), []);
    assert.deepEqual(logs(rig.boot(2)), ["info: Upgrade ready: 2 of 2 workers serve beside the old arbiter (pid:42)"]);
    rig.signal("SIGTTIN");
    assert.deepEqual(logs(rig.boot(3)), []);
  });

  it("is Master.2 until the old one has ended, and Master then", () => {
    const rig = young();
    assert.ok(rig.signal("SIGHUP").includes("info: Hang up: Master.2"));
    assert.deepEqual(rig.post({ type: "parent_exited" }), ["info: Master has been promoted.", "promote"]);
    assert.deepEqual(rig.post({ type: "parent_exited" }), []);
    assert.ok(rig.signal("SIGUSR2").includes("start_child"));
  });

  it("that is told to stop leaves the sockets to the old one", () => {
    const rig = young();
    assert.deepEqual(acts(rig.signal("SIGQUIT")), ["close_listeners own", "SIGQUIT 1", "SIGQUIT 2"]);
    rig.exit(1, 0);
    assert.deepEqual(rig.exit(2, 0).slice(-2), ["info: Shutting down: Master.2", "halt 0"]);
  });

  it("that fails to boot ends with gunicorn's status and leaves the sockets", () => {
    const rig = new Rig({ workers: 1 }, { parentPid: PARENT });
    rig.post({ type: "started" });
    rig.spawned(1);
    const lines = rig.exit(1, 4);
    assert.deepEqual(acts(lines), ["close_listeners own", "halt 4"]);
    assert.ok(lines.includes("error: Reason: App failed to load."));
  });

  it("serves slots that the other one's workers have opened", () => {
    const rig = young();
    assert.deepEqual(rig.post({ type: "slots_opened", slots: [0, 3, 99] }), ["assign 1 0,3"]);
  });
});

describe("WINCH", () => {
  it("of a terminal is nothing", () => {
    assert.deepEqual(Rig.running().signal("SIGWINCH"), ["debug: SIGWINCH ignored. Not daemonized"]);
  });

  for (
    const [name, make] of Object.entries({
      "a daemon": () => Rig.running({}, { isDaemon: true }),
      "an old arbiter": old,
      "a new one": young,
    })
  ) {
    it(`lets the workers of ${name} go and none come back`, () => {
      const rig = make();
      const lines = ["info: Handling signal: winch", "info: graceful stop of workers", "SIGTERM 1", "SIGTERM 2"];
      assert.deepEqual(rig.signal("SIGWINCH"), lines);
      assert.deepEqual(acts([...rig.exit(1, 0), ...rig.exit(2, 0), ...rig.elapse(60_000)]), []);
      assert.deepEqual(acts(rig.signal("SIGTTOU")), []);
      assert.deepEqual(acts(rig.signal("SIGTTIN")), ["spawn 3 g1 s0"]);
      assert.deepEqual(acts(rig.signal("SIGTTIN")), ["spawn 4 g1 s1"]);
    });
  }

  it("is undone by HUP, with as many workers as before", () => {
    const rig = old();
    rig.signal("SIGTTIN");
    rig.boot(3);
    rig.signal("SIGWINCH");
    for (const age of [1, 2, 3]) rig.exit(age, 0);
    assert.deepEqual(acts(rig.reload()), ["load_settings", "spawn 4 g2 s0", "spawn 5 g2 s1", "spawn 6 g2 s2"]);
    rig.boot(4, 5);
    assert.ok(logs(rig.boot(6)).some((text) => text.includes("Reload complete")));
    // Undone for good: the end of the new arbiter changes nothing any more.
    assert.deepEqual(acts(childExits(rig, 0)), []);
  });

  it("gives up the reload that is under way, also one whose settings are still being read", () => {
    const rig = old();
    rig.reload();
    assert.deepEqual(acts(rig.signal("SIGWINCH")), ["SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual(acts([...rig.spawned(3), ...rig.spawned(4)]), ["SIGTERM 3", "SIGTERM 4"]);
    const reading = old();
    reading.signal("SIGHUP");
    reading.signal("SIGWINCH");
    const { settings } = reading.state.current;
    const listeners = { number: 2, slotCapacity: 4 };
    assert.deepEqual(acts(reading.post({ type: "settings_loaded", settings, listeners })), ["release 2 own"]);
  });

  it("does not outlive the upgrade: when the other arbiter ends, somebody must serve", () => {
    const rig = old();
    rig.signal("SIGWINCH");
    assert.deepEqual(acts(childExits(rig, 3)), ["spawn 3 g1 s0", "spawn 4 g1 s1"]);
    const other = young();
    other.signal("SIGWINCH");
    assert.deepEqual(acts(other.post({ type: "parent_exited" })), ["promote", "spawn 3 g1 s0", "spawn 4 g1 s1"]);
  });

  it("means nothing to an arbiter none of whose workers was ready: it would look like a failed boot", () => {
    const rig = new Rig({}, { parentPid: PARENT });
    rig.post({ type: "started" });
    assert.deepEqual(acts(rig.signal("SIGWINCH")), []);
  });
});

describe("Process 1 of a container", () => {
  it("takes the new arbiter with it, after the queues were emptied", () => {
    const rig = old({ isInit: true });
    assert.deepEqual(acts(rig.signal("SIGTERM")), ["seal_listeners"]);
    const second = acts(rig.post({ type: "listeners_emptied" }));
    assert.deepEqual(second, ["close_listeners", "kill_child 4711 SIGTERM", "SIGTERM 1", "SIGTERM 2"]);
    assert.deepEqual(acts([...rig.exit(1, 0), ...rig.exit(2, 0)]), []);
    assert.deepEqual(acts(childExits(rig, 0)), ["halt 0"]);
  });

  it("starts no other arbiter before it serves: it could not end with its own failed boot", () => {
    const rig = new Rig({}, { isInit: true });
    rig.post({ type: "started" });
    assert.ok(rig.signal("SIGUSR2").includes("warning: USR2 signal ignored. No worker is ready yet."));
  });

  it("is quick where it is told to, and waits for no new arbiter for ever", () => {
    const rig = old({ isInit: true });
    assert.deepEqual(acts(rig.signal("SIGINT")).slice(0, 2), ["close_listeners", "kill_child 4711 SIGQUIT"]);
    rig.exit(1, 0);
    rig.exit(2, 0);
    assert.deepEqual(acts(rig.elapse(3_000)), ["kill_child 4711 SIGKILL"]);
    assert.deepEqual(acts(childExits(rig, null, "SIGKILL")), ["halt 0"]);
  });
});

describe("Of two arbiters, for the service", () => {
  const phase = (rig: Rig): string => serviceStatus(rig.state).phase;

  it("the old one speaks until its end, and names the new one last", () => {
    const rig = old();
    rig.signal("SIGTERM");
    assert.equal(phase(rig), "ready");
    rig.post({ type: "listeners_emptied" });
    rig.exit(1, 0);
    rig.exit(2, 0);
    assert.deepEqual([phase(rig), serviceStatus(rig.state).successorPid], ["succeeded", CHILD]);
  });

  it("the new one waits until it is promoted", () => {
    const rig = young();
    assert.equal(phase(rig), "waiting");
    rig.post({ type: "parent_exited" });
    assert.equal(phase(rig), "ready");
  });
});

describe("What the old arbiter hands over", () => {
  const record = {
    pid: 42,
    isActivated: false,
    listeners: [{ bind: "127.0.0.1:0", slotted: true, fds: [3, 4] }, { bind: "unix:/run/a.sock", slotted: false, fds: [5] }],
  };

  it("is read as it was written", () => assert.deepEqual(decodeUpgrade(encodeUpgrade(record)), record));

  it("is ignored where a later release of the same format says more", () => {
    assert.deepEqual(decodeUpgrade(JSON.stringify({ ...JSON.parse(encodeUpgrade(record)), more: true })), record);
  });

  for (
    const [name, text, pattern] of [
      ["another format", '{"format":2}', /hands over in format 2, this release reads format 1\. Restart instead of USR2$/],
      ["no JSON", "{", /malformed: "\{"/],
      ["no object", "7", /malformed/],
      ["nothing else", '{"format":1}', /malformed/],
      ["a standard stream", encodeUpgrade({ ...record, listeners: [{ bind: "x", slotted: true, fds: [1] }] }), /malformed/],
      ["no socket", encodeUpgrade({ ...record, listeners: [{ bind: "x", slotted: true, fds: [] }] }), /malformed/],
      ["no pid", encodeUpgrade({ ...record, pid: 0 }), /malformed/],
    ] as const
  ) {
    it(`is refused when it has ${name}`, () => {
      assert.throws(() => decodeUpgrade(text), (error) => error instanceof UpgradeError && pattern.test(error.message));
    });
  }
});
