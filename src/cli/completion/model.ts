/** @module What a shell can complete, from the declarations. */
import type { Setting } from "../../config/setting.ts";
import { declarationOf, SETTING_NAMES, type SettingName } from "../../config/settings.ts";
import { schemasOf } from "../../config/schemas.ts";
import { ACTION_FLAGS } from "../flags.ts";
import { SUBCOMMAND_NAMES, type SubcommandName, SUBCOMMANDS } from "../subcommands.ts";

/** A flag with all its spellings. */
export interface CompletedFlag {
  /** With dashes. */
  readonly spellings: readonly string[];
  /** One sentence, without its period and without the marks of code. */
  readonly description: string;
  /** `optional`: only after `=`. */
  readonly value: "none" | "optional" | "required";
  /** How help calls the value. */
  readonly metavar: string;
  /** Values that there are; for some flags other values are allowed too. */
  readonly words: readonly string[];
  readonly paths: "files" | "folders" | null;
  /** Whether it makes sense more than once. */
  readonly isRepeatable: boolean;
}

/** A word that is a command where it comes first. */
export interface CompletedCommand {
  readonly name: SubcommandName;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  readonly words: readonly string[];
}

/** Everything for one script. */
export interface CompletionModel {
  readonly flags: readonly CompletedFlag[];
  readonly commands: readonly CompletedCommand[];
}

/** Endings of modules that may be an application. */
export const APPLICATION_ENDINGS: readonly string[] = ["ts", "mts", "cts", "js", "mjs", "cjs", "tsx", "jsx"];

/** Values that a schema does not tell, since others are allowed as well. */
const SUGGESTED: { readonly [Name in SettingName]?: readonly string[] } = {
  runtime: ["node", "bun", "deno"],
  accesslog: ["-"],
  errorlog: ["-"],
  print_config: ["text", "json"],
  forwarded_allow_ips: ["*"],
  proxy_allow_ips: ["*"],
};

/** The model. */
export function completionModel(): CompletionModel {
  const help = flag(ACTION_FLAGS.help, "Show help and exit.");
  return {
    flags: [help, flag(ACTION_FLAGS.version, "Show the version and exit."), ...SETTING_NAMES.flatMap(flagsOf)],
    commands: SUBCOMMAND_NAMES.map((name) => {
      const { summary, flags, words } = SUBCOMMANDS[name];
      return {
        name,
        description: plain(summary),
        flags: [...flags.map(({ flag: spelling, description }) => flag([spelling], description)), help],
        words,
      };
    }),
  };
}

/** The flag of a setting, and that with `--no-`. */
function flagsOf(name: SettingName): readonly CompletedFlag[] {
  const setting = declarationOf(name);
  if (setting.flags.length === 0) return [];
  const { kind, metavar } = setting;
  const value = kind === "boolean" ? "none" : kind === "mode" ? "optional" : "required";
  const own: CompletedFlag = {
    ...flag(setting.flags, setting.description),
    value,
    metavar: metavar ?? "",
    words: value === "none" ? [] : wordsOf(name, setting),
    paths: metavar === "FILE" || metavar === "FILES" ? "files" : metavar === "DIRECTORY" ? "folders" : null,
    isRepeatable: kind === "list" || kind === "csv",
  };
  if (kind !== "boolean") return [own];
  const negated = setting.flags.filter((each) => each.startsWith("--")).map((each) => each.replace("--", "--no-"));
  return [own, flag(negated, `Turn off: ${setting.description}`)];
}

function flag(spellings: readonly string[], description: string): CompletedFlag {
  return { spellings, description: plain(description), value: "none", metavar: "", words: [], paths: null, isRepeatable: false };
}

/** Choices, then words for what is none of them, one for each. */
function wordsOf(name: SettingName, { words = {} }: Setting): readonly string[] {
  const choices = choicesOf(schemasOf(name).resolved);
  const seen = new Set<string>(choices.map((choice) => JSON.stringify(choice)));
  const more: string[] = [];
  for (const [word, value] of Object.entries(words)) {
    const meaning = JSON.stringify(value);
    if (!seen.has(meaning)) more.push(word);
    seen.add(meaning);
  }
  return [...new Set([...choices, ...more, ...(SUGGESTED[name] ?? [])])];
}

/** The texts that a schema allows, where it allows only some; it is read as JSON Schema. */
function choicesOf(schema: object): readonly string[] {
  const keywords: Readonly<Record<string, unknown>> = { ...schema };
  const { anyOf, const: only, enum: choices, items } = keywords;
  if (typeof only === "string") return [only];
  if (Array.isArray(choices)) return choices.filter((choice: unknown) => typeof choice === "string");
  if (Array.isArray(anyOf)) return anyOf.flatMap((branch: object) => choicesOf(branch));
  return typeof items === "object" && items !== null ? choicesOf(items) : [];
}

function plain(description: string): string {
  return description.replaceAll("`", "").replace(/\.$/, "");
}
