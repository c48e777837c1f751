import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

const SOURCE = new URL("../../../src/", import.meta.url);

/** TypeBox takes about 100 ms and 25 MB, so these must not load it. */
describe("modules that load no TypeBox", () => {
  for (
    const path of [
      "mod.ts",
      "cli/command-line.ts",
      "cli/help.ts",
      "cli/setting-page.ts",
      "cli/completion/completion.ts",
      "cli/report.ts",
      "cli/run-subcommand.ts",
      "config/load.ts",
      "config/render.ts",
      "config/worker-settings.ts",
      "hooks/worker-hooks.ts",
      "worker/worker.ts",
      "config/bind.ts",
    ]
  ) {
    it(path, () => assert.deepEqual([...packagesOf(new URL(path, SOURCE))], []));
  }

  it("config/validate.ts, which does, is found out", () => {
    assert.deepEqual([...packagesOf(new URL("config/validate.ts", SOURCE))].sort(), ["typebox/schema"]);
  });
});

/** Packages that a module imports statically, itself or through others; types are erased. */
function packagesOf(entry: URL): ReadonlySet<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    for (
      const [, clause = "", specifier = ""] of readFileSync(url, "utf8").matchAll(
        /^(?:import|export)\b([^;"]*?)from "([^"]+)";/gm,
      )
    ) {
      if (/^\s*type\b/.test(clause)) continue;
      if (specifier.startsWith(".")) visit(new URL(specifier, url));
      else packages.add(specifier);
    }
  };
  visit(entry);
  return packages;
}
