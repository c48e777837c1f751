/** @module What the log says of changed files. */
import { escapeField } from "../log/escape.ts";

/** `app.js`, or `app.js (and 2 more files)`; one line. Paths below `directory` are shown from there. */
export function describeFiles(paths: readonly string[], directory: string): string {
  const [first = "", ...more] = paths;
  const prefix = directory.endsWith("/") ? directory : `${directory}/`;
  const name = escapeField(first.startsWith(prefix) ? first.slice(prefix.length) : first);
  if (more.length === 0) return name;
  return `${name} (and ${more.length} more file${more.length === 1 ? "" : "s"})`;
}
