/** @module Durations: seconds as a number, or text with units. */
import type { TNumber, TString, TUnion } from "typebox";
import type { Refusal } from "./errors.ts";
import { hasLeadingZero, hintForInteger, readInteger } from "./integers.ts";
import type { TypeBuilder } from "./setting.ts";

const NUMBER = "[0-9]+(?:\\.[0-9]+)?";
/** Units in falling order, each once at most; a number alone is seconds. */
const UNITS = [["d", 86_400], ["h", 3600], ["m", 60], ["s", 1], ["ms", 0.001]] as const;
/** `30`, `1.5s`, `1h30m`, as a part of JSON Schema: a fraction has no other part beside it. */
const PATTERN = `^(?:${NUMBER}(?:${UNITS.map(([unit]) => unit).join("|")})?|(?=[0-9])${
  UNITS.map(([unit]) => `(?:[0-9]+${unit})?`).join("")
})$`;
const DURATION = new RegExp(PATTERN);
const PART = new RegExp(`(${NUMBER})([a-z]*)`, "g");

/** Schema of a resolved duration: seconds, down to a millisecond. */
export type Duration = TNumber;
/** Schema of a duration in a config file. */
export type DurationInput = TUnion<[TNumber, TString]>;

/** From the least to the most, in seconds; both are allowed themselves. */
export interface DurationBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** Schema of {@link Duration}. */
export function durationWithin({ minimum, maximum }: DurationBounds): (type: TypeBuilder) => Duration {
  const range = `from ${formatDuration(minimum)} to ${formatDuration(maximum)}`;
  const description = `a duration ${range}: seconds, or text such as "30s", "500ms" or "1h30m"`;
  return (type) => type.Number({ minimum, maximum, description });
}

/** Schema of {@link DurationInput}. */
export function durationInputWithin({ minimum, maximum }: DurationBounds): (type: TypeBuilder) => DurationInput {
  return (type) => type.Union([type.Number({ minimum, maximum }), type.String({ pattern: PATTERN })]);
}

/** Seconds, or `text` itself where it is no duration. */
export function readDuration(text: string): number | string {
  const seconds = readInteger(text);
  if (typeof seconds === "number" || hasLeadingZero(text) || !DURATION.test(text)) return seconds;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(PART)) sum += Number(number) * secondsOf(unit ?? "");
  // A sum of thousandths is a little off: 1.1 + 0.2.
  return Math.abs(sum * 1000 - Math.round(sum * 1000)) < 1e-6 ? Math.round(sum * 1000) / 1000 : sum;
}

/** Refuses parts of a millisecond. */
export function checkDuration(value: unknown): Refusal | null {
  if (typeof value === "number" && Math.round(value * 1000) / 1000 === value) return null;
  return { message: "must be a whole number of milliseconds", hint: null, quotesValue: false };
}

/** Refuses parts of the first second: workers show that they live, and are looked at, twice a second. */
export function checkOffOrSecond(value: unknown): Refusal | null {
  if (typeof value === "number" && (value === 0 || value >= 1)) return null;
  return { message: "must be 0 or at least 1s", hint: null, quotesValue: false };
}

/** What to write instead of a text that {@link readDuration} does not read; null where that is not clear. */
export function hintForDuration(text: string): string | null {
  const [, number = "", word = ""] = new RegExp(`^(${NUMBER})\\s*([a-z]+)$`).exec(text.trim().toLowerCase()) ?? [];
  const unit = /^(?:ms|msecs?|millis|milliseconds?)$/.test(word)
    ? "ms"
    : /^(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/.test(word)
    ? word.charAt(0)
    : null;
  return unit === null ? hintForInteger(text) : `did you mean "${number}${unit}"?`;
}

/** A short text that {@link readDuration} reads as `seconds`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return "0";
  if (!Number.isInteger(seconds)) return seconds < 1 ? `${Math.round(seconds * 1000)}ms` : `${seconds}s`;
  let rest = seconds;
  return UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  }).join("");
}

function secondsOf(unit: string): number {
  return UNITS.find(([name]) => name === unit)?.[1] ?? 1;
}
