/**
 * Words to flags. The call and its result have the shape of `parseArgs` in `@std/cli`, which only JSR has; where that library
 * can be had, this is the file to change. It is a pure function, and not `node:util`'s, because the core knows no runtime.
 *
 * What it does otherwise, and a replacement would have to: a string flag takes the next word also when that is `-` (standard
 * output) or a negative number, as argparse does; a boolean flag with `=VALUE` keeps the text, for the caller to judge; an
 * unknown flag never takes the next word, which may be the application; a string flag without a value is true, and so told from
 * one with an empty value; a boolean flag may take certain next words; nothing is turned into a number; `_` in a long flag is `-`.
 *
 * @module
 */

/** Names are without dashes; of an alias group the key of {@link alias} is the name in the result. */
export interface ParseOptions {
  /** Flags with a value. Without one it is true, also in a list. */
  readonly string: readonly string[];
  readonly boolean: readonly string[];
  readonly alias: Readonly<Record<string, readonly string[]>>;
  /** Flags whose values make a list. */
  readonly collect: readonly string[];
  /** Words, in lower case, that boolean flags take for their value where they come next. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Boolean flags that have a form with `--no-`. */
  readonly negatable: readonly string[];
  /** Called with a flag that is none of these, as written. What it returns must be false, so that the flag is dropped. */
  readonly unknown: (arg: string) => false;
}

/** A flag's value by its name, and the words that are no flags in `_`. */
export interface ParsedArgs {
  readonly _: readonly string[];
  readonly [flag: string]: string | boolean | readonly string[] | undefined;
}

/** Parses words. Never throws. A flag that is repeated and not collected has its last value. */
export function parseArgs(args: readonly string[], options: ParseOptions): ParsedArgs {
  const names = namesOf(options);
  const result: Record<string, string | boolean | string[]> = Object.create(null);
  const words: string[] = [];
  const set = (name: string, value: string | boolean): void => {
    const list = result[name];
    if (!options.collect.includes(name) || typeof value !== "string") result[name] = value;
    // A value that was missing once stays missing.
    else if (list !== true) result[name] = Array.isArray(list) ? [...list, value] : [value];
  };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      words.push(...args.slice(index + 1));
      break;
    }
    if (arg === "-" || !arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const flags = arg.startsWith("--") ? splitLong(arg) : splitShort(arg, names, options);
    for (const { spelling, text, spelt } of flags) {
      const negated = spelling.startsWith("no-") ? names.get(spelling.slice(3)) : undefined;
      const name = names.get(spelling);
      if (name === undefined && negated !== undefined && options.negatable.includes(negated) && text === null) {
        set(negated, false);
      } else if (name === undefined) options.unknown(spelt);
      else if (text !== null) set(name, text);
      else if (options.boolean.includes(name)) {
        set(name, isChoice(options.choices[name], args[index + 1]) ? args[++index] ?? "" : true);
      } else set(name, isValue(args[index + 1]) ? args[++index] ?? "" : true);
    }
  }
  return { ...result, _: words };
}

interface Flag {
  readonly spelling: string;
  /** What follows `=`, or a short flag at once; null where nothing does. */
  readonly text: string | null;
  readonly spelt: string;
}

function splitLong(arg: string): readonly Flag[] {
  const [, spelling = "", text] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  return [{ spelling: spelling.replaceAll("_", "-"), text: text ?? null, spelt: arg }];
}

/** `-w4`, `-w=4`, and `-hv` for two flags without values. */
function splitShort(arg: string, names: ReadonlyMap<string, string>, options: ParseOptions): readonly Flag[] {
  const flags: Flag[] = [];
  for (let index = 1; index < arg.length; index++) {
    const spelling = arg.charAt(index);
    const name = names.get(spelling);
    if (name === undefined) return [...flags, { spelling, text: null, spelt: arg }];
    const rest = arg.slice(index + 1).replace(/^=/, "");
    if (options.string.includes(name)) return [...flags, { spelling, text: rest === "" ? null : rest, spelt: arg }];
    flags.push({ spelling, text: null, spelt: arg });
  }
  return flags;
}

function namesOf({ string, boolean, alias }: ParseOptions): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const name of [...string, ...boolean]) {
    for (const spelling of [name, ...(alias[name] ?? [])]) names.set(spelling, name);
  }
  return names;
}

function isChoice(choices: readonly string[] | undefined, word: string | undefined): boolean {
  return choices !== undefined && word !== undefined && choices.includes(word.toLowerCase());
}

function isValue(word: string | undefined): boolean {
  return word !== undefined && (!word.startsWith("-") || word === "-" || /^-[0-9]+$/.test(word));
}
