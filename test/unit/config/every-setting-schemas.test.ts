/** Our builder of schemas makes what TypeBox's own makes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Type from "typebox";
import { schemaBuilder } from "../../../src/config/schema-builder.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";

describe("the schema of every setting is TypeBox's", () => {
  for (const setting of SETTING_NAMES) {
    it(setting, () => {
      const { schema, input } = declarationOf(setting);
      for (const build of input === null ? [schema] : [schema, input]) {
        const [own, theirs] = [build(schemaBuilder), build(Type)];
        assert.equal(JSON.stringify(own), JSON.stringify(theirs));
        assert.deepEqual(kindsOf(own), kindsOf(theirs));
      }
    });
  }
});

/** The marks by which TypeBox knows a schema; they do not show in JSON. */
function kindsOf(schema: unknown): readonly unknown[] {
  if (typeof schema !== "object" || schema === null) return [];
  const kind: unknown = Reflect.get(schema, "~kind");
  return [kind ?? [], ...Object.values(schema).flatMap(kindsOf)].flat();
}
