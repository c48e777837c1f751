import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BindError } from "../../../src/config/bind.ts";
import { loadConfig, toSyslogSettings } from "../../../src/config/load.ts";
import { parseSyslogAddress } from "../../../src/config/syslog-address.ts";
import { fakeHost } from "./fake-host.ts";

describe("parseSyslogAddress", () => {
  const targets: readonly (readonly [string, object])[] = [
    ["udp://localhost:514", { kind: "udp", host: "localhost", port: 514 }],
    ["udp://logs.test", { kind: "udp", host: "logs.test", port: 514 }],
    ["UDP://[::1]:1514", { kind: "udp", host: "::1", port: 1514 }],
    ["unix:///dev/log", { kind: "unix", path: "/dev/log" }],
    ["unix:///dev/log#dgram", { kind: "unix", path: "/dev/log" }],
    ["unix:/dev/log", { kind: "unix", path: "/dev/log" }],
  ];
  for (const [text, target] of targets) it(`reads ${text}`, () => assert.deepEqual(parseSyslogAddress(text), target));

  for (
    const text of ["", "localhost:514", "tcp://a:514", "unix:///dev/log#stream", "udp://", "udp://:514", "udp://a:0", "unix://"]
  ) {
    it(`refuses "${text}"`, () => assert.throws(() => parseSyslogAddress(text), BindError));
  }
});

describe("what goes to syslog", () => {
  async function settings(...argv: readonly string[]): Promise<ReturnType<typeof toSyslogSettings>> {
    return toSyslogSettings(await loadConfig(fakeHost().host, [...argv, "./src/app.ts:handler"]));
  }

  it("is nothing unless it is asked for", async () => {
    assert.equal(await settings("--log-syslog-prefix", "a"), null);
  });

  it("is named by prefix, process or application", async () => {
    assert.equal((await settings("--log-syslog"))?.prefix, "./src/app.ts.handler");
    assert.equal((await settings("--log-syslog", "-n", "my shop"))?.prefix, "my.shop");
    assert.equal((await settings("--log-syslog", "-n", "my shop", "--log-syslog-prefix", "x/y"))?.prefix, "x/y");
  });

  it("has both logs, or one", async () => {
    assert.equal((await settings("--log-syslog"))?.takesAccess, true);
    assert.equal((await settings("--log-syslog", "--disable-redirect-access-to-syslog"))?.takesAccess, false);
  });
});
