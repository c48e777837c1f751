/** @module The schema that settings with names of header fields share. */
import type { Refusal } from "./errors.ts";

/** `token` (RFC 9110 §5.6.2), as a part of the patterns of JSON Schema. */
export const TOKEN_PATTERN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** `field-name` (RFC 9110 §5.1). */
export const FIELD_NAME_PATTERN: string = `^${TOKEN_PATTERN}$`;

/** Longest name, in characters. */
export const FIELD_NAME_MAX_CHARS = 256;

/** Names of fields are the same in any case, so a table must not have one twice. */
export function checkFieldTable(table: unknown): Refusal | null {
  const spellings = new Map<string, string>();
  for (const name of typeof table === "object" && table !== null ? Object.keys(table) : []) {
    const spelling = spellings.get(name.toLowerCase());
    if (spelling !== undefined) {
      return { message: `"${spelling}" and "${name}" are the same field`, hint: "remove one", quotesValue: true };
    }
    spellings.set(name.toLowerCase(), name);
  }
  return null;
}
