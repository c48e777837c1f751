/**
 * Time of the parser, the trust rules and the head writer alone, without a socket: `node test/bench/parser.ts` (or bun, or
 * deno run -A). Prints nanoseconds per request (least and median), next to llhttp on the same runtime in the same run.
 * `differing` means that no head is like the one before it, so that a head is never recognised as a repeated one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import process from "node:process";
import { Bench } from "tinybench";
import type { RequestHead } from "../../src/http/events.ts";
import { RequestParser } from "../../src/http/parser.ts";
import { STRICT } from "../../src/http/permissions.ts";
import { TrustRules } from "../../src/http/trust-rules.ts";
import { DEFAULT_TRUST } from "../../src/http/trust-settings.ts";
import { encodeHead, type HeadOptions } from "../../src/http/writer.ts";
import { FIXTURE_LIMITS } from "../support/fixtures.ts";
import { Llhttp } from "./llhttp.ts";
import {
  browserRequest,
  chunkedRequest,
  countedPath,
  manyFieldsRequest,
  piecesOf,
  proxiedRequest,
  wrkRequest,
} from "./requests.ts";

/** A head is not like any of so many before it. */
const VARIANTS = 64;

interface Input {
  readonly name: string;
  /** One after the other, and again. */
  readonly variants: readonly (readonly Uint8Array[])[];
  /** Requests in each. */
  readonly requests: number;
  /** How often one measurement goes through a variant. */
  readonly batch: number;
}

function input(name: string, text: string, options: { readonly requests?: number; readonly batch: number }): Input {
  return { name, variants: [piecesOf(text)], requests: options.requests ?? 1, batch: options.batch };
}

function differing(name: string, make: (path: string) => string): Input {
  const variants = Array.from({ length: VARIANTS }, (_, index) => piecesOf(make(countedPath(index))));
  return { name: `${name}, differing`, variants, requests: 1, batch: VARIANTS };
}

const MIB = 1_048_576;
const BROWSER = `browser, ${browserRequest().length} bytes`;
const INPUTS: readonly Input[] = [
  input("wrk", wrkRequest(), { batch: VARIANTS }),
  differing("wrk", wrkRequest),
  input("wrk, 16 pipelined", wrkRequest().repeat(16), { requests: 16, batch: 10 }),
  input(BROWSER, browserRequest(), { batch: VARIANTS }),
  differing(BROWSER, browserRequest),
  input("100 fields", manyFieldsRequest(), { batch: 10 }),
  differing("100 fields", manyFieldsRequest),
  input("1 MiB in chunks of 16 KiB", chunkedRequest(MIB, 16_384), { batch: 1 }),
  input("1 MiB in chunks of 1 KiB", chunkedRequest(MIB, 1024), { batch: 1 }),
];

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

function newParser(): RequestParser {
  return new RequestParser(FIXTURE_LIMITS, STRICT, latin1);
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

function headOf(text: string): RequestHead {
  const parser = newParser();
  for (const piece of piecesOf(text)) parser.receive(piece);
  const event = parser.nextEvent();
  if (event.type !== "request") throw new Error(`No request, but ${event.type}`);
  return event.head;
}

const bench = new Bench({ time: 500, warmupTime: 200 });
const perCall = new Map<string, number>();

/** `run` does what is measured `count` times. */
function add(name: string, count: number, run: () => void): void {
  perCall.set(name, count);
  bench.add(name, run, { async: false });
}

for (const { name, variants, requests, batch } of INPUTS) {
  const parser = newParser();
  add(`ours: ${name}`, requests * batch, () => {
    for (let index = 0; index < batch; index += 1) {
      if (parseAll(parser, variants[index % variants.length] ?? []) !== requests) throw new Error(`"${name}" was not parsed`);
    }
  });
  const llhttp = new Llhttp();
  add(`llhttp: ${name}`, requests * batch, () => {
    const before = llhttp.messages;
    for (let index = 0; index < batch; index += 1) {
      for (const piece of variants[index % variants.length] ?? []) llhttp.execute(piece);
    }
    if (llhttp.messages - before !== requests * batch) throw new Error(`"${name}" was not parsed by llhttp`);
  });
}

const RULES = new TrustRules(DEFAULT_TRUST);
const NO_RULES = new TrustRules({ ...DEFAULT_TRUST, forwardedSource: "none", headerMap: "dangerous" });
/** A trusted proxy. */
const PEER = { remoteAddress: "127.0.0.1", remotePort: 40_000, secure: false };
for (
  const [name, rules, text, judged] of [
    ["trust rules, browser", RULES, browserRequest(), 0],
    ["trust rules, browser behind proxy", RULES, proxiedRequest(), 100],
    ["trust rules off, browser", NO_RULES, browserRequest(), 0],
  ] as const
) {
  const head = headOf(text);
  add(name, 100, () => {
    let count = 0;
    for (let index = 0; index < 100; index += 1) if (rules.judge(head, PEER) !== null) count += 1;
    if (count !== judged) throw new Error(`"${name}" judged ${count} heads`);
  });
}
add("response head", 100, () => {
  let chars = 0;
  for (let index = 0; index < 100; index += 1) chars += encodeHead(HEAD, OPTIONS).length;
  if (chars === 0) throw new Error("Nothing was rendered");
});

await bench.run();

interface Time {
  readonly least: number;
  readonly median: number;
}

/** Nanoseconds for one. */
function timeOf(name: string): Time {
  const result = bench.getTask(name)?.result;
  if (result?.state !== "completed") throw new Error(`"${name}" did not complete`);
  const each = (ms: number): number => ms * 1e6 / (perCall.get(name) ?? 1);
  return { least: each(result.latency.min), median: each(result.latency.p50) };
}

function print(cells: readonly (string | number)[]): void {
  const texts = cells.map((cell) => typeof cell === "number" ? cell.toFixed(0) : cell);
  console.log(`| ${texts.map((text, index) => index === 0 ? text.padEnd(34) : text.padStart(9)).join(" | ")} |`);
}

const runtime = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
console.log(`${runtime} ${process.versions[runtime]}: ns for each request; ratio of the medians\n`);
print(["request", "ours", "median", "llhttp", "median", "ratio"]);
console.log("|---|---|---|---|---|---|");
for (const { name } of INPUTS) {
  const [ours, llhttp] = [timeOf(`ours: ${name}`), timeOf(`llhttp: ${name}`)];
  print([name, ours.least, ours.median, llhttp.least, llhttp.median, (ours.median / llhttp.median).toFixed(2)]);
}
console.log("");
print(["alone", "ours", "median"]);
console.log("|---|---|---|");
for (const { name } of bench.tasks) {
  if (/^(?:ours|llhttp): /.test(name)) continue;
  const { least, median } = timeOf(name);
  print([name, least, median]);
}
