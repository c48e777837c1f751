import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import process from "node:process";
import { adapter } from "#runtime";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { parseConfig, renderConfig } from "../../../src/config/render.ts";
import { HookSource } from "../../../src/hooks/hook-set.ts";
import type { ServerHookContext } from "../../../src/hooks/types.ts";
import { inFolder } from "../../support/folder.ts";

const SERVER = { config: {} } as unknown as ServerHookContext;

/** What on_reload does in the `count`-th version of a config file. */
const FORMS: Readonly<Record<string, (count: number) => string>> = {
  mjs: (count) => `export default { on_reload(server) { server.config.seen = ${count}; } };`,
  ts: (count) => `export default { on_reload(server: { config: { seen?: number } }): void { server.config.seen = ${count}; } };`,
  cjs: (count) => `module.exports = { on_reload(server) { server.config.seen = ${count}; } };`,
};

function isHere(extension: string): boolean {
  return adapter.modules.extensions.includes(`.${extension}`);
}

async function read(path: string): Promise<Config> {
  return await loadConfig(adapter, ["app", "-c", path], (url) => adapter.modules.importAnew(url));
}

/** As another process would have read it. */
function printed(config: Config): Config {
  return parseConfig(renderConfig(config, "json"));
}

describe("The arbiter's hooks after a reload", () => {
  for (const [extension, text] of Object.entries(FORMS)) {
    if (!isHere(extension)) continue;
    it(`are those of the changed file: .${extension}`, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, `tsgunicorn.config.${extension}`);
        writeFileSync(path, text(1));
        const config = await loadConfig(adapter, ["app", "-c", path]);
        assert.deepEqual(Object.keys(config.hooks), ["on_reload"]);
        const source = new HookSource(adapter, config);
        assert.equal(source.first.hooks, config.hooks);
        const seen: unknown[] = [];
        for (const count of [1, 2, 2, 3]) {
          writeFileSync(path, text(count));
          const set = await source.load(printed(config));
          void set.hooks.on_reload?.(SERVER);
          seen.push(Reflect.get(SERVER.config, "seen"));
        }
        assert.deepEqual(seen, [1, 2, 2, 3]);
      });
    });
  }

  it("are the same functions where the file is the same", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "tsgunicorn.config.mjs");
      writeFileSync(path, "export const on_exit = () => {}; export const hook_timeout = 7;");
      const config = await read(path);
      const source = new HookSource(adapter, config);
      const set = await source.load(printed(config));
      assert.equal(set.hooks.on_exit, config.hooks.on_exit);
      assert.equal(set.limitMs, 7_000);
    });
  });

  it("are gone when the file has none any more, and cost no import", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "tsgunicorn.config.mjs");
      writeFileSync(path, "export const on_exit = () => {};");
      const source = new HookSource(adapter, await read(path));
      writeFileSync(path, "export const workers = 2;");
      const after = printed(await read(path));
      writeFileSync(path, "this is not imported");
      assert.deepEqual((await source.load(after)).hooks, {});
    });
  });

  it("that cannot be imported refuse the reload", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "tsgunicorn.config.mjs");
      writeFileSync(path, "export const on_exit = () => {};");
      const config = await read(path);
      const source = new HookSource(adapter, config);
      writeFileSync(path, "throw new Error('only here');");
      await assert.rejects(source.load(printed(config)), (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        return /failed to read the config file: only here/.test(error.message);
      });
    });
  });

  it("are called with the function form's values too", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "tsgunicorn.config.mjs");
      writeFileSync(
        path,
        "export default ({ env }) => ({ on_exit() {}, proc_name: undefined, wsgi_app: String('PATH' in env) });",
      );
      const config = await read(path);
      assert.deepEqual([Object.keys(config.hooks), config.settings.on_exit, config.settings.wsgi_app], [
        ["on_exit"],
        true,
        process.env["PATH"] === undefined ? "false" : "app",
      ]);
    });
  });
});
