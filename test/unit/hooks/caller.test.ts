import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeFailure, HookCaller, HookTimeout } from "../../../src/hooks/caller.ts";
import { HookRig, never } from "./rig.ts";

describe("A hook that is called", () => {
  it("and returns has its outcome at once, without a timer", () => {
    const rig = new HookRig();
    assert.deepEqual(new HookCaller(rig.clock, rig.log).call("pre_fork", 1_000, () => 5), { ok: true });
    assert.deepEqual([rig.delays, rig.lines], [[], []]);
  });

  it("and throws is logged with its name and its stack", () => {
    const rig = new HookRig();
    const outcome = new HookCaller(rig.clock, rig.log).call("pre_fork", 1_000, () => {
      throw new RangeError("no");
    });
    assert.ok(!(outcome instanceof Promise) && !outcome.ok && !outcome.isLate);
    assert.deepEqual(rig.lines, ["error: Exception in pre_fork hook | RangeError: no"]);
  });

  it("and throws no error at all is logged too", () => {
    const rig = new HookRig();
    new HookCaller(rig.clock, rig.log).call("on_exit", 1_000, () => {
      throw "text";
    });
    assert.deepEqual(rig.lines, ["error: Exception in on_exit hook | Thrown: text"]);
  });

  it("and keeps its promise needs no timer any more", async () => {
    const rig = new HookRig();
    const outcome = new HookCaller(rig.clock, rig.log).call("on_exit", 1_500, async () => {});
    assert.deepEqual(rig.delays, [1_500]);
    assert.deepEqual(await outcome, { ok: true });
    assert.deepEqual([rig.delays, rig.lines], [[], []]);
  });

  it("and rejects is logged", async () => {
    const rig = new HookRig();
    const outcome = await new HookCaller(rig.clock, rig.log).call("on_reload", 1_000, () => Promise.reject(new Error("late")));
    assert.equal(outcome.ok, false);
    assert.deepEqual(rig.lines, ["error: Exception in on_reload hook | Error: late"]);
    assert.deepEqual(rig.delays, []);
  });

  it("and never ends is given up, and whatever it does then is nobody's business", async () => {
    const rig = new HookRig();
    let reject: (error: Error) => void = () => {};
    const work = new Promise<void>((_, no) => reject = no);
    const outcome = new HookCaller(rig.clock, rig.log).call("when_ready", 2_500, () => work);
    rig.expire();
    const ended = await outcome;
    assert.ok(!ended.ok && ended.isLate && ended.error instanceof HookTimeout);
    assert.deepEqual(rig.lines, ["error: Hook when_ready is given up: it did not finish within 2.5 s"]);
    reject(new Error("after all"));
    await assert.rejects(work);
    assert.equal(rig.lines.length, 1);
  });

  it("and returns what only looks like a promise is waited for as well", async () => {
    const rig = new HookRig();
    const thenable = { then: (done: () => void) => done() };
    assert.deepEqual(await new HookCaller(rig.clock, rig.log).call("on_exit", 1, () => thenable), { ok: true });
  });
});

describe("HookCaller.settled", () => {
  it("waits for all that is under way", async () => {
    const rig = new HookRig();
    const caller = new HookCaller(rig.clock, rig.log);
    await caller.settled();
    void caller.call("child_exit", 1_000, () => never);
    void caller.call("child_exit", 1_000, async () => {});
    let isSettled = false;
    const settled = caller.settled().then(() => isSettled = true);
    await Promise.resolve();
    assert.equal(isSettled, false);
    rig.expire();
    await settled;
    assert.equal(rig.lines.length, 1);
  });
});

describe("describeFailure", () => {
  it("has all of it in the first line", () => {
    const [first] = describeFailure("post_fork", { ok: false, isLate: false, error: new Error("x") }).split("\n");
    assert.equal(first, "Exception in post_fork hook");
  });
});
