/**
 * The hooks that the arbiter calls. Those of its start and its end are waited for; all others are called and left to themselves, for
 * the arbiter waits for nobody.
 *
 * @module
 */
import { type HookCall, type HookedWorker, hookedWorker } from "../arbiter/hook-calls.ts";
import type { ArbiterState } from "../arbiter/state.ts";
import type { Logger } from "../log/logger.ts";
import type { ClockPort } from "../runtime/port.ts";
import { HookCaller } from "./caller.ts";
import type { HookSet } from "./hook-set.ts";
import { ARBITER_HOOKS } from "./names.ts";
import type { ServerHookContext } from "./types.ts";

export interface ArbiterHooksParts {
  readonly clock: Pick<ClockPort, "after">;
  readonly log: Logger;
  readonly pid: number;
  readonly first: HookSet;
}

export class ArbiterHooks {
  readonly #parts: ArbiterHooksParts;
  readonly #caller: HookCaller;
  #set: HookSet;
  #isUsed: boolean;
  #state: (() => ArbiterState) | null = null;
  #address: () => readonly string[] = () => [];

  constructor(parts: ArbiterHooksParts) {
    this.#parts = parts;
    this.#caller = new HookCaller(parts.clock, parts.log);
    this.#set = parts.first;
    this.#isUsed = hasAny(parts.first);
  }

  /** Whether code of the user's was ever called here: an error that nobody catches is then not the arbiter's. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Where contexts look. */
  observe(state: () => ArbiterState): void {
    this.#state = state;
  }

  /** What is listened on, from now on. */
  listening(address: () => readonly string[]): void {
    this.#address = address;
  }

  /** Another configuration serves: its hooks are called at the end. */
  use(set: HookSet): void {
    this.#set = set;
  }

  /** What the arbiter's machine wants called. Never throws, and returns when the hook does. */
  perform(set: HookSet, call: HookCall): void {
    const { hooks, limitMs } = set;
    this.#isUsed ||= hasAny(set);
    if (hooks[call.hook] === undefined) return;
    const server = this.#server(set);
    void this.#caller.call(call.hook, limitMs, () => {
      switch (call.hook) {
        case "on_reload":
        case "pre_exec":
          return hooks[call.hook]?.(server);
        case "nworkers_changed":
          return hooks.nworkers_changed?.(server, call.count, call.previous);
        case "pre_fork":
          return hooks.pre_fork?.(server, call.worker);
        case "child_exit":
          return hooks.child_exit?.(server, { ...call.worker, exitCode: call.status.code, signal: call.status.signal });
      }
    });
  }

  /** `nworkers_changed` of the start. */
  firstWorkers(count: number): void {
    const { hooks, limitMs } = this.#set;
    if (hooks.nworkers_changed === undefined) return;
    const server = this.#server(this.#set);
    void this.#caller.call("nworkers_changed", limitMs, () => hooks.nworkers_changed?.(server, count, null));
  }

  /** False: the hook threw, and the server must not start. One that never ends is given up. */
  async begin(name: "on_starting" | "when_ready"): Promise<boolean> {
    const { hooks, limitMs } = this.#set;
    if (hooks[name] === undefined) return true;
    const server = this.#server(this.#set);
    const outcome = await this.#caller.call(name, limitMs, () => hooks[name]?.(server));
    return outcome.ok || outcome.isLate;
  }

  /** `on_exit`, after those that are still under way. */
  async end(): Promise<void> {
    await this.#caller.settled();
    const { hooks, limitMs } = this.#set;
    if (hooks.on_exit === undefined) return;
    const server = this.#server(this.#set);
    await this.#caller.call("on_exit", limitMs, () => hooks.on_exit?.(server));
    await this.#caller.settled();
  }

  #server({ config }: HookSet): ServerHookContext {
    const { pid, log } = this.#parts;
    const state = (): ArbiterState | null => this.#state?.() ?? null;
    const address = (): readonly string[] => this.#address();
    return {
      pid,
      config,
      get address(): readonly string[] {
        return address();
      },
      get numWorkers(): number {
        const now = state();
        return now === null ? config.workers : (now.pending ?? now.current).target;
      },
      get workers(): readonly HookedWorker[] {
        return [...state()?.workers.values() ?? []].map(hookedWorker);
      },
      log: (level, text) => log.log(level, String(text)),
    };
  }
}

function hasAny({ hooks }: HookSet): boolean {
  return Object.keys(hooks).some((name) => Object.hasOwn(ARBITER_HOOKS, name));
}
