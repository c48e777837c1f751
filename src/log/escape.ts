/** @module Text from outside must not be able to forge log lines or terminal commands. */

// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
// deno-lint-ignore no-control-regex
const FIELD_CONTROLS = /[\x00-\x1f\x7f-\x9f"\\]/g;

/** Escapes control characters but newline and tab as `\xHH`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, hex);
}

/** For a value inside quotes on one line: quotes and backslashes are escaped too. */
export function escapeField(text: string): string {
  return text.replace(FIELD_CONTROLS, (character) => character === '"' || character === "\\" ? `\\${character}` : hex(character));
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
