/**
 * All that the environment says: files of variables, the variables, and the flags in `TSGUNICORN_CMD_ARGS`.
 *
 * @module
 */
import { parseCommandWords } from "../cli/command-line.ts";
import { type EnvFileMistake, readEnvText } from "./env-file.ts";
import { COMMAND_ARGS_VARIABLE, type EnvironmentReading, readEnvironment, variableOf } from "./environment.ts";
import type { Problem } from "./errors.ts";
import type { ConfigHost, Environment } from "./host.ts";
import type { Entry, Layer } from "./layer.ts";
import { readText } from "./read-text.ts";
import { declarationOf } from "./settings.ts";

/** Gunicorn's own, which is read where ours is not set. */
export const GUNICORN_ARGS_VARIABLE = "GUNICORN_CMD_ARGS";

/** What was read. */
export interface EnvSources extends EnvironmentReading {
  /** The environment with the variables of the files. */
  readonly env: Environment;
  /** Those of the files that were not there already. */
  readonly variables: Readonly<Record<string, string>>;
  /** Absolute paths of the files that were read. */
  readonly files: readonly string[];
  /** The flags of {@link COMMAND_ARGS_VARIABLE}, or of {@link GUNICORN_ARGS_VARIABLE}. */
  readonly words: Layer;
}

/** Reads the environment of `host`, and the files that it or the command line names. */
export function readEnvSources(host: ConfigHost, commandLine: Layer): EnvSources {
  const real = host.process.env;
  const chosen = commandLine.get("env_file") ?? readWords(real, plain).values.get("env_file") ?? ownVariable(real);
  const read = readEnvFiles(host, chosen);
  const variables = Object.fromEntries([...read.variables].filter(([name]) => real[name] === undefined));
  const env = { ...real, ...variables };
  const originOf = (name: string): string => {
    const file = Object.hasOwn(variables, name) ? read.fileOf.get(name) : undefined;
    return file === undefined ? name : `${name} in ${file}`;
  };
  const environment = readEnvironment(env, originOf);
  const words = readWords(env, originOf);
  const problems = [...read.problems, ...environment.problems, ...words.problems];
  // The files have been chosen by then, so it would have no effect.
  const late = [
    Object.hasOwn(variables, variableOf("env_file")) ? environment.own.get("env_file") : undefined,
    Object.hasOwn(variables, argsVariable(env)) ? words.values.get("env_file") : undefined,
  ];
  problems.push(...late.flatMap((entry) => entry === undefined ? [] : tooLate(entry)));
  return { ...environment, env, variables, files: read.files, words: words.values, problems };
}

function tooLate({ origin }: Entry): Problem {
  const hint = "name the file on the command line, or in a variable that is there at the start";
  return { setting: "env_file", source: origin, message: "cannot be set in a file of variables", hint };
}

function ownVariable(real: Environment): Entry | null {
  const variable = variableOf("env_file");
  const text = real[variable];
  return text ? { value: readText(declarationOf("env_file"), text), shown: text, origin: variable } : null;
}

function plain(name: string): string {
  return name;
}

function argsVariable(env: Environment): string {
  return env[COMMAND_ARGS_VARIABLE] ? COMMAND_ARGS_VARIABLE : GUNICORN_ARGS_VARIABLE;
}

function readWords(env: Environment, originOf: (name: string) => string): ReturnType<typeof parseCommandWords> {
  const variable = argsVariable(env);
  return parseCommandWords(env[variable] ?? "", originOf(variable));
}

interface FilesReading {
  readonly variables: ReadonlyMap<string, string>;
  /** As the user wrote it. */
  readonly fileOf: ReadonlyMap<string, string>;
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

function readEnvFiles(host: ConfigHost, chosen: Entry | null): FilesReading {
  const variables = new Map<string, string>();
  const fileOf = new Map<string, string>();
  const files: string[] = [];
  const problems: Problem[] = [];
  const { value, origin } = chosen ?? { value: [], origin: "" };
  // Anything else the schema refuses.
  for (const path of Array.isArray(value) ? value.filter((each) => typeof each === "string" && each !== "") : []) {
    const absolute = host.files.absolute(path);
    const problem = (message: string, hint: string | null): void =>
      void problems.push({ setting: "env_file", source: origin, message, hint });
    if (!host.files.isFile(absolute)) {
      problem(`"${path}" ${host.files.isDirectory(absolute) ? "is a directory" : "doesn't exist"}`, "name a file with variables");
      continue;
    }
    let text: string;
    try {
      text = host.files.readText(absolute);
    } catch (error) {
      problem(error instanceof Error ? error.message : `cannot read "${path}"`, null);
      continue;
    }
    files.push(absolute);
    const reading = readEnvText(text);
    problems.push(...reading.mistakes.map((mistake) => mistakeIn(path, mistake)));
    for (const [name, each] of reading.variables) {
      variables.set(name, each);
      fileOf.set(name, path);
    }
  }
  return { variables, fileOf, files, problems };
}

function mistakeIn(path: string, { line, message, hint }: EnvFileMistake): Problem {
  return { setting: "env_file", source: `${path}:${line}`, message, hint };
}
