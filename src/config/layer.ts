/** @module Values of settings from one source, before they are checked. */
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
}

/** The values of one source. A higher layer replaces a value of a lower one, lists too. */
export type Layer = ReadonlyMap<SettingName, Entry>;

/** A value as messages quote it. */
export function quote(value: unknown): string {
  const text = typeof value === "function" ? "a function" : JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text;
}
