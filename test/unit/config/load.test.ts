import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { CWD, fakeHost, type FakeWorld } from "./fake-host.ts";

const FILE = `${CWD}/tsgunicorn.config.ts`;

describe("loadConfig: order of sources", () => {
  it("gives gunicorn's values in gunicorn's example", async () => {
    const env = { PORT: "5555", WEB_CONCURRENCY: "3", TSGUNICORN_CMD_ARGS: "-t 77 --bind=127.0.0.1:9" };
    const { settings, origin } = await load(["-t", "88"], { env });
    assert.deepEqual([settings.bind, settings.workers, settings.timeout], [["127.0.0.1:9"], 3, 88]);
    assert.deepEqual([origin.bind, origin.workers, origin.timeout], [
      "--bind in TSGUNICORN_CMD_ARGS",
      "WEB_CONCURRENCY",
      "--timeout",
    ]);
  });

  const sources: readonly (readonly [name: string, argv: readonly string[], world: FakeWorld])[] = [
    ["default", [], {}],
    ["WEB_CONCURRENCY", [], { env: { WEB_CONCURRENCY: "11" } }],
    ["TSGUNICORN_WORKERS", [], { env: { TSGUNICORN_WORKERS: "12" } }],
    ['"tsgunicorn" in /site/package.json', [], { files: { "/site/package.json": '{"tsgunicorn":{"workers":16}}' } }],
    [FILE, [], { modules: { [FILE]: { default: { workers: 13 } } } }],
    ["--workers in TSGUNICORN_CMD_ARGS", [], { env: { TSGUNICORN_CMD_ARGS: "-w 14" } }],
    ["--workers", ["-w", "15"], {}],
  ];
  for (const [lower, [lowerName, lowerArgv, lowerWorld]] of sources.entries()) {
    for (const [higherName, higherArgv, higherWorld] of sources.slice(lower + 1)) {
      it(`${higherName} wins over ${lowerName}`, async () => {
        const env = { ...lowerWorld.env, ...higherWorld.env };
        const config = await load([...lowerArgv, ...higherArgv], { ...lowerWorld, ...higherWorld, env });
        assert.equal(config.origin.workers, higherName);
      });
    }
  }

  it("replaces lists of a lower source and adds within one", async () => {
    const config = await load(["-b", ":3", "--bind=:4"], { env: { TSGUNICORN_BIND: ":1,:2", PORT: "9" } });
    assert.deepEqual(config.settings.bind, [":3", ":4"]);
    assert.deepEqual((await load([], { env: { TSGUNICORN_BIND: ":1, :2", PORT: "9" } })).settings.bind, [":1", ":2"]);
  });

  it("turns PORT into an address of all interfaces", async () => {
    const { binds, origin } = await load([], { env: { PORT: " 9000 " } });
    assert.deepEqual(binds, [{ kind: "tcp", host: "0.0.0.0", port: 9000 }]);
    assert.equal(origin.bind, "PORT");
  });

  it("takes an empty variable for none", async () => {
    const env = { PORT: "", WEB_CONCURRENCY: "", TSGUNICORN_WORKERS: "", TSGUNICORN_CMD_ARGS: "" };
    const { origin } = await load([], { env });
    assert.ok(Object.values(origin).every((each) => each === "default"));
  });
});

describe("loadConfig: the application", () => {
  const modules = { [FILE]: { default: { wsgi_app: "site:app" } } };

  it("is the positional argument, else wsgi_app, else null", async () => {
    assert.equal((await load(["app:x"], { modules })).app, "app:x");
    assert.equal((await load([], { modules })).app, "site:app");
    assert.equal((await load([])).app, null);
  });

  it("has an origin like a setting", async () => {
    assert.equal((await load(["app:x"], { modules })).origin.wsgi_app, "APP_MODULE");
    assert.equal((await load([], { modules })).origin.wsgi_app, FILE);
  });
});

describe("loadConfig: which file", () => {
  it("takes --config from the command line, then TSGUNICORN_CMD_ARGS, then TSGUNICORN_CONFIG", async () => {
    const modules = { "/site/a.ts": { workers: 2 }, "/site/b.mjs": { workers: 3 }, "/site/c.js": { workers: 4 } };
    const env = { TSGUNICORN_CONFIG: "c.js", TSGUNICORN_CMD_ARGS: "-c b.mjs" };
    assert.equal((await load(["-c", "a.ts"], { modules, env })).file, "/site/a.ts");
    assert.equal((await load([], { modules, env })).file, "/site/b.mjs");
    assert.equal((await load([], { modules, env: { TSGUNICORN_CONFIG: "c.js" } })).file, "/site/c.js");
  });

  it("does not read the file in the working directory when another is chosen", async () => {
    const modules = { [FILE]: { workers: 2 }, "/etc/app.json.ts": { timeout: 3 } };
    const config = await load(["--config", "/etc/app.json.ts"], { modules });
    assert.deepEqual([config.settings.workers, config.settings.timeout], [1, 3]);
  });

  it("looks for it where tsgunicorn was started, not in chdir", async () => {
    const config = await load(["--chdir", "/srv/app"], { modules: { [FILE]: { workers: 2 } } });
    assert.equal(config.file, FILE);
    assert.equal(config.settings.chdir, "/srv/app");
  });

  const refusals: readonly (readonly [title: string, argv: readonly string[], world: FakeWorld, expected: string])[] = [
    ["a missing file", ["-c", "nope.ts"], {}, `Error: config: "nope.ts" doesn't exist (from --config)`],
    ["a directory", ["-c", "run"], {}, 'Error: config: "run" is a directory (from --config); name the file in it'],
    [
      "a Python file",
      ["-c", "gunicorn.conf.py"],
      { files: { "/site/gunicorn.conf.py": "" } },
      'Error: config: "/site/gunicorn.conf.py" is no kind of config file (from --config); write its settings into a "tsgunicorn.config.ts" ' +
      '("tsgunicorn init" makes one), with the same names',
    ],
    [
      "two files",
      [],
      { modules: { [FILE]: {} }, files: { "/site/tsgunicorn.config.json": "{}" } },
      'Error: config: there is more than one config file: "tsgunicorn.config.ts" and "tsgunicorn.config.json" (from /site); ' +
      "remove all but one, or choose with --config",
    ],
    [
      "TypeScript where the runtime cannot import it",
      [],
      { modules: { [FILE]: {} }, extensions: [".js", ".mjs", ".cjs"] },
      'Error: config: node 26.0.0 cannot import "/site/tsgunicorn.config.ts" (from /site); use a file that ends in .js, .mjs, .cjs or .json',
    ],
    [
      "a default export that is no object",
      [],
      { modules: { [FILE]: { default: [1] } } },
      `Error: the config file must export an object of settings, got [1] (from ${FILE})`,
    ],
    [
      "a function that returns nothing",
      [],
      { modules: { [FILE]: { default: () => undefined } } },
      `Error: the function in the config file must return an object of settings, got undefined (from ${FILE})`,
    ],
    [
      "JSON that is a list",
      ["-c", "x.json"],
      { files: { "/site/x.json": "[]" } },
      "Error: the config file must hold an object, got [] (from /site/x.json)",
    ],
    [
      "a module that throws no error object",
      [],
      { modules: { [FILE]: { default: () => Promise.reject("nope") } } },
      `Error: failed to read the config file: it threw 'nope' (from ${FILE})`,
    ],
  ];
  for (const [title, argv, world, expected] of refusals) {
    it(`refuses ${title}`, async () => assert.equal((await refused(argv, world)).message, expected));
  }

  it("refuses JSON with a mistake", async () => {
    const error = await refused(["-c", "x.json"], { files: { "/site/x.json": "{workers: 2}" } });
    assert.equal(
      error.message,
      'Error: the config file is not valid JSON: expected a name in double quotes, got "workers" (from /site/x.json:1:2)',
    );
  });

  it("gives up on a file that does not finish", async () => {
    const { host, importModule, fireTimers } = fakeHost({ modules: { [FILE]: { default: () => new Promise(() => {}) } } });
    const outcome = loadConfig(host, [], importModule);
    fireTimers();
    await assert.rejects(outcome, /^ConfigError: Error: the config file did not finish within 20 s /);
  });

  it("reads what compilers make of an ES module in CommonJS", async () => {
    const exported = { __esModule: true, default: { workers: 4 } };
    const modules = { "/site/tsgunicorn.config.cjs": { default: exported, "module.exports": exported, __esModule: true } };
    assert.equal((await load([], { modules })).settings.workers, 4);
  });
});

describe("loadConfig: problems", () => {
  it("reports those of all sources at once", async () => {
    const error = await refused(["--workers", "0", "-b", "8000", "--chdir", "/nope"], {
      env: { TSGUNICORN_TIMEOUT: "soon", TSGUNICORN_CMD_ARGS: "--tmeout 3 app:app --version", TSGUNICORN_WORKER: "3" },
      modules: { [FILE]: { default: { wrokers: 3, log_level: "info", loglevel: "inof", config: "x" } } },
    });
    assert.deepEqual(error.message.split("\n"), [
      'Error: unknown variable "TSGUNICORN_WORKER" (from the environment); did you mean "TSGUNICORN_WORKERS"?',
      "Error: unrecognized arguments: --tmeout (did you mean --timeout?) (from TSGUNICORN_CMD_ARGS)",
      "Error: --version has no effect here (from TSGUNICORN_CMD_ARGS); use it on the command line",
      'Error: "3" is not a flag (from TSGUNICORN_CMD_ARGS); name the application on the command line, or as wsgi_app in the config file',
      'Error: "app:app" is not a flag (from TSGUNICORN_CMD_ARGS); name the application on the command line, or as wsgi_app in the config file',
      `Error: wrokers: unknown setting (from ${FILE}); did you mean "workers"?`,
      `Error: log_level: unknown setting (from ${FILE}); did you mean "loglevel"?`,
      `Error: config: cannot be set in the config file (from ${FILE}); use --config`,
      'Error: workers: must be at least 1, got "0" (from --workers)',
      'Error: timeout: must be a duration from 0 to 1d: seconds, or text such as "30s", "500ms" or "1h30m", got "soon" (from TSGUNICORN_TIMEOUT)',
      `Error: loglevel: must be one of "debug", "info", "warning", "error", "critical", got "inof" (from ${FILE}); did you mean "info"?`,
      'Error: chdir: can\'t chdir to "/nope" (from --chdir); create the directory',
      'Error: bind: "8000" is neither a host nor a port (from --bind); use ":8000" for a port',
    ]);
  });

  it("checks values that are overridden, but not in variables that others read too", async () => {
    const { problems } = await refused(["-w", "2"], { env: { TSGUNICORN_WORKERS: "x" } });
    assert.deepEqual(problems.map((problem) => problem.source), ["TSGUNICORN_WORKERS"]);
    assert.equal((await load(["-w", "2"], { env: { WEB_CONCURRENCY: "many" } })).settings.workers, 2);
    const shared = await refused([], { env: { WEB_CONCURRENCY: "many", PORT: "tcp://10.0.0.1:80" } });
    assert.deepEqual(shared.problems.map((problem) => problem.source), ["PORT", "WEB_CONCURRENCY"]);
  });

  it("leaves variables alone that Kubernetes makes for a service named tsgunicorn", async () => {
    const env = {
      TSGUNICORN_PORT: "tcp://10.0.0.1:80",
      TSGUNICORN_SERVICE_HOST: "10.0.0.1",
      TSGUNICORN_PORT_80_TCP_ADDR: "10.0.0.1",
    };
    assert.deepEqual((await load([], { env })).settings.bind, ["127.0.0.1:8000"]);
  });

  it("reports a quotation in TSGUNICORN_CMD_ARGS that does not end", async () => {
    const { problems } = await refused([], { env: { TSGUNICORN_CMD_ARGS: "--pid 'a b" } });
    assert.equal(problems[0]?.message, "a quotation that begins with ' does not end");
  });

  it("leaves a wrong command line to its own error", async () => {
    await assert.rejects(
      load(["--wrong"], { env: { TSGUNICORN_WORKERS: "x" } }),
      (error: unknown) => error instanceof UsageError,
    );
  });

  it("refuses fd:// beside other addresses", async () => {
    const { problems } = await refused(["-b", "fd://3", "-b", ":80"]);
    assert.equal(problems[0]?.message, "fd:// addresses cannot be mixed with others");
    assert.deepEqual((await load(["-b", "fd://3", "-b", "fd://4"])).binds, [{ kind: "fd", fd: 3 }, { kind: "fd", fd: 4 }]);
  });

  it("refuses files where no directory is, seen from chdir", async () => {
    const argv = ["--pid", "no/a.pid", "--log-file", "/no/e.log", "--access-logfile", "log", "--worker-tmp-dir", "tmp"];
    const { problems } = await refused(argv);
    assert.deepEqual(problems.map(({ setting, message }) => `${setting}: ${message}`), [
      'worker_tmp_dir: "tmp" is not a directory',
      'pidfile: the directory "/site/no" doesn\'t exist',
      'accesslog: "log" is a directory',
      'errorlog: the directory "/no" doesn\'t exist',
    ]);
    const config = await load(["--chdir", "/srv/app", "--pid", "no/a.pid"], { directories: ["/srv/app/no"] });
    assert.equal(config.settings.pidfile, "no/a.pid");
  });

  it("puts chdir before unix paths and refuses those that get too long", async () => {
    const { binds } = await load(["--chdir", "/srv/app", "-b", "unix:a.sock", "-b", "unix:@name"]);
    assert.deepEqual(binds, [{ kind: "unix", path: "/srv/app/a.sock" }, { kind: "unix", path: "@name" }]);
    const { problems } = await refused(["-b", `unix:${"ä".repeat(52)}`]);
    assert.match(problems[0]?.message ?? "", /has 110 bytes, a unix socket may have 107$/);
  });
});

async function load(argv: readonly string[], world: FakeWorld = {}): Promise<Config> {
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}

async function refused(argv: readonly string[], world: FakeWorld = {}): Promise<ConfigError> {
  const error = await load(argv, world).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, String(error));
  assert.equal(error.exitCode, 1);
  return error;
}
