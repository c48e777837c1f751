/**
 * The way in, on every runtime: a composition root hands its adapter over, and this process becomes a worker, an arbiter, or
 * prints something and ends.
 *
 * @module
 */
import { CONFIG_EXIT_CODE, CRASH_EXIT_CODE, USAGE_EXIT_CODE } from "./exit-codes.ts";
import { describeError } from "./log/logger.ts";
import type { RuntimeAdapter } from "./runtime/port.ts";
import { VERSION } from "./version.ts";

/** Resolves in a worker, which then lives on its own; in an arbiter the process ends with gunicorn's exit status. */
export async function main(adapter: RuntimeAdapter, argv: readonly string[]): Promise<void> {
  // Imported when needed: a worker must not pay for the settings' schemas, nor `--version` for anything.
  if (adapter.inheritance !== null) {
    const { runWorker } = await import("./worker/worker.ts");
    return runWorker(adapter, adapter.inheritance);
  }
  adapter.process.exit(await runCommand(adapter, argv));
}

async function runCommand(adapter: RuntimeAdapter, argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-v")) return printVersion(adapter);
  const { parseCommandLine, UsageError } = await import("./cli/command-line.ts");
  const { ConfigError } = await import("./config/errors.ts");
  const { isSubcommand } = await import("./cli/subcommands.ts");
  try {
    const [first] = argv;
    if (isSubcommand(first)) {
      const { runSubcommand } = await import("./cli/run-subcommand.ts");
      return await runSubcommand(adapter, first, argv.slice(1));
    }
    const command = parseCommandLine(argv);
    if (command.action === "version") return printVersion(adapter);
    if (command.action === "help") {
      const { printHelp } = await import("./cli/report.ts");
      await printHelp(adapter, command.topic);
      return 0;
    }
    const { serve } = await import("./arbiter/run.ts");
    return await serve(adapter, argv);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) {
      const { printProblems } = await import("./cli/report.ts");
      printProblems(adapter, error);
      return error instanceof UsageError ? USAGE_EXIT_CODE : CONFIG_EXIT_CODE;
    }
    adapter.logs.print("stderr", `Error: ${describeError(error)}\n`);
    return CRASH_EXIT_CODE;
  }
}

function printVersion(adapter: RuntimeAdapter): number {
  adapter.logs.print("stdout", `tsgunicorn (version ${VERSION})\n`);
  return 0;
}
