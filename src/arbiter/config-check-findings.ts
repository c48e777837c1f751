/** @module What `--check-config` has found, and how it says so. */
import { type Paint, paintFor } from "../cli/colors.ts";
import { DEFAULT_ORIGIN } from "../config/config.ts";
import { ConfigError, describeProblem, type Problem } from "../config/errors.ts";
import type { SettingName } from "../config/settings.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";

export class Findings {
  readonly #problems: Problem[];
  readonly #warnings: Problem[] = [];
  readonly #notes: string[] = [];
  /** Lines below those of the problems. */
  #report: readonly string[] = [];

  /** `known`: what reading the configuration has found. */
  constructor(known: readonly Problem[]) {
    this.#problems = [...known];
  }

  /** Whether all is well so far. */
  get isGood(): boolean {
    return this.#problems.length === 0;
  }

  /** The settings that have a problem; null among them: one that no setting has. */
  get unsound(): ReadonlySet<string | null> {
    return new Set(this.#problems.map(({ setting }) => setting));
  }

  /** Whether the values of these settings are the ones that were meant. */
  isSound(...names: readonly SettingName[]): boolean {
    const { unsound } = this;
    return !unsound.has(null) && !names.some((name) => unsound.has(name));
  }

  problem(...problems: readonly Problem[]): void {
    this.#problems.push(...problems);
  }

  /** A problem with more to tell, such as the stack of what an application threw. At most one of them is told whole. */
  reportedProblem(problem: Problem, lines: readonly string[]): void {
    this.#problems.push(problem);
    this.#report = lines;
  }

  warning(...warnings: readonly Problem[]): void {
    this.#warnings.push(...warnings);
  }

  /** A sentence without a period. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** Takes over the problems that `run` rejects with; null then. */
  async collect<T>(run: () => Promise<T>): Promise<T | null> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.problem(...error.problems);
      return null;
    }
  }

  /** Everything to standard error, a line each. */
  print({ logs, process }: Pick<RuntimeAdapter, "logs" | "process">): void {
    const paint = paintFor(process.env, logs.terminal("stderr").isTerminal);
    const text = this.#lines(paint).map((line) => `${line}\n`).join("");
    if (text !== "") logs.print("stderr", text);
  }

  #lines(paint: Paint): readonly string[] {
    return [
      ...this.#problems.map((problem) => `${paint.alarm("Error:")} ${oneLine(describe(problem))}`),
      ...this.#report.map((line) => line === "" ? "" : `  ${line}`),
      ...this.#warnings.map((warning) => `${paint.strong("Warning:")} ${oneLine(describe(warning))}`),
      ...this.#notes.map((note) => `${paint.strong("Note:")} ${oneLine(note)}`),
    ];
  }
}

/** Where nobody wrote anything there is nothing to look for. */
function describe(problem: Problem): string {
  return describeProblem(problem.source === DEFAULT_ORIGIN ? { ...problem, source: null } : problem);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}
