/**
 * Checks values against the schemas. The only module that loads TypeBox (about 100 ms), so it is imported when there are values
 * to check.
 *
 * @module
 */
import type { TSchema } from "typebox";
import { Errors } from "typebox/schema";
import { formatDuration } from "./durations.ts";
import { expectation } from "./expectation.ts";
import { nearest } from "./nearest.ts";
import { didYouMean, type Refusal } from "./errors.ts";
import { hintForText } from "./read-text.ts";
import { schemaBuilder } from "./schema-builder.ts";
import type { SettingKind } from "./setting.ts";
import { declarationOf, type SettingName } from "./settings.ts";
import { formatSize } from "./sizes.ts";

/** What the schema of `name`, and then its check, says against `value`; null when nothing. */
export function validate(name: SettingName, value: unknown): Refusal | null {
  const { kind, schema: build, check } = declarationOf(name);
  const schema = build(schemaBuilder);
  const [valid, errors] = Errors(schema, value);
  if (valid) return hasNul(value) ? NUL_REFUSAL : check?.(value) ?? null;
  // In a union every branch complains; the branch whose type fits says what is really wrong.
  const error = errors.find(({ keyword }) => !GENERAL.has(keyword)) ?? errors[0];
  const message = error === undefined ? null : describe(error.keyword, error.params, schema, kind);
  if (message !== null) {
    return { message: `${subject(error?.instancePath ?? "", Array.isArray(value))}${message}`, hint: null, quotesValue: false };
  }
  const hint = suggest(schema, value) ?? (typeof value === "string" ? hintForText({ kind }, value) : null);
  return { message: `must be ${expectation(schema)}`, hint, quotesValue: false };
}

/** Only a config file can hold one: no path, name or variable of a system does, and runtimes throw where they are given such a text. */
const NUL_REFUSAL: Refusal = { message: "must not have a NUL character", hint: null, quotesValue: false };

function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  return typeof value === "object" && value !== null && Object.values(value).some(hasNul);
}

/** Keywords that say no more than that the value is of another kind. */
const GENERAL: ReadonlySet<string> = new Set(["type", "anyOf", "enum", "const", "boolean"]);

function describe(keyword: string, params: object, schema: TSchema, kind: SettingKind): string | null {
  const limit = "limit" in params ? formatLimit(params.limit, kind) : "";
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

/** A long number with its short form: `86400 (1d)`, `65536 (64kb)`, `511 (0o777)`. */
function formatLimit(limit: unknown, kind: SettingKind): string {
  if (kind === "mask" && Number(limit) > 7) return `${String(limit)} (0o${Number(limit).toString(8)})`;
  const short = kind === "duration" ? formatDuration(Number(limit)) : kind === "size" ? formatSize(Number(limit)) : "";
  return short === "" || short.startsWith(String(limit)) ? String(limit) : `${String(limit)} (${short})`;
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
