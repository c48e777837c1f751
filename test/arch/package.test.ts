import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../src/version.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (name: string): string => readFileSync(join(ROOT, name), "utf8");
const npm: {
  version: string;
  exports: Record<string, { types: string; default: string } | string>;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
} = JSON.parse(read("package.json"));
const jsr: { version: string; exports: Record<string, string> } = JSON.parse(read("deno.json"));

describe("what is published", () => {
  it("has one version everywhere", () => {
    assert.deepEqual([npm.version, jsr.version], [VERSION, VERSION]);
    assert.match(read("CHANGELOG.md"), new RegExp(`^## ${VERSION.replaceAll(".", "\\.")}$`, "m"));
  });

  it("npm's entry is JSR's, built", () => {
    const entry = npm.exports["."];
    assert.ok(typeof entry === "object");
    // Deno would check the types of Bun's adapter otherwise; test/unit/embed/entry.test.ts compares what the two export.
    assert.deepEqual([entry.default, jsr.exports["."]], ["./dist/runtimes/mod.js", "./runtimes/deno/mod.ts"]);
    assert.equal(entry.types, entry.default.replace(/\.js$/, ".d.ts"));
    for (const path of [entry.default, entry.types, npm.bin["tsgunicorn"] ?? "?"]) {
      assert.ok(existsSync(join(ROOT, path)), `${path}: run npm run build`);
    }
  });

  it("pins its dependencies, and leaves no address in the lock file", () => {
    for (const [name, version] of Object.entries({ ...npm.dependencies, ...npm.devDependencies })) {
      assert.match(version, /^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+$/, name);
    }
    assert.doesNotMatch(read("package-lock.json"), /"resolved"/);
  });

  it("was built for plain JavaScript: dist/ imports no TypeScript", () => {
    const files = globSync("dist/**/*.js", { cwd: ROOT });
    assert.ok(files.length > 50);
    for (const file of files) assert.doesNotMatch(read(file), /(?:from|import\()\s*"[./][^"]*\.ts"/, file);
  });
});

describe("documents", () => {
  it("name only files that exist", () => {
    for (const document of ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "examples/README.md"]) {
      const folder = document.includes("/") ? document.slice(0, document.lastIndexOf("/") + 1) : "";
      for (const [, link = ""] of read(document).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        assert.ok(existsSync(join(ROOT, folder, link)), `${document} links to ${link}`);
      }
      for (const [path] of read(document).matchAll(/\b(?:src|test|runtimes)\/[\w./-]+\.(?:ts|md|json|mjs)\b/g)) {
        assert.ok(existsSync(join(ROOT, path)), `${document} names ${path}`);
      }
    }
  });
});
