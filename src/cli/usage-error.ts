/** @module The command line is not one. */

/** The first line of `--help` and of a usage error. */
export const USAGE = "usage: tsgunicorn [OPTIONS] [APP_MODULE]";

/** Flags or words that make no sense. Gunicorn's exit status for it is 2, and its texts are argparse's. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
  readonly exitCode: number = 2;
  /** One each, such as `argument -w/--workers: invalid int value: 'abc'`. */
  readonly problems: readonly string[];

  /** The message is what to print: the usage and a line per problem. */
  constructor(problems: readonly string[]) {
    super([USAGE, ...problems.map((problem) => `tsgunicorn: error: ${problem}`)].join("\n"));
    this.problems = problems;
  }
}
