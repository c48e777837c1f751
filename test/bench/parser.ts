/**
 * Time of the parser and the head writer alone, without a socket: `node test/bench/parser.ts` (or bun, or deno run -A).
 * Prints nanoseconds for one request or response, so that a change can be judged in one run on one machine.
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { Bench } from "tinybench";
import { RequestParser } from "../../src/http/parser.ts";
import { encodeHead, type HeadOptions } from "../../src/http/writer.ts";
import { FIXTURE_LIMITS } from "../support/fixtures.ts";

const HEAD_OF_WRK = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
const HEAD_OF_BROWSER = [
  "GET /products/index.html?page=2&sort=price HTTP/1.1",
  "Host: www.example.com",
  "Connection: keep-alive",
  "Cache-Control: max-age=0",
  'sec-ch-ua: "Chromium";v="128", "Not;A=Brand";v="24", "Google Chrome";v="128"',
  "sec-ch-ua-mobile: ?0",
  'sec-ch-ua-platform: "Linux"',
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-User: ?1",
  "Sec-Fetch-Dest: document",
  "Referer: https://www.example.com/products/index.html",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US,en;q=0.9",
  "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
  "\r\n",
].join("\r\n");
const HEAD_OF_100_FIELDS = "GET / HTTP/1.1\r\nHost: a\r\n" +
  Array.from({ length: 99 }, (_, i) => `X-Field-Number-${i}: value-${i}\r\n`).join("") + "\r\n";

/** What one read of a socket gives. */
const READ_BYTES = 65_536;

function piecesOf(text: string): Uint8Array[] {
  const bytes = Buffer.from(text, "latin1");
  return Array.from(
    { length: Math.ceil(bytes.length / READ_BYTES) },
    (_, i) => bytes.subarray(i * READ_BYTES, (i + 1) * READ_BYTES),
  );
}

function chunkedRequest(contentBytes: number, chunkBytes: number): string {
  const chunk = `${chunkBytes.toString(16)}\r\n${"x".repeat(chunkBytes)}\r\n`;
  return `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(contentBytes / chunkBytes)}0\r\n\r\n`;
}

const INPUTS: Readonly<Record<string, { readonly text: string; readonly requests: number; readonly batch: number }>> = {
  "GET as wrk sends it": { text: HEAD_OF_WRK, requests: 1, batch: 100 },
  "16 of them pipelined": { text: HEAD_OF_WRK.repeat(16), requests: 16, batch: 10 },
  [`GET of a browser, ${HEAD_OF_BROWSER.length} bytes`]: { text: HEAD_OF_BROWSER, requests: 1, batch: 50 },
  "GET with 100 fields": { text: HEAD_OF_100_FIELDS, requests: 1, batch: 10 },
  "1 MiB in chunks of 16 KiB": { text: chunkedRequest(1_048_576, 16_384), requests: 1, batch: 1 },
  "1 MiB in chunks of 1 KiB": { text: chunkedRequest(1_048_576, 1024), requests: 1, batch: 1 },
};

const HEAD = { status: 200, reason: "", fields: ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"] };
const OPTIONS: HeadOptions = {
  framing: { kind: "length", bytes: 13 },
  requestMinorVersion: 1,
  persistent: true,
  date: "Sun, 06 Nov 1994 08:49:37 GMT",
  server: "tsgunicorn",
};

function latin1(bytes: Uint8Array, start: number, end: number): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString("latin1", start, end);
}

/** Feeds all pieces and reads all events; gives the number of requests. */
function parseAll(parser: RequestParser, pieces: readonly Uint8Array[]): number {
  let requests = 0;
  for (const piece of pieces) {
    parser.receive(piece);
    for (;;) {
      const { type } = parser.nextEvent();
      if (type === "need_data") break;
      if (type === "request") requests += 1;
      else if (type === "paused") parser.startNextCycle();
    }
  }
  return requests;
}

const bench = new Bench({ time: 500, warmupTime: 200 });
const perCall = new Map<string, number>();

for (const [name, { text, requests, batch }] of Object.entries(INPUTS)) {
  const parser = new RequestParser(FIXTURE_LIMITS, latin1);
  const pieces = piecesOf(text);
  perCall.set(name, requests * batch);
  bench.add(name, () => {
    for (let i = 0; i < batch; i += 1) if (parseAll(parser, pieces) !== requests) throw new Error(`"${name}" was not parsed`);
  }, { async: false });
}
perCall.set("Response head", 100);
bench.add("Response head", () => {
  let chars = 0;
  for (let i = 0; i < 100; i += 1) chars += encodeHead(HEAD, OPTIONS).length;
  if (chars === 0) throw new Error("Nothing was rendered");
}, { async: false });

await bench.run();
const runtime = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
console.log(`${runtime} ${process.versions[runtime]}: ns for each, least and median`);
for (const { name, result } of bench.tasks) {
  if (result.state !== "completed") throw new Error(`"${name}" did not complete`);
  const [least, median] = [result.latency.min, result.latency.p50].map((ms) =>
    ((ms * 1e6) / (perCall.get(name) ?? 1)).toFixed(0)
  );
  console.log(`${name.padEnd(34)} ${least?.padStart(9)} ${median?.padStart(9)}`);
}
