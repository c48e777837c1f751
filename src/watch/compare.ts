/** @module What an event may mean, and what two scans say. */
import { isSkippedName, isSourceName } from "./names.ts";
import type { Scan } from "./scan.ts";

/** Files that are new or changed since `before`, and then those that are gone, each in alphabetical order. */
export function changedFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  const changed = [...after].filter(([path, stamp]) => before.get(path) !== stamp).map(([path]) => path);
  const gone = [...before.keys()].filter((path) => !after.has(path));
  // A scan finds the files of a folder in any order.
  return [...changed.sort(), ...gone.sort()];
}

/**
 * Whether it is worth looking: not for what is written to files that do not matter (logs, databases), nor for editors' drafts. `isEntry`:
 * something came, went or was renamed, rather than was written to. `name` null: the runtime does not know what.
 */
export function isWorthALook(scan: Scan, folder: string, name: string | null, isEntry: boolean): boolean {
  if (name === null) return true;
  if (scan.files.has(`${folder === "/" ? "" : folder}/${name}`)) return true;
  const names = scan.folders.get(folder);
  if (names instanceof Set) return names.has(name);
  return isEntry && (isSourceName(name) || !isSkippedName(name));
}
