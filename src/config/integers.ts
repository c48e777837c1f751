/** @module Whole numbers as text: what Python's `int(text, 0)` reads, which gunicorn uses for its config file. */
import type { TInteger } from "typebox";
import type { TypeBuilder } from "./setting.ts";

/** Signs are read so that `-1` is refused for what it is; underscores stand between digits, as in code. */
const INTEGER = /^[+-]?(?:0+|[1-9](?:_?[0-9])*|0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)$/;

/** Decimal digits that begin with 0: eight to a reader of C, ten to one of nothing but numbers. */
const LEADING_ZEROS = /^[+-]?0+([1-9][0-9]*)$/;

/**
 * The number that `text` stands for, or `text` itself where it is none: decimal, `0x10`, `0o20` or `0b10000`. Digits beyond 2^53 stay a
 * number, which every maximum refuses. `010` is not read, as it may have been meant as octal.
 */
export function readInteger(text: string): number | string {
  if (!INTEGER.test(text)) return text;
  const digits = text.replaceAll("_", "").replace(/^[+-]/, "");
  const value = Number(digits);
  return text.startsWith("-") && value !== 0 ? -value : value;
}

/** Whether a number begins with a zero that says nothing, as `010` and `010kb`. */
export function hasLeadingZero(text: string): boolean {
  return /^0[0-9]/.test(text);
}

/** What to write instead of a text that {@link readInteger} does not read; null where that is not clear. */
export function hintForInteger(text: string): string | null {
  const digits = LEADING_ZEROS.exec(text.trim())?.[1];
  if (digits === undefined) return null;
  return `write ${digits}${/^[0-7]+$/.test(digits) ? `, or 0o${digits} if it is octal` : ""}`;
}

/** Schema of a whole number. Both bounds are allowed themselves. */
export function wholeNumber(minimum: number, maximum: number): (type: TypeBuilder) => TInteger {
  return (type) => type.Integer({ minimum, maximum });
}
