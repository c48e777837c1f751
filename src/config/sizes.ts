/** @module Sizes: bytes as a number, or text with a unit. Every unit is a power of 1024, as in nginx: `kb` is the same as `kib` and `k`. */
import type { TInteger, TString, TUnion } from "typebox";
import { hasLeadingZero, hintForInteger, readInteger } from "./integers.ts";
import type { TypeBuilder } from "./setting.ts";

const UNIT_LETTERS = "kmgt";
const NUMBER = "[0-9]+(?:\\.[0-9]+)?";
/** `1024`, `10kb`, `1.5 GiB`; as JSON Schema wants it. */
const PATTERN = `^(?:[0-9]+(?: ?[bB])?|${NUMBER} ?[kKmMgGtT](?:[iI]?[bB])?)$`;
const SIZE = new RegExp(PATTERN);

/** Schema of a resolved size: bytes. */
export type Size = TInteger;
/** Schema of a size in a config file. */
export type SizeInput = TUnion<[TInteger, TString]>;

/** From the least to the most, in bytes; both are allowed themselves. */
export interface SizeBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** Schema of {@link Size}. */
export function sizeWithin({ minimum, maximum }: SizeBounds): (type: TypeBuilder) => Size {
  const range = `from ${formatSize(minimum)} to ${formatSize(maximum)}`;
  const description = `a size ${range}: bytes, or text such as "64kb", "10mb" or "1gb"`;
  return (type) => type.Integer({ minimum, maximum, description });
}

/** Schema of {@link SizeInput}. */
export function sizeInputWithin({ minimum, maximum }: SizeBounds): (type: TypeBuilder) => SizeInput {
  return (type) => type.Union([type.Integer({ minimum, maximum }), type.String({ pattern: PATTERN })]);
}

/** Bytes, or `text` itself where it is no size. A fraction of a byte is left out. */
export function readSize(text: string): number | string {
  const bytes = readInteger(text);
  if (typeof bytes === "number" || hasLeadingZero(text) || !SIZE.test(text)) return bytes;
  const power = UNIT_LETTERS.indexOf(/[kmgt]/.exec(text.toLowerCase())?.[0] ?? "-") + 1;
  return Math.floor(Number.parseFloat(text) * 1024 ** power);
}

/** What to write instead of a text that {@link readSize} does not read; null where that is not clear. */
export function hintForSize(text: string): string | null {
  const [, number, letter] = new RegExp(`^(${NUMBER})\\s*([kmgt])i?(?:b|bytes?|ilobytes?|egabytes?|igabytes?|erabytes?)?$`, "i")
    .exec(text.trim()) ?? [];
  return number === undefined || letter === undefined
    ? hintForInteger(text)
    : `did you mean "${number}${letter.toLowerCase()}b"?`;
}

/** The shortest text that {@link readSize} reads as `bytes`: with a unit only where nothing is left over. */
export function formatSize(bytes: number): string {
  let count = bytes;
  let unit = "";
  for (const letter of UNIT_LETTERS) {
    if (count === 0 || count % 1024 !== 0) break;
    count /= 1024;
    unit = `${letter}b`;
  }
  return `${count}${unit}`;
}
