/** @module Values of settings from one source, before they are checked. */
import type { Refusal } from "./errors.ts";
import type { SettingName } from "./settings.ts";

/** Longest quotation of a value in a message. */
const SHOWN_MAX_CHARS = 80;

/** One value. */
export interface Entry {
  /** Read from text where the text could be read, else the text: the check against the schema then refuses it. */
  readonly value: unknown;
  /** As the user wrote it, quoted, for messages. */
  readonly shown: string;
  /** A flag, a variable, or the path of the config file. */
  readonly origin: string;
  /** What is wrong with it, where its source knows better than the schema. */
  readonly refusal?: Refusal;
}

/** The values of one source. A higher layer replaces a value of a lower one, lists too. */
export type Layer = ReadonlyMap<SettingName, Entry>;

/** A value as messages quote it. Never throws, whatever a config file holds. */
export function quote(value: unknown): string {
  const text = show(value);
  return text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text;
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  // JSON has no word for them, and would say null.
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  try {
    return JSON.stringify(value, (_, part: unknown) => typeof part === "bigint" ? `${part}n` : part) ?? String(value);
  } catch {
    // A part of itself, or a method `toJSON` that throws.
    return Array.isArray(value) ? "a list that cannot be shown" : "an object that cannot be shown";
  }
}
