import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { ConfigError } from "../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../src/config/load.ts";
import { CWD, fakeHost, type FakeWorld } from "./fake-host.ts";

const FILE = `${CWD}/tsgunicorn.config.ts`;

describe("FORWARDED_ALLOW_IPS", () => {
  const env = { FORWARDED_ALLOW_IPS: "10.0.0.0/8, ::1" };

  it("counts where nothing of ours sets the setting", async () => {
    const { settings, origin } = await load([], { env });
    assert.deepEqual(settings.forwarded_allow_ips, ["10.0.0.0/8", "::1"]);
    assert.equal(origin.forwarded_allow_ips, "FORWARDED_ALLOW_IPS");
    const own = await load([], { env: { ...env, TSGUNICORN_FORWARDED_ALLOW_IPS: "none" } });
    assert.deepEqual(own.settings.forwarded_allow_ips, []);
  });

  it("does not concern proxy_allow_ips", async () => {
    assert.deepEqual((await load([], { env })).settings.proxy_allow_ips, ["127.0.0.1", "::1"]);
  });

  it("is refused with its own name", async () => {
    const { problems } = await refused([], { env: { FORWARDED_ALLOW_IPS: "proxy.example" } });
    assert.deepEqual(problems.map(({ setting, source }) => [setting, source]), [["forwarded_allow_ips", "FORWARDED_ALLOW_IPS"]]);
    assert.match(problems[0]?.message ?? "", /"proxy\.example"/);
  });
});

describe("problems of values that schemas cannot judge", () => {
  it("quote the entry and say what to write", async () => {
    const { problems, message } = await refused(["--forwarded-allow-ips", "::1,10.0.0.1/8"]);
    assert.equal(problems.length, 1);
    assert.match(message, /^Error: forwarded_allow_ips: "10\.0\.0\.1\/8" .*"10\.0\.0\.0\/8".* \(from --forwarded-allow-ips\)$/);
    assert.doesNotMatch(message, /, got /);
  });

  it("are found in values that are overridden too", async () => {
    const { problems } = await refused(["--proxy-allow-from", "*"], {
      env: { TSGUNICORN_PROXY_ALLOW_IPS: "a" },
      modules: { [FILE]: { proxy_allow_ips: ["b"] } },
    });
    assert.deepEqual(problems.map(({ source }) => source), ["TSGUNICORN_PROXY_ALLOW_IPS", FILE]);
  });

  it("begin in lower case", async () => {
    for (const text of ["x", "10.0.0.0/99", "[::1]", "::1%lo", "1.2.3.4/8", "/8"]) {
      const { problems } = await refused(["--proxy-allow-ips", text]);
      assert.match(problems[0]?.message ?? "", /^["a-z]/, text);
    }
  });

  const tables: readonly (readonly [table: unknown, problem: string])[] = [
    [{ "X-Https": "1", "x-https": "2" }, '"X-Https" and "x-https" are the same field'],
    [{ "a b": "1" }, 'must not have the name "a b", which is no field name, got {"a b":"1"}'],
    [{ "X-Https": "a,b" }, '"X-Https" entry 1 must be visible ASCII characters without a comma, got {"X-Https":"a,b"}'],
    [{ "X-A": "1", "~/": "1" }, 'must not have the name "~/", which is no field name, got {"X-A":"1","~/":"1"}'],
    [{ "~": [] }, '"~" must have at least one entry, got {"~":[]}'],
    [{ "X-Https": 5 }, 'must be an object of field names, each with a value or a list of values, got {"X-Https":5}'],
    [{ "12": ["1", ""] }, '"12" entry 2 must not be empty, got {"12":["1",""]}'],
    [{ "12": [] }, '"12" must have at least one entry, got {"12":[]}'],
  ];
  for (const [table, expected] of tables) {
    it(`name the place in ${JSON.stringify(table)}`, async () => {
      const { problems } = await refused([], { modules: { [FILE]: { secure_scheme_headers: table } } });
      assert.deepEqual(problems.map(({ message }) => message), [expected]);
    });
  }

  const texts: readonly (readonly [argv: readonly string[], problem: string])[] = [
    [["--forwarder-headers", "A_B,C D"], 'entry 2 must be a field name, got "A_B,C D"'],
    [["--server-header", "a\nb"], 'must be products and comments such as "edge/1.2 (eu-west)", got "a\\nb"'],
    [["--header-map", "droop"], 'must be one of "drop", "refuse", "dangerous", got "droop"; did you mean "drop"?'],
    [["--proxy-protocol=v3"], 'must be one of "off", "v1", "v2", "auto", got "v3"; did you mean "v1"?'],
    [["--limit-request-head", "0"], 'must be at least 1024 (1kb), got "0"'],
    [["--limit-request-line", "1mb"], 'must be at most 65536 (64kb), got "1mb"'],
    [["--keep-alive", "2d"], 'must be at most 86400 (1d), got "2d"'],
    [["--keep-alive=-1"], 'must be at least 0, got "-1"'],
    [["--hook-timeout", "500ms"], 'must be at least 1, got "500ms"'],
    [["--timeout", "500ms"], 'must be 0 or at least 1s, got "500ms"'],
    [["--keep-alive", "0.0001"], 'must be a whole number of milliseconds, got "0.0001"'],
    [["--worker-connections", "0"], 'must be at least 1, got "0"'],
  ];
  for (const [argv, expected] of texts) {
    it(`${argv.join(" ")} says what is wanted`, async () => {
      const { problems } = await refused(argv);
      assert.deepEqual(problems.map(({ message, hint }) => hint === null ? message : `${message}; ${hint}`), [expected]);
    });
  }
});

describe("text that is no number", () => {
  const EXPECTED = 'must be a duration from 0 to 1d: seconds, or text such as "30s", "500ms" or "1h30m"';
  const cases: readonly (readonly [variable: string, text: string, problem: string])[] = [
    ["TSGUNICORN_TIMEOUT", "5min", `${EXPECTED}, got "5min"; did you mean "5m"?`],
    ["TSGUNICORN_TIMEOUT", "soon", `${EXPECTED}, got "soon"`],
    [
      "TSGUNICORN_LIMIT_REQUEST_HEAD",
      "1ki",
      'must be a size from 1kb to 1mb: bytes, or text such as "64kb", "10mb" or "1gb", got "1ki"; did you mean "1kb"?',
    ],
    ["TSGUNICORN_BACKLOG", "010", 'must be a whole number from 1 to 65535, got "010"; write 10, or 0o10 if it is octal'],
    ["TSGUNICORN_BACKLOG", "1.5", 'must be a whole number from 1 to 65535, got "1.5"'],
    ["WEB_CONCURRENCY", "all", 'must be a whole number from 1 to 1024, or "auto", got "all"'],
    ["TSGUNICORN_RELOAD", "y", 'must be true or false, got "y"'],
  ];
  for (const [variable, text, expected] of cases) {
    it(`${variable}=${text} says what is wanted`, async () => {
      const { problems } = await refused([], { env: { [variable]: text } });
      assert.deepEqual(problems.map(({ message, hint }) => hint === null ? message : `${message}; ${hint}`), [expected]);
    });
  }

  it("is an error of usage on the command line, in the words of argparse", async () => {
    for (
      const [argv, expected] of [
        [["-w", "010"], "argument -w/--workers: invalid int value: '010' (write 10, or 0o10 if it is octal)"],
        [["-t", "5min"], `argument -t/--timeout: invalid duration value: '5min' (did you mean "5m"?)`],
        [
          ["--limit-request-body", "10x"],
          "argument --limit-request-body: invalid size value: '10x' (write bytes, or text such as 64kb, 10mb or 1gb)",
        ],
      ] as const
    ) {
      await assert.rejects(load(argv), (error: unknown) => error instanceof UsageError && error.problems.includes(expected));
    }
  });
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
