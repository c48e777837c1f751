/** @module Text of flags and variables to values. What cannot be read stays text, and the schema then refuses it. */
import type { Setting } from "./setting.ts";

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

/** A value of a config file in the form of the setting's schema: a lone item becomes a list, a mask in text a number. */
export function normalizeInput({ kind, words }: Reading, value: unknown): unknown {
  const word = words === undefined || typeof value === "object" && value !== null
    ? undefined
    : readWord(words, String(value ?? "none"));
  if (word !== undefined) return word;
  if (kind === "table") return normalizeTable(value);
  if (kind === "csv" && Array.isArray(value)) return value.map((item: unknown) => typeof item === "string" ? item.trim() : item);
  if (typeof value !== "string") return value;
  if (kind === "list") return [value];
  if (kind === "csv") return splitList(value);
  return kind === "mask" ? readMask(value) : value;
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

/** Base ten whatever the leading zeros, as argparse's int. Digits beyond 2^53 stay a number, which every maximum refuses. */
function readInteger(text: string): number | string {
  return /^[+-]?[0-9]+$/.test(text) ? Number(text) : text;
}

/** Gunicorn's booleans: true and false in any case, nothing else. */
function readBoolean(text: string): boolean | string {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : text;
}

/** Gunicorn's `auto_int`: `0022` and `0o22` are octal, `0x12` hexadecimal, `18` decimal. */
function readMask(text: string): number | string {
  const octal = /^0[oO]?([0-7]+)$/.exec(text)?.[1];
  if (octal !== undefined) return Number.parseInt(octal, 8);
  const hexadecimal = /^0[xX]([0-9a-fA-F]+)$/.exec(text)?.[1];
  if (hexadecimal !== undefined) return Number.parseInt(hexadecimal, 16);
  return /^(?:0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : text;
}
