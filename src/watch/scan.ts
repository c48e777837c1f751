/**
 * Looks at everything that is watched. What changed is always found by comparing two scans, whatever woke the watcher: what a runtime says
 * of an event (a draft that is renamed, a folder that comes back, many at once) differs, and is lost when the kernel's queue is full.
 *
 * @module
 */
import type { FolderEntry, WatchPort } from "../runtime/port.ts";
import { firstPlaces, type GlobPlaces, isMatch, nextPlaces, type Segment } from "./glob.ts";
import type { Walk, WatchPlan } from "./plan.ts";

/** Beyond these, a tree is watched in part, the nearest folders first. */
export const FOLDERS_MAX_COUNT = 10_000;
export const FILES_MAX_COUNT = 100_000;

/** What is there. Paths are absolute. */
export interface Scan {
  /** The files that matter, each with a text that changes when it does. */
  readonly files: ReadonlyMap<string, string>;
  /** The folders whose changes matter: those of certain names in them, or all (null). */
  readonly folders: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** False when there is more than the bounds allow. */
  readonly isComplete: boolean;
  /** Patterns that match nothing. */
  readonly empty: readonly string[];
}

export interface ScanBounds {
  readonly foldersMax: number;
  readonly filesMax: number;
}

/** Rejects with a SystemError when the system is short of something (`EMFILE`); what was removed meanwhile is not an error. */
export async function scan(
  port: Pick<WatchPort, "list" | "look" | "realPath">,
  plan: WatchPlan,
  bounds: ScanBounds = { foldersMax: FOLDERS_MAX_COUNT, filesMax: FILES_MAX_COUNT },
): Promise<Scan> {
  return await new Scanner(port, plan, bounds).run();
}

/** A folder that is yet to be listed. */
interface Stop {
  readonly path: string;
  /** The path without links. */
  readonly real: string;
  readonly places: GlobPlaces;
}

class Scanner {
  readonly #port: Pick<WatchPort, "list" | "look" | "realPath">;
  readonly #plan: WatchPlan;
  readonly #bounds: ScanBounds;
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, Set<string> | null>();
  /** By path without links: several walks go through the same folders. */
  readonly #listed = new Map<string, readonly FolderEntry[] | null>();
  #isComplete = true;

  constructor(port: Pick<WatchPort, "list" | "look" | "realPath">, plan: WatchPlan, bounds: ScanBounds) {
    this.#port = port;
    this.#plan = plan;
    this.#bounds = bounds;
  }

  async run(): Promise<Scan> {
    for (const path of this.#plan.files) await this.#single(path);
    const empty: string[] = [];
    for (const walk of this.#plan.walks) {
      const found = await this.#walk(walk);
      if (found === 0 && walk.pattern !== null) empty.push(walk.pattern);
    }
    return { files: this.#files, folders: this.#folders, isComplete: this.#isComplete, empty };
  }

  /** Gives the number of matches. */
  async #walk({ bases, segments }: Walk): Promise<number> {
    const queue: Stop[] = [];
    for (const base of bases) {
      await this.#watchName(base);
      const real = await this.#port.realPath(base);
      if (real !== null) queue.push({ path: base, real, places: firstPlaces(segments) });
    }
    const visited = new Set<string>();
    let found = 0;
    // The queue grows while it is walked: nearest folders first.
    for (const stop of queue) {
      const key = `${stop.places.join()} ${stop.real}`;
      if (visited.has(key)) continue;
      visited.add(key);
      const entries = await this.#list(stop);
      const looks = entries.map((entry) => this.#visit(stop, entry, segments));
      for (const result of await Promise.all(looks)) {
        if (result === "file") found += 1;
        else if (result !== null) queue.push(result);
      }
    }
    return found;
  }

  async #list({ path, real }: Stop): Promise<readonly FolderEntry[]> {
    const known = this.#listed.get(real);
    if (known !== undefined) {
      // Seen by another path: events have to bear that, too.
      if (known !== null) this.#folders.set(path, null);
      return known ?? [];
    }
    if (this.#listed.size >= this.#bounds.foldersMax) {
      this.#isComplete = false;
      return [];
    }
    const entries = await this.#port.list(path);
    this.#listed.set(real, entries);
    if (entries !== null) this.#folders.set(path, null);
    return entries ?? [];
  }

  /** `file`: it is one and matches; a folder to be entered; null: neither. */
  async #visit(stop: Stop, { name, kind }: FolderEntry, segments: readonly Segment[]): Promise<Stop | "file" | null> {
    const places = nextPlaces(segments, stop.places, name);
    if (places.length === 0) return null;
    const path = childOf(stop.path, name);
    if (kind === "folder") return { path, real: childOf(stop.real, name), places };
    if (kind === "other" || (kind === "file" && !isMatch(segments, places))) return null;
    const look = await this.#port.look(path);
    if (look === null) return null;
    if (look.isFolder) {
      const real = await this.#port.realPath(path);
      return real === null ? null : { path, real, places };
    }
    if (!isMatch(segments, places) || !this.#enter(path, look.stamp)) return null;
    if (kind === "link") await this.#watchTarget(path);
    return "file";
  }

  /** A file that is watched for its own sake. */
  async #single(path: string): Promise<void> {
    await this.#watchName(path);
    const look = await this.#port.look(path);
    if (look === null || look.isFolder) return;
    if (this.#enter(path, look.stamp)) await this.#watchTarget(path);
  }

  #enter(path: string, stamp: string): boolean {
    if (this.#plan.ignored.has(path)) return false;
    if (this.#files.size >= this.#bounds.filesMax) {
      this.#isComplete = false;
      return false;
    }
    this.#files.set(path, stamp);
    return true;
  }

  /** What a link leads to changes in another folder. */
  async #watchTarget(path: string): Promise<void> {
    const real = await this.#port.realPath(path);
    if (real !== null && real !== path) this.#want(parentOf(real), nameOf(real));
  }

  /** Watches for the coming and going of a path; of the first folder on the way to it where that is not there. */
  async #watchName(path: string): Promise<void> {
    let [folder, name] = [parentOf(path), nameOf(path)];
    while (name !== "" && !(await this.#port.look(folder))?.isFolder) [folder, name] = [parentOf(folder), nameOf(folder)];
    if (name !== "") this.#want(folder, name);
  }

  #want(folder: string, name: string): void {
    const names = this.#folders.get(folder);
    if (names === undefined) this.#folders.set(folder, new Set([name]));
    else names?.add(name);
  }
}

function childOf(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
