import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSkippedName, isSourceName } from "../../../src/watch/names.ts";
import { describeFiles } from "../../../src/watch/reload-line.ts";

describe("names in a source tree", () => {
  const sources = "app.js a.mjs a.cjs a.ts a.mts a.cts a.jsx a.tsx package.json deno.jsonc a.wasm a.node a.b.js .env .env.local";
  for (const name of sources.split(" ")) it(`${name} matters`, () => assert.equal(isSourceName(name), true));

  const others =
    "app.log db.sqlite a.html README.md .app.js.swp .#app.js app.js~ #app.js# 4913 .eslintrc.js a.jsx.bak js .js .env~ .environment";
  for (const name of others.split(" ")) it(`${name} does not`, () => assert.equal(isSourceName(name), false));

  it("leaves packages and hidden folders out, and nothing else", () => {
    assert.deepEqual(["node_modules", ".git", ".cache", "dist", "build", "vendor"].map(isSkippedName), [
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("the line about changed files", () => {
  it("names the first one from the working directory, and counts the others", () => {
    assert.equal(describeFiles(["/srv/app/lib/a.js"], "/srv/app"), "lib/a.js");
    assert.equal(describeFiles(["/srv/app/a.js", "/x"], "/srv/app"), "a.js (and 1 more file)");
    assert.equal(describeFiles(["/srv/application/a.js", "/x", "/y"], "/srv/app"), "/srv/application/a.js (and 2 more files)");
    assert.equal(describeFiles(["/a.js"], "/"), "a.js");
  });

  it("is one line whatever a file is called", () => {
    assert.equal(describeFiles(["/srv/a\nb.js"], "/srv"), "a\\x0ab.js");
  });
});
