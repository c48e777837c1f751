/**
 * Patterns of paths: `*`, `?` and `[…]` as in a shell, and `**` for any number of folders, as gunicorn's `reload_extra_files` has them.
 * A tree is walked with the places in the pattern where one may be, so that no folder is entered that cannot hold a match.
 *
 * @module
 */
import { isSkippedName, isSourceName } from "./names.ts";

/** One part of a pattern, between two slashes. `**` enters no folder that {@link isSkippedName} names. */
export type Segment = "**" | ((name: string) => boolean);

/** The indexes of the segments that the next name may match; `segments.length` means that all were matched. */
export type GlobPlaces = readonly number[];

export interface Glob {
  /** Absolute folder where the search begins. */
  readonly base: string;
  readonly segments: readonly Segment[];
}

/** All that {@link isSourceName} names, at any depth. */
export const SOURCES: readonly Segment[] = ["**", isSourceName];

/** All files, at any depth. */
export const EVERYTHING: readonly Segment[] = ["**"];

/** Whether the text means more than one path. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** Reads an absolute pattern. The base is all before the first segment that is one. */
export function parseGlob(pattern: string): Glob {
  const parts = pattern.split("/");
  const first = parts.findIndex(isGlob);
  const border = first < 0 ? parts.length : first;
  return {
    base: parts.slice(0, border).join("/") || "/",
    segments: parts.slice(border).filter((part) => part !== "").map((part) => part === "**" ? part : nameMatcher(part)),
  };
}

/** Where one is in the base folder. */
export function firstPlaces(segments: readonly Segment[]): GlobPlaces {
  return withEmptyMatches(segments, [0]);
}

/** Where one is after an entry of that name; empty where nothing below it can match. */
export function nextPlaces(segments: readonly Segment[], places: GlobPlaces, name: string): GlobPlaces {
  const next: number[] = [];
  for (const place of places) {
    const segment = segments[place];
    if (segment === undefined) continue;
    if (segment !== "**") {
      if (segment(name)) next.push(place + 1);
    } else if (!isSkippedName(name)) {
      next.push(place);
    }
  }
  return withEmptyMatches(segments, next);
}

/** Whether a file at these places matches. */
export function isMatch(segments: readonly Segment[], places: GlobPlaces): boolean {
  return places.includes(segments.length);
}

/** `**` also stands for no folder at all. */
function withEmptyMatches(segments: readonly Segment[], places: readonly number[]): GlobPlaces {
  const all = new Set(places);
  for (const place of all) if (segments[place] === "**") all.add(place + 1);
  return [...all];
}

/** Dots at the beginning are matched only where the pattern has one. */
function nameMatcher(segment: string): (name: string) => boolean {
  if (!isGlob(segment)) return (name) => name === segment;
  const source = segment.replaceAll(/\[(!?)([^\]]+)\]|[*?]|[\\^$.+()|{}[\]/-]/g, (text, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replaceAll(/[\\\][^]/g, "\\$&")}]`;
    return text === "*" ? ".*" : text === "?" ? "." : `\\${text}`;
  });
  const hides = segment.startsWith(".") ? "" : "(?!\\.)";
  const expression = toExpression(`^${hides}${source}$`);
  // A range such as [z-a] matches nothing, as in a shell.
  return (name) => expression?.test(name) ?? false;
}

function toExpression(source: string): RegExp | null {
  try {
    return new RegExp(source, "s");
  } catch {
    return null;
  }
}
