import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkInProcess, type CheckRequest } from "../../../src/arbiter/application-check.ts";
import { decodeArbiterMessage } from "../../../src/channel/messages.ts";
import { loadConfig, toWorkerSettings } from "../../../src/config/load.ts";
import type { RuntimeAdapter, SpawnHandlers, SpawnRequest } from "../../../src/runtime/port.ts";
import { fakeHost } from "../config/fake-host.ts";

const settings = { ...toWorkerSettings(await loadConfig(fakeHost().host, ["app:app"])), identity: null };

/** A process that does what the test says. */
class FakeProcess {
  readonly requests: SpawnRequest[] = [];
  readonly sent: string[] = [];
  readonly killed: string[] = [];
  handlers: SpawnHandlers | null = null;
  expire: (() => void) | null = null;
  openHeartbeats = 0;
  readonly adapter: RuntimeAdapter = {
    clock: {
      after: (_: number, run: () => void) => {
        this.expire = run;
        return () => {
          this.expire = null;
        };
      },
    },
    process: { kill: (pid: number, signal: string) => this.killed.push(`${signal} ${pid}`) },
    spawner: {
      createHeartbeat: () => {
        this.openHeartbeats++;
        return { fd: 9, beats: () => 0, close: () => this.openHeartbeats-- };
      },
      spawn: (request: SpawnRequest, handlers: SpawnHandlers) => {
        this.requests.push(request);
        this.handlers = handlers;
        return { pid: 42, channel: { send: (line: string) => this.sent.push(line), close: () => {} } };
      },
    },
  } as unknown as RuntimeAdapter;

  check(request: Partial<CheckRequest> = {}): ReturnType<typeof checkInProcess> {
    return checkInProcess(this.adapter, { settings, runtime: null, env: {}, timeoutMs: 0, ...request });
  }
}

describe("checking the application in a process", () => {
  it("starts one without listeners on the wanted runtime, and gives it the settings", async () => {
    const fake = new FakeProcess();
    const runtime = { name: "bun", version: "1.4.5", file: "/bin/bun" } as const;
    const checking = fake.check({ runtime, env: { A: "1" } });
    const [request] = fake.requests;
    assert.deepEqual([request?.listenerFds, request?.runtime, request?.env["A"]], [[], runtime, "1"]);
    assert.deepEqual(fake.sent.map(decodeArbiterMessage), [{ type: "check", settings, until: "loaded" }]);
    fake.handlers?.line('{"type":"checked","failure":null}');
    assert.equal(await checking, null);
    assert.equal(fake.openHeartbeats, 0);
  });

  it("gives what it found, whatever else it says and however it ends", async () => {
    const fake = new FakeProcess();
    const checking = fake.check();
    const failure = { exitCode: 4, report: "no app\nat all" };
    fake.handlers?.line("noise");
    fake.handlers?.line('{"type":"ready"}');
    fake.handlers?.line(JSON.stringify({ type: "checked", failure }));
    fake.handlers?.exited({ code: 7, signal: null });
    assert.deepEqual(await checking, failure);
  });

  for (const [status, told] of [[{ code: 0, signal: null }, "exit 0"], [{ code: null, signal: "SIGSEGV" }, "SIGSEGV"]] as const) {
    it(`is a failure when it ends with ${told} and has said nothing`, async () => {
      const fake = new FakeProcess();
      const checking = fake.check();
      fake.handlers?.exited(status);
      assert.deepEqual(await checking, {
        exitCode: 3,
        report: `Failed to load 'app:app': the process ended while it was being loaded (${told})`,
      });
      assert.equal(fake.openHeartbeats, 0);
    });
  }

  it("is killed when it takes too long, and only then", async () => {
    const fake = new FakeProcess();
    const checking = fake.check({ timeoutMs: 2000 });
    assert.deepEqual(fake.killed, []);
    fake.expire?.();
    assert.deepEqual(fake.killed, ["SIGKILL 42"]);
    fake.handlers?.exited({ code: null, signal: "SIGKILL" });
    assert.match((await checking)?.report ?? "", /it is not loaded after 2 s \(boot_timeout\)$/);
    assert.equal(fake.expire, null);
  });
});
