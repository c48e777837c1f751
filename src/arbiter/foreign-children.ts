/**
 * The duty of process 1 in a container: a process whose parent has ended becomes its child, and nobody else can reap it. What the arbiter
 * started itself is left to the runtime, whose bookkeeping would lose the end.
 *
 * @module
 */
import { type Logger, messageOf } from "../log/logger.ts";
import type { FilePort, RuntimeAdapter, SystemPort, Undo } from "../runtime/port.ts";

/** How often to look. A zombie costs next to nothing, so there is no hurry. */
const INTERVAL_MS = 2_000;

/** Place of the start time (field 22) behind the parent's pid (field 4). */
const START_TIME = 22 - 5;

export interface ForeignChildrenParts {
  readonly files: Pick<FilePort, "list" | "readText">;
  readonly system: Pick<SystemPort, "reap">;
  readonly log: Logger;
  /** Of this process. */
  readonly pid: number;
}

/** Looks for them until the answer is called. Any other process than 1 has none. */
export async function reapForeignChildren(adapter: RuntimeAdapter, log: Logger): Promise<Undo> {
  const { process, files, clock } = adapter;
  if (process.pid !== 1) return () => {};
  const children = new ForeignChildren({ files, log, system: await adapter.system(), pid: process.pid });
  return clock.every(INTERVAL_MS, () => children.look());
}

export class ForeignChildren {
  readonly #parts: ForeignChildrenParts;
  /** Zombies of the last look, by pid and start time: a pid may belong to another process by now. */
  #seen: ReadonlyMap<number, string> = new Map();

  constructor(parts: ForeignChildrenParts) {
    this.#parts = parts;
  }

  /**
   * Reaps what was a zombie at the last look too. The runtime reaps its own children as soon as its event loop turns, which it has done
   * between two looks from a timer; so what is left is foreign.
   */
  look(): void {
    const { system, log } = this.#parts;
    const zombies = this.#zombies();
    for (const [pid, startTime] of zombies) {
      if (this.#seen.get(pid) !== startTime) continue;
      zombies.delete(pid);
      try {
        const status = system.reap(pid);
        if (status !== null) {
          log.log("debug", `Reaped unknown child process (pid:${pid}, status:${status.signal ?? status.code})`);
        }
      } catch (error) {
        log.log("debug", messageOf(error));
      }
    }
    this.#seen = zombies;
  }

  #zombies(): Map<number, string> {
    const { files, pid: own } = this.#parts;
    const found = new Map<number, string>();
    for (const name of files.list("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const child = readChild(files, name, own);
      if (child !== null) found.set(Number(name), child);
    }
    return found;
  }
}

/** The start time of a zombie that is a child of `own`; null for any other process, and for one that is gone. */
function readChild(files: Pick<FilePort, "readText">, pid: string, own: number): string | null {
  try {
    const stat = files.readText(`/proc/${pid}/stat`);
    // proc_pid_stat(5): the name in parentheses may hold anything, so count from its end.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && Number(parent) === own ? rest[START_TIME] ?? null : null;
  } catch {
    return null;
  }
}
