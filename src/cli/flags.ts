/** @module The flags of all settings, as {@link parseArgs} wants them, and the spellings that a typo may have meant. */
import { nearest } from "../config/nearest.ts";
import { declarationOf, mainFlag, SETTING_NAMES, type SettingName } from "../config/settings.ts";
import { parseArgs, type ParsedArgs } from "./args.ts";

/** A flag that is no setting. */
export const ACTION_FLAGS = { help: ["-h", "--help"], version: ["-v", "--version"] } as const;

/** What was on a command line. */
export interface FlagReading {
  readonly parsed: ParsedArgs;
  /** As written, in their order. */
  readonly unknown: readonly string[];
}

interface FlagTable {
  readonly string: readonly string[];
  readonly boolean: readonly string[];
  readonly alias: Readonly<Record<string, readonly string[]>>;
  readonly collect: readonly string[];
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly negatable: readonly string[];
}

/** Parses words with the flags of the settings. */
export function readFlags(words: readonly string[]): FlagReading {
  const unknown: string[] = [];
  const drop = (arg: string): false => {
    unknown.push(arg);
    return false;
  };
  return { parsed: parseArgs(words, { ...flagTable(), unknown: drop }), unknown };
}

/** The name of a setting's value among the parsed flags; null for a setting without a flag. */
export function flagKey(name: SettingName): string | null {
  return mainFlag(declarationOf(name))?.slice(2) ?? null;
}

/** The flag that `arg` was most likely meant to be, with its dashes; the name of a setting leads to its flag. */
export function nearestFlag(arg: string): string | null {
  const meant = arg.replace(/=.*$/s, "");
  if (!meant.startsWith("--")) return null;
  const spellings = new Map<string, string>();
  for (const [name, flags] of Object.entries(ACTION_FLAGS)) spellings.set(name, flags[1]);
  for (const name of SETTING_NAMES) {
    const { flags, kind } = declarationOf(name);
    for (const flag of flags.filter((each) => each.startsWith("--"))) {
      spellings.set(flag.slice(2), flag);
      if (kind === "boolean" || kind === "mode") spellings.set(`no-${flag.slice(2)}`, `--no-${flag.slice(2)}`);
    }
    const main = flagKey(name);
    if (main !== null && !spellings.has(name)) spellings.set(name, `--${main}`);
  }
  const found = nearest(meant.slice(2), [...spellings.keys()]);
  return found === null ? null : spellings.get(found) ?? null;
}

function flagTable(): FlagTable {
  const withValue: string[] = [];
  const without = Object.keys(ACTION_FLAGS);
  const alias: Record<string, readonly string[]> = { help: ["h"], version: ["v"] };
  const collect: string[] = [];
  const choices: Record<string, readonly string[]> = {};
  const negatable: string[] = [];
  for (const name of SETTING_NAMES) {
    const { flags, kind, words } = declarationOf(name);
    const key = flagKey(name);
    if (key === null) continue;
    alias[key] = flags.map((flag) => flag.replace(/^--?/, "")).filter((spelling) => spelling !== key);
    if (kind === "boolean" || kind === "mode") {
      without.push(key);
      negatable.push(key);
    } else withValue.push(key);
    if (kind === "list" || kind === "csv") collect.push(key);
    if (kind === "mode" && words !== undefined) choices[key] = Object.keys(words);
  }
  return { string: withValue, boolean: without, alias, collect, choices, negatable };
}
