import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../src/config/errors.ts";
import { loadConfig, toArbiterSettings, toWorkerSettings } from "../../../src/config/load.ts";
import { DEFAULT_ACCESS_FORMAT } from "../../../src/log/access-format.ts";
import { STRICT } from "../../../src/http/permissions.ts";
import { DEFAULT_TRUST } from "../../../src/http/trust-settings.ts";
import { CWD, fakeHost } from "./fake-host.ts";

const PERMISSIONS = [
  ["permit_unconventional_http_method", "unconventionalMethod"],
  ["casefold_http_method", "casefoldMethod"],
  ["permit_unconventional_http_version", "unconventionalVersion"],
  ["permit_obsolete_folding", "obsoleteFolding"],
  ["strip_header_spaces", "headerSpaces"],
] as const;

describe("what is derived from a configuration", () => {
  it("is in milliseconds for the arbiter", async () => {
    const config = await loadConfig(fakeHost().host, ["-w", "3", "-t", "0", "--graceful-timeout", "5"]);
    const { workers, timeoutMs, gracefulTimeoutMs } = toArbiterSettings(config);
    assert.deepEqual([workers, timeoutMs, gracefulTimeoutMs], [3, 0, 5000]);
  });

  it("is plain data for the workers", async () => {
    const config = await loadConfig(fakeHost().host, [
      "--keepalive",
      "7",
      "--no-light-objects",
      "--interface",
      "node",
      "--access-logfile",
      "-",
      "app:x",
    ]);
    const settings = toWorkerSettings(config);
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
    assert.deepEqual(settings, {
      app: "app:x",
      interface: "node",
      isMultiprocess: false,
      backlog: 2048,
      keepaliveMs: 7000,
      gracefulTimeoutMs: 30_000,
      bootTimeoutMs: 30_000,
      loglevel: "info",
      errorlog: "-",
      captureOutput: false,
      accesslog: "-",
      accessLogFormat: DEFAULT_ACCESS_FORMAT,
      syslog: null,
      statsd: null,
      limits: {
        requestLineBytes: 4094,
        fieldCount: 100,
        fieldLineBytes: 8190,
        headBytes: 65_536,
        chunkLineBytes: 4096,
        chunkExtensionBytes: 16_384,
        bodyBytes: 0,
      },
      lightObjects: false,
      permissions: STRICT,
      trust: DEFAULT_TRUST,
      deadlines: { firstByteMs: 30_000, headMs: 30_000, bodyMs: 60_000, bodyMinBytesPerSecond: 240, writeMs: 60_000 },
      recycling: { requestsMax: 0, requestsJitter: 0, memoryMaxBytes: 0, lifetimeMs: 0 },
      workerConnections: 4096,
      identity: null,
      server: "tsgunicorn",
      hooks: null,
    });
  });

  it("has every setting of the HTTP engine for the workers", async () => {
    const values = {
      first_byte_timeout: 1,
      head_timeout: 2,
      body_timeout: 3,
      body_min_rate: 4,
      write_timeout: 5,
      worker_connections: 6,
      server_header: false,
      limit_request_head: 2048,
      limit_request_body: 7,
      permit_unconventional_http_method: true,
      casefold_http_method: true,
      permit_unconventional_http_version: true,
      permit_obsolete_folding: true,
      strip_header_spaces: true,
      header_map: "refuse",
      forwarder_headers: "*",
      forwarded_allow_ips: ["10.0.0.0/8"],
      forwarded_source: "none",
      secure_scheme_headers: { "X-Https": "1" },
      proxy_protocol: true,
      proxy_allow_ips: null,
    };
    const modules = { [`${CWD}/tsgunicorn.config.ts`]: { default: { ...values, wsgi_app: "app" } } };
    const { host, importModule } = fakeHost({ modules });
    const settings = toWorkerSettings(await loadConfig(host, [], importModule));
    assert.deepEqual([settings.limits.headBytes, settings.limits.bodyBytes, settings.workerConnections, settings.server], [
      2048,
      7,
      6,
      null,
    ]);
    assert.deepEqual(settings.deadlines, {
      firstByteMs: 1000,
      headMs: 2000,
      bodyMs: 3000,
      bodyMinBytesPerSecond: 4,
      writeMs: 5000,
    });
    assert.deepEqual(settings.trust, {
      forwardedAllowIps: ["10.0.0.0/8"],
      forwardedSource: "none",
      secureSchemeHeaders: { "X-Https": ["1"] },
      headerMap: "refuse",
      forwarderHeaders: ["*"],
      proxyProtocol: "auto",
      proxyAllowIps: [],
    });
    assert.ok(Object.values(settings.permissions).every((permitted) => permitted));
  });

  it("has whole milliseconds and bytes for durations and sizes in text", async () => {
    const argv = [
      "-t",
      "1m30s",
      "--keep-alive",
      "250ms",
      "--graceful-timeout",
      "1.001",
      "--boot-timeout",
      "2h",
      "--limit-request-body",
      "1.5mb",
    ];
    const config = await loadConfig(fakeHost().host, [
      ...argv,
      "--max-worker-memory",
      "512MiB",
      "--max-worker-lifetime",
      "1d",
      "app",
    ]);
    const arbiter = toArbiterSettings(config);
    const worker = toWorkerSettings(config);
    assert.deepEqual([arbiter.timeoutMs, arbiter.gracefulTimeoutMs, arbiter.bootTimeoutMs], [90_000, 1001, 7_200_000]);
    assert.deepEqual(
      [worker.keepaliveMs, worker.limits.bodyBytes, worker.recycling.memoryMaxBytes, worker.recycling.lifetimeMs],
      [
        250,
        1_572_864,
        536_870_912,
        86_400_000,
      ],
    );
  });

  for (const [name, key] of PERMISSIONS) {
    it(`${name} permits one thing`, async () => {
      const config = await loadConfig(fakeHost().host, [`--${name.replaceAll("_", "-")}`, "app"]);
      assert.deepEqual(toWorkerSettings(config).permissions, { ...STRICT, [key]: true });
    });
  }

  const heads: readonly (readonly [line: number, fields: number, size: number, headBytes: number])[] = [
    [4094, 10, 100, 4096 + 10 * 102 + 4],
    [100, 1, 10, 102 + 12 + 4],
    [0, 10, 100, 65_536],
    [4094, 10, 0, 65_536],
    [4094, 0, 8190, 65_536],
    [65_536, 32_768, 65_536, 65_536],
  ];
  for (const [line, fields, size, headBytes] of heads) {
    it(`limits the head to ${headBytes} bytes for line ${line}, fields ${fields}, size ${size}`, async () => {
      const argv = [
        `--limit-request-line=${line}`,
        `--limit-request-fields=${fields}`,
        `--limit-request-field_size=${size}`,
        "app",
      ];
      const { limits } = toWorkerSettings(await loadConfig(fakeHost().host, argv));
      assert.equal(limits.headBytes, headBytes);
      assert.equal(limits.fieldCount, fields === 0 ? 32_768 : fields);
    });
  }

  it("needs an application, in gunicorn's words", async () => {
    const config = await loadConfig(fakeHost().host, []);
    assert.throws(() => toWorkerSettings(config), (error: unknown) => {
      return error instanceof ConfigError && error.message.startsWith("Error: No application module specified; ");
    });
  });
});
