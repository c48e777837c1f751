import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOT_FOR_WORKERS } from "../../../src/arbiter/systemd.ts";
import { workerMake } from "../../../src/arbiter/worker-make.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { CWD, fakeHost, type FakeWorld } from "./fake-host.ts";

const FILE = `${CWD}/tsgunicorn.config.ts`;

describe("env_file", () => {
  it("makes up the environment before anything is read from it", async () => {
    const files = { "/site/a.env": "WEB_CONCURRENCY=3\nTSGUNICORN_TIMEOUT=44\nTSGUNICORN_CMD_ARGS='--keep-alive 9'\nSECRET=x" };
    const config = await load(["--env-file", "a.env"], { files });
    assert.deepEqual([config.settings.workers, config.settings.timeout, config.settings.keepalive], [3, 44, 9]);
    assert.equal(config.origin.workers, "WEB_CONCURRENCY in a.env");
    assert.equal(config.origin.timeout, "TSGUNICORN_TIMEOUT in a.env");
    assert.equal(config.origin.keepalive, "--keep-alive in TSGUNICORN_CMD_ARGS in a.env");
    assert.equal(config.variables["SECRET"], "x");
    assert.deepEqual(config.otherFiles, ["/site/a.env"]);
  });

  it("reaches the process and the config file's function", async () => {
    const seen: unknown[] = [];
    const world = fakeHost({
      files: { "/site/a.env": "A=1\nB=2" },
      env: { B: "real" },
      modules: {
        [FILE]: {
          default: ({ env, cpus }: { env: Record<string, string>; cpus: number }) => seen.push(env["A"], env["B"], cpus) && {},
        },
      },
    });
    await loadConfig(world.host, ["--env-file=a.env"], world.importModule);
    assert.deepEqual(seen.slice(0, 2), ["1", "real"]);
    assert.ok(Number(seen[2]) >= 1);
    assert.deepEqual(world.setVariables, { A: "1" });
  });

  it("leaves what the environment has, also where that is empty", async () => {
    const files = { "/site/a.env": "PORT=1\nWEB_CONCURRENCY=5\nX=1" };
    const config = await load(["--env-file", "a.env"], { files, env: { PORT: "2", WEB_CONCURRENCY: "" } });
    assert.equal(config.origin.bind, "PORT");
    assert.equal(config.origin.workers, "default");
    assert.deepEqual(config.variables, { X: "1" });
  });

  it("gives workers its variables, below those of raw_env", async () => {
    const config = await load(["--env-file", "a.env", "--env", "A=raw"], { files: { "/site/a.env": "A=1\nB=2" } });
    assert.deepEqual(workerMake({ ...config, app: "app" }).env, { ...NOT_FOR_WORKERS, A: "raw", B: "2" });
  });

  it("takes the last of several files, from the command line, TSGUNICORN_CMD_ARGS or TSGUNICORN_ENV_FILE", async () => {
    const files = { "/site/a.env": "A=1\nB=1", "/site/b.env": "B=2" };
    const both = { A: "1", B: "2" };
    assert.deepEqual((await load(["--env-file", "a.env", "--env-file", "b.env"], { files })).variables, both);
    const inWords = await load([], { files, env: { TSGUNICORN_CMD_ARGS: "--env-file a.env", TSGUNICORN_ENV_FILE: "b.env" } });
    assert.deepEqual(inWords.variables, { A: "1", B: "1" });
    assert.deepEqual((await load([], { files, env: { TSGUNICORN_ENV_FILE: "a.env,b.env" } })).variables, both);
  });

  it("reports every mistake with its line, a missing file, and what comes too late", async () => {
    const files = { "/site/a.env": "A=1\nB\nC='\n", "/site/late.env": "TSGUNICORN_ENV_FILE=a.env\nTSGUNICORN_WORKERS=many" };
    const error = await refused(
      ["--env-file", "a.env", "--env-file", "nope.env", "--env-file", "late.env", "--env-file", "run"],
      { files },
    );
    assert.deepEqual(error.message.split("\n"), [
      'Error: env_file: "B" has no value (from a.env:2); write B=VALUE',
      "Error: env_file: a quotation of \"C\" that begins with ' does not end (from a.env:3); add the closing '",
      'Error: env_file: "nope.env" doesn\'t exist (from --env-file); name a file with variables',
      'Error: env_file: "run" is a directory (from --env-file); name a file with variables',
      "Error: env_file: cannot be set in a file of variables (from TSGUNICORN_ENV_FILE in late.env); " +
      "name the file on the command line, or in a variable that is there at the start",
      'Error: workers: must be a whole number from 1 to 1024, or "auto", got "many" (from TSGUNICORN_WORKERS in late.env)',
    ]);
  });

  it("has no place in the config file or package.json", async () => {
    const error = await refused([], {
      modules: { [FILE]: { default: { env_file: "a" } } },
      files: { "/site/package.json": '{"tsgunicorn":{"env_file":"b"}}' },
    });
    assert.deepEqual(error.problems.map(({ message }) => message), [
      "cannot be set in package.json",
      "cannot be set in the config file",
    ]);
  });
});

describe("GUNICORN_CMD_ARGS", () => {
  it("is read where TSGUNICORN_CMD_ARGS is not set", async () => {
    const config = await load([], { env: { GUNICORN_CMD_ARGS: "-w 3" } });
    assert.equal(config.origin.workers, "--workers in GUNICORN_CMD_ARGS");
    const env = { GUNICORN_CMD_ARGS: "-w 3 --paste x", TSGUNICORN_CMD_ARGS: "-t 5" };
    assert.equal((await load([], { env })).origin.workers, "default");
  });

  it("explains flags that are not here", async () => {
    const { problems } = await refused([], { env: { GUNICORN_CMD_ARGS: "--certfile x.pem" } });
    assert.equal(problems[0]?.source, "GUNICORN_CMD_ARGS");
    assert.match(renderedOf(problems[0]), /--certfile.*let nginx, HAProxy or the load balancer end TLS/);
  });
});

describe("variables with our prefix", () => {
  it("that look like a setting are errors", async () => {
    const error = await refused([], { env: { TSGUNICORN_WORKER: "3", TSGUNICORN_PORT: "80", TSGUNICORN_CERTFILE: "x" } });
    const [certfile, port, worker] = error.message.split("\n");
    assert.match(
      certfile ?? "",
      /^Error: certfile: this setting of gunicorn is not in this release \(from TSGUNICORN_CERTFILE\); let nginx/,
    );
    assert.equal(
      port,
      'Error: unknown variable "TSGUNICORN_PORT" (from the environment); use TSGUNICORN_BIND=":8000"',
    );
    assert.equal(
      worker,
      'Error: unknown variable "TSGUNICORN_WORKER" (from the environment); did you mean "TSGUNICORN_WORKERS"?',
    );
    const inFile = await refused(["--env-file", "a.env"], { files: { "/site/a.env": "TSGUNICORN_WORKER=3" } });
    assert.equal(inFile.problems[0]?.source, "a.env");
  });

  it("that do not are noted", async () => {
    const env = { TSGUNICORN_COLOUR_OF_THE_SKY: "blue", TSGUNICORN_VERSION: "1", TSGUNICORN_EMPTY_AND_UNKNOWN: "" };
    assert.deepEqual((await load([], { env })).notes, [
      'The variable "TSGUNICORN_COLOUR_OF_THE_SKY" is no setting and was not read',
    ]);
  });
});

describe("notes", () => {
  it("say that gunicorn.conf.py is not read, unless something else was", async () => {
    const files = { "/site/gunicorn.conf.py": "workers = 2" };
    assert.match(
      (await load([], { files })).notes[0] ?? "",
      /^"gunicorn\.conf\.py" is Python and was not read: "tsgunicorn init" /,
    );
    assert.deepEqual((await load([], { files, modules: { [FILE]: { workers: 2 } } })).notes, []);
    const key = { ...files, "/site/package.json": '{"tsgunicorn": {"workers": 2}}' };
    assert.deepEqual((await load([], { files: key })).notes, []);
  });

  it("say that .env is not read where people expect it", async () => {
    const files = { "/site/.env": "A=1" };
    assert.match((await load([], { files, runtime: "bun" })).notes[0] ?? "", /^"\.env" was not read: /);
    assert.deepEqual((await load(["--env-file", ".env"], { files, runtime: "bun" })).notes, []);
    assert.deepEqual((await load([], { files })).notes, []);
  });
});

function renderedOf(problem: { readonly message: string; readonly hint: string | null } | undefined): string {
  return `${problem?.message} ${problem?.hint}`;
}

async function load(argv: readonly string[], world: FakeWorld = {}): Promise<Config> {
  const { host, importModule } = fakeHost(world);
  return await loadConfig(host, argv, importModule);
}

async function refused(argv: readonly string[], world: FakeWorld = {}): Promise<ConfigError> {
  const error = await load(argv, world).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}
