import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quote } from "../../../src/config/layer.ts";
import { fileLayer } from "../../../src/config/file-layer.ts";

describe("quote", () => {
  it("shows numbers that JSON has no word for", () => {
    assert.deepEqual([NaN, Infinity, -Infinity, 4n, [1n]].map(quote), ["NaN", "Infinity", "-Infinity", "4n", '["1n"]']);
  });

  it("never throws, whatever a config file holds", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    const angry = {
      toJSON(): never {
        throw new Error("not me");
      },
    };
    const bare: unknown = Object.create(null);
    for (const value of [circle, angry, { circle }, [angry], Symbol("x"), bare, new Proxy({}, { ownKeys: () => [] }), () => 1]) {
      const { layer, problems } = fileLayer({ workers: value }, { origin: "/f", title: "f", refusesHooks: null });
      assert.deepEqual([layer.has("workers"), problems], [true, []]);
      assert.notEqual(layer.get("workers")?.shown, "");
    }
    assert.equal(quote(circle), "a list that cannot be shown");
    assert.equal(quote(angry), "an object that cannot be shown");
  });

  it("cuts what is long", () => {
    assert.equal(quote("x".repeat(200)).length, 81);
  });
});
