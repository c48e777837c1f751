/** @module How help is laid out: a column of names, a column of text. */
import type { Paint } from "./colors.ts";
import { wrap } from "./wrap.ts";

/** Narrower terminals wrap for themselves; wider lines are hard to read. */
const COLUMNS_MIN = 60;
const COLUMNS_MAX = 120;
/** Where descriptions begin. */
const INDENT_COLUMNS = 26;
const NARROW_INDENT_COLUMNS = 6;
const WIDE_COLUMNS = 72;
/** Keeps the parts of a bracket on one line. */
export const NO_BREAK = "\u00a0";

/** The width to write for, given that of the terminal. Anything that is no width counts as the least. */
export function readableColumns(columns: number): number {
  return Math.min(COLUMNS_MAX, Math.max(COLUMNS_MIN, columns || 0));
}

/** Lines of an entry: `left` in the column of names, and `text` beside it, or below it where there is little room. */
export function renderEntry(
  left: string,
  text: string,
  columns: number,
  paint: Paint,
  indentColumns: number = indentFor(columns),
): string {
  const lines = wrap(text, columns - indentColumns).map((line) => line.replaceAll(NO_BREAK, " "));
  const indent = " ".repeat(indentColumns);
  // The name has a line for itself where it would run into the text.
  const gapColumns = indentColumns - 2 - left.length;
  const first = gapColumns >= 2 ? `  ${paint.name(left)}${" ".repeat(gapColumns)}` : `  ${paint.name(left)}\n${indent}`;
  return `${first}${lines.join(`\n${indent}`)}`;
}

/** Wrapped and indented by two columns. */
export function renderParagraph(text: string, columns: number): string {
  return wrap(text, columns - 2).map((line) => `  ${line}`).join("\n");
}

function indentFor(columns: number): number {
  return columns < WIDE_COLUMNS ? NARROW_INDENT_COLUMNS : INDENT_COLUMNS;
}
