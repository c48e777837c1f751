import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StartResponse, WsgiHeaders } from "../../../../src/app/wsgi/types.ts";
import { FakeExchange, values } from "../fake-exchange.ts";
import { ask } from "./bridge.ts";

const wrong = (value: unknown): never => value as never;

describe("start_response of WSGI", () => {
  it("says status, reason and headers in their order, names as they are spelled", async () => {
    const exchange = await ask((_, startResponse) => {
      startResponse("404 Nowhere to be seen", [["X-B", " b "], ["x-a", "1"], ["x-a", "2"], ["X-Empty", ""]]);
      return ["gone"];
    });
    assert.deepEqual(exchange.sentHead, {
      status: 404,
      reason: "Nowhere to be seen",
      fields: ["X-B", "b", "x-a", "1", "x-a", "2", "X-Empty", ""],
    });
    assert.equal(exchange.text, "gone");
  });

  it("takes pairs from whatever has them", async () => {
    for (const headers of [new Map([["x-a", "1"]]), new Headers([["x-a", "1"]]), [["x-a", "1"]] as [string, string][]]) {
      const exchange = await ask((_, startResponse) => {
        startResponse("200 OK", headers);
        return [];
      });
      assert.deepEqual(exchange.sentHead?.fields, ["x-a", "1"]);
    }
  });

  it("leaves the registered reason to the server, which has that line ready", async () => {
    for (const status of ["200 OK", "200"]) {
      const exchange = await ask((_, startResponse) => {
        startResponse(status, []);
        return [];
      });
      assert.equal(exchange.sentHead?.reason, "");
    }
  });

  it("drops what belongs to the server", async () => {
    const names = ["Server", "DATE", "proxy-authenticate", "Proxy-Authorization", "Trailers", "Trailer", "X-Kept"];
    const exchange = await ask((_, startResponse) => {
      startResponse("200 OK", names.map((name) => [name, "v"] as const));
      return [];
    });
    assert.deepEqual(exchange.sentHead?.fields, ["Trailer", "v", "X-Kept", "v"]);
  });

  const refusals: readonly (readonly [what: string, status: string, headers: WsgiHeaders, message: RegExp])[] = [
    ["a status that is a number", wrong(200), [], /^The status must be a string such as "200 OK", not 200$/],
    ["a status without a number", "OK", [], /^Invalid response status "OK", which must be like "200 OK"/],
    ["an interim status", "101 Switching Protocols", [], /^Invalid response status "101 Switching/],
    ["a line end in the reason", "200 OK\r\nX: y", [], /^Invalid character in reason phrase "OK\\r\\nX: y"$/],
    ["headers in an object", "200 OK", wrong({ a: "b" }), /must be a list of \[name, value\] pairs; use Object\.entries\(\)/],
    ["headers that are missing", "200 OK", wrong(undefined), /must be a list of \[name, value\] pairs, not undefined$/],
    ["a header that is a string", "200 OK", wrong(["ab"]), /^A header must be a pair of name and value$/],
    ["a name that is a number", "200 OK", wrong([[1, "b"]]), /^The name of a header must be a string, not 1$/],
    ["a value that is a number", "200 OK", wrong([["a", 1]]), /^The value of header "a" must be a string, not 1$/],
    ["a name that is no token", "200 OK", [["a b", "c"]], /^Invalid response header name "a b"$/],
    ["a line end in a value", "200 OK", [["a", "b\r\nc: d"]], /^Invalid character in response header "a": "b\\r\\nc: d"$/],
    ["a value beyond latin-1", "200 OK", [["a", "\u20ac"]], /^Invalid character in response header "a": "\\u20ac"$/],
    ["a bad value of a dropped header", "200 OK", [["Server", "\n"]], /^Invalid character in response header "Server"/],
  ];
  for (const [what, status, headers, message] of refusals) {
    it(`throws where it is called: ${what}`, async () => {
      const exchange = await ask((_, startResponse) => {
        assert.throws(() => startResponse(status, headers), { message });
        // Nothing was said yet.
        startResponse("200 OK", []);
        return ["fine"];
      });
      assert.deepEqual([exchange.sentHead?.status, exchange.text], [200, "fine"]);
    });
  }

  it("refuses to be called twice", async () => {
    const exchange = await ask((_, startResponse) => {
      startResponse("200 OK", []);
      startResponse("201 Created", []);
      return [];
    });
    assert.match(String(exchange.failure), /^Error: Response headers already set! /);
  });

  it("replaces the head of an application that failed before its first part", async () => {
    const exchange = await ask((_, startResponse) => {
      startResponse("200 OK", [["x-a", "1"]]);
      startResponse("500 Internal Server Error", [["x-b", "2"]], new Error("mended"));
      return ["sorry"];
    });
    assert.deepEqual([exchange.sentHead?.status, exchange.sentHead?.fields, exchange.text], [500, ["x-b", "2"], "sorry"]);
  });

  it("throws the error again where the head is out, also where the server holds it back", async () => {
    const broken = new Error("too late");
    const exchange = await ask(function* (_, startResponse) {
      startResponse("200 OK", []);
      yield "part";
      startResponse("500 Internal Server Error", [], broken);
      yield "never";
    });
    assert.equal(exchange.failure, broken);
    const written = await ask((_, startResponse) => {
      const write = startResponse("200 OK", []);
      void write("part");
      startResponse("500 Internal Server Error", [], broken);
      return [];
    });
    assert.deepEqual([written.failure, written.text], [broken, "part"]);
  });

  it("is needed before the first part", async () => {
    for (const body of [["part"], [], "part", ["a", "b"], new Set(["a"])]) {
      const exchange = await ask(() => body);
      assert.match(String(exchange.failure), /startResponse\(\) was not called/);
    }
  });

  it("gives a write() whose parts go out ahead of the body", async () => {
    const exchange = await ask(async (_, startResponse) => {
      const write = startResponse("200 OK", []);
      await write("one ");
      await write(new TextEncoder().encode("two "));
      return ["three"];
    });
    assert.deepEqual([exchange.started, exchange.written.length, exchange.text, exchange.ended], [
      true,
      3,
      "one two three",
      true,
    ]);
  });

  it("gives a write() that waits for the client, and has an end", async () => {
    const exchange = new FakeExchange();
    exchange.room = 1;
    const waits = Promise.withResolvers<void>();
    const kept: ReturnType<StartResponse>[] = [];
    const done = ask(async (_, startResponse) => {
      const write = startResponse("200 OK", []);
      kept.push(write);
      const room = write("a");
      waits.resolve();
      await room;
      await write("b");
      return [];
    }, exchange);
    await waits.promise;
    assert.equal(exchange.text, "a");
    exchange.drain(Infinity);
    await done;
    assert.equal(exchange.text, "ab");
    assert.throws(() => kept[0]!("late"), /write\(\) was called after the end of the response/);
    assert.throws(() => kept[0]!(wrong(1)), /after the end/);
  });

  it("sends early hints until the response begins", async () => {
    const exchange = await ask(async (environ, startResponse) => {
      environ["wsgi.early_hints"]([["Link", "</a.css>; rel=preload"], ["Server", "x"]]);
      assert.throws(() => environ["wsgi.early_hints"]([["a", "\n"]]), /Invalid character/);
      environ["wsgi.early_hints"]([["Link", "</b.css>; rel=preload"]]);
      await startResponse("200 OK", [])("x");
      environ["wsgi.early_hints"]([["Link", "</late.css>; rel=preload"]]);
      return [];
    });
    assert.deepEqual(exchange.interims, [
      { status: 103, fields: ["Link", "</a.css>; rel=preload"] },
      { status: 103, fields: ["Link", "</b.css>; rel=preload"] },
    ]);
    assert.deepEqual(values(exchange.sentHead?.fields ?? [], "link"), []);
  });
});
