/** @module The command line is not one. */
import { type Paint, PLAIN } from "./colors.ts";

/** The first line of `--help` and of a usage error. */
export const USAGE = "usage: tsgunicorn [OPTIONS] [APP_MODULE]";

/** Flags or words that make no sense. Gunicorn's exit status for it is 2, and its texts are argparse's. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
  readonly exitCode: number = 2;
  /** One each, such as `argument -w/--workers: invalid int value: 'abc'`. */
  readonly problems: readonly string[];
  /** How the command is used. */
  readonly usage: string;
  /** What to run to learn more. */
  readonly help: string;

  /** The message is what to print: the usage, a line per problem, and where to read on. */
  constructor(problems: readonly string[], usage: string = USAGE, help: string = "tsgunicorn --help") {
    super(render(problems, usage, help, PLAIN));
    this.problems = problems;
    this.usage = usage;
    this.help = help;
  }
}

/** The message of the error in colours. */
export function renderUsageError({ problems, usage, help }: UsageError, paint: Paint): string {
  return render(problems, usage, help, paint);
}

function render(problems: readonly string[], usage: string, help: string, paint: Paint): string {
  const lines = problems.map((problem) => `tsgunicorn: ${paint.alarm("error:")} ${problem}`);
  return [usage, ...lines, `For help, run: ${paint.name(help)}`].join("\n");
}
