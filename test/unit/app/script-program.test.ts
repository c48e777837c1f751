import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { findProgram } from "../../../src/app/find-program.ts";
import { AppLoadError } from "../../../src/app/load-error.ts";
import type { LoadingAdapter } from "../../../src/app/load.ts";
import { asksElsewhereLine } from "../../../src/app/script-text.ts";
import { loadingAdapter } from "./loading-adapter.ts";
import { inFolder } from "../../support/folder.ts";

describe("the file of a program", () => {
  let adapter: LoadingAdapter;
  before(async () => {
    adapter = await loadingAdapter();
  });

  it("is a path with or without its ending, or the main of a folder's package.json", async () => {
    await inFolder(async (folder) => {
      mkdirSync(join(folder, "api/dist"), { recursive: true });
      writeFileSync(join(folder, "api/package.json"), '{"main": "./dist/server.js"}');
      for (const file of ["server.mjs", "api/index.js", "api/dist/server.js"]) writeFileSync(join(folder, file), "");
      const found = (program: string): string => findProgram(adapter, program, folder);
      const at = (file: string): string => pathToFileURL(join(folder, file)).href;
      assert.equal(found("server.mjs"), at("server.mjs"));
      assert.equal(found("./server"), at("server.mjs"));
      assert.equal(found("./api"), at("api/dist/server.js"));
      assert.equal(found(join(folder, "api")), at("api/dist/server.js"));
      assert.equal(found(at("server.mjs")), at("server.mjs"));
      writeFileSync(join(folder, "api/package.json"), "{");
      assert.equal(found("./api"), at("api/index.js"));
    });
  });

  it("is no export, and has to be there", () => {
    const refusal = (program: string): AppLoadError => {
      try {
        findProgram(adapter, program, import.meta.dirname);
      } catch (error) {
        assert.ok(error instanceof AppLoadError);
        return error;
      }
      assert.fail(program);
    };
    assert.equal(refusal("server.mjs:app").exitCode, 4);
    assert.match(refusal("server.mjs:app").report, /names the export 'app'\n.*as in 'server\.mjs'/);
    assert.equal(refusal("nowhere.mjs").exitCode, 3);
  });
});

describe("where a program asked to listen", () => {
  const TCP = { kind: "tcp", family: 6, host: "::1", port: 8000 } as const;
  const UNIX = { kind: "unix", path: "/run/app.sock" } as const;
  const ABSTRACT = { kind: "unix", path: "@app" } as const;
  const tcp = (port: number): { kind: "tcp"; host: null; port: number } => ({ kind: "tcp", host: null, port });

  it("is worth a line where it is served elsewhere", () => {
    assert.equal(asksElsewhereLine("a.js", tcp(3000), [TCP]), "'a.js' asks for port 3000; it is served on [::1]:8000 instead");
    assert.equal(
      asksElsewhereLine("a.js", { kind: "unix", path: "/other" }, [UNIX, TCP]),
      "'a.js' asks for /other; it is served on unix:/run/app.sock, [::1]:8000 instead",
    );
  });

  it("is not where it is served there, or asked for nothing special", () => {
    assert.equal(asksElsewhereLine("a.js", tcp(8000), [UNIX, TCP]), null);
    assert.equal(asksElsewhereLine("a.js", tcp(0), [TCP]), null);
    assert.equal(asksElsewhereLine("a.js", null, [TCP]), null);
    assert.equal(asksElsewhereLine("a.js", tcp(3000), []), null);
    for (const path of ["/run/app.sock", "app.sock", "./app.sock"]) {
      assert.equal(asksElsewhereLine("a.js", { kind: "unix", path }, [UNIX]), null);
    }
    assert.equal(asksElsewhereLine("a.js", { kind: "unix", path: "\0app" }, [ABSTRACT]), null);
  });
});
