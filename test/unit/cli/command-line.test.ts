import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine, UsageError } from "../../../src/cli/command-line.ts";

describe("parseCommandLine: actions", () => {
  const cases: readonly (readonly [readonly string[], "run" | "help" | "version"])[] = [
    [[], "run"],
    [["-v"], "version"],
    [["--version", "--bogus", "a", "b"], "version"],
    [["-vh"], "help"],
    [["--workers", "abc", "--help"], "help"],
    [["--", "-h"], "run"],
    [["--pid=-h"], "run"],
  ];
  for (const [argv, action] of cases) {
    it(`${argv.join(" ") || "nothing"} is ${action}`, () => assert.equal(parseCommandLine(argv).action, action));
  }
});

describe("parseCommandLine: values", () => {
  it("reads flags of every kind", () => {
    const argv = [
      "-w4",
      "--bind",
      ":1",
      "-b:2",
      "--no-light-objects",
      "--check-config",
      "--print-config=json",
      "-m",
      "0022",
      "--access-logfile",
      "-",
    ];
    const { app, values } = parseCommandLine([...argv, "app:x"]);
    assert.equal(app, "app:x");
    assert.deepEqual(Object.fromEntries([...values].map(([name, { value }]) => [name, value])), {
      bind: [":1", ":2"],
      workers: 4,
      light_objects: false,
      check_config: true,
      print_config: "json",
      umask: 0o22,
      accesslog: "-",
      wsgi_app: "app:x",
    });
  });

  it("never takes the application for a value of --print-config", () => {
    const { app, values } = parseCommandLine(["--print-config", "app:x"]);
    assert.deepEqual([app, values.get("print_config")?.value], ["app:x", "text"]);
  });

  const modes: readonly (readonly [argv: readonly string[], mode: string, app: string | null])[] = [
    [["--proxy-protocol"], "auto", null],
    [["--proxy-protocol", "app:x"], "auto", "app:x"],
    [["--proxy-protocol", "v1", "app:x"], "v1", "app:x"],
    [["--proxy-protocol", "V2"], "v2", null],
    [["--proxy-protocol=none", "app:x"], "off", "app:x"],
    [["--proxy-protocol", "--workers", "2", "app:x"], "auto", "app:x"],
    [["--proxy-protocol", "--no-proxy-protocol"], "off", null],
  ];
  for (const [argv, mode, expectedApp] of modes) {
    it(`${argv.join(" ")} is ${mode}`, () => {
      const { app, values } = parseCommandLine(argv);
      assert.deepEqual([values.get("proxy_protocol")?.value, app], [mode, expectedApp]);
    });
  }

  const lists: readonly (readonly [argv: readonly string[], list: readonly string[]])[] = [
    [["--forwarded-allow-ips", "10.0.0.0/8, ::1"], ["10.0.0.0/8", "::1"]],
    [["--forwarded-allow-ips=10.0.0.0/8,", "--forwarded-allow-ips", "*"], ["10.0.0.0/8", "*"]],
    [["--forwarded-allow-ips="], []],
    [["--forwarded-allow-ips", ""], []],
    [["--forwarded-allow-ips", "None"], []],
  ];
  for (const [argv, list] of lists) {
    it(`${JSON.stringify(argv)} is ${JSON.stringify(list)}`, () => {
      assert.deepEqual(parseCommandLine(argv).values.get("forwarded_allow_ips")?.value, list);
    });
  }

  it("takes --no-print-config for the default", () => {
    assert.equal(parseCommandLine(["--print-config", "--no-print-config"]).values.get("print_config")?.value, null);
  });

  it("leaves what is no mistake of spelling to the schemas", () => {
    assert.equal(parseCommandLine(["--workers", "-1"]).values.get("workers")?.value, -1);
  });
});

describe("parseCommandLine refuses", () => {
  const cases: readonly (readonly [argv: readonly string[], problems: readonly string[]])[] = [
    [["--bogus"], ["unrecognized arguments: --bogus"]],
    [["--wrokers=4"], ["unrecognized arguments: --wrokers=4 (did you mean --workers?)"]],
    [["--accesslog", "x"], ["unrecognized arguments: --accesslog (did you mean --access-logfile?)"]],
    [["--limit-request-fieldsize=1"], [
      "unrecognized arguments: --limit-request-fieldsize=1 (did you mean --limit-request-field-size?)",
    ]],
    [["--no-light-object"], ["unrecognized arguments: --no-light-object (did you mean --no-light-objects?)"]],
    [["--no-workers"], ["unrecognized arguments: --no-workers (did you mean --workers?)"]],
    [["-x"], ["unrecognized arguments: -x"]],
    [["app", "b", "c"], ["unrecognized arguments: b c"]],
    [["-w", "abc"], ["argument -w/--workers: invalid int value: 'abc'"]],
    [["-w", "1.5"], ["argument -w/--workers: invalid int value: '1.5'"]],
    [["--umask", "0999"], ["argument -m/--umask: invalid int value: '0999'"]],
    [["-w"], ["argument -w/--workers: expected one argument"]],
    [["--keep-alive="], ["argument --keep-alive/--keepalive: expected one argument"]],
    [["-b", ":1", "-b"], ["argument -b/--bind: expected one argument"]],
    [["--forwarded-allow-ips"], ["argument --forwarded-allow-ips: expected one argument"]],
    [["--proxy-protocol="], ["argument --proxy-protocol: expected one argument"]],
    [["--secure-scheme-headers=x"], ["unrecognized arguments: --secure-scheme-headers=x"]],
    [["-b", "--workers", "2"], ["argument -b/--bind: expected one argument"]],
    [["--check-config=yes"], ["argument --check-config: ignored explicit argument 'yes'"]],
    [["--version=2"], ["argument --version: ignored explicit argument '2'"]],
    [["-w", "x", "-t", "y", "--z"], [
      "argument -w/--workers: invalid int value: 'x'",
      "argument -t/--timeout: invalid int value: 'y'",
      "unrecognized arguments: --z",
    ]],
  ];
  for (const [argv, problems] of cases) {
    it(argv.join(" "), () => {
      assert.throws(() => parseCommandLine(argv), (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.problems, problems);
        assert.equal(error.exitCode, 2);
        const lines = ["usage: tsgunicorn [OPTIONS] [APP_MODULE]", ...problems.map((problem) => `tsgunicorn: error: ${problem}`)];
        assert.equal(error.message, lines.join("\n"));
        return true;
      });
    });
  }
});
