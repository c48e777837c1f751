/**
 * What thousands of slow clients do to a good one: its latency and the memory of the workers before, while and after they are
 * there. The server runs from source with its defaults, save shorter deadlines so that the end of the attack is seen.
 *
 *     node test/bench/slowloris.ts [node|bun|deno]... [connections=5000] [workers=1,2] [attack=heads,bodies,...]
 *         [requests=2000] [limit=4096]
 *
 * @module
 */
import process from "node:process";
import { type Attack, type AttackReport, ATTACKS } from "./attack.ts";
import { freshLatency, keptAliveLatency, type Latency } from "./latency.ts";
import {
  cpuSeconds,
  descriptorCount,
  HERE,
  residentBytes,
  ROOT,
  type RunningServer,
  spawnWithFiles,
  startServer,
} from "./start.ts";

const DEADLINE_SECONDS = 10;
/** An attack that has not opened its connections by then goes on with those that it has. */
const OPENING_LIMIT_MS = 30_000;
/** Who comes again and again never stops moving. */
const ARRIVING_LIMIT_MS = 5_000;
const LOOK_MS = 250;
/** Deadlines are looked at four times a second, and connections linger for 2 s. */
const ENDING_LIMIT_MS = (DEADLINE_SECONDS + 20) * 1_000;
/** Linux keeps about 2.5 MB for each connection that is not read; with too many, what is measured is that it runs out (tcp_mem). */
const READER_SHARE = 0.05;
const MIB = 1_048_576;

const COMMANDS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  node: ["node", `${ROOT}runtimes/node/main.ts`],
  bun: ["bun", `${ROOT}runtimes/bun/main.ts`],
  deno: ["deno", "run", "-A", `${ROOT}runtimes/deno/main.ts`],
};

interface Stage {
  readonly kept: Latency;
  readonly fresh: Latency;
  readonly rssBytes: number;
}

const args = process.argv.slice(2);
const runtimes = args.filter((arg) => arg in COMMANDS);
const connections = Number(option("connections", "5000"));
const requests = Number(option("requests", "2000"));
/** `worker_connections`. */
const limit = option("limit", "4096");
const attacks = ATTACKS.filter((name) => option("attack", ATTACKS.join(",")).split(",").includes(name));

console.log(
  `${connections} slow clients (readers: ${
    connections * READER_SHARE
  }), ${limit} connections a worker, deadlines of ${DEADLINE_SECONDS} s`,
);
console.log(`${requests} requests on one connection (kept) and ${requests / 4} on one each (fresh); p50/p99/longest in ms\n`);
console.log(
  "| runtime | workers | attack | held | kept before | during | after | p99 ratio | fresh before | during | after | p99 ratio | RSS MiB before, during, after | ended |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
for (const runtime of runtimes.length > 0 ? runtimes : Object.keys(COMMANDS)) {
  for (const workers of option("workers", "1,2").split(",").map(Number)) {
    for (const attack of attacks) console.log(await suffer(runtime, workers, attack));
  }
}

function option(name: string, fallback: string): string {
  return args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? fallback;
}

/** A row of the table. */
async function suffer(runtime: string, workers: number, attack: Attack): Promise<string> {
  const server = await startServer({ name: runtime, command: commandOf(runtime, workers), workers });
  try {
    // What is compiled late would count as before.
    await stage(server);
    const before = await stage(server);
    const idleCount = descriptors(server);
    const attackers = startAttack(attack, server.port);
    try {
      const openingMs = performance.now();
      await attackers.until(({ ready }) => ready, OPENING_LIMIT_MS);
      const heldCount = await arriving(server) - idleCount;
      const during = await stage(server);
      // Who comes again and again does not leave by itself.
      if (attack === "renewed heads") attackers.stop();
      await leaving(server, idleCount);
      const tookMs = performance.now() - openingMs;
      const report = await attackers.until(({ open }) => open === 0, 1_000);
      attackers.stop();
      return row(runtime, workers, attack, heldCount, [before, during, await stage(server)], endText(report, attack, tookMs));
    } finally {
      attackers.stop();
    }
  } finally {
    await server.stop();
  }
}

function commandOf(runtime: string, workers: number): readonly [string, ...string[]] {
  const [program = runtime, ...prefix] = COMMANDS[runtime] ?? [];
  const deadlines = ["head", "body", "write", "first-byte"].flatMap((name) => [`--${name}-timeout`, String(DEADLINE_SECONDS)]);
  const settings = [
    "-w",
    String(workers),
    "-b",
    "127.0.0.1:0",
    "--keep-alive",
    "10",
    "--worker-connections",
    limit,
    ...deadlines,
  ];
  return [program, ...prefix, ...settings, "--chdir", `${HERE}servers`, "slow:app"];
}

async function stage({ port, pids }: RunningServer): Promise<Stage> {
  const kept = await keptAliveLatency(port, requests);
  const fresh = await freshLatency(port, requests / 4);
  return { kept, fresh, rssBytes: pids.reduce((sum, pid) => sum + residentBytes(pid), 0) };
}

function cpu({ pids }: RunningServer): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

function descriptors({ pids }: RunningServer): number {
  return pids.reduce((sum, pid) => sum + descriptorCount(pid), 0);
}

/** Waits until all have arrived and the workers have dealt with that, and gives the number of descriptors. */
async function arriving(server: RunningServer): Promise<number> {
  const limitMs = performance.now() + ARRIVING_LIMIT_MS;
  let count = descriptors(server);
  let isMoving = true;
  while (isMoving && performance.now() < limitMs) {
    const cpuBefore = cpu(server);
    await pause(LOOK_MS);
    const next = descriptors(server);
    isMoving = next !== count || (cpu(server) - cpuBefore) * 1_000 > LOOK_MS / 2;
    count = next;
  }
  return count;
}

/** Waits until the workers have as few connections as before. */
async function leaving(server: RunningServer, idleCount: number): Promise<void> {
  const limitMs = performance.now() + ENDING_LIMIT_MS;
  while (descriptors(server) > idleCount + 8 && performance.now() < limitMs) await pause(100);
}

interface RunningAttack {
  /** The first report that pleases, or the last one when the time is over. */
  until(pleases: (report: AttackReport) => boolean, limitMs: number): Promise<AttackReport>;
  stop(): void;
}

function startAttack(attack: Attack, port: number): RunningAttack {
  const count = attack === "readers" ? Math.ceil(connections * READER_SHARE) : connections;
  const child = spawnWithFiles(["node", `${HERE}attack.ts`, attack, String(port), String(count)]);
  let report: AttackReport = { ready: false, open: 0, ended: {} };
  let partial = "";
  child.stdout?.on("data", (chunk: Uint8Array) => {
    const lines = (partial + String(chunk)).split("\n");
    partial = lines.pop() ?? "";
    const last = lines.at(-1);
    if (last !== undefined) report = JSON.parse(last) as AttackReport;
  });
  child.stderr?.on("data", (chunk: Uint8Array) => void process.stderr.write(chunk));
  return {
    async until(pleases, limitMs) {
      const endMs = performance.now() + limitMs;
      while (!pleases(report) && performance.now() < endMs) await pause(50);
      return report;
    },
    stop: () => void child.kill("SIGTERM"),
  };
}

function endText({ ended }: AttackReport, attack: Attack, tookMs: number): string {
  const answers = Object.entries(ended).map(([status, count]) => `${count} × ${status}`);
  const rest = attack === "renewed heads" ? "until it was stopped" : `all gone after ${(tookMs / 1_000).toFixed(1)} s`;
  return [...answers, rest].join(", ");
}

function row(
  runtime: string,
  workers: number,
  attack: Attack,
  heldCount: number,
  [before, during, after]: readonly [Stage, Stage, Stage],
  end: string,
): string {
  const latency = ({ p50, p99, max }: Latency): string => `${p50.toFixed(2)}/${p99.toFixed(2)}/${max.toFixed(0)}`;
  const latencies = (["kept", "fresh"] as const).flatMap((kind) => [
    latency(before[kind]),
    latency(during[kind]),
    latency(after[kind]),
    (during[kind].p99 / before[kind].p99).toFixed(1),
  ]);
  const memory = [before, during, after].map(({ rssBytes }) => (rssBytes / MIB).toFixed(0)).join(", ");
  return `| ${[runtime, workers, attack, heldCount, ...latencies, memory, end].join(" | ")} |`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
