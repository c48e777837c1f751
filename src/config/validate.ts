/**
 * Checks values against the schemas. The only module that loads TypeBox (about 100 ms), so it is imported when there are values
 * to check.
 *
 * @module
 */
import Type, { type TSchema } from "typebox";
import { Errors } from "typebox/schema";
import { expectation } from "./expectation.ts";
import { nearest } from "./nearest.ts";
import { didYouMean } from "./errors.ts";
import { declarationOf, type SettingName } from "./settings.ts";

/** What is wrong with a value, less what the value is. */
export interface Refusal {
  /** Such as `must be at least 1`. */
  readonly message: string;
  readonly hint: string | null;
}

/** What the schema of `name` says against `value`; null when nothing. */
export function validate(name: SettingName, value: unknown): Refusal | null {
  const schema = declarationOf(name).schema(Type);
  const [valid, errors] = Errors(schema, value);
  if (valid) return null;
  // In a union every branch complains; the branch whose type fits says what is really wrong.
  const error = errors.find(({ keyword }) => !GENERAL.has(keyword)) ?? errors[0];
  const message = error === undefined ? null : describe(error.keyword, error.params);
  if (message !== null) return { message: `${subject(error?.instancePath ?? "")}${message}`, hint: null };
  return { message: `must be ${expectation(schema)}`, hint: suggest(schema, value) };
}

/** The declaration's schemas, built: for the JSON Schema and the reference page. */
export function schemasOf(name: SettingName): { readonly resolved: TSchema; readonly input: TSchema } {
  const setting = declarationOf(name);
  const resolved = setting.schema(Type);
  return { resolved, input: setting.input === null ? resolved : setting.input(Type) };
}

/** Keywords that say no more than that the value is of another kind. */
const GENERAL: ReadonlySet<string> = new Set(["type", "anyOf", "enum", "const"]);

function describe(keyword: string, params: object): string | null {
  const limit = "limit" in params ? String(params.limit) : "";
  switch (keyword) {
    case "minimum":
      return `must be at least ${limit}`;
    case "maximum":
      return `must be at most ${limit}`;
    case "minLength":
      return "must not be empty";
    case "maxLength":
      return `must have at most ${limit} characters`;
    case "minItems":
      return "must have at least one entry";
    case "maxItems":
      return `must have at most ${limit} entries`;
    default:
      return null;
  }
}

/** An entry of a list is called by its place, from one. */
function subject(instancePath: string): string {
  const index = /^\/(\d+)$/.exec(instancePath)?.[1];
  return index === undefined ? "" : `entry ${Number(index) + 1} `;
}

function suggest(schema: TSchema, value: unknown): string | null {
  const choices = "enum" in schema && Array.isArray(schema.enum)
    ? schema.enum.filter((choice) => typeof choice === "string")
    : [];
  return typeof value === "string" ? didYouMean(nearest(value, choices)) : null;
}
