import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const ENTRIES = ["runtimes/mod.ts", "runtimes/deno/mod.ts"] as const;

/** All modules that a module imports statically, itself or through others; types are erased. */
function modulesOf(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    const path = fileURLToPath(url).slice(fileURLToPath(ROOT).length);
    if (seen.has(path)) return;
    seen.add(path);
    for (
      const [, clause = "", specifier = ""] of readFileSync(url, "utf8").matchAll(
        /^(?:import|export)\b([^;"]*?)from "([^"]+)";/gm,
      )
    ) {
      if (/^\s*type\b/.test(clause)) continue;
      if (specifier.startsWith(".")) visit(new URL(specifier, url));
      else seen.add(specifier);
    }
  };
  visit(new URL(entry, ROOT));
  return seen;
}

describe("The package's entry", () => {
  for (const entry of ENTRIES) {
    it(`${entry} loads next to nothing, for config files import it`, () => {
      const modules = [...modulesOf(entry)];
      const more = modules.filter((path) => !/^(?:runtimes\/(?:deno\/)?mod|runtimes\/detect|src\/[\w/-]+)\.ts$/.test(path));
      assert.deepEqual(more, []);
      assert.ok(modules.includes("src/mod.ts") && modules.includes("src/config/user-config.ts"));
      assert.ok(modules.length < 8, modules.join(" "));
    });
  }

  it("is the same on npm and JSR", async () => {
    const [npm, jsr] = await Promise.all([import("../../../runtimes/mod.ts"), import("../../../runtimes/deno/mod.ts")]);
    assert.deepEqual(Object.keys(npm).sort(), Object.keys(jsr).sort());
    for (const name of ["serve", "defineConfig", "ConfigError", "ServeError"]) assert.ok(name in npm, name);
  });
});
