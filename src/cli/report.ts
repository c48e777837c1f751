/** @module Prints help, and what is wrong, as the terminal wants it. */
import type { ConfigError } from "../config/errors.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { type Paint, paintFor } from "./colors.ts";
import { findHelpTopic } from "./help-topic.ts";
import { renderHelp, renderSectionHelp, renderSubcommandHelp } from "./help.ts";
import { renderUsageError, UsageError } from "./usage-error.ts";

/** The parts of an adapter that printing needs. */
export interface ReportHost {
  readonly logs: Pick<RuntimeAdapter["logs"], "print" | "terminal">;
  readonly process: Pick<RuntimeAdapter["process"], "env">;
}

/** Prints the help for a word, or all of it. Rejects with a {@link UsageError} when there is none for that word. */
export async function printHelp(host: ReportHost, topic: string | null): Promise<void> {
  const { isTerminal, columns } = host.logs.terminal("stdout");
  const paint = paintFor(host.process.env, isTerminal);
  host.logs.print("stdout", await render(topic, isTerminal ? columns : askedColumns(host) ?? columns, paint));
}

/** Prints the problems of a command line or a configuration. */
export function printProblems(host: ReportHost, error: UsageError | ConfigError): void {
  const paint = paintFor(host.process.env, host.logs.terminal("stderr").isTerminal);
  const text = error instanceof UsageError
    ? renderUsageError(error, paint)
    : error.message.replaceAll(/^Error:/gm, (word) => paint.alarm(word));
  host.logs.print("stderr", `${text}\n`);
}

async function render(topic: string | null, columns: number, paint: Paint): Promise<string> {
  if (topic === null) return renderHelp(columns, paint);
  const found = findHelpTopic(topic);
  switch (found.kind) {
    case "setting": {
      // Imported when needed: most help is about everything.
      const { renderSettingPage } = await import("./setting-page.ts");
      return renderSettingPage(found.name, columns, paint);
    }
    case "section":
      return renderSectionHelp(found.section, columns, paint);
    case "subcommand":
      return renderSubcommandHelp(found.name, columns, paint);
    case "elsewhere":
      return `${paint.strong(found.name)}: ${found.explanation}\n`;
    case "unknown": {
      const question = found.suggestion === null ? "" : ` (did you mean ${found.suggestion}?)`;
      throw new UsageError([`argument -h/--help: there is no help about '${topic}'${question}`]);
    }
  }
}

/** What a script, a test or a pager says with `COLUMNS`, as argparse reads it. */
function askedColumns({ process }: ReportHost): number | null {
  const columns = Number(process.env["COLUMNS"]);
  return Number.isInteger(columns) && columns > 0 ? columns : null;
}
