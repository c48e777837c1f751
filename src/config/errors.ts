/** @module What is wrong with a configuration, for the operator: every problem at once, a line each. */
import type { Config } from "./config.ts";

/** One thing to put right. */
export interface Problem {
  /** Null where no one setting is at fault, as when the config file cannot be read. */
  readonly setting: string | null;
  /** A flag, a variable, or the path of the config file; null where nothing was written. */
  readonly source: string | null;
  /** Begins in lower case, without a period. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | null;
}

/** What is wrong with one value. */
export interface Refusal {
  /** Such as `must be at least 1`. */
  readonly message: string;
  readonly hint: string | null;
  /** Whether the message quotes what is wrong, so that it need not say what it got. */
  readonly quotesValue: boolean;
}

/** The configuration cannot be used. Gunicorn's exit status for it is 1. */
export class ConfigError extends Error {
  override readonly name: string = "ConfigError";
  readonly exitCode: number = 1;
  readonly problems: readonly Problem[];
  // Private: it holds secrets, and who prints an error prints its properties.
  readonly #rest: Config | null;

  /** `cause`: the first error that the config file itself threw, for its stack. */
  constructor(problems: readonly Problem[], cause?: unknown, rest: Config | null = null) {
    super(problems.map(renderProblem).join("\n"), cause === undefined ? undefined : { cause });
    this.problems = problems;
    this.#rest = rest;
  }

  /** What is left of the configuration, so that the rest can be checked too: a setting with a problem has its default. Null: nothing is. */
  get rest(): Config | null {
    return this.#rest;
  }
}

/** One line: `Error: workers: must be at least 1, got "0" (from --workers)`. */
export function renderProblem(problem: Problem): string {
  return `Error: ${describeProblem(problem)}`;
}

/** The same without its first word. */
export function describeProblem(problem: Problem): string {
  const subject = problem.setting === null ? "" : `${problem.setting}: `;
  const source = problem.source === null ? "" : ` (from ${problem.source})`;
  const hint = problem.hint === null ? "" : `; ${problem.hint}`;
  return `${subject}${problem.message}${source}${hint}`.replaceAll(/\s*\n\s*/g, " ");
}

/** Hint for a name that looks like another; null where none does. */
export function didYouMean(suggestion: string | null): string | null {
  return suggestion === null ? null : `did you mean "${suggestion}"?`;
}
