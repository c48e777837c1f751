import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serviceStatus } from "../../../src/arbiter/service-status.ts";
import { inheritedSockets, NOT_FOR_WORKERS, SystemdNotifier } from "../../../src/arbiter/systemd.ts";
import { Rig } from "./rig.ts";

describe("Sockets of systemd", () => {
  it("begin at descriptor 3", () => {
    assert.deepEqual(inheritedSockets({ LISTEN_PID: "77", LISTEN_FDS: "2" }, 77), [{ kind: "fd", fd: 3 }, { kind: "fd", fd: 4 }]);
  });

  for (
    const [name, env] of Object.entries({
      "of another process": { LISTEN_PID: "78", LISTEN_FDS: "2" },
      "without a process": { LISTEN_FDS: "2" },
      "without a number": { LISTEN_PID: "77" },
      "none": { LISTEN_PID: "77", LISTEN_FDS: "0" },
      "not a number": { LISTEN_PID: "77", LISTEN_FDS: "two" },
      "out of all reason": { LISTEN_PID: "77", LISTEN_FDS: "100000" },
    })
  ) {
    it(`are none when they are ${name}`, () => assert.equal(inheritedSockets(env, 77), null));
  }
});

describe("What systemd is told", () => {
  function notifier(env: Record<string, string>, send: (path: string, text: string) => void = () => {}) {
    const sent: string[] = [];
    const logged: string[] = [];
    const sockets = {
      sendDatagram(path: string, text: string): void {
        send(path, text);
        sent.push(`${path} ${text.replaceAll("\n", " ")}`);
      },
      systemMonotonicUs: () => 42,
    };
    const log = { log: (level: string, text: string) => void logged.push(`${level}: ${text}`), isEnabled: () => true };
    return { sent, logged, notifier: new SystemdNotifier(env, 77, sockets, log) };
  }

  it("follows the arbiter from start to stop", () => {
    const { sent, notifier: told } = notifier({ NOTIFY_SOCKET: "/run/n" });
    const rig = new Rig();
    const tell = (): void => told.update(serviceStatus(rig.state));
    rig.post({ type: "started" });
    tell();
    rig.boot(1);
    tell();
    rig.boot(2);
    tell();
    rig.signal("SIGHUP");
    tell();
    rig.loaded(rig.state.current.settings);
    tell();
    rig.boot(3);
    tell();
    rig.boot(4);
    tell();
    rig.signal("SIGTERM");
    tell();
    assert.deepEqual(sent, [
      "/run/n STATUS=Starting, 0 of 2 workers ready",
      "/run/n READY=1 STATUS=1 of 2 workers ready",
      "/run/n STATUS=2 of 2 workers ready",
      "/run/n RELOADING=1 MONOTONIC_USEC=42 STATUS=Reloading, reading the configuration",
      "/run/n STATUS=Reloading, 0 of 2 workers ready",
      "/run/n STATUS=Reloading, 1 of 2 workers ready",
      "/run/n READY=1 STATUS=2 of 2 workers ready",
      "/run/n STOPPING=1 STATUS=Stopping, 4 workers left",
    ]);
  });

  it("is ready again when a reload is refused", () => {
    const rig = Rig.running();
    rig.signal("SIGHUP");
    rig.post({ type: "settings_refused", reason: "no" });
    assert.deepEqual(serviceStatus(rig.state), { phase: "ready", text: "2 of 2 workers ready", successorPid: null });
  });

  it("names the arbiter that goes on before this one ends, and never says that the service stops", () => {
    const { sent, notifier: told } = notifier({ NOTIFY_SOCKET: "/run/n" });
    const rig = Rig.running({ workers: 1 });
    const tell = (): void => told.update(serviceStatus(rig.state));
    tell();
    rig.signal("SIGUSR2");
    rig.post({ type: "child_started", pid: 4711 });
    rig.signal("SIGTERM");
    tell();
    rig.post({ type: "listeners_emptied" });
    rig.exit(1, 0);
    tell();
    assert.deepEqual(sent, [
      "/run/n READY=1 STATUS=1 of 1 worker ready",
      "/run/n STATUS=Upgrading to the arbiter with pid 4711, 1 worker left",
      "/run/n MAINPID=4711 STATUS=Upgraded to the arbiter with pid 4711",
    ]);
  });

  it("is left to the old arbiter by the new one, signs of life too, until it is promoted", () => {
    const { sent, notifier: told } = notifier({ NOTIFY_SOCKET: "/run/n", WATCHDOG_USEC: "2000000" });
    const rig = Rig.running({ workers: 1 }, { parentPid: 42 });
    told.update(serviceStatus(rig.state));
    told.alive(0);
    assert.deepEqual(sent, []);
    rig.post({ type: "parent_exited" });
    told.update(serviceStatus(rig.state));
    told.alive(0);
    assert.deepEqual(sent, ["/run/n MAINPID=77 READY=1 STATUS=1 of 1 worker ready", "/run/n WATCHDOG=1"]);
  });

  it("is stopping from the signal on, though it still accepts", () => {
    const rig = Rig.running({ shutdownDelayMs: 5_000 });
    rig.signal("SIGTERM");
    assert.equal(serviceStatus(rig.state).phase, "stopping");
  });

  it("is nothing that it knows already, and nothing without a socket", () => {
    const { sent, notifier: told } = notifier({ NOTIFY_SOCKET: "@n" });
    told.update({ phase: "ready", text: "x", successorPid: null });
    told.update({ phase: "ready", text: "x", successorPid: null });
    assert.deepEqual(sent, ["@n READY=1 STATUS=x"]);
    for (const env of [{}, { NOTIFY_SOCKET: "" }, { NOTIFY_SOCKET: "relative" }, { NOTIFY_SOCKET: "@" }]) {
      const other = notifier({ ...env, WATCHDOG_USEC: "1000000" });
      other.notifier.update({ phase: "ready", text: "x", successorPid: null });
      other.notifier.alive(0);
      assert.deepEqual(other.sent, []);
    }
  });

  it("has a sign of life twice in each watchdog interval", () => {
    const { sent, notifier: told } = notifier({ NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "4000000", WATCHDOG_PID: "77" });
    for (let nowMs = 500; nowMs <= 4_500; nowMs += 500) told.alive(nowMs);
    assert.deepEqual(sent, ["/n WATCHDOG=1", "/n WATCHDOG=1", "/n WATCHDOG=1"]);
  });

  it("has none when the watchdog is another process's", () => {
    const { sent, notifier: told } = notifier({ NOTIFY_SOCKET: "/n", WATCHDOG_USEC: "4000000", WATCHDOG_PID: "78" });
    told.alive(1_000);
    assert.deepEqual(sent, []);
  });

  it("is complained about once when it cannot be sent", () => {
    const { logged, notifier: told } = notifier({ NOTIFY_SOCKET: "/n" }, () => {
      throw new Error("no such file");
    });
    told.update({ phase: "ready", text: "x", successorPid: null });
    told.update({ phase: "stopping", text: "y", successorPid: null });
    assert.deepEqual(logged, ["warning: Cannot notify systemd through NOTIFY_SOCKET: no such file"]);
  });

  it("is said again when the receiver had no room, and only what counts by then", () => {
    let isFull = true;
    const { sent, logged, notifier: told } = notifier({ NOTIFY_SOCKET: "/run/n" }, () => {
      if (isFull) throw Object.assign(new Error("no room"), { code: "EAGAIN" });
    });
    const rig = new Rig();
    rig.post({ type: "started" });
    told.update(serviceStatus(rig.state));
    rig.boot(1);
    told.update(serviceStatus(rig.state));
    rig.boot(2);
    told.update(serviceStatus(rig.state));
    assert.deepEqual([sent, logged], [[], []]);
    isFull = false;
    told.update(serviceStatus(rig.state));
    told.update(serviceStatus(rig.state));
    assert.deepEqual(sent, ["/run/n READY=1 STATUS=2 of 2 workers ready"]);
  });

  it("is not told by workers, too", () => {
    for (const name of ["LISTEN_PID", "LISTEN_FDS", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) {
      assert.ok(name in NOT_FOR_WORKERS, name);
    }
  });
});
