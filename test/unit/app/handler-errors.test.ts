import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeWrongResult, explainFailure } from "../../../src/app/handler-errors.ts";

const TWO = { length: 2 };

describe("describeWrongResult", () => {
  it("advises by the parameters and by what was returned", () => {
    const cases: [handler: { length: number }, result: unknown, text: RegExp][] = [
      [{ length: 1 }, undefined, /returned undefined; is a `return` missing\?$/],
      [
        TWO,
        undefined,
        /is a `return` missing\? Or: It looks like a Node listener `\(req, res\)`: serve it with --interface node$/,
      ],
      [
        TWO,
        { fetch() {} },
        /returned an object with fetch\. It looks like a factory: name it with a call, as in 'app:create\(\)'$/,
      ],
      [TWO, () => {}, /returned a function\. It looks like a factory/],
      [TWO, { a: 1 }, /a plain object; wrap it with Response\.json/],
      [TWO, "text", /a string; wrap it in new Response/],
      [TWO, new Map(), /an object of class Map$/],
    ];
    for (const [handler, result, text] of cases) assert.match(describeWrongResult(handler, result).message, text);
  });
});

describe("explainFailure", () => {
  it("knows calls of what another interface would have given", () => {
    const calls: [message: string, flag: RegExp][] = [
      ["res.json is not a function", /--interface node$/],
      ["s.end is not a function. (In 's.end(\"x\")', 's.end' is undefined)", /--interface node$/],
      ["out.writeHead is not a function", /--interface node$/],
      ["startResponse is not a function", /--interface wsgi$/],
      ["start_response is not a function", /--interface wsgi$/],
    ];
    for (const [message, flag] of calls) {
      const error = new TypeError(message);
      const explained = explainFailure(TWO, error);
      assert.ok(explained instanceof TypeError);
      assert.match(explained.message, flag);
      assert.equal(explained.cause, error);
    }
  });

  it("leaves everything else alone", () => {
    const others = [new TypeError("list.map is not a function"), new Error("res.json is not a function"), "text", null];
    for (const error of others) assert.equal(explainFailure(TWO, error), error);
    const error = new TypeError("res.json is not a function");
    assert.equal(explainFailure({ length: 1 }, error), error);
  });
});
