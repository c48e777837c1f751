import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ArbiterState, WorkerRecord } from "../../../src/arbiter/state.ts";
import { isStaffed, NotReachedError, StateWatch } from "../../../src/embed/watch-state.ts";

function stateOf(target: number, phases: readonly WorkerRecord["phase"][], more: Partial<ArbiterState> = {}): ArbiterState {
  const workers = new Map(
    phases.map((phase, slot) => [slot + 1, { generation: 1, slot, phase, isLeaving: false, bootError: null }]),
  );
  return { phase: "running", workers, current: { number: 1, target, retries: new Map() }, ...more } as unknown as ArbiterState;
}

function watching(first: ArbiterState) {
  const watch = new StateWatch();
  let now = first;
  watch.listening({ state: () => now, addresses: () => [], slotCapacity: () => 8 });
  return {
    watch,
    become(state: ArbiterState): void {
      now = state;
      watch.changed();
    },
  };
}

describe("Whether the workers serve", () => {
  it("needs all of them", () => {
    assert.equal(isStaffed(stateOf(2, ["ready", "ready"])), true);
    assert.equal(isStaffed(stateOf(2, ["ready", "booting"])), false);
    assert.equal(isStaffed(stateOf(2, ["ready"])), false);
    assert.equal(isStaffed(stateOf(1, ["ready"], { phase: "starting" })), false);
  });

  it("does not wait for one that keeps failing while others serve", () => {
    const current = {
      number: 1,
      target: 2,
      retries: new Map([[1, { failures: 3, atMs: 0 }]]),
    } as unknown as ArbiterState["current"];
    assert.equal(isStaffed(stateOf(2, ["ready"], { current })), true);
    assert.equal(isStaffed(stateOf(2, ["ready", "booting"], { current })), true);
  });
});

describe("Waiting for an arbiter", () => {
  it("ends when it came about", async () => {
    const { watch, become } = watching(stateOf(1, ["booting"]));
    const begun: string[] = [];
    const ready = watch.until(isStaffed, () => void begun.push("begun"));
    assert.deepEqual(begun, ["begun"]);
    become(stateOf(1, ["ready"]));
    await ready;
    await watch.until(isStaffed);
  });

  it("ends with what was logged as errors meanwhile, each text once, the last ones", async () => {
    const { watch, become } = watching(stateOf(1, ["booting"]));
    watch.logged("error", "before");
    const failed = watch.until(({ phase }) => phase === "quitting" ? "Not now" : false);
    watch.logged("info", "no error");
    for (let count = 0; count < 30; count++) watch.logged("error", `error ${count}`);
    for (let count = 0; count < 30; count++) watch.logged("critical", "again");
    become(stateOf(1, [], { phase: "quitting" }));
    await assert.rejects(failed, (error: unknown) => {
      assert.ok(error instanceof NotReachedError);
      assert.deepEqual([error.message, error.logged.length, error.logged[0], error.logged.at(-1)], [
        "Not now",
        20,
        "error 11",
        "again",
      ]);
      return true;
    });
  });

  it("ends with the arbiter, and knows why a worker could not boot", async () => {
    const { watch, become } = watching(stateOf(1, ["booting"]));
    const waiting = watch.until(isStaffed);
    const [[, worker] = [0, null]] = stateOf(1, ["booting"]).workers;
    become(stateOf(1, [], { workers: new Map([[1, { ...worker, bootError: "no module" } as WorkerRecord]]) }));
    become(stateOf(1, []));
    watch.end();
    await assert.rejects(waiting, /^NotReachedError: The server has ended$/);
    await assert.rejects(watch.until(() => true), /has ended/);
    assert.equal(watch.bootError, "no module");
  });
});
