/**
 * Memory of a worker while it takes an upload and sends downloads that are larger than it may ever hold: a generated stream and a file
 * (of zeros, sparse). On each runtime, over the fetch and the node interface. What counts is the most that was ever resident
 * (`VmHWM` of proc(5)), each in a worker of its own. Needs `curl`.
 *
 *     npm run bench:memory [-- GIBIBYTES]
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { HERE, ROOT, startServer } from "./start.ts";

const MEBIBYTE = 1024 * 1024;
const sizeBytes = Math.round(Number(process.argv[2] ?? 2) * 1024) * MEBIBYTE;
/** The most that is fine: collectors of garbage lag behind, by 200 MiB on Deno. What is kept would be the whole. */
const LIMIT_BYTES = 400 * MEBIBYTE;

const RUNTIMES = {
  Node: ["node", `${ROOT}runtimes/node/main.ts`],
  Bun: ["bun", `${ROOT}runtimes/bun/main.ts`],
  Deno: ["deno", "run", "-A", `${ROOT}runtimes/deno/main.ts`],
} as const;
const BODIES = ["upload", "download", "file"] as const;

const folder = mkdtempSync(join(tmpdir(), "memory-"));
const file = join(folder, "large.bin");
const expected = `${sizeBytes} ${hashOfZeros()}`;
let isBounded = true;
try {
  const descriptor = openSync(file, "w");
  ftruncateSync(descriptor, sizeBytes);
  closeSync(descriptor);
  process.env["LARGE_FILE"] = file;
  console.log(`${sizeBytes / MEBIBYTE} MiB each; MiB resident: idle, at most\n`);
  console.log(`| runtime | interface | ${BODIES.join(" | ")} |\n|---|---|${BODIES.map(() => "---|").join("")}`);
  for (const [runtime, command] of Object.entries(RUNTIMES)) {
    for (const name of ["fetch", "node"] as const) {
      const cells: string[] = [];
      for (const body of BODIES) cells.push(await measure([...command], name, body));
      console.log(`| ${runtime} | ${name} | ${cells.join(" | ")} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (!isBounded) {
  console.error(`More than ${LIMIT_BYTES / MEBIBYTE} MiB`);
  process.exitCode = 1;
}

async function measure(
  prefix: readonly string[],
  name: "fetch" | "node",
  body: (typeof BODIES)[number],
): Promise<string> {
  const [program = "", ...words] = prefix;
  const args = ["-b", "127.0.0.1:0", "--interface", name, "--chdir", `${HERE}servers`, `memory-${name}:app`];
  const server = await startServer({ name, command: [program, ...words, ...args], workers: 1 });
  try {
    const url = `http://127.0.0.1:${server.port}/`;
    const [pid = 0] = server.pids;
    curl([`${url}?bytes=1`]);
    const idleBytes = highWaterBytes(pid);
    if (body === "upload") {
      const answer = curl(["-T", file, "-H", "Expect:", `${url}upload`]);
      if (answer !== expected) throw new Error(`The upload did not arrive: ${answer}`);
    } else {
      const got = curl([
        "-o",
        "/dev/null",
        "-w",
        "%{size_download}",
        body === "file" ? `${url}file` : `${url}?bytes=${sizeBytes}`,
      ]);
      if (Number(got) !== sizeBytes) throw new Error(`The ${body} did not arrive: ${got} of ${sizeBytes} bytes`);
    }
    const mostBytes = highWaterBytes(pid);
    isBounded &&= mostBytes <= LIMIT_BYTES;
    return `${Math.round(idleBytes / MEBIBYTE)}, ${Math.round(mostBytes / MEBIBYTE)}`;
  } catch (error) {
    isBounded = false;
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await server.stop();
  }
}

function curl(args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync("curl", ["-sS", "--max-time", "300", ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

function highWaterBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

/** Of the whole file. */
function hashOfZeros(): string {
  const hash = createHash("sha256");
  const part = new Uint8Array(MEBIBYTE);
  for (let doneBytes = 0; doneBytes < sizeBytes; doneBytes += part.byteLength) hash.update(part);
  return hash.digest("hex");
}
