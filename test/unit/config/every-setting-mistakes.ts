/** Bad values of every setting, from its declaration alone, with what the message must say is allowed. */
import { expectation } from "../../../src/config/expectation.ts";
import { declarationOf, type SettingName } from "../../../src/config/settings.ts";
import { schemasOf } from "../../../src/config/schemas.ts";

export interface Mistake {
  readonly value: unknown;
  /** All of them are in the message. */
  readonly allowed: readonly string[];
  /** Whether a source of texts can make it; else only one whose values have types. */
  readonly isText: boolean;
}

/** The keywords of JSON Schema that declarations use. */
interface Keywords {
  readonly anyOf?: readonly Keywords[];
  readonly enum?: readonly string[];
  readonly items?: Keywords;
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export function mistakesOf(setting: SettingName): readonly Mistake[] {
  const { kind } = declarationOf(setting);
  if (kind === "hook") return [5, "app:hook", null].map((value) => typed(value, "value is not callable"));
  const schema: Keywords = JSON.parse(JSON.stringify(schemasOf(setting).resolved));
  const branches = schema.anyOf ?? [schema];
  const wanted = expectation(schema);
  const wrongTypes = [{ a: 1 }, ["a"], [[]], 5, false, null].filter((value) => !branches.some((branch) => fits(branch, value)));
  return [
    ...branches.flatMap((branch) => beyond(branch, wanted)),
    ...wrongTypes.flatMap((value) => wrongType(setting, value, wanted)),
  ];
}

/** One beyond each bound. */
function beyond(
  { enum: choices, type, minimum, maximum, maxLength, minItems, maxItems, items }: Keywords,
  wanted: string,
): readonly Mistake[] {
  if (choices !== undefined) return [text(`${choices[0]}x`, ...choices.map((choice) => JSON.stringify(choice)))];
  switch (type) {
    case "integer":
    case "number":
      // A number of a text is a name.
      if (wanted.startsWith("text")) return [];
      return [
        text((minimum ?? 0) - 1, `must be at least ${minimum}`),
        text((maximum ?? 0) + 1, `must be at most ${maximum}`),
        text("perhaps", wanted),
        type === "integer" ? typed((minimum ?? 0) + 0.5, wanted) : text(60.00001, "a whole number of milliseconds"),
      ];
    case "string":
      return [
        text("x".repeat((maxLength ?? 0) + 1), `must have at most ${maxLength} characters`),
        typed("", "must not be empty"),
      ];
    case "boolean":
      return [text("perhaps", wanted)];
    case "array":
      return [
        text(Array.from({ length: (maxItems ?? 0) + 1 }, () => "x"), `must have at most ${maxItems} entries`),
        text(["x".repeat((items?.maxLength ?? 0) + 1)], `entry 1 must have at most ${items?.maxLength} characters`),
        ...(minItems === undefined ? [] : [typed([], "must have at least one entry")]),
      ];
    default:
      return [];
  }
}

/** Null is a word of some settings. */
function wrongType(setting: SettingName, value: unknown, wanted: string): readonly Mistake[] {
  const { words = {} } = declarationOf(setting);
  if (Object.hasOwn(words, String(value ?? "none"))) return [];
  return [typed(value, wanted)];
}

function fits({ type, enum: choices }: Keywords, value: unknown): boolean {
  if (choices !== undefined) return typeof value === "string" && choices.includes(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value) && value.every((each) => typeof each === "string");
  if (type === "integer" || type === "number") return typeof value === "number";
  return type === (Array.isArray(value) ? "array" : typeof value) && value !== null;
}

function text(value: unknown, ...allowed: readonly string[]): Mistake {
  return { value, allowed, isText: true };
}

function typed(value: unknown, ...allowed: readonly string[]): Mistake {
  return { value, allowed, isText: false };
}
