/**
 * Finding the runtime that setting `runtime` means, with executables that only pretend.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "node:test";
import type { WorkerRuntime } from "../../src/runtime/port.ts";
import { findRuntime, foreignCommand, type ForeignParts } from "../../runtimes/shared/foreign-runtime.ts";
import { inFolder } from "../support/folder.ts";

const timeout = 30_000;
const NODE: WorkerRuntime = { name: "node", version: "26.10.0", file: "/own/node" };
const NEW = { node: "99.0.0", bun: "99.0.0", deno: "99.0.0" } as const;

interface Place {
  readonly folder: string;
  readonly find: (wanted: string, more?: Partial<ForeignParts>) => Promise<WorkerRuntime>;
  /** An executable that answers the question with `versions`; gives its path. */
  readonly executable: (path: string, versions: Readonly<Record<string, string>>, execPath?: string) => string;
  readonly script: (path: string, text: string) => string;
}

async function inPlace(run: (place: Place) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, "app", "deep"), { recursive: true });
    const script = (path: string, text: string): string => {
      const file = join(folder, path);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, `#!/bin/sh\n${text}\n`);
      chmodSync(file, 0o755);
      return file;
    };
    await run({
      folder,
      script,
      executable: (path, versions, execPath = join(folder, path)) =>
        script(path, `echo chatter; printf '%s' '${JSON.stringify({ versions, execPath })}'`),
      find: (wanted, more = {}) => {
        const env = { PATH: [join(folder, "one"), "relative", "", join(folder, "two")].join(delimiter) };
        return findRuntime({ own: NODE, env, script: null, ...more }, wanted, join(folder, "app", "deep"));
      },
    });
  });
}

describe("findRuntime()", () => {
  it("takes the first of that name on PATH, and asks it for its real path", { timeout }, async () => {
    await inPlace(async ({ find, executable, folder }) => {
      executable("two/bun", { node: "22.0.0", bun: "99.0.2" });
      assert.deepEqual(await find("bun"), { name: "bun", version: "99.0.2", file: join(folder, "two/bun") });
      executable("one/bun", { node: "22.0.0", bun: "99.0.1" }, "/real/bun");
      assert.deepEqual(await find("bun"), { name: "bun", version: "99.0.1", file: "/real/bun" });
    });
  });

  it("passes over what only has the name, and what is no program", { timeout }, async () => {
    await inPlace(async ({ find, executable, script, folder }) => {
      mkdirSync(join(folder, "one", "deno"), { recursive: true });
      executable("two/deno", { node: "22.0.0", bun: "99.0.0" });
      await assert.rejects(find("deno"), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /^Deno is not installed: there is no "deno" on PATH \(.*one, relative, , .*two\)/);
        assert.match(error.message, /".*two\/deno" is Bun/);
        assert.match(error.message, /Install it \(.*npm install deno.*\), or give the path of its executable$/);
        return true;
      });
      script("app/node_modules/.bin/deno", "echo 'postinstall did not run' >&2; exit 1");
      await assert.rejects(
        find("deno"),
        /"[^"]*app\/node_modules\/\.bin\/deno" is neither Node, Bun nor Deno: postinstall did not run/,
      );
    });
  });

  it("looks into node_modules/.bin of the folder and those above it, after PATH", { timeout }, async () => {
    await inPlace(async ({ find, executable }) => {
      const far = executable("node_modules/.bin/deno", { node: "22.0.0", deno: NEW.deno });
      assert.equal((await find("deno")).file, far);
      const near = executable("app/node_modules/.bin/deno", { node: "22.0.0", deno: NEW.deno });
      assert.equal((await find("deno")).file, near);
      const onPath = executable("two/deno", { node: "22.0.0", deno: NEW.deno });
      assert.equal((await find("deno")).file, onPath);
    });
  });

  it("gives the own runtime for its name and for its path", { timeout }, async () => {
    await inPlace(async ({ find, executable }) => {
      executable("one/node", { node: NEW.node });
      assert.deepEqual(await find("node"), NODE);
      const file = executable("anywhere", { node: NEW.node });
      assert.deepEqual(await find(file, { own: { ...NODE, file } }), { ...NODE, file });
      assert.deepEqual(await find(file, { script: "main.ts" }), { name: "node", version: NEW.node, file });
    });
  });

  it("knows a runtime by what it answers, whatever its name", { timeout }, async () => {
    await inPlace(async ({ find, executable, script }) => {
      assert.equal((await find(executable("x", { node: "22.0.0", bun: NEW.bun }))).name, "bun");
      const answer = JSON.stringify({ versions: { node: "22.0.0", deno: NEW.deno }, execPath: "/real/deno" });
      const file = script("renamed", `[ "$1" = eval ] || { echo "unexpected argument '$1'" >&2; exit 1; }\necho '${answer}'`);
      assert.deepEqual(await find(file), { name: "deno", version: NEW.deno, file: "/real/deno" });
    });
  });

  it("refuses what is missing, not executable, or no runtime", { timeout }, async () => {
    await inPlace(async ({ find, script, folder }) => {
      await assert.rejects(find(`${folder}/none`), { message: `"${folder}/none" does not exist. Name the runtime's executable` });
      await assert.rejects(find(folder), { message: `"${folder}" does not exist. Name the runtime's executable` });
      const file = script("mute", "exit 9");
      await assert.rejects(find(file), { message: `"${file}" is neither Node, Bun nor Deno: exit 9` });
      chmodSync(file, 0o644);
      await assert.rejects(find(file), { message: `"${file}" is not executable. Name the runtime's executable` });
    });
  });

  it("refuses versions that are too old, with the oldest that is not", { timeout }, async () => {
    await inPlace(async ({ find, executable }) => {
      const old = [["bun", "1.3.99"], ["bun", "0.9"], ["deno", "2.8.1"], ["deno", "1.99.0"], ["deno", "new"]] as const;
      for (const [name, version] of old) {
        const file = executable(`one/${name}`, { node: "22.0.0", [name]: version });
        const [title, minimum] = name === "bun" ? ["Bun", "1.4"] : ["Deno", "2.9"];
        await assert.rejects(find(name), {
          message: `tsgunicorn needs ${title} ${minimum} or newer, and "${file}" is ${version}`,
        });
      }
      for (const [name, version] of [["bun", "1.4.0"], ["bun", "2.0.0"], ["deno", "2.9.0-rc.1"], ["deno", "3.0.0"]] as const) {
        executable(`one/${name}`, { node: "22.0.0", [name]: version });
        assert.equal((await find(name)).version, version);
      }
      const own: WorkerRuntime = { name: "bun", version: "1.4.5", file: "/own/bun" };
      const node = executable("one/node", { node: "20.6.0" });
      await assert.rejects(find("node", { own, script: "/app/main.ts" }), {
        message: `a checkout of tsgunicorn, which is TypeScript, needs Node 22.18 or newer, and "${node}" is 20.6.0`,
      });
      assert.equal((await find("node", { own, script: "/app/main.js" })).version, "20.6.0");
      executable("one/node", { node: "20.5.1" });
      await assert.rejects(find("node", { own, script: "/app/main.js" }), /^Error: tsgunicorn needs Node 20\.6 or newer/);
    });
  });
});

describe("foreignCommand()", () => {
  const parts: ForeignParts = { own: NODE, env: {}, script: null };

  it("starts the way in of that runtime, beside the adapters", () => {
    const { file, args } = foreignCommand(parts, { name: "bun", version: NEW.bun, file: "/bin/bun" }, "/");
    assert.equal(file, "/bin/bun");
    assert.equal(args.length, 1);
    assert.match(args[0] ?? "", /\/runtimes\/bun\/main\.ts$/);
  });

  it("gives Deno all permissions, and the configuration of the user's folder", async () => {
    const deno = { name: "deno", version: NEW.deno, file: "/bin/deno" } as const;
    await inFolder(async (folder) => {
      const app = join(folder, "app");
      mkdirSync(app);
      const command = (): readonly string[] => foreignCommand({ ...parts, script: "main.ts" }, deno, app).args;
      assert.deepEqual(command(), ["run", "-A", "main.ts"]);
      writeFileSync(join(folder, "deno.jsonc"), "{}");
      assert.deepEqual(command(), ["run", "-A", "--config", join(folder, "deno.jsonc"), "main.ts"]);
      writeFileSync(join(app, "deno.json"), "{}");
      assert.deepEqual(command(), ["run", "-A", "--config", join(app, "deno.json"), "main.ts"]);
    });
  });
});
