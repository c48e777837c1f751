/** @module Text of flags and variables to values. What cannot be read stays text, and the schema then refuses it. */
import type { Setting, SettingKind } from "./setting.ts";

/** The value that `text` stands for. Blanks around it do not count, as in gunicorn. */
export function readText(kind: SettingKind, text: string): unknown {
  const trimmed = text.trim();
  switch (kind) {
    case "integer":
      return readInteger(trimmed);
    case "boolean":
      return readBoolean(trimmed);
    case "mask":
      return readMask(trimmed);
    case "list":
      return trimmed.split(",").map((item) => item.trim());
    case "text":
    case "mode":
      return trimmed;
  }
}

/** A value of a config file in the form of the setting's schema: a lone item becomes a list, a mask in text a number. */
export function normalizeInput(setting: Setting, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (setting.kind === "list") return [value];
  return setting.kind === "mask" ? readMask(value) : value;
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
