/**
 * Watches what a plan says, and tells of a burst of changes once.
 *
 * @module
 */
import { messageOf } from "../log/logger.ts";
import type { ClockPort, FolderWatch, Undo, WatchPort } from "../runtime/port.ts";
import { changedFiles, isWorthALook } from "./compare.ts";
import { type Burst, endOf, extended, PATIENCE_MS, POLL_INTERVAL_MS, QUIET_MS, restUntil } from "./pace.ts";
import type { WatchPlan } from "./plan.ts";
import { FOLDERS_MAX_COUNT, type Scan, scan } from "./scan.ts";

/** Setting `reload_engine`. */
export type WatchEngine = "auto" | "poll" | "inotify";

/** Folders that are made while one looks are looked at as well, but a tree that grows for ever waits for the next time. */
const LOOKS_IN_A_ROW_MAX = 4;

export interface WatcherParts {
  readonly port: WatchPort;
  readonly clock: Pick<ClockPort, "monotonicMs" | "after">;
  readonly plan: WatchPlan;
  readonly engine: WatchEngine;
  /** Absolute paths of files that are new, changed or gone. */
  changed(paths: readonly string[]): void;
  warn(text: string): void;
}

export class Watcher {
  readonly #parts: WatcherParts;
  /** Null: looks once a second. */
  #folders: FolderWatch | null = null;
  #last: Scan;
  /** Found, and not told yet. */
  readonly #changed = new Set<string>();
  #changedAtMs = 0;
  #burst: Burst | null = null;
  #restUntilMs = 0;
  #isLooking = false;
  #isClosed = false;
  #hasFailed = false;
  #timer: Undo = () => {};

  private constructor(parts: WatcherParts, first: Scan) {
    this.#parts = parts;
    this.#last = first;
  }

  /**
   * Resolves when every later change is noticed. `before`: of files that it knows, changes since then are told as well. Rejects with a
   * SystemError when nothing can be looked at.
   */
  static async start(parts: WatcherParts, before: ReadonlyMap<string, string> = new Map()): Promise<Watcher> {
    const { port, plan } = parts;
    const first = await scan(port, plan);
    const watcher = new Watcher(parts, first);
    await watcher.#open();
    for (const [path, stamp] of first.files) if (before.has(path) && before.get(path) !== stamp) watcher.#found(path);
    for (const pattern of first.empty) parts.warn(`reload_extra_files: "${pattern}" matches no file at the moment`);
    if (!first.isComplete) {
      parts.warn(
        `More than ${FOLDERS_MAX_COUNT} folders or too many files: a part of them is not watched; set chdir to a smaller one`,
      );
    }
    // What was changed while the watches were set up.
    await watcher.#look();
    return watcher;
  }

  /** The files that are watched, as they were when last looked at. */
  get files(): ReadonlyMap<string, string> {
    return this.#last.files;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer();
    this.#folders?.close();
  }

  async #open(): Promise<void> {
    const { engine, port, plan } = this.#parts;
    if (engine === "poll") return;
    if (engine === "auto" && !plan.walks.every(({ bases }) => bases.every((base) => port.reportsChanges(base)))) return;
    this.#folders = port.watchFolders((folder, name, isEntry) => {
      if (isWorthALook(this.#last, folder, name, isEntry)) this.#heard();
    });
    await this.#follow();
  }

  /** Whether there are folders that were not watched before. */
  async #follow(): Promise<boolean> {
    const folders = this.#folders;
    if (folders === null) return false;
    try {
      return await folders.follow([...this.#last.folders.keys()]);
    } catch (error) {
      this.#parts.warn(
        `${
          messageOf(error)
        }: looking for changed files once a second instead; raise fs.inotify.max_user_watches and max_user_instances, or set reload_engine to poll`,
      );
      folders.close();
      this.#folders = null;
      return false;
    }
  }

  #heard(): void {
    this.#burst = extended(this.#burst, this.#parts.clock.monotonicMs());
    if (!this.#isLooking) this.#wait();
  }

  /** Arms the timer for the next look. */
  #wait(): void {
    this.#timer();
    if (this.#isClosed) return;
    const { clock } = this.#parts;
    const nowMs = clock.monotonicMs();
    let atMs: number;
    if (this.#folders === null || this.#hasFailed) {
      const isUnderWay = this.#changed.size > 0;
      atMs = isUnderWay ? nowMs + QUIET_MS : Math.max(nowMs + POLL_INTERVAL_MS, this.#restUntilMs);
    } else if (this.#burst === null) {
      return;
    } else {
      atMs = Math.max(endOf(this.#burst), this.#restUntilMs);
    }
    this.#timer = clock.after(Math.max(0, atMs - nowMs), () => void this.#look());
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { clock, warn } = this.#parts;
    this.#isLooking = true;
    const startMs = clock.monotonicMs();
    try {
      const hasChanged = await this.#compare();
      this.#hasFailed = false;
      if (this.#isClosed) return;
      this.#tell(hasChanged);
    } catch (error) {
      // Such as EMFILE; what is not found now is found later.
      if (!this.#hasFailed) warn(`${messageOf(error)}: changed files may be noticed late`);
      this.#hasFailed = true;
    } finally {
      this.#isLooking = false;
      this.#restUntilMs = restUntil(startMs, clock.monotonicMs());
      this.#wait();
    }
  }

  async #compare(): Promise<boolean> {
    const { port, plan } = this.#parts;
    let hasChanged = false;
    for (let looks = 0, isNew = true; isNew && looks < LOOKS_IN_A_ROW_MAX; looks += 1) {
      this.#burst = null;
      const next = await scan(port, plan);
      if (this.#isClosed) return false;
      const paths = changedFiles(this.#last.files, next.files);
      for (const path of paths) this.#found(path);
      hasChanged ||= paths.length > 0;
      this.#last = next;
      isNew = await this.#follow();
    }
    return hasChanged;
  }

  #found(path: string): void {
    if (this.#changed.size === 0) this.#changedAtMs = this.#parts.clock.monotonicMs();
    this.#changed.add(path);
  }

  /** Where nobody says when a burst is over, it is when two looks see the same. */
  #tell(hasChanged: boolean): void {
    if (this.#changed.size === 0) return;
    const waitedMs = this.#parts.clock.monotonicMs() - this.#changedAtMs;
    if (this.#folders === null && hasChanged && waitedMs < PATIENCE_MS) return;
    const paths = [...this.#changed];
    this.#changed.clear();
    this.#parts.changed(paths);
  }
}
