import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import Value from "typebox/value";
import { SECTION_NAMES } from "../../../src/config/setting.ts";
import { declarationOf, SETTING_NAMES } from "../../../src/config/settings.ts";
import { renderDocs } from "../../support/write-docs.ts";

const ROOT = new URL("../../../", import.meta.url);
const docs = renderDocs();

describe("documents", () => {
  for (const [path, text] of Object.entries(docs)) {
    it(`${path} is what the declarations say (else run: node test/support/write-docs.ts)`, () => {
      assert.equal(readFileSync(new URL(path, ROOT), "utf8"), text);
    });
  }

  it("name every setting and section once", () => {
    const reference = docs["docs/settings.md"] ?? "";
    for (const name of SETTING_NAMES) assert.equal(reference.split(`\n### \`${name}\`\n`).length, 2, name);
    for (const section of SECTION_NAMES) assert.equal(reference.split(`\n## ${section}\n`).length, 2, section);
  });
});

describe("the JSON Schema", () => {
  const schema = JSON.parse(docs["docs/tsgunicorn.schema.json"] ?? "");

  it("accepts every example together, and $schema", () => {
    const names = SETTING_NAMES.filter((name) => {
      const { places, kind } = declarationOf(name);
      return places !== "outside" && kind !== "hook";
    });
    const examples = Object.fromEntries(names.map((name) => [name, declarationOf(name).example]));
    assert.equal(Value.Check(schema, { $schema: "x", ...examples }), true);
  });

  for (
    const values of [
      { wrokers: 1 },
      { workers: 0 },
      { config: "x" },
      { loglevel: "inf" },
      { umask: "0999" },
      { bind: [] },
      { proxy_protocol: "v3" },
      { secure_scheme_headers: { "a b": "x" } },
      { server_header: "a\nb" },
      { on_starting: true },
    ]
  ) {
    it(`refuses ${JSON.stringify(values)}`, () => assert.equal(Value.Check(schema, values), false));
  }
});

describe("docstrings of declarations", () => {
  const source = globSync("src/config/sections/*.ts", { cwd: ROOT.pathname })
    .map((path) => readFileSync(new URL(path, ROOT), "utf8")).join("\n");
  for (const name of SETTING_NAMES) {
    it(`${name} says its description, for editors`, () => {
      assert.ok(source.includes(`  /** ${declarationOf(name).description} */\n  readonly ${name}: Setting<`));
    });
  }
});
