/**
 * What must always be true of an arbiter. The witness sees what goes in and what comes out and keeps a record of its own; of the
 * arbiter's state it believes only which generations there are and the phase.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";
import type { ArbiterSettings } from "../../src/arbiter/settings.ts";
import { checkEffect } from "./effect-rules.ts";
import { HookWitness } from "./hook-rules.ts";
import { type Clock, Ledger } from "./ledger.ts";
import {
  checkDeadlines,
  checkDismissal,
  checkHandover,
  checkSlots,
  checkStaff,
  checkSwitch,
  checkTargets,
  complaintAtRest,
} from "./state-rules.ts";
import { checkRestart, checkWaiting } from "./reloading-rules.ts";
import type { KinOptions } from "./upgrade-rules.ts";

export class Witness {
  readonly #ledger: Ledger;
  readonly #hooks: HookWitness;

  constructor(clock: Clock, settings: ArbiterSettings, slotCapacity: number, firstSlots: number, kin: KinOptions) {
    this.#ledger = new Ledger(clock, settings, slotCapacity, firstSlots, kin);
    this.#hooks = new HookWitness(this.#ledger.clamp(settings.workers, 1));
  }

  get isStopping(): boolean {
    return this.#ledger.isStopping || this.#ledger.delay !== null;
  }

  get halted(): boolean {
    return this.#ledger.halted;
  }

  /** To be called before the arbiter sees the event. */
  takeIn(event: ArbiterEvent): void {
    this.#ledger.takeIn(event);
  }

  /** To be called with what the arbiter wants done about the event. */
  check(event: ArbiterEvent, effects: readonly ArbiterEffect[], state: ArbiterState): void {
    const ledger = this.#ledger;
    assert.ok(!ledger.halted || effects.length === 0, "an arbiter that halted acted again");
    if (ledger.halted) return;
    this.#hooks.check(event, effects, state);
    checkRestart(ledger, event, state);
    checkTargets(ledger, state);
    checkSwitch(ledger, state);
    if (ledger.listeners.expire(event, state, ledger)) ledger.forgetSlots();
    const heldBefore = ledger.held("surely");
    for (const effect of effects) {
      assert.ok(!ledger.halted, "halt was not the last effect");
      checkEffect(ledger, effect, event, state);
      ledger.kin.check(effect, this.isStopping);
      if (effect.type === "assign_slots" || effect.type === "kill_worker") checkHandover(ledger, heldBefore, state);
    }
    if (ledger.halted) return;
    ledger.kin.checkTarget(state.current.target, this.isStopping);
    for (const effect of effects) {
      if (effect.type === "kill_worker" && effect.signal === "SIGTERM") checkDismissal(ledger, effect.age, state);
    }
    checkStaff(ledger, event, state);
    checkSlots(ledger, state);
    if (event.type === "ticked") checkDeadlines(ledger);
    ledger.listeners.check(event, state, ledger);
    checkWaiting(ledger, event, effects, state);
  }

  /** What is not in order though there were no faults for a while; null when all is. */
  complaintAtRest(state: ArbiterState): string | null {
    return complaintAtRest(this.#ledger, state);
  }
}
