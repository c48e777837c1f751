import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../src/config/errors.ts";
import { loadConfig, toArbiterSettings, toWorkerSettings } from "../../../src/config/load.ts";
import { fakeHost } from "./fake-host.ts";

describe("what is derived from a configuration", () => {
  it("is in milliseconds for the arbiter", async () => {
    const config = await loadConfig(fakeHost().host, ["-w", "3", "-t", "0", "--graceful-timeout", "5"]);
    assert.deepEqual(toArbiterSettings(config), { workers: 3, timeoutMs: 0, gracefulTimeoutMs: 5000 });
  });

  it("is plain data for the workers", async () => {
    const config = await loadConfig(fakeHost().host, [
      "--keepalive",
      "7",
      "--no-light-objects",
      "--access-logfile",
      "-",
      "app:x",
    ]);
    const settings = toWorkerSettings(config);
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
    assert.deepEqual(settings, {
      app: "app:x",
      backlog: 2048,
      keepaliveMs: 7000,
      gracefulTimeoutMs: 30_000,
      loglevel: "info",
      errorlog: "-",
      accesslog: "-",
      limits: {
        requestLineBytes: 4094,
        fieldCount: 100,
        fieldLineBytes: 8190,
        headBytes: 262_144,
        chunkLineBytes: 4096,
        bodyBytes: 0,
      },
      lightObjects: false,
    });
  });

  const heads: readonly (readonly [line: number, fields: number, size: number, headBytes: number])[] = [
    [4094, 10, 100, 4096 + 10 * 102 + 4],
    [100, 1, 10, 102 + 12 + 4],
    [0, 10, 100, 262_144],
    [4094, 10, 0, 262_144],
    [4094, 0, 8190, 262_144],
    [65_536, 32_768, 65_536, 262_144],
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
