import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BindError } from "../../../src/config/bind.ts";
import { parseStatsdHost } from "../../../src/config/statsd-address.ts";

describe("parseStatsdHost", () => {
  const targets: readonly (readonly [string, object])[] = [
    ["localhost", { kind: "udp", host: "localhost", port: 8125 }],
    ["stats.test:9125", { kind: "udp", host: "stats.test", port: 9125 }],
    ["udp://127.0.0.1:1", { kind: "udp", host: "127.0.0.1", port: 1 }],
    ["[::1]", { kind: "udp", host: "::1", port: 8125 }],
    ["[::1]:53", { kind: "udp", host: "::1", port: 53 }],
    ["unix:/run/dogstatsd.sock", { kind: "unix", path: "/run/dogstatsd.sock" }],
    ["unix:///run/dogstatsd.sock", { kind: "unix", path: "/run/dogstatsd.sock" }],
  ];
  for (const [text, target] of targets) it(`reads ${text}`, () => assert.deepEqual(parseStatsdHost(text), target));

  for (const text of ["", ":8125", "tcp://a:1", "fd://3", "a:0", "a:65536", "::1", "unix:", "http://a"]) {
    it(`refuses "${text}"`, () => assert.throws(() => parseStatsdHost(text), BindError));
  }
});
