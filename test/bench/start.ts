/**
 * Starts the servers that are measured, and stops them whatever happens.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const HERE: string = fileURLToPath(new URL(".", import.meta.url));
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

const START_LIMIT_MS = 20_000;
/** All files that the system allows: thousands of connections are opened. */
const MANY_FILES = ["sh", "-c", 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"'] as const;

export interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** How many workers serve; 0: the process itself. */
  readonly workers: number;
}

export interface RunningServer {
  readonly port: number;
  /** The processes that serve. */
  readonly pids: readonly number[];
  /** What it printed. */
  text(): string;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

/** Runs a command with as many open files as it may have; it is killed when this process ends. */
export function spawnWithFiles(command: readonly string[]): ChildProcess {
  const [shell, ...args] = [...MANY_FILES, ...command];
  const child = spawn(shell, args, { stdio: ["pipe", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGTERM");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

/** Resolves when the server says where it listens, and all of its workers boot. */
export function startServer({ name, command, workers }: Contender): Promise<RunningServer> {
  const child = spawnWithFiles(command);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let text = "";
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`${name} did not start:\n${text}`));
    const limit = setTimeout(fail, START_LIMIT_MS);
    void exited.then(() => {
      clearTimeout(limit);
      fail();
    });
    const read = (chunk: Uint8Array): void => {
      text += String(chunk);
      const port = /port=(\d+)|Listening at: http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      const booted = [...text.matchAll(/Booting worker with pid: (\d+)/g)].map(([, pid]) => Number(pid));
      if (port === null || booted.length < workers) return;
      clearTimeout(limit);
      resolve({
        port: Number(port[1] ?? port[2]),
        pids: workers === 0 ? [child.pid ?? 0] : booted.slice(0, workers),
        text: () => text,
        async stop() {
          child.kill("SIGTERM");
          await exited;
        },
      });
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
}

/** Of the kernel's clock (`getconf CLK_TCK`); 100 on every Linux that Node, Bun and Deno run on. */
const TICKS_PER_SECOND = 100;

/** utime + stime of all threads (proc(5): fields 14 and 15, counted after the name, which may have spaces). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory (proc(5): VmRSS). */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

/** Open descriptors. */
export function descriptorCount(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
