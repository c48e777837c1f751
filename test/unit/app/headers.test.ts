import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LightHeaders } from "../../../src/app/headers.ts";

const FIELDS = ["Host", "a", "Accept", "x", "X-Two", "1", "accept", "y", "Set-Cookie", "p=1", "set-cookie", "q=2"];

/** The same lines in the runtime's own class. */
function both(fields: readonly string[]): [LightHeaders, Headers] {
  const native = new Headers();
  for (let i = 0; i < fields.length; i += 2) native.append(fields[i]!, fields[i + 1]!);
  return [new LightHeaders(fields), native];
}

/** In the order of the standard; Bun puts set-cookie last. */
function sorted(headers: Headers): [string, string][] {
  return [...headers].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
}

describe("LightHeaders", () => {
  it("is a Headers", () => {
    const headers = new LightHeaders(FIELDS);
    assert.ok(headers instanceof Headers);
    assert.equal(Object.prototype.toString.call(headers), "[object Headers]");
    assert.equal(headers.constructor, Headers);
  });

  it("reads as the runtime's own do", () => {
    const [light, native] = both(FIELDS);
    for (const name of ["host", "HOST", "accept", "x-two", "set-cookie", "missing"]) {
      assert.equal(light.get(name), native.get(name), name);
      assert.equal(light.has(name), native.has(name), name);
    }
    assert.deepEqual(light.getSetCookie(), ["p=1", "q=2"]);
    assert.deepEqual([...light], sorted(native));
    assert.deepEqual([...light.keys()], sorted(native).map(([name]) => name));
    assert.deepEqual([...light.values()], sorted(native).map(([, value]) => value));
  });

  it("joins lines of Cookie as HTTP does, and all others with a comma", () => {
    const headers = new LightHeaders(["Cookie", "a=1", "cookie", "b=2", "X-A", "1", "x-a", "2"]);
    assert.equal(headers.get("cookie"), "a=1; b=2");
    assert.deepEqual([...headers], [["cookie", "a=1; b=2"], ["x-a", "1, 2"]]);
  });

  it("changes as the runtime's own do", () => {
    const changes: ((headers: Headers) => void)[] = [
      (h) => h.set("ACCEPT", "z"),
      (h) => h.append("x-two", " 2 "),
      (h) => h.delete("Accept"),
      (h) => h.delete("missing"),
      (h) => h.set("new", "n"),
      (h) => h.append("set-cookie", "r=3"),
      (h) => h.set("set-cookie", "only=1"),
    ];
    const [light, native] = both(FIELDS);
    for (const change of changes) {
      change(light);
      change(native);
      assert.deepEqual([...light], sorted(native), String(change));
    }
  });

  it("leaves the list that it was given alone", () => {
    const fields = Object.freeze([...FIELDS]);
    const headers = new LightHeaders(fields);
    headers.set("accept", "other");
    headers.append("b", "c");
    assert.deepEqual(fields, FIELDS);
  });

  it("refuses what cannot be sent", () => {
    const headers = new LightHeaders([]);
    assert.throws(() => headers.get("a b"), TypeError);
    assert.throws(() => headers.set("", "x"), TypeError);
    assert.throws(() => headers.set("a", "x\r\nInjected: 1"), TypeError);
    assert.throws(() => headers.append("a", "x\0"), TypeError);
    assert.throws(() => headers.append("a", "\u20ac"), TypeError);
    assert.deepEqual([...headers], []);
  });

  it("shows a loop what the loop changes", () => {
    const headers = new LightHeaders(["a", "1", "b", "2"]);
    const seen: string[] = [];
    for (const [name] of headers) {
      seen.push(name);
      if (name === "a") headers.append("c", "3");
    }
    assert.deepEqual(seen, ["a", "b", "c"]);
  });

  it("calls back with value, name and itself", () => {
    const headers = new LightHeaders(["B", "2", "a", "1"]);
    const calls: unknown[] = [];
    headers.forEach(function (this: unknown, value, name, parent) {
      calls.push([this, value, name, parent === headers]);
    }, "me");
    assert.deepEqual(calls.map((call) => JSON.stringify(call)), ['["me","1","a",true]', '["me","2","b",true]']);
  });

  it("becomes the runtime's own where code copies it", () => {
    const [light, native] = both(FIELDS);
    assert.deepEqual(sorted(new Headers(light)), sorted(native));
    assert.deepEqual(Object.fromEntries(light), Object.fromEntries(native));
  });

  it("has every property that the runtime's class has", () => {
    const light = new LightHeaders(FIELDS);
    for (const name of Object.getOwnPropertyNames(Headers.prototype)) {
      assert.equal(typeof Reflect.get(light, name), typeof Reflect.get(new Headers(), name), name);
    }
  });
});
