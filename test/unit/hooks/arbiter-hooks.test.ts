import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { initialState, step } from "../../../src/arbiter/machine.ts";
import { ArbiterHooks } from "../../../src/hooks/arbiter-hooks.ts";
import type { HookSet } from "../../../src/hooks/hook-set.ts";
import type { ServerHookContext, ServerHooks } from "../../../src/hooks/types.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { SETTINGS } from "../arbiter/rig.ts";
import { fakeHost } from "../config/fake-host.ts";
import { HookRig, never } from "./rig.ts";

const config = (await loadConfig(fakeHost().host, ["app", "-w", "3"])).settings;
const WORKER = { pid: null, age: 7, generation: 2, slot: 1, ready: false };

function setUp(hooks: ServerHooks): { rig: HookRig; set: HookSet; hooks: ArbiterHooks } {
  const rig = new HookRig();
  const set = { hooks, config, limitMs: 4_000 };
  return { rig, set, hooks: new ArbiterHooks({ clock: rig.clock, log: rig.log, pid: 4711, first: set }) };
}

describe("The arbiter's hooks", () => {
  it("get what their names promise", () => {
    const seen: unknown[] = [];
    const note = (...all: readonly unknown[]): void => void seen.push(all.slice(1));
    const { hooks, set } = setUp({
      on_reload: note,
      pre_exec: note,
      nworkers_changed: note,
      pre_fork: note,
      child_exit: note,
    });
    hooks.firstWorkers(3);
    hooks.perform(set, { hook: "nworkers_changed", generation: 1, count: 4, previous: 3 });
    hooks.perform(set, { hook: "on_reload", generation: 1 });
    hooks.perform(set, { hook: "pre_exec", generation: 1 });
    hooks.perform(set, { hook: "pre_fork", generation: 1, worker: WORKER });
    hooks.perform(set, { hook: "child_exit", generation: 1, worker: WORKER, status: { code: null, signal: "SIGKILL" } });
    assert.deepEqual(seen, [
      [3, null],
      [4, 3],
      [],
      [],
      [WORKER],
      [{ ...WORKER, exitCode: null, signal: "SIGKILL" }],
    ]);
  });

  it("see the arbiter as it is when they look", () => {
    let server: ServerHookContext | null = null;
    const { hooks, set, rig } = setUp({ on_reload: (given) => void (server = given) });
    hooks.perform(set, { hook: "on_reload", generation: 1 });
    const context = server as unknown as ServerHookContext;
    assert.deepEqual([context.pid, context.numWorkers, context.workers, context.address], [4711, 3, [], []]);
    let state = initialState({ ...SETTINGS, workers: 2 }, { slotCapacity: 4, firstSlots: 2 });
    hooks.observe(() => state);
    hooks.listening(() => ["http://127.0.0.1:80"]);
    [state] = step(state, { type: "started", atMs: 1 });
    [state] = step(state, { type: "worker_spawned", age: 1, pid: 99, atMs: 2 });
    assert.deepEqual([context.numWorkers, context.address], [2, ["http://127.0.0.1:80"]]);
    assert.deepEqual(context.workers, [
      { pid: 99, age: 1, generation: 1, slot: 0, ready: false },
      { pid: null, age: 2, generation: 1, slot: 1, ready: false },
    ]);
    assert.equal(context.config.workers, 3);
    context.log("warning", "from a hook");
    assert.deepEqual(rig.lines, ["warning: from a hook"]);
  });

  it("that throw or never end do not stop anything", async () => {
    const { hooks, set, rig } = setUp({
      pre_fork: () => {
        throw new Error("sync");
      },
      child_exit: () => Promise.reject(new Error("async")),
      nworkers_changed: () => never,
    });
    hooks.perform(set, { hook: "pre_fork", generation: 1, worker: WORKER });
    hooks.perform(set, { hook: "child_exit", generation: 1, worker: WORKER, status: { code: 0, signal: null } });
    hooks.perform(set, { hook: "nworkers_changed", generation: 1, count: 1, previous: 2 });
    assert.deepEqual(rig.lines, ["error: Exception in pre_fork hook | Error: sync"]);
    assert.ok(rig.delays.every((delayMs) => delayMs === 4_000));
    const ended = hooks.end();
    // The one that rejects does so first.
    await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    rig.expire();
    await ended;
    assert.deepEqual(rig.lines.slice(1).sort(), [
      "error: Exception in child_exit hook | Error: async",
      "error: Hook nworkers_changed is given up: it did not finish within 4 s",
    ]);
  });

  for (const name of ["on_starting", "when_ready"] as const) {
    it(`${name} stops the start when it throws, not when it hangs`, async () => {
      assert.equal(await setUp({}).hooks.begin(name), true);
      assert.equal(await setUp({ [name]: async () => {} }).hooks.begin(name), true);
      const failing = setUp({ [name]: () => Promise.reject(new Error("no database")) });
      assert.equal(await failing.hooks.begin(name), false);
      assert.deepEqual(failing.rig.lines, [`error: Exception in ${name} hook | Error: no database`]);
      const hanging = setUp({ [name]: () => never });
      const begun = hanging.hooks.begin(name);
      hanging.rig.expire();
      assert.equal(await begun, true);
      assert.deepEqual(hanging.rig.lines, [`error: Hook ${name} is given up: it did not finish within 4 s`]);
    });
  }

  it("on_exit is that of the configuration that serves at the end", async () => {
    const calls: string[] = [];
    const { hooks, set } = setUp({ on_exit: () => void calls.push("old") });
    hooks.use({ ...set, hooks: { on_exit: async () => void calls.push("new") } });
    await hooks.end();
    assert.deepEqual(calls, ["new"]);
  });

  it("are used from the first configuration that has one", () => {
    const { hooks, set } = setUp({ post_fork: () => {} });
    assert.equal(hooks.isUsed, false);
    hooks.perform({ ...set, hooks: { on_exit: () => {} } }, { hook: "on_reload", generation: 2 });
    assert.equal(hooks.isUsed, true);
    assert.equal(setUp({ on_exit: () => {} }).hooks.isUsed, true);
  });
});
