/**
 * What may go wrong in one run, and how often. Most runs have few kinds of faults, so that each is also seen alone.
 *
 * @module
 */
import type { SignalName } from "../../src/runtime/port.ts";
import type { Random } from "./random.ts";

/** Probabilities; those named `perTick` are asked every half second (of each process, where it is a process's fault). */
export interface Faults {
  readonly spawnFails: number;
  readonly bootFails: number;
  readonly bootHangs: number;
  readonly bootSlow: number;
  readonly exitsPerTick: number;
  readonly hangsPerTick: number;
  readonly recoversPerTick: number;
  /** A process that never minds SIGTERM and SIGQUIT; one that does not even mind SIGABRT. */
  readonly isDeaf: number;
  readonly isStuck: number;
  readonly settingsRefused: number;
  readonly emptiedLate: number;
  readonly suspendPerTick: number;
  readonly stallPerTick: number;
  /** A worker wants to be replaced. */
  readonly retiresPerTick: number;
  readonly strayEventPerTick: number;
  /** A new arbiter (USR2) that cannot be started; one that ends, or the old one. */
  readonly childFails: number;
  readonly childExitsPerTick: number;
  readonly parentExitsPerTick: number;
  /** The other arbiter's workers open a slot. */
  readonly slotOpensPerTick: number;
  /** Files that are watched change. */
  readonly filesChangePerTick: number;
  readonly signalPerTick: number;
  readonly signals: readonly SignalName[];
}

export const NO_FAULTS: Faults = {
  spawnFails: 0,
  bootFails: 0,
  bootHangs: 0,
  bootSlow: 0,
  exitsPerTick: 0,
  hangsPerTick: 0,
  recoversPerTick: 0,
  isDeaf: 0,
  isStuck: 0,
  settingsRefused: 0,
  emptiedLate: 0,
  suspendPerTick: 0,
  stallPerTick: 0,
  retiresPerTick: 0,
  strayEventPerTick: 0,
  childFails: 0,
  childExitsPerTick: 0,
  parentExitsPerTick: 0,
  slotOpensPerTick: 0,
  filesChangePerTick: 0,
  signalPerTick: 0,
  signals: [],
};

const MILD_SIGNALS: readonly SignalName[] = ["SIGHUP", "SIGHUP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH"];
const STOP_SIGNALS: readonly SignalName[] = ["SIGTERM", "SIGINT", "SIGQUIT"];

/** `mayStop`: whether signals that end the arbiter are among the random ones. */
export function drawFaults(random: Random, mayStop: boolean): Faults {
  const sometimes = (most: number): number => random.chance(0.4) ? random.next() * most : 0;
  const often = (most: number): number => random.chance(0.7) ? random.next() * most : 0;
  const mild = random.chance(0.75) ? MILD_SIGNALS : [random.pick(MILD_SIGNALS), random.pick(MILD_SIGNALS)];
  return {
    spawnFails: sometimes(0.5),
    bootFails: sometimes(random.chance(0.15) ? 1 : 0.3),
    bootHangs: sometimes(0.2),
    bootSlow: sometimes(0.5),
    exitsPerTick: often(0.1),
    hangsPerTick: sometimes(0.05),
    recoversPerTick: sometimes(0.3),
    isDeaf: sometimes(0.3),
    isStuck: sometimes(0.3),
    settingsRefused: sometimes(0.5),
    emptiedLate: sometimes(0.5),
    suspendPerTick: sometimes(0.03),
    stallPerTick: sometimes(0.05),
    retiresPerTick: sometimes(random.pick([0.01, 0.3])),
    strayEventPerTick: sometimes(0.2),
    childFails: sometimes(0.5),
    childExitsPerTick: often(0.2),
    parentExitsPerTick: often(0.05),
    slotOpensPerTick: sometimes(0.2),
    filesChangePerTick: sometimes(0.3),
    signalPerTick: random.pick([0, 0.02, 0.1, 0.4, 0.8]) * random.next(),
    signals: mayStop ? [...mild, ...mild, ...STOP_SIGNALS] : mild,
  };
}
