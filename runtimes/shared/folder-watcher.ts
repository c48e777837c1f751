/**
 * Watches a changing set of folders. They are opened in batches, because Deno has a watcher for many folders only: with one for each, every
 * watcher there is told of every change, and a burst in 400 folders was still being reported seconds later.
 *
 * @module
 */
import { existsSync } from "node:fs";
import type { FolderListener, FolderWatch } from "../../src/runtime/port.ts";

/** Folders that are watched together. Those that do not exist (any more) may be left out; throws a SystemError for a limit. */
export type OpenFolders = (folders: readonly string[], heard: FolderListener) => OpenedFolders;

export interface OpenedFolders {
  /** Resolves when the same folders can be opened again. */
  close(): Promise<void>;
}

/** With more, all are opened anew as one: batches never let go of folders that are not wanted any more. */
const BATCHES_MAX_COUNT = 32;

export class FolderWatcher implements FolderWatch {
  readonly #open: OpenFolders;
  readonly #heard: FolderListener;
  #batches: OpenedFolders[] = [];
  readonly #followed = new Set<string>();
  /** A watched folder was removed or renamed. */
  #isStale = false;
  #isClosed = false;

  constructor(open: OpenFolders, heard: FolderListener) {
    this.#open = open;
    this.#heard = (folder, name, isEntry) => {
      if (this.#isClosed) return;
      if (isEntry && this.#followed.has(`${folder === "/" ? "" : folder}/${name}`)) this.#isStale = true;
      heard(folder, name, isEntry);
    };
  }

  async follow(folders: readonly string[]): Promise<boolean> {
    // Bun and Deno know watches by their path: a folder that is there again has none as long as the one of its namesake is open.
    if (this.#isStale || this.#batches.length >= BATCHES_MAX_COUNT) await this.#closeAll();
    if (this.#isClosed) return false;
    const added = folders.filter((folder) => !this.#followed.has(folder) && existsSync(folder));
    if (added.length === 0) return false;
    this.#batches.push(this.#open(added, this.#heard));
    for (const folder of added) this.#followed.add(folder);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    void this.#closeAll();
  }

  async #closeAll(): Promise<void> {
    const batches = this.#batches.splice(0);
    this.#followed.clear();
    this.#isStale = false;
    await Promise.all(batches.map((batch) => batch.close()));
  }
}
