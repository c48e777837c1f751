import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findEntryFiles } from "../../../src/cli/entry-files.ts";
import { missingApplication } from "../../../src/cli/missing-application.ts";
import { fakeCli } from "./fake-cli-host.ts";

describe("no application", () => {
  const cases: readonly (readonly [files: readonly string[], hint: string])[] = [
    [[], "tsgunicorn app:handler"],
    [["README.md", "lib/app.ts"], "tsgunicorn app:handler"],
    [["src/index.ts"], "tsgunicorn ./src/index.ts"],
    [["src/index.ts", "server.mjs"], "tsgunicorn ./server.mjs or tsgunicorn ./src/index.ts"],
    [["app.js", "main.js", "index.js", "src/app.js"], "tsgunicorn ./app.js or tsgunicorn ./main.js or tsgunicorn ./index.js"],
  ];
  for (const [files, hint] of cases) {
    it(`beside ${files.join(", ") || "nothing"} suggests ${hint}`, () => {
      const { host } = fakeCli({ files: Object.fromEntries(files.map((path) => [path, ""])) });
      assert.deepEqual(missingApplication(host, "/srv/app"), {
        setting: null,
        source: null,
        message: "No application module specified",
        hint: `name it on the command line, as in: ${hint}`,
      });
    });
  }

  it("suggests no file that the runtime cannot import", () => {
    const { host } = fakeCli({ files: { "app.ts": "", "main.js": "" }, extensions: [".js"] });
    assert.deepEqual(findEntryFiles(host, "/srv/app"), ["./main.js"]);
  });
});
