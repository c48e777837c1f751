/**
 * Whether a client notices that processes are replaced: requests and failures of four kinds of clients while workers and arbiter
 * come and go in every way that there is, then the same clients before PM2 and node:cluster, and what a reload does to latency.
 * Latency is measured apart, with clients that pause longer.
 *
 *     node test/bench/zero-loss.ts [node|bun|deno]... [--quick] [--alone] [seed=1]
 *
 * `--alone` leaves the others out. PM2 comes from the registry into a temporary folder.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { get } from "../support/client.ts";
import type { LoadResult } from "../support/load.ts";
import { RunningServer } from "../support/server.ts";
import { type Crowd, startCrowds, type Storm, withStorm } from "../support/storm.ts";
import { type Reloadable, startCluster, startPm2 } from "./reloadable.ts";
import { ROOT } from "./start.ts";

const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  node: ["node", `${ROOT}runtimes/node/main.ts`],
  bun: ["bun", `${ROOT}runtimes/bun/main.ts`],
  deno: ["deno", "run", "-A", `${ROOT}runtimes/deno/main.ts`],
};
const WORKERS = 2;
const MAX_REQUESTS = 500;
/** Between two requests of a client while everything happens at once: without, boots wait for the processors and little happens. */
const HAMMER_PAUSE_MS = 20;
/** The same where latency is measured. */
const CALM_PAUSE_MS = 50;
const KINDS: readonly string[] = ["TCP, kept alive", "TCP, one each", "unix, kept alive", "unix, one each"];

const args = process.argv.slice(2);
const isQuick = args.includes("--quick");
const isAlone = args.includes("--alone");
const seed = Number(args.find((arg) => arg.startsWith("seed="))?.slice(5) ?? 1);
const runtimes = args.filter((arg) => arg in COMMANDS);
const CLIENTS = isQuick ? 32 : 64;
const PLAN = isQuick
  ? { seed, reloads: 5, upgrades: 2, resizes: 3, recycled: 4, killed: 3 }
  : { seed, reloads: 20, upgrades: 5, resizes: 10, recycled: 20, killed: 10 };
const QUIET_MS = isQuick ? 3_000 : 8_000;
const CALM_RELOADS = isQuick ? 3 : 6;

const losses: string[] = [];
const deaths: string[] = [];
const latencies: string[] = [];

const folder = mkdtempSync(join(tmpdir(), "tsgunicorn-zero-loss-"));
try {
  for (const runtime of runtimes.length > 0 ? runtimes : Object.keys(COMMANDS)) await measureOurs(runtime);
  if (!isAlone) { for (const start of [startCluster, startPm2]) await measureTheirs(await start(folder)); }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(
  `\n${CLIENTS} clients, ${
    CLIENTS / 4
  } of each kind, which pause ${HAMMER_PAUSE_MS} ms; ${WORKERS} workers; seed ${seed}; max_requests=${MAX_REQUESTS}\n`,
);
console.log(`| server | event | ${KINDS.join(" | ")} | requests | failed |`);
console.log("|---|---|---|---|---|---|---|---|");
console.log(losses.join("\n"));
console.log("\n| server | kill -9 of | what came of it |");
console.log("|---|---|---|");
console.log(deaths.join("\n"));
console.log(`\n| server | ${CALM_RELOADS} reloads | requests | failed | p50 ms | p99 ms | longest ms |`);
console.log("|---|---|---|---|---|---|---|");
console.log(latencies.join("\n"));

async function measureOurs(runtime: string): Promise<void> {
  const name = `tsgunicorn on ${runtime}`;
  const command = COMMANDS[runtime] ?? ["node"];
  const unix = join(folder, `${runtime}.sock`);
  const pidfile = join(folder, `${runtime}.pid`);
  const settings = ["-w", String(WORKERS), "-b", "127.0.0.1:0", "-b", `unix:${unix}`, "-p", pidfile, "plain:app"];

  progress(`${name}: everything at once`);
  await withStorm(["--max-requests", String(MAX_REQUESTS), ...settings], async (storm) => {
    await storm.server.ready(WORKERS);
    await storm.hammer(unix, CLIENTS, HAMMER_PAUSE_MS);
    storm.event = "max_requests";
    for (let nth = 1; nth <= PLAN.recycled; nth++) await storm.server.line(/Autorestarting worker after/, nth);
    await storm.rage(PLAN);
    const results = await Promise.all(storm.crowds.map(({ load }) => load.stop()));
    const recycled = storm.server.count(/Autorestarting worker after/);
    const times: Readonly<Record<string, string>> = {
      "max_requests": `max_requests alone`,
      "HUP": `${PLAN.reloads} HUP`,
      "USR2": `${PLAN.upgrades} USR2`,
      "TTIN/TTOU": `${PLAN.resizes} TTIN and TTOU`,
    };
    for (const [event, text] of Object.entries(times)) losses.push(lossRow(name, text, results, event));
    losses.push(lossRow(name, `all, and ${recycled} recycled`, results, null));
    await storm.settle(WORKERS, { path: unix });
  }, { command });

  progress(`${name}: kill -9`);
  await withStorm(settings, async (storm) => {
    await storm.server.ready(WORKERS);
    await storm.hammer(unix, CLIENTS, HAMMER_PAUSE_MS);
    deaths.push(await killWorkers(name, storm));
    const bind = `127.0.0.1:${await storm.server.port()}`;
    deaths.push(
      await killArbiter(name, storm, command, [
        "-w",
        String(WORKERS),
        "-b",
        bind,
        "-b",
        `unix:${unix}`,
        "-p",
        pidfile,
        "plain:app",
      ]),
    );
  }, { command });

  progress(`${name}: latency`);
  await withStorm(settings, async (storm) => {
    await storm.server.ready(WORKERS);
    await storm.hammer(unix, CLIENTS, CALM_PAUSE_MS);
    await calmly(name, storm.crowds, (event) => storm.event = event, async () => {
      const leaving = storm.count(/Worker exiting|Reload complete/);
      await storm.reload();
      await storm.settle(WORKERS, { path: unix });
      if (storm.count(/Worker exiting|Reload complete/) === leaving) throw new Error("Nothing was reloaded");
    });
  }, { command });
}

async function measureTheirs(server: Reloadable): Promise<void> {
  try {
    progress(`${server.name}: reloads`);
    let event = "HUP";
    const crowds = startCrowds({ ...server, clients: CLIENTS, event: () => event, pauseMs: HAMMER_PAUSE_MS });
    await Promise.all(crowds.map(({ load }) => load.answers(20)));
    for (let reload = 0; reload < PLAN.reloads; reload++) await server.reload();
    const results = await Promise.all(crowds.map(({ load }) => load.stop()));
    losses.push(lossRow(server.name, `${PLAN.reloads} reloads`, results, null));

    progress(`${server.name}: latency`);
    const calm = startCrowds({ ...server, clients: CLIENTS, event: () => event, pauseMs: CALM_PAUSE_MS });
    await calmly(server.name, calm, (name) => event = name, server.reload);
  } finally {
    await server.stop();
  }
}

/** One row: of one event, or of all. */
function lossRow(name: string, text: string, results: readonly LoadResult[], event: string | null): string {
  const counts = results.map(({ events }) => {
    const chosen = [...events].filter(([key]) => event === null || key === event).map(([, count]) => count);
    return {
      answered: chosen.reduce((sum, { answered }) => sum + answered, 0),
      failed: chosen.reduce((sum, { failed }) => sum + failed, 0),
    };
  });
  const requests = counts.map(({ answered, failed }) => answered + failed);
  const cells = counts.map(({ failed }, index) => `${requests[index] ?? 0} / ${failed}`);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const failures = new Set(
    results.flatMap(({ failures }) => failures.map((failure) => failure.replace(/[\d.:]*\d{4,}|\/tmp\S*/g, "…"))),
  );
  if (event === null && failures.size > 0) progress(`${name}: ${[...failures].slice(0, 5).join(" | ")}`);
  return `| ${[name, text, ...cells, sum(requests), sum(counts.map(({ failed }) => failed))].join(" | ")} |`;
}

/** What was lost with each, and how many connections it had. */
async function killWorkers(name: string, storm: Storm): Promise<string> {
  let connections = 0;
  storm.event = "kill";
  for (let nth = 0; nth < PLAN.killed; nth++) {
    const victim = storm.server.workerPids()[nth] ?? 0;
    connections += storm.crowds.reduce((sum, { load }) => sum + load.held(`${victim}\n`), 0);
    process.kill(victim, "SIGKILL");
    await storm.server.ready(WORKERS + nth + 1);
    await storm.answers(200);
  }
  const results = await Promise.all(storm.crowds.map(({ load }) => load.stop()));
  const failed = results.map(({ failures }) => failures.length);
  const total = failed.reduce((sum, count) => sum + count, 0);
  const kinds = KINDS.map((kind, index) => `${kind}: ${failed[index] ?? 0}`).join(", ");
  return `| ${name} | ${PLAN.killed} workers | ${total} requests failed (${kinds}); the kept-alive connections of these workers were ${connections} |`;
}

async function killArbiter(
  name: string,
  storm: Storm,
  command: readonly [string, ...string[]],
  settings: readonly string[],
): Promise<string> {
  const startedMs = performance.now();
  storm.signal("SIGKILL");
  await storm.server.exited;
  const leftMs = performance.now() - startedMs;
  const next = new RunningServer(settings, { command });
  try {
    const port = await next.port();
    const boundMs = performance.now() - startedMs - leftMs;
    await get({ port });
    const answeredMs = performance.now() - startedMs - leftMs;
    return `| ${name} | the arbiter | the last worker was gone after ${leftMs.toFixed(0)} ms; a new arbiter listened ${
      boundMs.toFixed(0)
    } ms after its start and answered after ${answeredMs.toFixed(0)} ms |`;
  } finally {
    await next.stop();
  }
}

/** A quiet time, then reloads, under the same clients. */
async function calmly(
  name: string,
  crowds: readonly Crowd[],
  begin: (event: string) => void,
  reload: () => Promise<void>,
): Promise<void> {
  begin("warm-up");
  await Promise.all(crowds.map(({ load }) => load.answers(500)));
  begin("none");
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  begin("during");
  for (let turn = 0; turn < CALM_RELOADS; turn++) await reload();
  begin("after");
  const results = await Promise.all(crowds.map(({ load }) => load.stop()));
  for (const event of ["none", "during"]) {
    const counts = results.flatMap(({ events }) => events.get(event) ?? []);
    const times = counts.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
    const failed = counts.reduce((sum, count) => sum + count.failed, 0);
    const at = (share: number): string =>
      (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(1);
    latencies.push(`| ${[name, event, times.length + failed, failed, at(0.5), at(0.99), at(1)].join(" | ")} |`);
  }
}

function progress(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}
