/**
 * Where the executable of a runtime may be: on PATH, and in the `node_modules/.bin` of a project that has it as a dependency.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";

/** Executable files of this name, in the order they are preferred; empty when there is none. */
export function executablesNamed(name: string, path: string, fromDirectory: string): readonly string[] {
  const found = [...foldersOf(path), ...projectFolders(fromDirectory)].map((folder) => join(folder, name)).filter(isExecutable);
  return [...new Set(found)];
}

/** Whether it is a file that this user may run. */
export function isExecutable(file: string): boolean {
  if (!(statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An empty or relative entry of PATH would mean whatever folder the process is in. */
function foldersOf(path: string): readonly string[] {
  return path.split(delimiter).filter((folder) => isAbsolute(folder));
}

/** `npx` has put these on PATH, `node node_modules/tsgunicorn/dist/cli.js` has not. */
function projectFolders(fromDirectory: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = fromDirectory;; folder = dirname(folder)) {
    folders.push(join(folder, "node_modules", ".bin"));
    if (folder === dirname(folder)) return folders;
  }
}
