/** @module What `--help` is asked about. */

/**
 * The word that comes alone behind `--help` or `-h`, or after `=`: `--help workers`, `--help --workers`, `-h -w`. Null for help in general,
 * also where more follows: somebody has put `--help` before a whole command line. `given` is what the parser found.
 */
export function readHelpTopic(argv: readonly string[], given: true | string): string | null {
  if (typeof given === "string") return given;
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const index = words.findLastIndex((word) => word === "--help" || word === "-h");
  return index !== -1 && index === argv.length - 2 ? argv.at(-1) ?? null : null;
}
