/** @module What a schema asks for, in words. It reads the schema as JSON Schema, so it needs no TypeBox. */

/** A noun phrase: `a whole number from 1 to 1024`, `text or null`, `one of "debug", "info"`. */
export function expectation(schema: object): string {
  const keywords: Readonly<Record<string, unknown>> = { ...schema };
  const { anyOf, description, enum: choices, items, minimum, maximum } = keywords;
  if (typeof description === "string") return description;
  if (Array.isArray(anyOf)) return anyOf.map((branch: object) => expectation(branch)).join(" or ");
  if (Array.isArray(choices)) return `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
  switch (keywords["type"]) {
    case "integer":
      return `a whole number from ${String(minimum)} to ${String(maximum)}`;
    case "boolean":
      return "true or false";
    case "array":
      return `a list of ${typeof items === "object" && items !== null ? expectation(items) : "values"}`;
    case "string":
      return "text";
    default:
      return String(keywords["type"]);
  }
}
