/**
 * What is watched, worked out from the settings.
 *
 * @module
 */
import type { FilePort } from "../runtime/port.ts";
import { EVERYTHING, isGlob, parseGlob, type Segment, SOURCES } from "./glob.ts";

/** A search through folders. */
export interface Walk {
  /** Absolute folders where it begins, the most important first. */
  readonly bases: readonly string[];
  readonly segments: readonly Segment[];
  /** The pattern as the user wrote it, if that is why. */
  readonly pattern: string | null;
}

export interface WatchPlan {
  readonly walks: readonly Walk[];
  /** Absolute paths of single files, which need not exist. */
  readonly files: readonly string[];
  /** Absolute paths of files that the server itself writes. */
  readonly ignored: ReadonlySet<string>;
}

/** What the settings say. Paths are absolute, but for `extra`. */
export interface WatchWish {
  /** Setting `chdir`. */
  readonly directory: string;
  /** Of the application's module, where one was found. */
  readonly appFolder: string | null;
  readonly configFile: string | null;
  /** Files, folders and patterns, seen from `directory`. Setting `reload_extra_files`. */
  readonly extra: readonly string[];
  readonly ignored: readonly string[];
}

/** The plan for a wish. An existing path is taken as it is, whatever characters it has. */
export function planFor(files: Pick<FilePort, "isFile" | "isDirectory" | "absolute">, wish: WatchWish): WatchPlan {
  const { directory, appFolder, configFile } = wish;
  const single = configFile === null ? [] : [configFile];
  const walks: Walk[] = [];
  for (const text of wish.extra) {
    const path = files.absolute(text.startsWith("/") ? text : `${directory}/${text}`);
    if (files.isDirectory(path)) walks.push({ bases: [path], segments: EVERYTHING, pattern: null });
    else if (files.isFile(path) || !isGlob(text)) single.push(path);
    else {
      const { base, segments } = parseGlob(path);
      walks.push({ bases: [base], segments, pattern: text });
    }
  }
  // From the root of the file system one would look at all of the machine.
  const bases = directory === "/" && appFolder !== null ? [appFolder] : [...(appFolder === null ? [] : [appFolder]), directory];
  walks.push({ bases, segments: SOURCES, pattern: null });
  return { walks, files: single, ignored: new Set(wish.ignored) };
}
