/**
 * What it costs to start: `--version`, `--help`, `--check-config`, and the first 200 of hello world with one worker, against the same runtime
 * running an empty file. Everything takes its turn in each round, so that a noisy machine disturbs all alike; figures are medians, and
 * the ratios are what counts. CPU time is user + system: of the process that ended, or of arbiter and worker at the moment of the
 * answer. On Node the built package runs, as it does for users.
 *
 *     npm run build && node test/bench/start-up.ts [ROUNDS]
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { cpuSeconds, HERE, ROOT, startServer } from "./start.ts";

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Contender {
  readonly runtime: string;
  readonly name: string;
  measure(): Promise<Cost>;
}

const APP = ["-b", "127.0.0.1:0", "--chdir", `${HERE}servers`, "app:app"];
const RUNTIMES: readonly (readonly [runtime: string, bare: readonly [string, ...string[]], program: string])[] = [
  ["Node", ["node"], `${ROOT}dist/cli.js`],
  ["Bun", ["bun"], `${ROOT}runtimes/bun/main.ts`],
  ["Deno", ["deno", "run", "-A"], `${ROOT}runtimes/deno/main.ts`],
];

const rounds = Number(process.argv[2] ?? 11);
const folder = mkdtempSync(join(tmpdir(), "tsgunicorn-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const empty = join(folder, "empty.mjs");
writeFileSync(empty, "");

const contenders = RUNTIMES.flatMap(([runtime, bare, program]): readonly Contender[] => {
  const run = (name: string, args: readonly string[]): Contender => ({
    runtime,
    name,
    measure: () => costOf([...bare, ...args]),
  });
  return [
    run("an empty file", [empty]),
    run("`--version`", [program, "--version"]),
    run("`--help`", [program, "--help"]),
    run("`--check-config`", [program, "--check-config", ...APP]),
    { runtime, name: "the first 200", measure: () => costOfFirstAnswer([...bare, program, ...APP]) },
  ];
});
const costs = new Map<Contender, Cost[]>(contenders.map((contender) => [contender, []]));
for (const contender of contenders) await contender.measure();
for (let round = 0; round < rounds; round++) {
  for (const [contender, measured] of costs) measured.push(await contender.measure());
}

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores; ${rounds} rounds, medians\n`);
console.log("| runtime | what | wall ms | ratio | CPU ms | ratio |\n|---|---|---|---|---|---|");
let base: Cost = { wallMs: 1, cpuMs: 1 };
for (const [{ runtime, name }, measured] of costs) {
  const cost = { wallMs: median(measured.map(({ wallMs }) => wallMs)), cpuMs: median(measured.map(({ cpuMs }) => cpuMs)) };
  if (name === "an empty file") base = cost;
  const wall = `${cost.wallMs.toFixed(0)} | ${(cost.wallMs / base.wallMs).toFixed(1)}`;
  console.log(`| ${runtime} | ${name} | ${wall} | ${cost.cpuMs.toFixed(0)} | ${(cost.cpuMs / base.cpuMs).toFixed(1)} |`);
}

/** Of a command that ends by itself, as bash measures it: the only clock that every machine has and that includes children. */
async function costOf(command: readonly string[]): Promise<Cost> {
  const script = 'TIMEFORMAT=\'%3R %3U %3S\'; time "$@" >/dev/null 2>"$0"';
  const { stderr, status } = spawnSync("bash", ["-c", script, join(folder, "errors"), ...command], { encoding: "utf8" });
  const [wallS = NaN, userS = NaN, systemS = NaN] = stderr.trim().replaceAll(",", ".").split(" ").map(Number);
  if (status !== 0 || Number.isNaN(systemS)) throw new Error(`${command.join(" ")} ended with ${status}: ${stderr}`);
  return { wallMs: wallS * 1000, cpuMs: (userS + systemS) * 1000 };
}

/** The connection waits in the socket's queue until a worker accepts it, so that one request measures the whole start. */
async function costOfFirstAnswer(command: readonly [string, ...string[]]): Promise<Cost> {
  const startedMs = performance.now();
  const server = await startServer({ name: "tsgunicorn", command, workers: 1 });
  try {
    await get200(server.port);
    const wallMs = performance.now() - startedMs;
    const [worker = 0] = server.pids;
    const arbiter = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${worker}/status`, "utf8"))?.[1]);
    return { wallMs, cpuMs: (cpuSeconds(arbiter) + cpuSeconds(worker)) * 1000 };
  } finally {
    await server.stop();
  }
}

function get200(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`The answer was ${response.statusCode}`));
    }).on("error", reject);
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
