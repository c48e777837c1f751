import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ARBITER_HOOKS, isHookName, isWorkerHookName, parametersOf, WORKER_HOOKS } from "../../../src/hooks/names.ts";
import { pickHooks, refuseHook } from "../../../src/hooks/read-hook.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";

const NAMES = [...Object.keys(ARBITER_HOOKS), ...Object.keys(WORKER_HOOKS)].filter(isHookName);

describe("hooks", () => {
  it("are declared as settings, each", () => {
    assert.deepEqual(SETTING_NAMES.filter((name) => declarationOf(name).kind === "hook").sort(), [...NAMES].sort());
    assert.equal(NAMES.length, 15);
  });

  it("belong to the arbiter or to workers", () => {
    assert.equal(isWorkerHookName("post_fork"), true);
    assert.equal(isWorkerHookName("pre_fork"), false);
    assert.equal(isHookName("toString"), false);
    assert.equal(isHookName("workers"), false);
  });
});

describe("refuseHook", () => {
  for (const name of NAMES) {
    const count = parametersOf(name).length;
    it(`${name} takes up to ${count} parameters`, () => {
      for (let arity = 0; arity <= count; arity += 1) assert.equal(refuseHook(name, withArity(arity)), null);
      const refusal = refuseHook(name, withArity(count + 1));
      assert.equal(refusal?.message, `value must have an arity of: ${count}, and has ${count + 1} parameters`);
      assert.match(refusal?.hint ?? "", new RegExp(`^write ${name}\\(`));
    });
  }

  it("does not count defaults and rest", () => {
    assert.equal(refuseHook("on_exit", (_server: unknown, _more = 1) => {}), null);
    assert.equal(refuseHook("on_exit", (..._all: unknown[]) => {}), null);
    assert.equal(refuseHook("on_exit", async function named() {}), null);
  });

  for (const value of [null, true, "module:hook", {}, [], 5, class Hook {}]) {
    it(`refuses ${typeof value === "function" ? "a class" : JSON.stringify(value)}`, () => {
      assert.match(refuseHook("on_exit", value)?.message ?? "", /^value is not callable/);
    });
  }
});

describe("pickHooks", () => {
  it("takes hooks that can be called, and nothing else", () => {
    const on_exit = (): void => {};
    assert.deepEqual(pickHooks({ on_exit, workers: 2, on_reload: 5, helper: () => {} }), { on_exit });
  });
});

function withArity(arity: number): (...all: unknown[]) => void {
  const hook = (): void => {};
  return Object.defineProperty(hook, "length", { value: arity });
}
