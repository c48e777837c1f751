import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { fakeHost, type FakeWorld } from "./fake-host.ts";

const ORIGIN = '"tsgunicorn" in /site/package.json';

describe("settings in package.json and deno.json", () => {
  for (const name of ["package.json", "deno.json", "deno.jsonc"]) {
    it(`are read from ${name}, with comments`, async () => {
      const path = `/site/${name}`;
      const text = '// mine\n{ "name": "x", "tsgunicorn": { "workers": 3, "bind": ":81", "accesslog": null, }, }';
      const config = await load([], { files: { [path]: text } });
      assert.deepEqual([config.settings.workers, config.settings.bind], [3, [":81"]]);
      assert.equal(config.origin.workers, `"tsgunicorn" in ${path}`);
      assert.equal(config.origin.accesslog, `"tsgunicorn" in ${path}`);
      assert.deepEqual([config.file, config.otherFiles], [null, [path]]);
    });
  }

  it("stand above variables and below the config file", async () => {
    const files = { "/site/package.json": '{"tsgunicorn": {"workers": 3, "timeout": 3, "keepalive": 3}}' };
    const config = await load([], {
      files,
      env: { TSGUNICORN_WORKERS: "2", WEB_CONCURRENCY: "2" },
      modules: { "/site/tsgunicorn.config.ts": { timeout: 4 } },
    });
    assert.equal(config.origin.workers, ORIGIN);
    assert.equal(config.origin.timeout, "/site/tsgunicorn.config.ts");
    assert.equal(config.origin.keepalive, ORIGIN);
    const words = await load(["--keep-alive", "5"], { files, env: { TSGUNICORN_CMD_ARGS: "-w 9" } });
    assert.deepEqual([words.settings.workers, words.settings.keepalive], [9, 5]);
  });

  it("are not looked for anywhere else", async () => {
    const files = {
      "/package.json": '{"tsgunicorn": {"workers": 3}}',
      "/site/package.json": '{"dependencies": {"tsgunicorn": "1"}, "name": "tsgunicorn"}',
      "/site/deno.json": "{ this is not JSON, and not our business",
    };
    const config = await load([], { files });
    assert.equal(config.origin.workers, "default");
    assert.deepEqual(config.otherFiles, []);
  });

  it("cannot be in both", async () => {
    const text = '{"tsgunicorn": {"workers": 3}}';
    const { message } = await refused([], { files: { "/site/package.json": text, "/site/deno.json": text } });
    assert.equal(
      message,
      'Error: both "package.json" and "deno.json" have settings in "tsgunicorn" (from /site); keep them in one of the two',
    );
  });

  it("report what is wrong, hooks and unknown names too", async () => {
    const values = { wrokers: 1, on_exit: "hook", config: "x", worker_class: "gthread", workers: 0, "log-level": "info" };
    const { problems } = await refused([], { files: { "/site/package.json": JSON.stringify({ tsgunicorn: values }) } });
    assert.ok(problems.every(({ source }) => source === ORIGIN));
    assert.deepEqual(problems.map(({ setting, message }) => `${setting}: ${message}`), [
      "wrokers: unknown setting",
      "on_exit: is a hook, and JSON has no functions",
      "config: cannot be set in package.json",
      "worker_class: this setting of gunicorn is not in this release",
      "log-level: unknown setting",
      "workers: must be at least 1, got 0",
    ]);
    assert.deepEqual([problems[0]?.hint, problems[4]?.hint], ['did you mean "workers"?', 'did you mean "loglevel"?']);
  });

  const wrong: readonly (readonly [text: string, expected: string])[] = [
    ['{"tsgunicorn": "x"}', 'Error: "tsgunicorn" must be an object of settings, got "x" (from /site/package.json)'],
    ['{"tsgunicorn": [1]}', 'Error: "tsgunicorn" must be an object of settings, got [1] (from /site/package.json)'],
    ['{"tsgunicorn": null}', 'Error: "tsgunicorn" must be an object of settings, got null (from /site/package.json)'],
    [
      '{\n "tsgunicorn": {workers: 1}}',
      'Error: "package.json" is not valid JSON: expected a name in double quotes, got "workers" (from /site/package.json:2:17)',
    ],
  ];
  for (const [text, expected] of wrong) {
    it(`refuse ${JSON.stringify(text)}`, async () => {
      assert.equal((await refused([], { files: { "/site/package.json": text } })).message, expected);
    });
  }
});

async function load(argv: readonly string[], world: FakeWorld = {}): Promise<Config> {
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}

async function refused(argv: readonly string[], world: FakeWorld = {}): Promise<ConfigError> {
  const error = await load(argv, world).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}
