import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Recycling } from "../../../src/config/worker-settings.ts";
import { RecyclingWatch } from "../../../src/worker/recycling.ts";

const OFF: Recycling = { requestsMax: 0, requestsJitter: 0, memoryMaxBytes: 0, lifetimeMs: 0 };
const unreadable = {
  readText: (): string => {
    throw new Error("not to be read");
  },
};

function watch(
  recycling: Partial<Recycling>,
  chance = 0,
  files: { readText(path: string): string } = unreadable,
): RecyclingWatch {
  return new RecyclingWatch({ ...OFF, ...recycling }, files, 1_000, chance);
}

describe("A worker's recycling", () => {
  it("is off by default, whatever happens", () => {
    assert.equal(watch({}, 0.9).reason(1e9, 1e12), null);
  });

  it("comes with the last request", () => {
    const life = watch({ requestsMax: 10 });
    assert.equal(life.reason(9, 1_250), null);
    assert.equal(life.reason(10, 1_500), "10 requests (max_requests)");
  });

  it("is asked for once", () => {
    const life = watch({ requestsMax: 10 });
    life.reason(10, 1_250);
    assert.equal(life.reason(11, 1_500), null);
  });

  it("is put off by the worker's share of the jitter, both ends included", () => {
    assert.equal(watch({ requestsMax: 10, requestsJitter: 5 }, 0).reason(10, 0), "10 requests (max_requests)");
    const late = watch({ requestsMax: 10, requestsJitter: 5 }, 0.999);
    assert.equal(late.reason(14, 0), null);
    assert.equal(late.reason(15, 0), "15 requests (max_requests)");
  });

  it("takes no jitter without max_requests", () => {
    assert.equal(watch({ requestsJitter: 5 }, 0.5).reason(1_000, 0), null);
  });

  it("comes with age", () => {
    const life = watch({ lifetimeMs: 60_000 });
    assert.equal(life.reason(0, 60_999), null);
    assert.equal(life.reason(0, 66_000), "65 s of life (max_worker_lifetime)");
  });

  it("comes with memory, which is not looked at all the time", () => {
    const looks: string[] = [];
    let kib = 100;
    const files = {
      readText(path: string): string {
        looks.push(path);
        return `Name:\tnode\nVmHWM:\t  900000 kB\nVmRSS:\t  ${kib} kB\n`;
      },
    };
    const life = watch({ memoryMaxBytes: 200 * 1024 }, 0, files);
    for (let nowMs = 1_000; nowMs <= 11_000; nowMs += 250) assert.equal(life.reason(0, nowMs), null);
    assert.deepEqual(looks, ["/proc/self/status", "/proc/self/status"]);
    kib = 200;
    assert.equal(life.reason(0, 16_000), "204800 bytes of memory (max_worker_memory)");
  });

  it("does without memory where the system does not tell", () => {
    assert.equal(watch({ memoryMaxBytes: 1 }).reason(0, 100_000), null);
    assert.equal(watch({ memoryMaxBytes: 1 }, 0, { readText: () => "Name: x" }).reason(0, 100_000), null);
  });
});
