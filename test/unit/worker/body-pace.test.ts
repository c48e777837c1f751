import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BodyPace, RATE_GRACE_MS } from "../../../src/worker/body-pace.ts";

const NEVER = Number.POSITIVE_INFINITY;

describe("BodyPace", () => {
  it("bounds silence, anew after each part of the content", () => {
    const pace = new BodyPace({ bodyMs: 1_000, bodyMinBytesPerSecond: 0 });
    assert.equal(pace.wait(50), 1_050);
    assert.equal(pace.wait(400), 1_050, "what is no content gains no time");
    pace.came(1, 900);
    assert.equal(pace.wait(900), 1_900);
  });

  it("has no bound where both settings are off", () => {
    const pace = new BodyPace({ bodyMs: 0, bodyMinBytesPerSecond: 0 });
    assert.equal(pace.wait(0), NEVER);
    pace.came(1, 1e9);
    assert.equal(pace.wait(1e9), NEVER);
  });

  it("spends the grace on waiting, and earns the time that each byte may take", () => {
    const pace = new BodyPace({ bodyMs: 10_000, bodyMinBytesPerSecond: 100 });
    assert.equal(pace.wait(0), 10_000);
    pace.came(100, 8_000);
    // 10 s of grace less 8 s, and 1 s for 100 bytes.
    assert.equal(pace.wait(8_000), 8_000 + 3_000);
  });

  it("a client exactly at the rate goes on for ever, one below it does not", () => {
    for (const [bytesPerSecond, lasts] of [[100, true], [99, false]] as const) {
      const pace = new BodyPace({ bodyMs: 2_000, bodyMinBytesPerSecond: 100 });
      let dueMs = NEVER;
      let nowMs = 0;
      for (let second = 0; second < 1_000 && nowMs < (dueMs = pace.wait(nowMs)) && nowMs + 1_000 < dueMs; second++) {
        nowMs += 1_000;
        pace.came(bytesPerSecond, nowMs);
      }
      assert.equal(nowMs === 1_000_000, lasts, `${bytesPerSecond} bytes per second lasted ${nowMs} ms`);
    }
  });

  it("saves no more than the grace: who was fast cannot be silent for longer than others", () => {
    const pace = new BodyPace({ bodyMs: 5_000, bodyMinBytesPerSecond: 10 });
    pace.wait(0);
    pace.came(1_000_000, 100);
    assert.equal(pace.wait(100), 5_100);
  });

  it("time in which the application does not wait does not count", () => {
    const pace = new BodyPace({ bodyMs: 5_000, bodyMinBytesPerSecond: 1 });
    pace.wait(0);
    pace.came(1, 1_000);
    assert.equal(pace.wait(1_000_000), 1_005_000);
  });

  it("a rate without a silence bound has a grace of its own, and allows long silence for much content", () => {
    const pace = new BodyPace({ bodyMs: 0, bodyMinBytesPerSecond: 240 });
    assert.equal(pace.wait(0), RATE_GRACE_MS);
    pace.came(1, RATE_GRACE_MS - 1);
    assert.ok(pace.wait(RATE_GRACE_MS - 1) < RATE_GRACE_MS + 10);
  });

  it("time in which the clock stood still does not count", () => {
    const pace = new BodyPace({ bodyMs: 1_000, bodyMinBytesPerSecond: 1_000 });
    pace.wait(0);
    pace.postpone(7_000);
    assert.equal(pace.wait(7_500), 8_000);
    pace.came(0, 7_500);
    assert.equal(pace.wait(7_500), 8_000);
    pace.came(1, 7_600);
    pace.postpone(1_000);
    assert.equal(pace.wait(9_000), 9_401);
  });
});
