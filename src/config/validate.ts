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
import { didYouMean, type Refusal } from "./errors.ts";
import { declarationOf, type SettingName } from "./settings.ts";

/** What the schema of `name`, and then its check, says against `value`; null when nothing. */
export function validate(name: SettingName, value: unknown): Refusal | null {
  const { schema: build, check } = declarationOf(name);
  const schema = build(Type);
  const [valid, errors] = Errors(schema, value);
  if (valid) return check?.(value) ?? null;
  // In a union every branch complains; the branch whose type fits says what is really wrong.
  const error = errors.find(({ keyword }) => !GENERAL.has(keyword)) ?? errors[0];
  const message = error === undefined ? null : describe(error.keyword, error.params, schema);
  if (message !== null) {
    return { message: `${subject(error?.instancePath ?? "", Array.isArray(value))}${message}`, hint: null, quotesValue: false };
  }
  return { message: `must be ${expectation(schema)}`, hint: suggest(schema, value), quotesValue: false };
}

/** The declaration's schemas, built: for the JSON Schema and the reference page. */
export function schemasOf(name: SettingName): { readonly resolved: TSchema; readonly input: TSchema } {
  const setting = declarationOf(name);
  const resolved = setting.schema(Type);
  return { resolved, input: setting.input === null ? resolved : setting.input(Type) };
}

/** Keywords that say no more than that the value is of another kind. */
const GENERAL: ReadonlySet<string> = new Set(["type", "anyOf", "enum", "const", "boolean"]);

function describe(keyword: string, params: object, schema: TSchema): string | null {
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
    case "maxProperties":
      return `must have at most ${limit} entries`;
    case "pattern": {
      const wanted = "pattern" in params ? wordsFor(schema, params.pattern) : null;
      return wanted === null ? null : `must be ${wanted}`;
    }
    case "additionalProperties": {
      const names = "additionalProperties" in params && Array.isArray(params.additionalProperties)
        ? params.additionalProperties
        : [];
      return `must not have the name ${JSON.stringify(names[0])}, which is no field name`;
    }
    default:
      return null;
  }
}

/** The description of the part of `schema` that has this pattern. */
function wordsFor(schema: object, pattern: unknown): string | null {
  if ("pattern" in schema && schema.pattern === pattern && "description" in schema) return String(schema.description);
  for (const part of Object.values(schema)) {
    const words = typeof part === "object" && part !== null ? wordsFor(part, pattern) : null;
    if (words !== null) return words;
  }
  return null;
}

/** An entry of a list is called by its place, from one, and that of a table by its name (a JSON pointer, RFC 6901). */
function subject(instancePath: string, isList: boolean): string {
  const steps = instancePath.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.map((step, depth) => isList || depth > 0 ? `entry ${Number(step) + 1} ` : `${JSON.stringify(step)} `).join("");
}

function suggest(schema: TSchema, value: unknown): string | null {
  const choices = "enum" in schema && Array.isArray(schema.enum)
    ? schema.enum.filter((choice) => typeof choice === "string")
    : [];
  return typeof value === "string" ? didYouMean(nearest(value, choices)) : null;
}
