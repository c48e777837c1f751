/**
 * One worker against the runtime's own server, on the same runtime, in one run: hello world over kept-alive connections.
 * The two take turns, so that a noisy machine disturbs both; figures are medians, and the ratios are what counts. CPU time is
 * utime+stime of the serving process alone, from /proc. Needs `wrk` (Debian package of that name).
 *
 *     npm run bench [-- ROUNDS [SECONDS]]
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CLIENTS = 32;
/** Of the kernel's clock (`getconf CLK_TCK`); 100 on every Linux that Node, Bun and Deno run on. */
const TICKS_PER_SECOND = 100;
const START_LIMIT_MS = 20_000;

interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** The pid that serves: the process itself, or its worker. */
  readonly servedBy: "itself" | "worker";
}

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
console.log("| runtime | server | CPU µs per request | ratio | requests per second | ratio |");
console.log("|---|---|---|---|---|---|");
for (const [runtime, one, other] of PAIRS) await compare(runtime, one, other);

async function compare(runtime: string, one: Contender, other: Contender): Promise<void> {
  const servers = [await start(one), await start(other)] as const;
  try {
    for (const server of servers) load(server.port, 1);
    const results: [Measurement[], Measurement[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const index of [0, 1] as const) results[index].push(measure(servers[index]));
    }
    const [a, b] = [summary(results[0]), summary(results[1])];
    const row = (name: string, own: Measurement, base: Measurement): string =>
      `| ${runtime} | ${name} | ${own.cpuMicroseconds.toFixed(1)} | ${
        (own.cpuMicroseconds / base.cpuMicroseconds).toFixed(2)
      } | ` +
      `${Math.round(own.perSecond)} | ${(own.perSecond / base.perSecond).toFixed(2)} |`;
    console.log(row(one.name, a, b));
    console.log(row(other.name, b, b));
  } finally {
    for (const server of servers) server.stop();
  }
}

interface RunningServer {
  readonly port: number;
  readonly pid: number;
  stop(): void;
}

function start(contender: Contender): Promise<RunningServer> {
  const [file, ...args] = contender.command;
  const child: ChildProcess = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const stop = (): void => void child.kill("SIGTERM");
  process.once("exit", stop);
  return new Promise((resolve, reject) => {
    let text = "";
    const limit = setTimeout(() => reject(new Error(`${contender.name} did not start:\n${text}`)), START_LIMIT_MS);
    const read = (chunk: Uint8Array): void => {
      text += String(chunk);
      const port = /port=(\d+)|Listening at: http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      const worker = /Booting worker with pid: (\d+)/.exec(text);
      if (port === null || (contender.servedBy === "worker" && worker === null)) return;
      clearTimeout(limit);
      resolve({
        port: Number(port[1] ?? port[2]),
        pid: contender.servedBy === "worker" ? Number(worker?.[1]) : child.pid ?? 0,
        stop,
      });
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
}

function measure(server: RunningServer): Measurement {
  const before = cpuTicks(server.pid);
  const { requests, tookSeconds } = load(server.port, seconds);
  const ticks = cpuTicks(server.pid) - before;
  return { cpuMicroseconds: ticks / TICKS_PER_SECOND * 1e6 / requests, perSecond: requests / tookSeconds };
}

function load(port: number, forSeconds: number): { readonly requests: number; readonly tookSeconds: number } {
  const { stdout } = spawnSync("wrk", ["-t1", `-c${CLIENTS}`, `-d${forSeconds}s`, `http://127.0.0.1:${port}/`], {
    encoding: "utf8",
  });
  const match = /(\d+) requests in ([\d.]+)(m?s|m)/.exec(stdout);
  if (match === null || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk was not content:\n${stdout}`);
  const unit = match[3] === "ms" ? 0.001 : match[3] === "m" ? 60 : 1;
  return { requests: Number(match[1]), tookSeconds: Number(match[2]) * unit };
}

/** utime + stime of all threads (proc(5): fields 14 and 15, counted after the name, which may have spaces). */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
  return Number(fields[11]) + Number(fields[12]);
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
  return { name: "tsgunicorn worker", command: [...prefix, ...ARGS], servedBy: "worker" };
}

function theirs(name: string, command: readonly [string, ...string[]]): Contender {
  return { name, command, servedBy: "itself" };
}
