/** @module Watching folders with node:fs, on Node and Bun: one system watcher for the process, one watch a folder. */
import { type FSWatcher, watch } from "node:fs";
import type { OpenFolders } from "./folder-watcher.ts";
import { errorCode, wrapError } from "./system-error.ts";

const LIMITS: ReadonlySet<string> = new Set(["ENOSPC", "EMFILE", "ENFILE", "ENOMEM"]);

export const openFolders: OpenFolders = (folders, heard) => {
  const opened: FSWatcher[] = [];
  const close = (): Promise<void> => {
    for (const watcher of opened) watcher.close();
    return Promise.resolve();
  };
  for (const folder of folders) {
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => heard(folder, name, event === "rename"));
      // The folder is gone, which its parent tells as well.
      watcher.on("error", () => {});
      opened.push(watcher);
    } catch (error) {
      if (!LIMITS.has(errorCode(error) ?? "")) continue;
      void close();
      throw wrapError(`Cannot watch ${folders.length} folders`, error);
    }
  }
  return { close };
};
