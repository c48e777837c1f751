/** @module The schemas of declarations, built: for help, completion, the JSON Schema and the reference page. Loads no TypeBox. */
import type { TSchema } from "typebox";
import { schemaBuilder } from "./schema-builder.ts";
import { declarationOf, type SettingName } from "./settings.ts";

/** Of the resolved value, and of what a config file may hold. */
export function schemasOf(name: SettingName): { readonly resolved: TSchema; readonly input: TSchema } {
  const setting = declarationOf(name);
  const resolved = setting.schema(schemaBuilder);
  return { resolved, input: setting.input === null ? resolved : setting.input(schemaBuilder) };
}
