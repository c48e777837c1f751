/**
 * What must be true of the calls of server hooks: they tell the whole story, in order.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { HookCall } from "../../src/arbiter/hook-calls.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";

export class HookWitness {
  /** The number of wanted workers, as hooks were told. */
  #told: number;
  #lastReload = 1;
  readonly #alive = new Set<number>();
  readonly #spawned = new Set<number>();

  constructor(firstTarget: number) {
    this.#told = firstTarget;
  }

  /** To be called with what the arbiter wants done about the event. */
  check(event: ArbiterEvent, effects: readonly ArbiterEffect[], state: ArbiterState): void {
    const calls = effects.flatMap((effect) => effect.type === "run_hook" ? [effect.call] : []);
    const isHalted = state.phase === "halted";
    // A start that fails gives its reload up first, and tells of that; whoever was told to stop tells of nothing.
    const isOver = isHalted
      ? event.type === "signal_received"
      : !["idle", "starting", "waiting", "running"].includes(state.phase);
    this.#checkExit(event, calls);
    this.#checkSpawns(effects);
    for (const call of calls) {
      assert.ok(call.generation <= state.lastGeneration, `${call.hook} of a configuration that was never read`);
      if (call.hook === "child_exit") continue;
      assert.ok(call.hook === "pre_fork" || !isOver, `${call.hook} is called in a stop`);
      if (call.hook === "nworkers_changed") {
        assert.equal(call.previous, this.#told, "hooks were told another number before");
        this.#told = call.count;
      }
      if (call.hook === "on_reload") {
        assert.ok(call.generation > this.#lastReload, "on_reload is called twice for one reload");
        assert.equal(call.generation, state.lastGeneration);
        this.#lastReload = call.generation;
      }
    }
    if (isOver || isHalted) return;
    assert.equal(this.#told, (state.pending ?? state.current).target, "hooks do not know how many workers are wanted");
    assert.equal(this.#lastReload, state.lastGeneration, "a reload came without on_reload");
    const hooks = effects.map((effect) => effect.type === "run_hook" ? effect.call.hook : effect.type);
    const firstSpawn = hooks.indexOf("pre_fork");
    const reload = hooks.indexOf("on_reload");
    assert.ok(firstSpawn < 0 || reload < firstSpawn, "a reload spawns before on_reload");
  }

  #checkExit(event: ArbiterEvent, calls: readonly HookCall[]): void {
    const exits = calls.flatMap((call) => call.hook === "child_exit" ? [call.worker.age] : []);
    const isReaped = event.type === "worker_exited" && this.#alive.delete(event.age);
    assert.deepEqual(exits, isReaped ? [event.age] : [], "child_exit is not what was reaped");
    if (event.type === "worker_spawned") this.#spawned.add(event.age);
    // Said too late, of a worker that runs, it means nothing.
    if (event.type === "spawn_failed" && !this.#spawned.has(event.age)) this.#alive.delete(event.age);
  }

  #checkSpawns(effects: readonly ArbiterEffect[]): void {
    for (const [index, effect] of effects.entries()) {
      const next = effects[index + 1];
      if (effect.type === "run_hook" && effect.call.hook === "pre_fork") {
        assert.ok(next?.type === "spawn_worker" && next.age === effect.call.worker.age, "pre_fork without a spawn");
        assert.equal(effect.call.generation, next.generation);
        assert.equal(effect.call.worker.pid, null);
      }
      if (effect.type !== "spawn_worker") continue;
      this.#alive.add(effect.age);
      const before = effects[index - 1];
      assert.ok(before?.type === "run_hook" && before.call.hook === "pre_fork", "a spawn without pre_fork");
    }
  }
}
