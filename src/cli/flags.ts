/** @module The flags of all settings, as {@link parseArgs} wants them. */
import { ELSEWHERE } from "../config/elsewhere.ts";
import { declarationOf, mainFlag, SETTING_NAMES, type SettingName } from "../config/settings.ts";
import { parseArgs, type ParsedArgs } from "./args.ts";

/** A flag that is no setting. */
export const ACTION_FLAGS = { help: ["-h", "--help"], version: ["-v", "--version"] } as const;

/** What was on a command line. */
export interface FlagReading {
  readonly parsed: ParsedArgs;
  /** Flags of gunicorn that set what is not here. */
  readonly elsewhere: readonly ElsewhereFlag[];
  /** As written, in their order. */
  readonly unknown: readonly string[];
}

/** A flag of gunicorn that sets what is not here. */
export interface ElsewhereFlag {
  /** Of gunicorn's setting. */
  readonly name: string;
  /** Every spelling, with dashes. */
  readonly flags: readonly string[];
}

/** They are parsed like others: one that is not known would leave its value behind, which then looked like the application. */
const ELSEWHERE_FLAGS: readonly ElsewhereFlag[] = Object.entries(ELSEWHERE).flatMap(([name, { flags }]) =>
  flags.length === 0 ? [] : [{ name, flags }]
);

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
  const parsed = parseArgs(words, { ...flagTable(), unknown: drop });
  const elsewhere = ELSEWHERE_FLAGS.filter(({ flags }) => parsed[keyOf(flags)] !== undefined);
  return { parsed, elsewhere, unknown };
}

/** The name of a setting's value among the parsed flags; null for a setting without a flag. */
export function flagKey(name: SettingName): string | null {
  return mainFlag(declarationOf(name))?.slice(2) ?? null;
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
  for (const { name, flags } of ELSEWHERE_FLAGS) {
    const key = keyOf(flags);
    alias[key] = flags.map((flag) => flag.replace(/^--?/, "")).filter((spelling) => spelling !== key);
    (ELSEWHERE[name]?.isSwitch ? without : withValue).push(key);
  }
  return { string: withValue, boolean: without, alias, collect, choices, negatable };
}

function keyOf(flags: readonly string[]): string {
  return (flags.find((flag) => flag.startsWith("--")) ?? flags[0] ?? "").replace(/^--?/, "");
}
