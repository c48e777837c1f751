/**
 * The arbiter against a simulated operating system, from a seed. `SEED=123` runs one seed again and prints what happened.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import { initialState, step } from "../../src/arbiter/machine.ts";
import { drawFaults } from "./faults.ts";
import { OperatingSystem, randomSettings } from "./operating-system.ts";
import { Random } from "./random.ts";
import { SETTLED_AFTER_MS } from "./state-rules.ts";
import { Witness } from "./witness.ts";

const SEEDS = 800;
const SEEDS_PER_TEST = 100;
const TRACED_EVENTS = 40;

const only = process.env["SEED"];

/** How a run ended, for the test that all ends were seen. */
interface Outcome {
  readonly end: "failed to boot" | "stopped in chaos" | "settled and stopped";
  readonly events: number;
  readonly generations: number;
  /** The start failed, and was repeated when files changed. */
  readonly hasWaited: boolean;
}

/** Chaos, calm, and a stop. Throws when the witness objects. */
function run(seed: number): Outcome {
  const random = new Random(seed);
  const slotCapacity = random.between(1, 5);
  const settings = randomSettings(random, slotCapacity);
  const firstSlots = random.between(1, slotCapacity);
  const faults = drawFaults(random, random.chance(0.3));
  const trace: string[] = [];
  let events = 0;
  let hasWaited = false;
  const parentPid = random.chance(0.25) ? 42 : null;
  const kin = { parentPid, isDaemon: random.chance(0.3), isInit: parentPid === null && random.chance(0.2) };
  let state = initialState(settings, { slotCapacity, firstSlots, ...kin });

  const deliver = (event: ArbiterEvent): void => {
    events += 1;
    witness.takeIn(event);
    const [next, effects] = step(state, event);
    if (events % 16 === 0) assert.deepEqual(step(state, event)[1], effects, "the same event had two effects");
    state = next;
    hasWaited ||= state.phase === "waiting";
    if (effects.length > 0 || event.type !== "ticked" || only !== undefined) trace.push(describeStep(event, effects));
    if (trace.length > TRACED_EVENTS && only === undefined) trace.shift();
    witness.check(event, effects, state);
    for (const effect of effects) system.perform(effect);
  };
  const system = new OperatingSystem(random, faults, settings, slotCapacity, deliver);
  const witness = new Witness(system, settings, slotCapacity, firstSlots, kin);
  if (parentPid !== null) system.adopt();

  const play = (): Outcome["end"] => {
    system.post({ type: "started" });
    for (let ticks = random.between(40, 340); ticks > 0 && !witness.halted; ticks -= 1) system.runToTick();
    if (witness.halted) return witness.isStopping ? "stopped in chaos" : "failed to boot";

    system.calm();
    const settledByMs = system.awakeMs + SETTLED_AFTER_MS;
    const wasStopping = witness.isStopping;
    const complaint = (): string | null => {
      if (system.brokenProcesses > 0) return "a worker is broken";
      return system.answersDue > 0 ? "listeners are being emptied" : witness.complaintAtRest(state);
    };
    while (!witness.halted && (witness.isStopping || complaint() !== null)) {
      assert.ok(system.awakeMs < settledByMs, `without faults, in the end: ${complaint()}`);
      // Nobody but a developer can mend it.
      if (state.phase === "waiting" && state.load === "none") system.post({ type: "files_changed", text: "app.js" });
      system.runToTick();
    }
    if (witness.halted) return wasStopping ? "stopped in chaos" : "failed to boot";

    // What is in order stays so.
    const quietFrom = events;
    for (let ticks = 10; ticks > 0; ticks -= 1) system.runToTick();
    assert.equal(events, quietFrom + 10, "it does not leave well alone");
    assert.equal(complaint(), null);

    // A stop in the middle of something, or of nothing.
    for (const signal of random.pick([[], ["SIGTTIN"], ["SIGHUP"], ["SIGTTOU", "SIGTTIN"]] as const)) {
      system.post({ type: "signal_received", signal });
    }
    if (random.chance(0.3)) system.runToTick();
    system.post({ type: "signal_received", signal: random.pick(["SIGTERM", "SIGINT", "SIGQUIT"]) });
    while (!witness.halted) system.runToTick();
    assert.equal(system.liveProcesses, 0);
    for (const signal of ["SIGHUP", "SIGTERM", "SIGTTIN"] as const) system.post({ type: "signal_received", signal });
    return "settled and stopped";
  };

  try {
    const end = play();
    if (only !== undefined) console.log(`${trace.join("\n")}\n${end}`);
    return { end, events, generations: state.lastGeneration, hasWaited };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`Seed ${seed} at ${system.nowMs} ms: ${text}\n${trace.join("\n")}`, { cause: error });
  }
}

function describeStep(event: ArbiterEvent, effects: readonly object[]): string {
  const text = event.type === "ticked" ? `ticked ${event.atMs} ${JSON.stringify([...event.beats])}` : JSON.stringify(event);
  return [text, ...effects.map((effect) => `    ${JSON.stringify(effect)}`)].join("\n");
}

describe("Arbiter in a simulated system", () => {
  const outcomes: Outcome[] = [];

  if (only !== undefined) {
    it(`keeps its promises: seed ${only}`, () => void run(Number(only)));
    return;
  }

  for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
    const last = first + SEEDS_PER_TEST - 1;
    it(`keeps its promises: seeds ${first} to ${last}`, () => {
      for (let seed = first; seed <= last; seed += 1) outcomes.push(run(seed));
    });
  }

  it("was seen in every kind of run", () => {
    const ends = (end: Outcome["end"]): number => outcomes.filter((outcome) => outcome.end === end).length;
    assert.equal(outcomes.length, SEEDS);
    assert.ok(ends("settled and stopped") > SEEDS / 4);
    assert.ok(ends("stopped in chaos") > SEEDS / 40);
    assert.ok(ends("failed to boot") > 0);
    assert.ok(outcomes.some(({ generations }) => generations > 5));
    assert.ok(outcomes.some(({ hasWaited, end }) => hasWaited && end === "settled and stopped"));
  });
});
