import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine, parseCommandWords, UsageError } from "../../../src/cli/command-line.ts";
import { explainName } from "../../../src/config/elsewhere.ts";
import { describeUnread } from "../../../src/config/read-text.ts";
import { declarationOf } from "../../../src/config/settings.ts";

describe("parseCommandLine: actions", () => {
  const cases: readonly (readonly [argv: readonly string[], action: "run" | "help" | "version", topic?: string])[] = [
    [[], "run"],
    [["-v"], "version"],
    [["--version", "--bogus", "a", "b"], "version"],
    [["-vh"], "help"],
    [["--workers", "abc", "--help"], "help"],
    [["--", "-h"], "run"],
    [["--pid=-h"], "run"],
    [["-h"], "help"],
    [["--help", "workers"], "help", "workers"],
    [["--help=workers"], "help", "workers"],
    [["-h", "-w"], "help", "-w"],
    [["--daemon", "--help", "--workers"], "help", "--workers"],
    [["app:x", "--help"], "help"],
    [["--help", "--workers", "4", "app:x"], "help"],
    [["--help", "--", "workers"], "help"],
  ];
  for (const [argv, action, topic = null] of cases) {
    it(`${argv.join(" ") || "nothing"} is ${action}${topic === null ? "" : ` about ${topic}`}`, () => {
      const parsed = parseCommandLine(argv);
      assert.deepEqual([parsed.action, parsed.topic], [action, topic]);
    });
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

  it("takes letters together, the last with its value", () => {
    const { app, values } = parseCommandLine(["-Dw4", "app:x"]);
    assert.deepEqual([values.get("daemon")?.value, values.get("workers")?.value, app], [true, 4, "app:x"]);
  });

  it("takes underscores for hyphens", () => {
    const { values } = parseCommandLine(["--limit-request-field_size=1", "--worker_tmp_dir", "/dev/shm", "--no_daemon"]);
    assert.deepEqual(
      [values.get("limit_request_field_size")?.value, values.get("worker_tmp_dir")?.value, values.get("daemon")?.value],
      [1, "/dev/shm", false],
    );
  });

  it("takes no blanks around the application, such as the end of a line that is CR LF", () => {
    const { app, values } = parseCommandLine(["-w", "2\r", "app:x\r"]);
    assert.deepEqual([app, values.get("wsgi_app")?.value, values.get("workers")?.value], ["app:x", "app:x", 2]);
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
  const cases: readonly (readonly [argv: readonly string[], problems: readonly string[], about?: string])[] = [
    [["--bogus"], ["unrecognized arguments: --bogus"]],
    [["--wrokers=4"], ["unrecognized arguments: --wrokers=4 (did you mean --workers?)"]],
    [["--accesslog", "x"], ["unrecognized arguments: --accesslog (did you mean --access-logfile?)"]],
    [["--worker-t", "x"], ["unrecognized arguments: --worker-t (did you mean --worker-tmp-dir?)"]],
    [["--work=4"], [
      "unrecognized arguments: --work=4 (flags are written in full: --workers, --worker-connections, --worker-tmp-dir)",
    ]],
    [["--no-sendfile", "app:x", "b"], [
      `argument --no-sendfile: ${explainName("sendfile")}`,
      "unrecognized arguments: b (the application is 'app:x' already)",
    ]],
    [["--bogus", "value", "app:x"], ["unrecognized arguments: --bogus"]],
    [["--certfile", "a.pem", "app:x"], [
      `argument --certfile: ${explainName("certfile")}`,
    ]],
    [["-kgevent", "--no_sendfile", "app:x"], [
      `argument -k/--worker-class: ${explainName("worker_class")}`,
      `argument --no-sendfile: ${explainName("sendfile")}`,
    ]],
    [["--limit-request-fieldsize=1"], [
      "unrecognized arguments: --limit-request-fieldsize=1 (did you mean --limit-request-field-size?)",
    ]],
    [["--no-light-object"], ["unrecognized arguments: --no-light-object (did you mean --no-light-objects?)"]],
    [["--no-workers"], ["unrecognized arguments: --no-workers (did you mean --workers?)"]],
    [["-x"], ["unrecognized arguments: -x"]],
    [["app", "b", "c"], ["unrecognized arguments: b c (the application is 'app' already)"]],
    [["--preload", "false", "app:x"], ["unrecognized arguments: app:x (the application is 'false' already)"]],
    [["-w", "abc"], [`argument -w/--workers: ${describeUnread(declarationOf("workers"), "abc")}`], "workers"],
    [["-w", "1.5"], [`argument -w/--workers: ${describeUnread(declarationOf("workers"), "1.5")}`], "workers"],
    [["--umask", "0999"], [`argument -m/--umask: ${describeUnread(declarationOf("umask"), "0999")}`], "umask"],
    [["-w"], ["argument -w/--workers: expected one argument"], "workers"],
    [["--keep-alive="], ["argument --keep-alive/--keepalive: expected one argument"], "keepalive"],
    [["-b", ":1", "-b"], ["argument -b/--bind: expected one argument"], "bind"],
    [["--forwarded-allow-ips"], ["argument --forwarded-allow-ips: expected one argument"], "forwarded_allow_ips"],
    [["--proxy-protocol="], ["argument --proxy-protocol: expected one argument"], "proxy_protocol"],
    [["--secure-scheme-headers=x"], ["unrecognized arguments: --secure-scheme-headers=x"]],
    [["-b", "--workers", "2"], ["argument -b/--bind: expected one argument"], "bind"],
    [["--check-config=yes"], [
      "argument --check-config: ignored explicit argument 'yes' (write --check-config or --no-check-config)",
    ], "check_config"],
    [["--version=2"], ["argument --version: ignored explicit argument '2'"]],
    [["-w", "x", "-t", "y", "--z"], [
      `argument -w/--workers: ${describeUnread(declarationOf("workers"), "x")}`,
      "argument -t/--timeout: invalid duration value: 'y' (write seconds, or text such as 30s, 500ms or 1h30m)",
      "unrecognized arguments: --z",
    ]],
  ];
  for (const [argv, problems, about] of cases) {
    it(argv.join(" "), () => {
      assert.throws(() => parseCommandLine(argv), (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.deepEqual(error.problems, problems);
        assert.equal(error.exitCode, 2);
        const lines = [
          "usage: tsgunicorn [OPTIONS] [APP_MODULE]",
          ...problems.map((problem) => `tsgunicorn: error: ${problem}`),
          `For help, run: tsgunicorn --help${about === undefined ? "" : ` ${about}`}`,
        ];
        assert.equal(error.message, lines.join("\n"));
        return true;
      });
    });
  }
});

describe("parseCommandWords", () => {
  it("explains flags of gunicorn that are not here, and keeps the rest", () => {
    const { values, problems } = parseCommandWords("--workers 2 --threads 4 --log_config=a.conf");
    assert.equal(values.get("workers")?.value, 2);
    assert.deepEqual(problems.map(({ message }) => message).sort(), [
      `argument --log-config: ${explainName("logconfig")}`,
      `argument --threads: ${explainName("threads")}`,
    ]);
  });
});
