import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { factsOf, findBroken } from "../../../../src/config/checks/apply-rules.ts";
import type { Rule } from "../../../../src/config/checks/rule.ts";
import { RULES } from "../../../../src/config/checks/rules.ts";
import { ConfigError } from "../../../../src/config/errors.ts";
import { type Config, loadConfig } from "../../../../src/config/load.ts";
import { fakeHost } from "../fake-host.ts";

type Env = Readonly<Record<string, string>>;

/** `broken` breaks one rule, whose message is `says`; `whole` is the same after the fix. */
interface Example {
  readonly broken: readonly string[];
  readonly whole: readonly string[];
  readonly says: string;
  readonly env?: Env;
  /** Of a config file. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly wholeValues?: Readonly<Record<string, unknown>>;
}

const SOCKET = ["-b", "unix:run/a.sock"];
const NOBODY = ["--forwarded-allow-ips", "none"];

const EXAMPLES: readonly Example[] = [
  {
    broken: ["-D", "-b", "fd://3", "--log-file", "log/e"],
    whole: ["-b", "fd://3"],
    says: "daemon: a daemon cannot have sockets that it was started with (fd://) (from --daemon); leave it off",
  },
  {
    broken: ["--pid", "log/e", "--log-file", "/site/log/e"],
    whole: ["--pid", "run/e", "--log-file", "log/e"],
    says: 'pidfile: "log/e" is also the path of errorlog (from --pid); give it a file of its own',
  },
  {
    broken: ["--pid", "run/a.sock", ...SOCKET],
    whole: ["--pid", "run/a.pid", ...SOCKET],
    says: 'pidfile: "run/a.sock" is also the path of a unix socket of bind (from --pid); give it a file of its own',
  },
  {
    broken: ["--backlog", "4097"],
    whole: ["--backlog", "4096"],
    says:
      "backlog: 4097 is more than this system allows: no queue is longer than 4096 (net.core.somaxconn) (from --backlog); raise",
  },
  {
    broken: ["--worker-connections", "76"],
    whole: ["--worker-connections", "75"],
    says:
      "worker_connections: 76 is more than the limit of open files allows: a worker takes 75 (from --worker-connections); raise",
  },
  {
    broken: ["-m", "007"],
    whole: ["-m", "007", ...SOCKET],
    says: "umask: has no effect: it is for the files of unix sockets, and bind has none (from --umask); leave it out",
  },
  {
    broken: ["--reuse-port", ...SOCKET],
    whole: ["--reuse-port", ...SOCKET, "-b", ":80"],
    says: "reuse_port: has no effect: only TCP ports can be shared, and bind has none (from --reuse-port); leave it off",
  },
  {
    broken: ["--max-requests-jitter", "5"],
    whole: ["--max-requests-jitter", "5", "--max-requests", "9"],
    says:
      "max_requests_jitter: has no effect without max_requests (from --max-requests-jitter); set max_requests, or leave it out",
  },
  {
    broken: ["--max-worker-memory", "512"],
    whole: ["--max-worker-memory", "512mb"],
    says: "max_worker_memory: 512 bytes are less than a worker has when it starts: workers are replaced without end (from",
  },
  {
    broken: ["--shutdown-delay", "5"],
    whole: ["--shutdown-delay", "5", "--graceful-timeout", "25"],
    env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" },
    says:
      "shutdown_delay: with graceful_timeout a stop may take 35 s, and Kubernetes kills after 30 s unless it is told otherwise (from",
  },
  {
    broken: ["--watch"],
    whole: [],
    env: { NODE_ENV: "production" },
    says: "reload: is for development, and NODE_ENV is production (from --reload); leave it off, and send HUP for new code",
  },
  {
    broken: ["--reload", "--preload"],
    whole: ["--preload"],
    says:
      "preload_app: does not stop a start together with reload, which waits for the next change instead (from --preload); leave",
  },
  {
    broken: ["-g", "www"],
    whole: ["-g", "www", "-u", "www"],
    says: "group: is set without user: the workers have the group, and stay the arbiter's user (from --group); set user too",
  },
  {
    broken: ["--initgroups"],
    whole: ["--initgroups", "-u", "www"],
    says: "initgroups: has no effect without user (from --initgroups); set user, or leave it off",
  },
  {
    broken: ["-D", "--log-file", "log/e"],
    whole: [],
    env: { NOTIFY_SOCKET: "/run/systemd/notify" },
    says:
      "daemon: you shouldn't specify `daemon = true` when launching by systemd with `Type = notify` (from --daemon); leave it off",
  },
  {
    broken: ["-D"],
    whole: ["-D", "-R"],
    says: "errorlog: the error log of a daemon goes to /dev/null; name a file with --error-logfile",
  },
  {
    broken: ["-D", "--log-file", "log/e", "--access-logfile", "-"],
    whole: ["-D", "--log-file", "log/e", "--access-logfile", "log/a"],
    says: "accesslog: the access log of a daemon goes to /dev/null (from --access-logfile); name a file with --access-logfile",
  },
  {
    broken: ["-R"],
    whole: ["-R", "-D"],
    says: "enable_stdio_inheritance: has no effect without daemon: the streams are kept anyway (from",
  },
  {
    broken: ["--limit-request-line", "2000", "--limit-request-head", "1999", "--limit-request-field-size", "10"],
    whole: ["--limit-request-head", "1999"],
    says:
      "limit_request_line: 2000 has no effect: a whole head may have 1999 bytes (limit_request_head) (from --limit-request-line); raise",
  },
  {
    broken: ["--limit-request-field-size", "2000", "--limit-request-head", "1999"],
    whole: ["--limit-request-field-size", "2000", "--limit-request-head", "2000"],
    says: "limit_request_field_size: 2000 has no effect: a whole head may have 1999 bytes (limit_request_head) (from",
  },
  {
    broken: ["--casefold-http-method"],
    whole: ["--casefold-http-method", "--permit-unconventional-http-method"],
    says:
      "casefold_http_method: has no effect: methods in lower case are refused before (from --casefold-http-method); set permit",
  },
  {
    broken: ["--proxy-allow-ips", "10.0.0.1"],
    whole: ["--proxy-allow-ips", "10.0.0.1", "--proxy-protocol"],
    says: "proxy_allow_ips: has no effect without proxy_protocol (from",
  },
  {
    broken: ["--proxy-protocol", "--proxy-allow-ips", "none"],
    whole: ["--proxy-protocol", "--proxy-allow-ips", "none", ...SOCKET],
    says: "proxy_protocol: nobody may send a PROXY header: proxy_allow_ips is empty, and every header is answered with 403 (from",
  },
  {
    broken: ["--proxy-protocol", "--forwarded-allow-ips", "10.0.0.1"],
    whole: ["--proxy-protocol", "--forwarded-allow-ips", "*"],
    says:
      "forwarded_allow_ips: is compared with the address in the PROXY header, which is the client's and not the balancer's (from",
  },
  {
    broken: ["--forwarded-source", "forwarded", ...NOBODY],
    whole: ["--forwarded-source", "forwarded", ...NOBODY, ...SOCKET],
    says: "forwarded_source: has no effect: forwarded_allow_ips is empty, and nobody is believed (from --forwarded-source); list",
  },
  {
    broken: ["--forwarded-source", "forwarded"],
    whole: ["--forwarded-source", "x-forwarded"],
    values: { secure_scheme_headers: { "X-Proto": "https" } },
    says: "secure_scheme_headers: has no effect with forwarded_source forwarded (from /site/tsgunicorn.config.mjs); list",
  },
  {
    broken: NOBODY,
    whole: NOBODY,
    values: { secure_scheme_headers: { "X-Proto": "https" } },
    wholeValues: { secure_scheme_headers: {} },
    says: "secure_scheme_headers: has no effect: forwarded_allow_ips is empty, and nobody is believed (from",
  },
  {
    broken: ["--forwarder-headers", "REMOTE_USER", "--header-map", "dangerous"],
    whole: ["--forwarder-headers", "REMOTE_USER", "--header-map", "refuse"],
    says:
      "forwarder_headers: has no effect: with header_map dangerous everybody's fields are passed on (from --forwarder-headers); list",
  },
];

const FILE = "/site/tsgunicorn.config.mjs";
const LIMITS = {
  "/proc/sys/net/core/somaxconn": "4096\n",
  "/proc/self/limits":
    "Limit  Soft Limit  Hard Limit  Units\nMax open files            100                  4096                 files\n",
};

function hostFor(env: Env = {}, values: Example["values"] = undefined): ReturnType<typeof fakeHost> {
  return fakeHost({ env, files: LIMITS, modules: values === undefined ? {} : { [FILE]: { default: values } } });
}

/** The configuration, and what is said of it: problems that end the start, or warnings. */
async function judge(
  argv: readonly string[],
  env?: Env,
  values?: Example["values"],
): Promise<{ readonly config: Config | null; readonly lines: readonly string[] }> {
  const { host, importModule } = hostFor(env, values);
  try {
    const config = await loadConfig(host, argv, importModule);
    return { config, lines: findBroken(host, config, "warning").map((problem) => new ConfigError([problem]).message) };
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return { config: error.rest, lines: error.message.split("\n") };
  }
}

describe("rules about several settings", () => {
  const seen = new Set<Rule>();
  for (const { broken, whole, says, env, values, wholeValues } of EXAMPLES) {
    it(says.slice(0, says.search(/ \(from|; /)), async () => {
      const { config, lines } = await judge(broken, env, values);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.ok(lines[0]?.startsWith(`Error: ${says}`), lines.join("\n"));
      assert.ok(config);
      const facts = factsOf(hostFor(env).host, config);
      for (const rule of RULES) if (rule.isBroken(facts)) seen.add(rule);
      assert.deepEqual((await judge(whole, env, wholeValues ?? values)).lines, []);
    });
  }

  it("have an example each", () => {
    assert.deepEqual(RULES.filter((rule) => !seen.has(rule)).map(({ settings, message }) => [settings, String(message)]), []);
  });

  it("say nothing of defaults, wherever the server runs", async () => {
    for (const env of [{}, { KUBERNETES_SERVICE_HOST: "x", NODE_ENV: "production", NOTIFY_SOCKET: "@x" }]) {
      assert.deepEqual((await judge([], env)).lines, []);
    }
  });

  it("say nothing of a setting whose value is wrong", async () => {
    const { host } = hostFor();
    const outcome = loadConfig(host, ["--pid", "no/p", "--log-file", "no/p"]);
    await assert.rejects(outcome, (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems.map(({ message }) => message), Array(2).fill('the directory "/site/no" doesn\'t exist'));
      return true;
    });
    const { config } = await judge(["--max-requests-jitter", "5"]);
    assert.ok(config);
    assert.equal(findBroken(host, config, "warning", new Set(["max_requests"])).length, 0);
  });

  it("know no limits where the kernel does not tell", async () => {
    const { host } = fakeHost();
    const config = await loadConfig(host, ["--backlog", "65535", "--worker-connections", "1000000"]);
    assert.deepEqual(findBroken(host, config, "warning"), []);
  });
});
