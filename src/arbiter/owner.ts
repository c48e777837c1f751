/**
 * On whose behalf an arbiter runs: of the command line, which gives it a process of its own, or of a program that it lives in.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { HookSource } from "../hooks/hook-set.ts";
import type { LogLevel } from "../log/level.ts";
import type { ArbiterState } from "./state.ts";

/** A configuration that was read for a reload. */
export interface Reading {
  readonly config: Config;
  /** Called when workers with it serve. */
  used(): void;
}

/** What can be seen of an arbiter. Values are those of the moment. */
export interface ArbiterView {
  state(): ArbiterState;
  /** What is listened on, such as `http://127.0.0.1:8000`. */
  addresses(): readonly string[];
  /** How many workers there are sockets for. */
  slotCapacity(): number;
}

/** Who looks on. */
export interface ArbiterObserver {
  /** A line of the arbiter's for the error log, whatever `loglevel` says. */
  logged(level: LogLevel, text: string): void;
  /** The sockets are bound. Called once at most. */
  listening(view: ArbiterView): void;
  /** Something happened. */
  changed(): void;
}

/** Who started the arbiter. */
export interface ArbiterOwner {
  /** The user's own arguments, with which another arbiter is started (USR2). */
  readonly argv: readonly string[];
  readonly hooks: Pick<HookSource, "first" | "load">;
  /** Null: nobody looks on, and the process is the arbiter's own. */
  readonly observer: ArbiterObserver | null;
  /** Reads the configuration again. Rejects with an error whose message says what is wrong with it. */
  reread(): Promise<Reading>;
}
