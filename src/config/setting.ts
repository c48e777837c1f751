/**
 * What the declaration of a setting holds. A schema is a function of a builder, so that flags, defaults and
 * descriptions (all that `--version`, `--help` and the command line need) cost no import of TypeBox, which takes about 100 ms:
 * only `validate.ts` loads it.
 *
 * @module
 */
import type { Static, TSchema } from "typebox";
import type { Refusal } from "./errors.ts";
import type { TypeBuilder } from "./schema-builder.ts";

export type { TypeBuilder } from "./schema-builder.ts";

/**
 * The parts of `--help` and of docs/settings.md, in their order. `Application`, `Strictness`, `Timeouts` and `Proxies` are ours, the
 * other names gunicorn's.
 */
export const SECTION_NAMES = [
  "Config File",
  "Server Socket",
  "Worker Processes",
  "Application",
  "Security",
  "Strictness",
  "Timeouts",
  "Proxies",
  "Debugging",
  "Server Mechanics",
  "Logging",
  "Process Naming",
  "Server Hooks",
] as const;

/** One of {@link SECTION_NAMES}. */
export type SectionName = (typeof SECTION_NAMES)[number];

/**
 * How a setting is written as text and as a flag. `duration`: seconds, or text such as `1m30s`. `size`: bytes, or text such as `10mb`.
 * `list`: the flag is repeated, a variable is separated by commas.
 * `csv`: a list that is separated by commas in every source; the flag may be repeated too. `table`: names with lists of values,
 * which only a config file can say. `mask`: a file mode, octal where it begins with 0 (gunicorn's `umask`). `mode`: a flag that may
 * stand alone, with `=VALUE` for the other choices; it takes the next word, which may be the application, only where that is one
 * of the setting's {@link Setting.words}. `hook`: a function, which only a config file can hold; the value says whether there is one.
 */
export type SettingKind =
  | "integer"
  | "duration"
  | "size"
  | "boolean"
  | "text"
  | "list"
  | "csv"
  | "table"
  | "mask"
  | "mode"
  | "hook";

/**
 * Where a setting may be given. `outside`: not in the config file. `file`: only there. `argument`: there and as the positional
 * argument.
 */
export type SettingPlaces = "everywhere" | "outside" | "file" | "argument";

/** A variable that other programs read too. It counts only where nothing of ours sets the setting. */
export interface SharedVariable {
  readonly name: string;
  /** The setting's text for the variable's text, which has no blanks around it and is not empty; or what is wrong with it. */
  readonly toText: (text: string) => string | Refusal;
}

/** The type of a value: lists and tables are not for changing. */
export type ValueOf<S extends TSchema> = ReadonlyValue<Static<S>>;

type ReadonlyValue<T> = T extends readonly (infer Item)[] ? readonly Item[]
  : T extends object ? { readonly [Name in keyof T]: ReadonlyValue<T[Name]> }
  : T;

/** One setting. `S` is the schema of the resolved value, `I` of what a config file may hold where that is wider. */
export interface Setting<S extends TSchema = TSchema, I extends TSchema = S> {
  readonly section: SectionName;
  readonly kind: SettingKind;
  readonly schema: (type: TypeBuilder) => S;
  /** Null where a config file holds the same as {@link schema}. */
  readonly input: ((type: TypeBuilder) => I) | null;
  readonly default: ValueOf<S>;
  readonly places: SettingPlaces;
  /** A new value takes effect when the arbiter is restarted, not at a reload (HUP). */
  readonly restart?: true;
  /** With dashes; the first long one is the name used in messages. Empty where there is none. */
  readonly flags: readonly string[];
  readonly shared: SharedVariable | null;
  /** What a flag alone means; for the kind `mode`. */
  readonly flagAlone: string | null;
  /** How help calls the value; null for a flag without one. */
  readonly metavar: string | null;
  /** One sentence, with its period. It is also the docstring of the declaration, which a test compares. */
  readonly description: string;
  /** More of it for the reference page: Markdown, may be empty. */
  readonly details: string;
  /** Words in lower case that stand for a value, from every source and in any case; a truth value or number counts as its word. */
  readonly words?: Readonly<Record<string, string | null | readonly string[]>>;
  /** What the schema cannot say: called with a value that the schema accepts, answers null when all is well. */
  readonly check?: (value: unknown) => Refusal | null;
  /** A value that is not the default. */
  readonly example: ValueOf<I>;
  /** The release that brought it. */
  readonly since: string;
  /** What gunicorn does otherwise; null where it is the same. */
  readonly difference: string | null;
}
