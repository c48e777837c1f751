import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inFolder } from "../support/folder.ts";
import { findProgram, howToInstall, isGate, missingPrograms, PROGRAM_NAMES } from "./programs.ts";

describe("programs of other people", () => {
  it("are found on PATH, the first folder first", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "curl");
      writeFileSync(path, "");
      chmodSync(path, 0o755);
      assert.equal(findProgram("curl", `${folder}:/usr/bin`), path);
    });
  });

  it("that are missing are named with their packages", () => {
    assert.ok(missingPrograms(["curl", "wrk"], "/no/such/folder").includes("wrk"));
    assert.match(howToInstall(["ab", "wrk"]), /^Missing: ab, wrk; install with: .*apache2-utils wrk$/);
    assert.match(howToInstall(PROGRAM_NAMES), /nginx-light libnginx-mod-stream haproxy/);
  });

  it("must be there where CI is set", () => {
    for (const value of ["true", "1", "yes"]) assert.equal(isGate({ CI: value }), true);
    for (const value of ["", "0", "false", undefined]) assert.equal(isGate({ CI: value }), false);
  });
});
