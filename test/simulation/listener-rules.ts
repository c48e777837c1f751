/**
 * What must be true of the sets of listeners that generations have, share and give up.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";
import type { ArbiterState } from "../../src/arbiter/machine.ts";
import type { ListenerSetFacts } from "../../src/arbiter/settings.ts";
import { at, type Clock, type Ledger, type Seen } from "./ledger.ts";

/** Workers stay so long for queues that do not get empty. */
const RELEASE_LIMIT_MS = 5_000;

/** A record of the sets, kept apart from the arbiter's own state. */
export class ListenerLedger {
  /** By generation. */
  readonly #of = new Map<number, ListenerSetFacts>();
  /** Sets that are being given up, since when. */
  readonly #releasing = new Map<number, Clock>();
  /** As read last. */
  lastLoaded: ListenerSetFacts;
  /** Open after the last event. */
  readonly #open = new Map<number, ListenerSetFacts>();

  constructor(first: ListenerSetFacts) {
    this.#of.set(1, first);
    this.lastLoaded = first;
    this.#open.set(first.number, first);
  }

  /** Of a generation; one that is seen first has what was loaded last. */
  of(generation: number): ListenerSetFacts {
    const facts = this.#of.get(generation) ?? this.lastLoaded;
    this.#of.set(generation, facts);
    return facts;
  }

  get slotCapacity(): number {
    return Math.max(...[...this.#open.values()].map(({ slotCapacity }) => slotCapacity));
  }

  isReleasing(number: number): boolean {
    return this.#releasing.has(number);
  }

  /** To be called before the arbiter sees the event. True: slots may have lost their sockets. */
  takeIn(event: ArbiterEvent): boolean {
    if (event.type === "listeners_released") return this.#forget(event.number);
    return false;
  }

  /** A set is given up once, when nobody has it. */
  checkRelease(effect: Extract<ArbiterEffect, { type: "release_listeners" }>, state: ArbiterState, ledger: Ledger): void {
    const { number } = effect;
    assert.ok(!this.#releasing.has(number), `set ${number} is given up twice`);
    assert.notEqual(number, state.current.listeners.number, "the set of the generation that serves is given up");
    assert.notEqual(number, state.pending?.listeners.number, "the set of a reload is given up");
    assert.equal(effect.scope, ledger.kin.scope, `of set ${number} ${effect.scope} is given up`);
    this.#releasing.set(number, at(ledger.clock));
  }

  /** Who may have to empty queues stays until that is done. */
  checkDismissal(worker: Seen, ledger: Ledger): void {
    const isServing = ledger.healthy("surely").includes(worker);
    const isWaitedFor = this.#releasing.has(worker.listeners.number) && !ledger.kin.released.has(worker.age);
    assert.ok(!isServing || !isWaitedFor, `worker ${worker.age} is let go before its listeners are empty`);
  }

  /** To be called before what the arbiter does is checked. True: slots may have lost their sockets. */
  expire(event: ArbiterEvent, state: ArbiterState, ledger: Ledger): boolean {
    if (event.type !== "ticked") return false;
    const gone = [...this.#releasing].filter(([number]) => !state.listenerSets.has(number));
    for (const [number, since] of gone) {
      const waitedMs = ledger.sinceMs(since) + ledger.slackMs(since);
      assert.ok(waitedMs >= RELEASE_LIMIT_MS, `set ${number} was not waited for`);
      this.#forget(number);
    }
    return gone.length > 0;
  }

  /** At the end of an event. */
  check(event: ArbiterEvent, state: ArbiterState, ledger: Ledger): void {
    for (const [number, since] of this.#releasing) {
      assert.ok(state.listenerSets.has(number), `set ${number} was forgotten`);
      assert.ok(event.type !== "ticked" || ledger.sinceMs(since) < RELEASE_LIMIT_MS, `set ${number} is waited for too long`);
    }
    const inUse = [state.current.listeners, ...(state.pending === null ? [] : [state.pending.listeners])];
    for (const facts of inUse) this.#open.set(facts.number, facts);
    // Also one that was read for a reload which WINCH had ended by then: nobody ever had it.
    for (const [number, { slotCapacity }] of state.listenerSets) {
      if (this.#releasing.has(number)) this.#open.set(number, { number, slotCapacity });
    }
    if (ledger.isStopping) return;
    const open = new Set([...inUse.map(({ number }) => number), ...this.#releasing.keys()]);
    assert.deepEqual(new Set(state.listenerSets.keys()), open, "a set is open that nobody has");
  }

  #forget(number: number): boolean {
    if (!this.#releasing.delete(number)) return false;
    this.#open.delete(number);
    return true;
  }

  /**
   * Sets that must be served as they were, in the middle of an event, too. What only a reload has was never in service: it may wait for the
   * workers of the next reload.
   */
  isServed(number: number, state: ArbiterState): boolean {
    return number === state.current.listeners.number || this.#releasing.has(number);
  }
}

/** Whether workers of a set must hold every slot of it: all but those of a reload that is not through, while the others serve. */
export function mustHoldAll(number: number, ledger: Ledger, state: ArbiterState): boolean {
  const current = state.current.listeners.number;
  if (number !== state.pending?.listeners.number || number === current) return true;
  return !ledger.healthy("perhaps").some((worker) => worker.listeners.number === current);
}
