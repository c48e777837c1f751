/** @module Text from outside must not be able to forge log lines or terminal commands. */

// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
// deno-lint-ignore no-control-regex
const FIELD_CONTROLS = /[\x00-\x1f\x7f-\x9f"\\]/g;

const UNREADABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Escapes control characters but newline and tab as `\xHH`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, hex);
}

/** For a value inside quotes on one line: quotes and backslashes are escaped too. */
export function escapeField(text: string): string {
  return text.replace(FIELD_CONTROLS, (character) => character === '"' || character === "\\" ? `\\${character}` : hex(character));
}

/** For a value inside the quotes of a JSON string (RFC 8259 §7). Control characters above U+007F are escaped too: a terminal obeys them. */
export function escapeJson(text: string): string {
  return text.replace(
    FIELD_CONTROLS,
    (character) => character === '"' || character === "\\" ? `\\${character}` : unicode(character),
  );
}

/** Control characters, line separators and what changes the direction of writing are percent-encoded, the rest stays. */
export function readableText(text: string): string {
  return text.replace(UNREADABLE, encodeURIComponent);
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
