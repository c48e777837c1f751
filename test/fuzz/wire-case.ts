/** @module A failing input as a wire case of `test/http/*.md`, ready to be pasted. */

/** What a page writes for the bytes of `wire`, inside of its fence. */
export function escapeWire(wire: string): string {
  const lines = wire.split("\r\n");
  const last = lines.pop() ?? "";
  const whole = lines.map((line) => `${escapeLine(line)}\n`).join("");
  return last === "" ? whole : `${whole}${escapeLine(last)}\\\n`;
}

/** One line, for tables and messages. Long repetitions are written as such. */
export function escapeLine(text: string): string {
  return text.replace(/([^\\*]{1,16}?)\1{19,}|[^\x20-\x7e]|\\|^ | $/g, (found, repeated: string | undefined) => {
    if (repeated !== undefined) return `\\(${escapeLine(repeated)}*${found.length / repeated.length})`;
    return SIMPLE[found] ?? `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

const SIMPLE: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\", " ": "\\s" };

/** A whole case, less the events that it should have. */
export function wireCaseOf(wire: string, options: readonly string[], events: readonly string[]): string {
  const lines = ["## Found by the fuzzer", "", "RFC 9112 §.", "", ...options.map((option) => `- ${option}`)];
  return `${lines.join("\n")}\n\n\`\`\`http\n${escapeWire(wire)}\`\`\`\n\n\`\`\`events\n${events.join("\n")}\n\`\`\`\n`;
}
