import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFetchApplication } from "../../../src/app/fetch.ts";
import { FakeExchange, values } from "./fake-exchange.ts";

const CONTENT = "0123456789";

/** A blob over a file as `Bun.file` gives it; `sizeBytes` is that of the whole file. */
function fileOf(content: BlobPart = CONTENT, sizeBytes: number = CONTENT.length): Blob {
  return Object.assign(new Blob([content], { type: "text/plain" }), {
    name: "/srv/file.txt",
    stat: () => Promise.resolve({ size: sizeBytes }),
  });
}

interface Sent {
  readonly status: number | undefined;
  readonly text: string;
  readonly range: string | undefined;
  readonly length: string | undefined;
}

async function send(
  blob: Blob,
  fields: readonly string[],
  init: ResponseInit = {},
  method = "GET",
): Promise<Sent & { readonly exchange: FakeExchange }> {
  const exchange = new FakeExchange({ method, fields });
  const options = { worker: { pid: 1, age: 1 }, onError: () => {}, lightObjects: true };
  const { LightResponse } = await import("../../../src/app/response.ts");
  createFetchApplication(() => new LightResponse(blob, init), options).handle(exchange);
  await exchange.finished;
  const sent = exchange.sentHead?.fields ?? [];
  return {
    status: exchange.sentHead?.status,
    text: exchange.text,
    range: values(sent, "content-range")[0],
    length: values(sent, "content-length")[0],
    exchange,
  };
}

describe("a file as the body of a response", () => {
  const whole = { status: 200, text: CONTENT, range: undefined, length: "10" };
  const check = async (expected: Partial<Sent>, ...args: Parameters<typeof send>): Promise<FakeExchange> => {
    const { exchange, ...sent } = await send(...args);
    assert.deepEqual(sent, { ...whole, ...expected });
    return exchange;
  };

  it("goes out whole with its length", async () => {
    await check({}, fileOf(), []);
    await check({ text: "" }, fileOf(), [], {}, "HEAD");
  });

  it("goes out in part to who asks for a range", async () => {
    const cases: readonly (readonly [range: string, text: string, contentRange: string])[] = [
      ["bytes=0-3", "0123", "bytes 0-3/10"],
      ["BYTES= 2-2 ", "2", "bytes 2-2/10"],
      ["bytes=7-", "789", "bytes 7-9/10"],
      ["bytes=7-99999999999999999999", "789", "bytes 7-9/10"],
      ["bytes=-4", "6789", "bytes 6-9/10"],
      ["bytes=-99", CONTENT, "bytes 0-9/10"],
    ];
    for (const [range, text, contentRange] of cases) {
      const exchange = await check(
        { status: 206, text, range: contentRange, length: String(text.length) },
        fileOf(),
        ["Range", range],
        { headers: { "etag": '"a"' }, statusText: "Whole" },
      );
      assert.deepEqual(values(exchange.sentHead?.fields ?? [], "accept-ranges"), ["bytes"]);
      assert.match(values(exchange.sentHead?.fields ?? [], "content-type").join(), /^text\/plain/);
      assert.deepEqual([values(exchange.sentHead?.fields ?? [], "etag"), exchange.sentHead?.reason], [['"a"'], ""]);
    }
  });

  it("is refused where the range begins behind its end", async () => {
    for (const [blob, range] of [[fileOf(), "bytes=10-"], [fileOf(), "bytes=-0"], [fileOf("", 0), "bytes=-1"]] as const) {
      const init = { headers: { "x-a": "1", "content-encoding": "gzip" } };
      const exchange = await check(
        { status: 416, text: "", range: `bytes */${blob.size}`, length: undefined },
        blob,
        ["Range", range],
        init,
      );
      assert.deepEqual(exchange.sentHead?.fields.filter((_, index) => index % 2 === 0), [
        "x-a",
        "content-range",
        "accept-ranges",
      ]);
    }
  });

  it("goes out whole where there is no range that could be told", async () => {
    for (const range of ["bytes=", "bytes=-", "bytes=a-b", "bytes=3-1", "bytes=0-1,3-4", "lines=0-1", "bytes 0-1"]) {
      await check({}, fileOf(), ["Range", range]);
    }
  });

  it("goes out whole where the application or the method leaves no room for a range", async () => {
    const range = ["Range", "bytes=0-3"];
    await check({ text: "" }, fileOf(), range, {}, "HEAD");
    await check({}, fileOf(), range, {}, "POST");
    await check({ status: 404 }, fileOf(), range, { status: 404 });
    await check({}, fileOf(), range, { headers: { "content-length": "10" } });
    await check({ status: 206, range: "bytes 5-14/20" }, fileOf(), range, {
      status: 206,
      headers: { "content-range": "bytes 5-14/20" },
    });
    await check({ range: "x" }, fileOf(), range, { headers: { "content-range": "x" } });
  });

  it("has a range only where If-Range names what is sent", async () => {
    const headers = { "etag": '"a"', "last-modified": "Sat, 01 Jan 2000 00:00:00 GMT" };
    const part = { status: 206, text: "0123", range: "bytes 0-3/10", length: "4" };
    for (const condition of ['"a"', headers["last-modified"]]) {
      await check(part, fileOf(), ["Range", "bytes=0-3", "If-Range", condition], { headers });
    }
    for (const condition of ['"b"', 'W/"a"', "Sat, 01 Jan 2000 00:00:01 GMT"]) {
      await check({}, fileOf(), ["Range", "bytes=0-3", "If-Range", condition], { headers });
      await check({}, fileOf(), ["Range", "bytes=0-3", "If-Range", condition]);
    }
  });

  it("is not cut again where it is a slice", async () => {
    await check({}, fileOf(CONTENT, 100), ["Range", "bytes=0-3"]);
  });

  it("has no ranges where it is a blob or a File in memory", async () => {
    await check({}, new Blob([CONTENT]), ["Range", "bytes=0-3"]);
    await check({}, new File([CONTENT], "a.txt"), ["Range", "bytes=0-3"]);
  });

  it("fails where it cannot be looked at", async () => {
    const error = new Error("no such file");
    const blob = Object.assign(fileOf(), { stat: () => Promise.reject(error) });
    const { exchange } = await send(blob, ["Range", "bytes=0-3"]);
    assert.equal(exchange.failure, error);
  });

  it("goes out no longer than it was when its length was said", async () => {
    const grown = fileOf();
    const stream = (): never => assert.fail("the whole would be read");
    await check({}, Object.assign(grown, { stream }), []);
  });

  it("goes out in chunks where nobody knows its length", async () => {
    const pipe = Object.defineProperty(new Blob([CONTENT]), "size", { value: Infinity });
    await check({ length: undefined }, pipe, []);
  });
});
