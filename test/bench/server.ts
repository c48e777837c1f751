/**
 * One worker against the runtime's own server, on the same runtime, in one run: hello world over kept-alive connections, with
 * heads that are all the same (which is what load generators send, and what the parser recognises) and with heads that differ.
 * The two take turns, so that a noisy machine disturbs both; figures are medians, and the ratios are what counts. CPU time is
 * utime+stime of the serving process alone, from /proc. Needs `wrk` (Debian package of that name).
 *
 *     npm run bench [-- ROUNDS [SECONDS]]
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import process from "node:process";
import { type Contender, cpuSeconds, HERE, ROOT, type RunningServer, startServer } from "./start.ts";

const CLIENTS = 32;

/** What wrk sends: one request again and again, or none like the one before it. */
const HEADS = { same: [], differing: ["-s", `${HERE}differing.lua`] } as const;
type Heads = keyof typeof HEADS;

interface Measurement {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

const ARGS = ["-w", "1", "-b", "127.0.0.1:0", "--chdir", `${HERE}servers`, "app:app"];
const PAIRS: readonly (readonly [runtime: string, ours: Contender, theirs: Contender])[] = [
  ["Node", ours(["node", `${ROOT}dist/cli.js`]), theirs("node:http", ["node", `${HERE}servers/node-http.mjs`])],
  ["Bun", ours(["bun", `${ROOT}runtimes/bun/main.ts`]), theirs("Bun.serve", ["bun", `${HERE}servers/bun-serve.mjs`])],
  [
    "Deno",
    ours(["deno", "run", "-A", `${ROOT}runtimes/deno/main.ts`]),
    theirs("Deno.serve", ["deno", "run", "-A", `${HERE}servers/deno-serve.mjs`]),
  ],
];

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 3);
if (spawnSync("wrk", ["-v"]).error !== undefined) {
  console.error("wrk is not installed (Debian: apt-get install wrk)");
  process.exit(1);
}
console.log(
  `${
    cpus()[0]?.model ?? "unknown processor"
  }, ${cpus().length} cores; ${rounds} rounds of ${seconds} s, ${CLIENTS} connections; medians\n`,
);
console.log("| runtime | heads | server | CPU µs per request | ratio | requests per second | ratio |");
console.log("|---|---|---|---|---|---|---|");
for (const [runtime, one, other] of PAIRS) await compare(runtime, one, other);

async function compare(runtime: string, one: Contender, other: Contender): Promise<void> {
  const servers = [await startServer(one), await startServer(other)] as const;
  try {
    for (const server of servers) for (const heads of ["same", "differing"] as const) load(server.port, heads, 1);
    const results: Record<Heads, readonly [Measurement[], Measurement[]]> = { same: [[], []], differing: [[], []] };
    for (let round = 0; round < rounds; round++) {
      for (const heads of ["same", "differing"] as const) {
        for (const index of [0, 1] as const) results[heads][index].push(measure(servers[index], heads));
      }
    }
    for (const heads of ["same", "differing"] as const) {
      const [a, b] = [summary(results[heads][0]), summary(results[heads][1])];
      const row = (name: string, own: Measurement, base: Measurement): string =>
        `| ${runtime} | ${heads} | ${name} | ${own.cpuMicroseconds.toFixed(1)} | ${
          (own.cpuMicroseconds / base.cpuMicroseconds).toFixed(2)
        } | ` + `${Math.round(own.perSecond)} | ${(own.perSecond / base.perSecond).toFixed(2)} |`;
      console.log(row(one.name, a, b));
      console.log(row(other.name, b, b));
    }
  } finally {
    for (const server of servers) await server.stop();
  }
}

function measure(server: RunningServer, heads: Heads): Measurement {
  const [pid = 0] = server.pids;
  const before = cpuSeconds(pid);
  const { requests, tookSeconds } = load(server.port, heads, seconds);
  return { cpuMicroseconds: (cpuSeconds(pid) - before) * 1e6 / requests, perSecond: requests / tookSeconds };
}

function load(port: number, heads: Heads, forSeconds: number): { readonly requests: number; readonly tookSeconds: number } {
  const args = ["-t1", `-c${CLIENTS}`, `-d${forSeconds}s`, ...HEADS[heads], `http://127.0.0.1:${port}/`];
  const { stdout } = spawnSync("wrk", args, { encoding: "utf8" });
  const match = /(\d+) requests in ([\d.]+)(m?s|m)/.exec(stdout);
  if (match === null || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk was not content:\n${stdout}`);
  const unit = match[3] === "ms" ? 0.001 : match[3] === "m" ? 60 : 1;
  return { requests: Number(match[1]), tookSeconds: Number(match[2]) * unit };
}

function summary(measurements: readonly Measurement[]): Measurement {
  return {
    cpuMicroseconds: median(measurements.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    perSecond: median(measurements.map(({ perSecond }) => perSecond)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function ours(prefix: readonly [string, ...string[]]): Contender {
  return { name: "tsgunicorn worker", command: [...prefix, ...ARGS], workers: 1 };
}

function theirs(name: string, command: readonly [string, ...string[]]): Contender {
  return { name, command, workers: 0 };
}
