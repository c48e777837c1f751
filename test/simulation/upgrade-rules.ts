/**
 * What must be true of two arbiters on the same sockets, and what WINCH may do.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ArbiterEffect } from "../../src/arbiter/effects.ts";
import type { ArbiterEvent } from "../../src/arbiter/events.ts";

/** How an arbiter was started. */
export interface KinOptions {
  readonly parentPid: number | null;
  readonly isDaemon: boolean;
  readonly isInit: boolean;
}

/** A record of the other arbiter, kept apart from the arbiter's own state. */
export class KinLedger {
  readonly isDaemon: boolean;
  readonly isInit: boolean;
  child: "none" | "starting" | number = "none";
  hasParent: boolean;
  /** The old arbiter's end was told and its place not yet taken. */
  isPromotionDue = false;
  /** The current generation's target before WINCH. */
  beforeWinch: number | null = null;
  /** The ages of the workers that WINCH found; those that have no pid yet are told later. */
  readonly released = new Set<number>();
  /** WINCH came while the configuration was being read. */
  isLoadUnwanted = false;

  constructor(options: KinOptions) {
    this.isDaemon = options.isDaemon;
    this.isInit = options.isInit;
    this.hasParent = options.parentPid !== null;
  }

  get isShared(): boolean {
    return this.child !== "none" || this.hasParent;
  }

  /** What a stop may end. */
  get scope(): "all" | "own" {
    return this.isShared && !(this.isInit && this.child !== "none") ? "own" : "all";
  }

  /** True: the other arbiter is gone by this event. To be called before the arbiter sees it. */
  takeIn(event: ArbiterEvent): boolean {
    switch (event.type) {
      case "child_started":
        if (this.child === "starting") this.child = event.pid;
        return false;
      case "child_failed": {
        const isKnown = this.child === "starting";
        if (isKnown) this.child = "none";
        return isKnown;
      }
      case "child_exited": {
        const isKnown = typeof this.child === "number";
        if (isKnown) this.child = "none";
        return isKnown;
      }
      case "parent_exited": {
        const isKnown = this.hasParent;
        this.hasParent = false;
        this.isPromotionDue = isKnown;
        return isKnown;
      }
      default:
        return false;
    }
  }

  /** `isStopping`: a stop was asked for. */
  check(effect: ArbiterEffect, isStopping: boolean): void {
    switch (effect.type) {
      case "start_child":
        assert.ok(!this.isShared, "a third arbiter is started");
        assert.ok(!isStopping, "an arbiter is started in a stop");
        this.child = "starting";
        return;
      case "kill_child":
        assert.ok(this.isInit, "the new arbiter is ended by one that it could outlive");
        assert.ok(isStopping, "the new arbiter is ended without a stop");
        assert.equal(effect.pid, this.child, "a signal went to another process");
        return;
      case "promote":
        assert.ok(this.isPromotionDue && !isStopping, "an arbiter is promoted without need");
        this.isPromotionDue = false;
        return;
      case "seal_listeners":
      case "close_listeners":
        assert.equal(effect.scope, this.scope, `of the listeners ${effect.scope} are ended`);
        return;
      case "halt":
        assert.notEqual(this.child, "starting", "a new arbiter is lost");
        assert.ok(!this.isInit || this.child === "none", "process 1 ends before the new arbiter");
        return;
      default:
        return;
    }
  }

  /** After an event. */
  checkTarget(target: number, isStopping: boolean): void {
    assert.ok(!this.isPromotionDue || isStopping, "the old arbiter is gone and nobody takes its place");
    this.isPromotionDue = false;
    if (isStopping || target > 0) return;
    assert.ok(this.beforeWinch !== null, "no worker is wanted without WINCH");
    assert.ok(this.isDaemon || this.isShared, "no worker is wanted and there is no other arbiter");
  }
}
