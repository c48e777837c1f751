import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { InheritedListener } from "../../../src/channel/messages.ts";
import { toWorkerSettings } from "../../../src/config/load.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { bridgeHost } from "../../../src/worker/bridge-host.ts";
import { fakeHost } from "../config/fake-host.ts";

describe("bridgeHost", () => {
  it("has each address once, what the settings say, and the log", async () => {
    const settings = toWorkerSettings(await loadConfig(fakeHost().host, ["-w", "2", "--keep-alive", "7", "app"]));
    const first = { kind: "tcp", family: 4, host: "127.0.0.1", port: 80 } as const;
    const second = { kind: "unix", path: "/run/x" } as const;
    const listeners: InheritedListener[] = [
      { address: first, slot: 0 },
      { address: { ...first }, slot: 1 },
      { address: second, slot: null },
    ];
    const lines: string[] = [];
    const log = {
      log: (level: string, text: string | (() => string)) => void lines.push(`${level} ${text}`),
      isEnabled: () => true,
    };
    const host = bridgeHost({ pid: 7, age: 3 }, settings, listeners, log);
    assert.deepEqual(host.addresses, [first, second]);
    assert.deepEqual([host.worker.pid, host.isMultiprocess, host.keepaliveMs, host.lightObjects], [7, true, 7000, true]);
    host.log("info", "text");
    host.onError(new Error("late"), "waitUntil");
    assert.deepEqual(lines.map((line) => line.split("\n", 2).join("|").replace(/Error: late.*/, "Error: late")), [
      "info text",
      "error Error in waitUntil|Error: late",
    ]);
  });
});
