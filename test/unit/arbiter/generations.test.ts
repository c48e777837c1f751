import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Changes } from "../../../src/arbiter/change.ts";
import { Generations, type PreparedGeneration } from "../../../src/arbiter/generations.ts";
import { step } from "../../../src/arbiter/machine.ts";
import type { ArbiterEvent } from "../../../src/arbiter/events.ts";
import { type EventWithoutTime, Rig } from "./rig.ts";

/** An arbiter's machine with its generations; what becomes of each reload is noted. */
function rig(): {
  machine: Rig;
  notes: string[];
  generations: Generations<Named>;
  post(event: EventWithoutTime, name?: string): void;
} {
  const notes: string[] = [];
  const named = (name: string): Named => ({
    name,
    commit: () => void notes.push(`commit ${name}`),
    rollback: () => void notes.push(`rollback ${name}`),
    discard: () => void notes.push(`discard ${name}`),
  });
  const machine = Rig.running();
  const generations = new Generations(named("first"));
  const post = (event: EventWithoutTime, name?: string): void => {
    const before = machine.state;
    machine.state = step(before, { ...event, atMs: machine.nowMs } as ArbiterEvent)[0];
    generations.follow(before, machine.state, name === undefined ? null : named(name));
  };
  return { machine, notes, generations, post };
}

interface Named extends PreparedGeneration {
  readonly name: string;
}

describe("Generations", () => {
  const loaded = (machine: Rig): EventWithoutTime => {
    const { settings, listeners } = machine.state.current;
    return { type: "settings_loaded", settings, listeners };
  };
  const ready = (age: number): EventWithoutTime => ({ type: "worker_ready", age });

  it("commit a reload when its generation serves", () => {
    const { machine, notes, generations, post } = rig();
    post(loaded(machine), "second");
    assert.deepEqual([generations.of(1).name, generations.of(2).name], ["first", "second"]);
    machine.spawned(3);
    machine.spawned(4);
    post(ready(3));
    assert.deepEqual(notes, []);
    post(ready(4));
    assert.deepEqual(notes, ["commit second"]);
    assert.equal(generations.of(1).name, "second");
  });

  it("roll a reload back that comes to nothing, or is replaced", () => {
    const { machine, notes, generations, post } = rig();
    post(loaded(machine), "second");
    post(loaded(machine), "third");
    assert.deepEqual(notes, ["rollback second"]);
    machine.spawned(5);
    post({ type: "worker_exited", age: 5, status: { code: 3, signal: null } });
    assert.deepEqual(notes, ["rollback second", "rollback third"]);
    assert.equal(generations.of(3).name, "first");
  });

  it("discard what comes too late", () => {
    const { machine, notes, post } = rig();
    post({ type: "signal_received", signal: "SIGTERM" });
    post(loaded(machine), "second");
    assert.deepEqual(notes, ["discard second"]);
  });

  it("roll a reload back that a stop ends", () => {
    const { machine, notes, post } = rig();
    post(loaded(machine), "second");
    post({ type: "signal_received", signal: "SIGTERM" });
    assert.deepEqual(notes, ["rollback second"]);
  });
});

describe("Changes", () => {
  it("are committed in order and rolled back the other way", () => {
    const notes: string[] = [];
    const changes = new Changes();
    for (const name of ["a", "b"]) {
      changes.add({
        commit: () => void notes.push(name),
        rollback: () => void notes.push(`-${name}`),
      });
    }
    changes.commit();
    changes.rollback();
    assert.deepEqual(notes, ["a", "b", "-b", "-a"]);
  });
});
