/** @module Helpers on field lines kept as a flat list: name, value, name, value. */
import type { Fields } from "./events.ts";

/** Value of the first field of that name, or null. `lowerName` is in lower case. */
export function fieldValue(fields: Fields, lowerName: string): string | null {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (isNamed(fields[i], lowerName)) return fields[i + 1] ?? null;
  }
  return null;
}

/** Values of all fields of that name, in their order. `lowerName` is in lower case. */
export function allFieldValues(fields: Fields, lowerName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const value = fields[i + 1];
    if (value !== undefined && isNamed(fields[i], lowerName)) values.push(value);
  }
  return values;
}

/** Whether a comma-separated list of tokens has this one, in any case (RFC 9110 §5.6.1). `lowerToken` is in lower case. */
export function hasToken(value: string, lowerToken: string): boolean {
  if (value.length < lowerToken.length) return false;
  const list = value.toLowerCase();
  if (list === lowerToken) return true;
  return list.includes(",") && list.split(",").some((element) => trimBlanks(element) === lowerToken);
}

/** Without SP and HTAB at both ends (`OWS`, RFC 9110 §5.6.3); other white space stays, unlike with `String.trim`. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Whether a character code is SP or HTAB. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isNamed(name: string | undefined, lowerName: string): boolean {
  return name !== undefined && name.length === lowerName.length && name.toLowerCase() === lowerName;
}
