import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ConfigError } from "../../../src/config/errors.ts";
import type { ConfigHost } from "../../../src/config/host.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/config/", import.meta.url));

describe("config files, imported by this runtime", () => {
  for (const kind of ["ts", "mts", "js", "mjs", "cjs", "json"]) {
    it(`reads tsgunicorn.config.${kind}`, async () => {
      const config = await load(kind);
      assert.equal(config.settings.workers, 3);
      assert.equal(config.file, resolve(FIXTURES, kind, `tsgunicorn.config.${kind}`));
      assert.equal(config.origin.workers, config.file);
      assert.equal(config.origin.timeout, "default");
    });
  }

  it("takes an address alone for a list, and a mask in octal", async () => {
    const { settings } = await load("ts");
    assert.deepEqual(settings.bind, ["127.0.0.1:9001"]);
    assert.equal(settings.umask, 0o22);
  });

  it("does not count undefined", async () => {
    assert.equal((await load("mts")).origin.accesslog, "default");
  });

  it("counts null", async () => {
    const config = await load("json");
    assert.equal(config.origin.accesslog, config.file);
  });

  it("calls a function with the environment", async () => {
    assert.equal((await load("function", { EXAMPLE_WORKERS: "7" })).settings.workers, 7);
  });

  it("takes named exports, and reports each that is no setting", async () => {
    const { problems } = await refused("named");
    assert.deepEqual(problems.map(({ setting, message, hint }) => ({ setting, message, hint })), [
      { setting: "helper", message: "unknown setting, and a function", hint: "do not export what is no setting" },
      { setting: "wrokers", message: "unknown setting", hint: 'did you mean "workers"?' },
    ]);
  });

  it("says what a file throws and keeps the error", async () => {
    const error = await refused("broken");
    assert.equal(error.problems.length, 1);
    assert.equal(error.problems[0]?.message, "failed to read the config file: no database");
    assert.match(error.problems[0]?.source ?? "", /\/broken\/tsgunicorn\.config\.ts:3:\d+$/);
    assert.ok(error.cause instanceof Error);
  });

  it("refuses named exports beside a default export", async () => {
    const { problems } = await refused("mixed");
    assert.equal(problems[0]?.message, 'the config file exports "timeout" beside its default export');
  });
});

async function load(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Config> {
  return await loadConfig(diskHost(resolve(FIXTURES, folder), env), []);
}

async function refused(folder: string): Promise<ConfigError> {
  const error = await load(folder).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}

function diskHost(cwd: string, env: Readonly<Record<string, string>>): ConfigHost {
  return {
    name: "node",
    version: "26.0.0",
    clock: {
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    process: { env, cwd: () => cwd, setVariables: () => {} },
    files: {
      isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
      isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
      readText: (path) => readFileSync(path, "utf8"),
      list: () => [],
      absolute: (path) => resolve(cwd, path),
      toUrl: (path) => pathToFileURL(path).href,
      fromUrl: (url) => fileURLToPath(url),
    },
    modules: { extensions: [".ts", ".mts", ".js", ".mjs", ".cjs"], importHint: () => null, resolve: () => null },
  };
}
