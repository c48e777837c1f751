/** @module Watching folders with Deno.watchFs: its node:fs tells every watcher of every change. */
import { existsSync } from "node:fs";
import type { FolderListener } from "../../src/runtime/port.ts";
import type { OpenFolders } from "../shared/folder-watcher.ts";
import { SystemCallError } from "../shared/system-error.ts";

/** Folders may go between two attempts. */
const ATTEMPTS_MAX_COUNT = 5;

export const openFolders: OpenFolders = (folders, heard) => {
  const watched = new Set(folders);
  for (let attempt = 1; watched.size > 0; attempt += 1) {
    try {
      const watcher = Deno.watchFs([...watched], { recursive: false });
      const reported = report(watcher, watched, heard);
      return { close: () => close(watcher, reported) };
    } catch (error) {
      for (const folder of watched) if (!existsSync(folder)) watched.delete(folder);
      if (error instanceof Deno.errors.NotFound && attempt < ATTEMPTS_MAX_COUNT) continue;
      const message = error instanceof Error ? error.message : String(error);
      // Deno gives no code: "OS file watch limit reached.", "Too many open files".
      throw new SystemCallError(`Cannot watch ${folders.length} folders`, /limit/i.test(message) ? "ENOSPC" : "EMFILE", message);
    }
  }
  return { close: () => Promise.resolve() };
};

async function report(watcher: Deno.FsWatcher, watched: ReadonlySet<string>, heard: FolderListener): Promise<void> {
  try {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      for (const path of paths) {
        const border = path.lastIndexOf("/");
        const folder = path.slice(0, border) || "/";
        // Watched folders tell of themselves, too.
        if (watched.has(folder) || kind !== "modify") heard(folder, path.slice(border + 1), kind !== "modify");
      }
    }
  } catch {
    // It was closed.
  }
}

/** Watchers know each other: one that is opened before this one has let go would not be told of a folder that is there again. */
async function close(watcher: Deno.FsWatcher, reported: Promise<void>): Promise<void> {
  try {
    watcher.close();
  } catch {
    // It is already.
  }
  await reported;
}
