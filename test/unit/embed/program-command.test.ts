import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { denoFlags, programCommand, scriptFlags } from "../../../runtimes/shared/program-command.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const words = (text: string): readonly string[] => text.split(" ");

describe("The command of a worker whose arbiter is inside a program", () => {
  it("starts tsgunicorn's own file with the program's flags", () => {
    for (const name of ["node", "bun"] as const) {
      const command = programCommand({ name, flags: ["--smol", "-e", "text"], directory: "/" });
      assert.deepEqual(command, { file: process.execPath, args: ["--smol", `${ROOT}runtimes/${name}/main.ts`] });
      assert.ok(existsSync(command.args.at(-1) ?? ""));
    }
    const script = `${ROOT}runtimes/deno/main.ts`;
    const deno = (flags: string, directory = "/"): readonly string[] =>
      programCommand({ name: "deno", flags: words(flags), directory }).args;
    assert.deepEqual(deno("run -A host.ts"), ["run", "-A", script]);
    assert.deepEqual(deno("eval text"), ["run", "-A", script]);
    // The application's own imports: beside the worker's folder, unless the program says where.
    assert.deepEqual(deno("run -A host.ts", ROOT), ["run", "-A", "--config", `${ROOT}deno.json`, script]);
    assert.deepEqual(deno("run -A --config=other.json host.ts", ROOT), ["run", "-A", "--config=other.json", script]);
  });

  it("takes from Node and Bun what a script can be started with", () => {
    const flags =
      "--import ./register.js --max-old-space-size=64 --input-type=module -e text --test --test-isolation=none --watch-path=x -p 1 -r a";
    assert.deepEqual(scriptFlags(words(flags)), words("--import ./register.js --max-old-space-size=64 -r a"));
  });

  it("takes from Deno permissions and how modules are found, not what belongs to its subcommand", () => {
    assert.deepEqual(
      denoFlags(
        words(
          "test -A --no-check --junit-path=x --filter y --config c.json --unstable-cron --parallel -RW=. --allow-net=a,b file.ts",
        ),
      ),
      words("-A --no-check --config c.json --unstable-cron -RW=. --allow-net=a,b"),
    );
    assert.deepEqual(
      denoFlags(words("serve --port 80 --allow-all --import-map m.json --cached-only app.ts")),
      words("--allow-all --import-map m.json --cached-only"),
    );
    // The program is none, whatever it is called.
    assert.deepEqual(denoFlags(["run", "-A"]), []);
  });
});
