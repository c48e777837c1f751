/**
 * The impure half of an upgrade: starts the new arbiter, notices the end of the old one, and sees which slots the other one's workers
 * have opened.
 *
 * @module
 */
import type { ExitStatus, FatalSignalName, ProcessPort, SignalName } from "../runtime/port.ts";
import type { ArbiterEvent } from "./events.ts";
import { isShared } from "./kin.ts";
import type { ArbiterState } from "./state.ts";
import type { HandedListener } from "./upgrade-record.ts";

/** What the impure half has to do with. */
export interface UpgradeParts {
  /** Starts another arbiter with these sockets and gives its pid. Throws a SystemError. */
  startChild(listeners: readonly HandedListener[], exited: (status: ExitStatus) => void): number;
  /** This arbiter is the only one now. */
  promote(): void;
}

/** Of the listeners, what an upgrade concerns. */
export interface SharedListeners {
  handOver(): readonly HandedListener[];
  reclaim(): void;
  openSlots(): readonly number[];
}

type EventWithoutTime = ArbiterEvent extends infer E ? E extends ArbiterEvent ? Omit<E, "atMs"> : never : never;

export class UpgradeDriver {
  readonly #process: Pick<ProcessPort, "parentPid" | "kill">;
  readonly #parts: UpgradeParts;
  readonly #post: (event: EventWithoutTime) => void;

  constructor(
    process: Pick<ProcessPort, "parentPid" | "kill">,
    parts: UpgradeParts,
    post: (event: EventWithoutTime) => void,
  ) {
    this.#process = process;
    this.#parts = parts;
    this.#post = post;
  }

  /** `start_child`. */
  start(listeners: SharedListeners): void {
    try {
      const pid = this.#parts.startChild(listeners.handOver(), (status) => {
        listeners.reclaim();
        this.#post({ type: "slots_opened", slots: listeners.openSlots() });
        this.#post({ type: "child_exited", status });
      });
      this.#post({ type: "child_started", pid });
    } catch (error) {
      listeners.reclaim();
      this.#post({ type: "child_failed", reason: error instanceof Error ? error.message : String(error) });
    }
  }

  /** `kill_child`. */
  kill(pid: number, signal: SignalName | FatalSignalName): void {
    try {
      this.#process.kill(pid, signal);
    } catch {
      // ESRCH: it ended by itself, and its exit is on the way.
    }
  }

  /** `promote`. */
  promote(): void {
    this.#parts.promote();
  }

  /** To be called now and then, as long as another arbiter may be there. */
  watch(state: ArbiterState, listeners: SharedListeners): void {
    if (!isShared(state)) return;
    const isOrphan = state.parentPid !== null && this.#process.parentPid() !== state.parentPid;
    if (isOrphan) listeners.reclaim();
    const opened = listeners.openSlots().filter((slot) => !state.openSlots.has(slot));
    if (opened.length > 0) this.#post({ type: "slots_opened", slots: opened });
    if (isOrphan) this.#post({ type: "parent_exited" });
  }
}
