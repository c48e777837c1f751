import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { CWD, fakeHost, type FakeWorld } from "./fake-host.ts";

const FILE = `${CWD}/tsgunicorn.config.mjs`;

describe("odd values", () => {
  it("are refused where they have a NUL character, before any path is looked for", async () => {
    const values = {
      chdir: "a\0b",
      pidfile: "\0",
      proc_name: "x\0",
      raw_env: ["A=b", "B=\0"],
      bind: "unix:a\0b",
      accesslog: "\0",
    };
    const { problems } = await refused({ modules: { [FILE]: values } });
    assert.deepEqual(problems.map(({ setting }) => setting).sort(), Object.keys(values).sort());
    for (const { message } of problems) assert.match(message, /^must not have a NUL character, got /);
  });

  it("are quoted for what they are", async () => {
    const { message } = await refused({ modules: { [FILE]: { workers: NaN, timeout: Infinity, backlog: 5n } } });
    for (const shown of ["NaN", "Infinity", "5n"]) assert.match(message, new RegExp(`, got ${shown} \\(`));
  });

  it("of levels and modes count in any case, as in gunicorn", async () => {
    const { settings } = await load({ modules: { [FILE]: { header_map: "Refuse" } } }, ["--log-level", "INFO"]);
    assert.deepEqual([settings.loglevel, settings.header_map], ["info", "refuse"]);
  });
});

describe("PORT", () => {
  it("is refused in its own words where it is no number, and only where it counts", async () => {
    for (const port of ["0.0.0.0:8080", "tcp://10.0.0.1:80", "80,90", "abc", "-1", "0x50", "80 90"]) {
      const { problems } = await refused({ env: { PORT: port } });
      const [problem, ...more] = problems;
      assert.deepEqual(more, []);
      assert.deepEqual([problem?.setting, problem?.source], ["bind", "PORT"]);
      assert.equal(problem?.message, `must be a number from 0 to 65535, got ${JSON.stringify(port)}`);
      assert.match(problem?.hint ?? "", /TSGUNICORN_BIND/);
      assert.equal((await load({ env: { PORT: port } }, ["-b", ":1"])).origin.bind, "--bind");
    }
  });
});

describe("names of other servers", () => {
  it("lead to the setting, from every source", async () => {
    const { message } = await refused({
      modules: { [FILE]: { port: 8000, host: "0.0.0.0", app: "app:app" } },
      env: { TSGUNICORN_INSTANCES: "4" },
    });
    for (const hint of ['use bind: ":8000"', 'use bind: "0.0.0.0:8000"', "use wsgi_app: ", 'use TSGUNICORN_WORKERS="auto"']) {
      assert.ok(message.includes(hint), `${hint}\n${message}`);
    }
    const flags = await load({}, ["--port", "8000", "--processes=4", "--app=a"]).then(() => null, (reason: unknown) => reason);
    assert.ok(flags instanceof UsageError);
    for (
      const hint of ["did you mean --bind :8000?", "did you mean --workers auto?", "it needs no flag: tsgunicorn app:handler"]
    ) {
      assert.ok(flags.message.includes(hint), `${hint}\n${flags.message}`);
    }
  });
});

describe("limits of a file mode", () => {
  it("are said in octal too", async () => {
    assert.match(
      (await refused({ modules: { [FILE]: { umask: 1000 } } })).message,
      /umask: must be at most 511 \(0o777\), got 1000 /,
    );
    assert.match((await refused({ modules: { [FILE]: { umask: -1 } } })).message, /umask: must be at least 0, got -1 /);
  });
});

describe("a config file of the wrong kind of module", () => {
  it("says how to write it", async () => {
    for (
      const text of [
        "module is not defined in ES module scope",
        "require is not defined",
        "exports is not defined",
        "Can't find variable: module",
      ]
    ) {
      const { problems } = await refused({ modules: { [FILE]: new ReferenceError(text) } });
      assert.match(problems[0]?.hint ?? "", /export default.*\.cjs/);
    }
    const { problems } = await refused({ modules: { [FILE]: new ReferenceError("modules is not defined") } });
    assert.equal(problems[0]?.hint, null);
  });
});

function load(world: FakeWorld, argv: readonly string[] = []): Promise<Config> {
  const { host, importModule } = fakeHost(world);
  return loadConfig(host, [...argv, "app:app"], importModule);
}

async function refused(world: FakeWorld): Promise<ConfigError> {
  const error = await load(world).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}
