/** @module Text of flags and variables to values. What cannot be read stays text, and the schema then refuses it. */
import { hintForDuration, readDuration } from "./durations.ts";
import { hintForInteger, readInteger } from "./integers.ts";
import type { Setting, SettingKind } from "./setting.ts";
import { hintForSize, readSize } from "./sizes.ts";

/** Kinds of which text may be unreadable: what argparse would call the type, and what to write where that says too little. */
const UNREAD_TYPES: Partial<Record<SettingKind, readonly [type: string, examples: string]>> = {
  integer: ["int", "write a whole number"],
  mask: ["int", "write an octal number, such as 0022"],
  duration: ["duration", "write seconds, or text such as 30s, 500ms or 1h30m"],
  size: ["size", "write bytes, or text such as 64kb, 10mb or 1gb"],
};

/** The part of a declaration that says how to read its values. */
export type Reading = Pick<Setting, "kind" | "words">;

/** The value that `text` stands for. Blanks around it do not count, as in gunicorn. */
export function readText({ kind, words }: Reading, text: string): unknown {
  const trimmed = text.trim();
  const word = words === undefined ? undefined : readWord(words, trimmed);
  if (word !== undefined) return word;
  switch (kind) {
    case "integer":
      return readInteger(trimmed);
    case "duration":
      return readDuration(trimmed);
    case "size":
      return readSize(trimmed);
    case "boolean":
      return readBoolean(trimmed);
    case "mask":
      return readMask(trimmed);
    case "list":
      return trimmed.split(",").map((item) => item.trim());
    case "csv":
      return splitList(trimmed);
    case "text":
    case "mode":
    case "table":
    case "hook":
      return trimmed;
  }
}

/** Items separated by commas; empty ones do not count, as in gunicorn's lists of this kind. */
function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}

/**
 * What to write instead of a text that {@link readText} left as it is; null where that is not clear. The check of the value says what is
 * allowed.
 */
export function hintForText({ kind }: Pick<Setting, "kind">, text: string): string | null {
  switch (kind) {
    case "integer":
      return hintForInteger(text);
    case "duration":
      return hintForDuration(text);
    case "size":
      return hintForSize(text);
    default:
      return null;
  }
}

/** What is said in the manner of argparse of a value that {@link readText} could not read; null where all is well. */
export function describeUnread({ kind, words }: Reading, value: unknown): string | null {
  if (typeof value !== "string" || Object.values(words ?? {}).includes(value)) return null;
  const [type, examples] = UNREAD_TYPES[kind] ?? [];
  if (type === undefined) return null;
  const others = words === undefined ? "" : `, or ${Object.keys(words).join(", ")}`;
  return `invalid ${type} value: '${value}' (${hintForText({ kind }, value) ?? `${examples}${others}`})`;
}

/**
 * A value of a config file in the form of the setting's schema: a lone item becomes a list; a mask, a number or a truth value in text
 * (gunicorn takes those too), a duration and a size what they stand for.
 */
export function normalizeInput(reading: Reading, value: unknown): unknown {
  const { kind, words } = reading;
  const word = words === undefined || typeof value === "object" && value !== null
    ? undefined
    : readWord(words, String(value ?? "none"));
  if (word !== undefined) return word;
  if (kind === "table") return normalizeTable(value);
  if (kind === "csv" && Array.isArray(value)) return value.map((item: unknown) => typeof item === "string" ? item.trim() : item);
  if (typeof value !== "string") return value;
  switch (kind) {
    case "list":
      return [value];
    case "csv":
    case "mask":
    case "integer":
    case "duration":
    case "size":
    case "boolean":
      return readText(reading, value);
    default:
      return value;
  }
}

function normalizeTable(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, typeof item === "string" ? [item] : item]));
}

/** The value of a word, or undefined. */
function readWord(words: NonNullable<Reading["words"]>, text: string): unknown {
  const lower = text.trim().toLowerCase();
  return Object.hasOwn(words, lower) ? words[lower] : undefined;
}

/** Gunicorn's true and false in any case, and the words that people write into variables instead. */
function readBoolean(text: string): boolean | string {
  const lower = text.toLowerCase();
  if (["true", "yes", "on", "1"].includes(lower)) return true;
  return ["false", "no", "off", "0"].includes(lower) ? false : text;
}

/** Gunicorn's `auto_int`: `0022` and `0o22` are octal, `0x12` hexadecimal, `18` decimal. */
function readMask(text: string): number | string {
  const octal = /^0[oO]?([0-7]+)$/.exec(text)?.[1];
  if (octal !== undefined) return Number.parseInt(octal, 8);
  const hexadecimal = /^0[xX]([0-9a-fA-F]+)$/.exec(text)?.[1];
  if (hexadecimal !== undefined) return Number.parseInt(hexadecimal, 16);
  return /^(?:0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : text;
}
