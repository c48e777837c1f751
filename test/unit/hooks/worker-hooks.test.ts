import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { adapter } from "#runtime";
import type { ServedApplication } from "../../../src/app/bridge.ts";
import type { WorkerHookSettings } from "../../../src/config/worker-settings.ts";
import type { WorkerHookName } from "../../../src/hooks/names.ts";
import {
  ABORT_LIMIT_MS,
  EXIT_LIMIT_MS,
  INT_LIMIT_MS,
  loadWorkerHooks,
  WorkerHooks,
  type WorkerHooksParts,
} from "../../../src/hooks/worker-hooks.ts";
import { ABORT_GRACE_MS, DRAIN_MARGIN_MS, QUICK_STOP_MS } from "../../../src/arbiter/times.ts";
import type { ServerHooks } from "../../../src/hooks/types.ts";
import { inFolder } from "../../support/folder.ts";
import { HookRig, never } from "./rig.ts";

function partsOf(rig: HookRig, file: string, names: readonly WorkerHookName[], limitMs = 9_000): WorkerHooksParts {
  return {
    adapter: { ...adapter, clock: { ...adapter.clock, ...rig.clock } },
    settings: { file, names, limitMs, config: { workers: 2 } } as unknown as WorkerHookSettings,
    age: 3,
    generation: 2,
    arbiterPid: 4711,
    address: ["http://127.0.0.1:80"],
    log: rig.log,
  };
}

function make(hooks: ServerHooks, limitMs?: number): { rig: HookRig; hooks: WorkerHooks } {
  const rig = new HookRig();
  return { rig, hooks: new WorkerHooks(partsOf(rig, "/none", [], limitMs), hooks) };
}

async function load(text: string, names: readonly WorkerHookName[]): Promise<string | WorkerHooks> {
  let result: string | WorkerHooks = "";
  await inFolder(async (folder) => {
    const file = join(folder, "tsgunicorn.config.mjs");
    writeFileSync(file, text);
    const loaded = await loadWorkerHooks(partsOf(new HookRig(), file, names));
    result = loaded.ok ? loaded.hooks : loaded.report;
  });
  return result;
}

describe("A worker's hooks", () => {
  it("are those that the arbiter knows, from every form of a config file", async () => {
    for (
      const text of [
        "export const worker_abort = () => {};",
        "export default { worker_abort() {} };",
        "export default async () => ({ worker_abort() {} });",
      ]
    ) {
      const hooks = await load(text, ["worker_abort"]);
      assert.ok(hooks instanceof WorkerHooks && hooks.hearsAbort);
    }
    const other = await load("export const worker_abort = () => {}, post_fork = () => {};", ["post_fork"]);
    assert.ok(other instanceof WorkerHooks && !other.hearsAbort);
  });

  it("that cannot be loaded say why in the first line", async () => {
    const wrong: readonly (readonly [text: string, report: RegExp])[] = [
      [
        "throw new Error('no such secret')",
        /^Server hooks cannot be loaded\. Error: failed to read the config file: no such secret.*\n.*no such secret/,
      ],
      ["export const a = {", /^Server hooks cannot be loaded\. Error: failed to read the config file: /],
      [
        "export const workers = 1;",
        /^Server hooks .* post_fork: value is not callable .*it was there when the arbiter read the file/,
      ],
      [
        "export const post_fork = (a, b, c) => {};",
        /^Server hooks .* post_fork: value must have an arity of: 2, and has 3 parameters/,
      ],
      ["export default 5;", /^Server hooks .* must export/],
    ];
    for (const [text, report] of wrong) {
      const loaded = await load(text, ["post_fork"]);
      assert.ok(typeof loaded === "string", text);
      assert.match(loaded, report);
    }
  });

  it("are called with the server and the worker", async () => {
    const calls: unknown[] = [];
    const note = (...all: readonly unknown[]): void => void calls.push(all.map((each) => JSON.parse(JSON.stringify(each))));
    const { hooks } = make({ post_fork: note, post_worker_init: note, worker_int: note, worker_abort: note, worker_exit: note });
    assert.equal(await hooks.postFork(), null);
    assert.equal(await hooks.postWorkerInit(), null);
    await hooks.interrupted();
    await hooks.aborted();
    await hooks.exiting(0);
    await hooks.exiting(0);
    const config = { workers: 2 };
    const server = { pid: 4711, address: ["http://127.0.0.1:80"], config };
    const worker = { pid: adapter.process.pid, ppid: 4711, age: 3, generation: 2, config };
    assert.deepEqual(calls, [[server, worker], [worker], [worker], [worker], [server, worker]]);
  });

  it("fail the boot when they throw or never end", async () => {
    const failing = make({ post_fork: () => Promise.reject(new Error("no")) });
    assert.match(await failing.hooks.postFork() ?? "", /^Exception in post_fork hook\n.*no/);
    const hanging = make({ post_worker_init: () => never });
    const init = hanging.hooks.postWorkerInit();
    hanging.rig.expire();
    assert.equal(await init, "Hook post_worker_init is given up: it did not finish within 9 s");
    assert.deepEqual([...failing.rig.lines, ...hanging.rig.lines], [], "the worker logs the report itself");
  });

  it("have no more time at the end than the arbiter leaves them", async () => {
    const all: ServerHooks = { worker_int: () => never, worker_abort: () => never, worker_exit: () => never };
    const limitsOf = (run: (hooks: WorkerHooks) => Promise<void>, limitMs: number): readonly number[] => {
      const { rig, hooks } = make(all, limitMs);
      void run(hooks);
      return rig.delays;
    };
    assert.deepEqual(limitsOf((hooks) => hooks.interrupted(), 9_000), [INT_LIMIT_MS]);
    assert.deepEqual(limitsOf((hooks) => hooks.aborted(), 9_000), [ABORT_LIMIT_MS]);
    assert.deepEqual(limitsOf((hooks) => hooks.exiting(-5), 9_000), [EXIT_LIMIT_MS]);
    assert.deepEqual(limitsOf((hooks) => hooks.exiting(5_000), 9_000), [5_000]);
    assert.deepEqual(limitsOf((hooks) => hooks.exiting(5_000), 1_000), [1_000]);
    assert.ok(INT_LIMIT_MS + EXIT_LIMIT_MS < QUICK_STOP_MS);
    assert.ok(ABORT_LIMIT_MS + EXIT_LIMIT_MS < ABORT_GRACE_MS);
    assert.ok(EXIT_LIMIT_MS < DRAIN_MARGIN_MS);
  });

  it("call worker_exit once, whoever asks again waits for that call", async () => {
    const calls: string[] = [];
    const { hooks } = make({
      async worker_exit() {
        calls.push("begun");
        // As the end of the process does.
        void hooks.exiting(0);
        await Promise.resolve();
        calls.push("ended");
      },
    });
    void hooks.exiting(0);
    await hooks.exiting(0);
    assert.deepEqual(calls, ["begun", "ended"]);
  });

  it("leave the application alone where none concerns requests", () => {
    const application: ServedApplication = {
      handle: () => {},
      pendingCount: 0,
      settled: () => Promise.resolve(),
      drain: () => {},
      close: () => Promise.resolve(),
    };
    const { hooks } = make({ post_fork: () => {} });
    assert.deepEqual(hooks.around(application, null), { application, access: null });
    assert.equal(hooks.around(application, null).application, application);
    assert.notEqual(make({ pre_request: () => {} }).hooks.around(application, null).application, application);
  });
});
