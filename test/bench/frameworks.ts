/**
 * Frameworks on one worker against the same application on its usual server, on the same runtime, in one run: hello world over kept-alive
 * connections, with heads that are all the same and with heads that differ. The two take turns, so that a noisy machine disturbs both;
 * figures are medians, and the ratios of CPU time are what counts: utime+stime of the serving process alone, from /proc. Needs `wrk`.
 *
 *     npm run bench:frameworks [-- ROUNDS [SECONDS [RUNTIMES [FRAMEWORKS]]]]      as in: 5 2 Node,Bun express,hono
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { cpuSeconds, HERE, ROOT, type RunningServer, startServer } from "./start.ts";

const CLIENTS = 32;

type Command = readonly [string, ...string[]];

const RUNTIMES: Readonly<Record<string, { readonly run: Command; readonly main: string }>> = {
  Node: { run: ["node"], main: `${ROOT}runtimes/node/main.ts` },
  Bun: { run: ["bun"], main: `${ROOT}runtimes/bun/main.ts` },
  Deno: { run: ["deno", "run", "-A", "--no-check"], main: `${ROOT}runtimes/deno/main.ts` },
};
/** What the usual server of Hono is; that of the others is their `listen`. */
const HONO_SERVERS: Readonly<Record<string, string>> = { Node: "@hono/node-server", Bun: "Bun.serve", Deno: "Deno.serve" };
const HEADS = { same: [], differing: ["-s", `${HERE}differing.lua`] } as const;
type Heads = keyof typeof HEADS;
const KINDS: readonly Heads[] = ["same", "differing"];

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 2);
const runtimes = (process.argv[4] ?? Object.keys(RUNTIMES).join()).split(",");
const frameworks = (process.argv[5] ?? "express,fastify,koa,hono").split(",");
// Express and others do more for a developer.
process.env["NODE_ENV"] = "production";

console.log(`${rounds} rounds of ${seconds} s, ${CLIENTS} connections; medians\n`);
console.log("| runtime | framework | heads | CPU µs per request | on its usual server | ratio | ratio of requests per second |");
console.log("|---|---|---|---|---|---|---|");
for (const runtime of runtimes) for (const framework of frameworks) await compare(runtime, framework);

interface Measurement {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

async function compare(runtime: string, framework: string): Promise<void> {
  const known = RUNTIMES[runtime];
  if (known === undefined) throw new Error(`No runtime is called ${runtime}`);
  const args = ["-w", "1", "-b", "127.0.0.1:0", "--chdir", `${HERE}servers`, `frameworks:${framework}()`];
  const name = `${framework} on ${runtime}`;
  const servers = [
    await startServer({ name, command: [...known.run, known.main, ...args], workers: 1 }),
    await startServer({ name, command: [...known.run, `${HERE}servers/frameworks-own.mjs`, framework], workers: 0 }),
  ] as const;
  try {
    for (const server of servers) for (const heads of KINDS) load(server.port, heads, 1);
    const results: Record<Heads, readonly [Measurement[], Measurement[]]> = { same: [[], []], differing: [[], []] };
    for (let round = 0; round < rounds; round++) {
      for (const heads of KINDS) {
        for (const index of [0, 1] as const) results[heads][index].push(measure(servers[index], heads));
      }
    }
    for (const heads of KINDS) {
      const [ours, theirs] = results[heads];
      const cpu = [median(ours, "cpuMicroseconds"), median(theirs, "cpuMicroseconds")] as const;
      const usual = framework === "hono" ? HONO_SERVERS[runtime] ?? "" : "listen()";
      const cells = [
        runtime,
        framework,
        heads,
        cpu[0].toFixed(1),
        `${cpu[1].toFixed(1)} (${usual})`,
        (cpu[0] / cpu[1]).toFixed(2),
        (median(ours, "perSecond") / median(theirs, "perSecond")).toFixed(2),
      ];
      console.log(`| ${cells.join(" | ")} |`);
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
  const { stdout, error } = spawnSync("wrk", args, { encoding: "utf8" });
  if (error !== undefined) throw new Error("wrk is not installed (Debian: apt-get install wrk)");
  const match = /(\d+) requests in ([\d.]+)(m?s|m)/.exec(stdout);
  if (match === null || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk was not content:\n${stdout}`);
  const unit = match[3] === "ms" ? 0.001 : match[3] === "m" ? 60 : 1;
  return { requests: Number(match[1]), tookSeconds: Number(match[2]) * unit };
}

function median(measurements: readonly Measurement[], figure: keyof Measurement): number {
  return measurements.map((each) => each[figure]).toSorted((a, b) => a - b)[Math.floor(measurements.length / 2)] ?? Number.NaN;
}
