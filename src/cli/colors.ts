/** @module Colours of what a person reads: whether, and which. */

/** Marks up text. Without colours every function gives its argument back. */
export interface Paint {
  /** Titles. */
  strong(text: string): string;
  /** Flags, names and commands. */
  name(text: string): string;
  /** The word that says that something is wrong. */
  alarm(text: string): string;
}

/** No colours. */
export const PLAIN: Paint = { strong: (text) => text, name: (text) => text, alarm: (text) => text };

const COLORED: Paint = { strong: sgr("1"), name: sgr("36"), alarm: sgr("1;31") };

/**
 * The colours for a stream. `FORCE_COLOR` decides (`0` and `false` are no), else `NO_COLOR` or `TERM=dumb` say no, else a terminal gets
 * them: as Node and its libraries do. An empty variable counts as none.
 */
export function paintFor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): Paint {
  const forced = env["FORCE_COLOR"];
  if (forced) return forced === "0" || forced.toLowerCase() === "false" ? PLAIN : COLORED;
  return isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb" ? COLORED : PLAIN;
}

/** SGR of ECMA-48 §8.3.117. */
function sgr(parameters: string): (text: string) => string {
  return (text) => `\x1b[${parameters}m${text}\x1b[0m`;
}
