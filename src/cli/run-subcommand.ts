/** @module Runs a subcommand. */
import { nearest } from "../config/nearest.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";
import { parseArgs, type ParsedArgs } from "./args.ts";
import { printHelp } from "./report.ts";
import { SHELLS, type SubcommandName, SUBCOMMANDS } from "./subcommands.ts";
import { UsageError } from "./usage-error.ts";

/** The parts of an adapter that subcommands need. */
export type SubcommandHost = Pick<RuntimeAdapter, "name" | "version" | "process" | "files" | "logs" | "modules" | "spawner">;

/** `args` without the subcommand itself. Resolves with the exit status; rejects with a {@link UsageError}. */
export async function runSubcommand(host: SubcommandHost, name: SubcommandName, args: readonly string[]): Promise<number> {
  const { parsed, problems } = read(name, args);
  if (parsed["help"] === true) {
    await printHelp(host, name);
    return 0;
  }
  const [word = null, ...more] = parsed._;
  if (more.length > 0) problems.push(`unrecognized arguments: ${more.join(" ")}`);
  if (name === "completion") return await complete(host, word, problems);
  const wanted = (["ts", "js", "json"] as const).filter((form) => parsed[form] === true);
  if (wanted.length > 1) {
    problems.push(`argument ${wanted.map((form) => `--${form}`).join("/")}: only one of them can be written`);
  }
  if (problems.length > 0) throw refusal(name, problems);
  const { init } = await import("./init/init.ts");
  return init(host, {
    form: wanted[0] ?? null,
    withUnits: parsed["systemd"] === true,
    force: parsed["force"] === true,
    app: word,
  });
}

async function complete(host: SubcommandHost, word: string | null, problems: string[]): Promise<number> {
  const shell = SHELLS.find((each) => each === word);
  if (word === null) problems.push("the name of a shell is missing: bash, zsh or fish");
  else if (shell === undefined) problems.push(`'${word}' is not bash, zsh or fish`);
  if (problems.length > 0 || shell === undefined) throw refusal("completion", problems);
  const { renderCompletion } = await import("./completion/completion.ts");
  host.logs.print("stdout", renderCompletion(shell));
  return 0;
}

function read(name: SubcommandName, args: readonly string[]): { readonly parsed: ParsedArgs; readonly problems: string[] } {
  const problems: string[] = [];
  const flags = SUBCOMMANDS[name].flags.map(({ flag }) => flag.slice(2));
  const parsed = parseArgs(args, {
    string: [],
    boolean: ["help", ...flags],
    alias: { help: ["h"] },
    collect: [],
    choices: {},
    negatable: [],
    unknown: (arg) => {
      const meant = nearest(arg.replace(/=.*$/s, "").slice(2), flags);
      problems.push(`unrecognized arguments: ${arg}${meant === null ? "" : ` (did you mean --${meant}?)`}`);
      return false;
    },
  });
  for (const flag of flags) {
    if (typeof parsed[flag] === "string") problems.push(`argument --${flag}: ignored explicit argument '${parsed[flag]}'`);
  }
  return { parsed, problems };
}

function refusal(name: SubcommandName, problems: readonly string[]): UsageError {
  return new UsageError(problems, SUBCOMMANDS[name].usage, `tsgunicorn ${name} --help`);
}
