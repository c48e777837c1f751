/**
 * Starts the command line program on the runtime that runs this test, and stops it whatever happens.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
export const APPS: string = fileURLToPath(new URL("../fixtures/server/", import.meta.url));

const RUNTIME = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
/** Set by the runner for the built package: an older Node. */
const OTHER_NODE = process.env["TSGUNICORN_TEST_NODE"];

/** The words that start the program, before its own arguments. */
export function startCommand(): readonly [string, ...string[]] {
  if (OTHER_NODE !== undefined) return [OTHER_NODE, `${ROOT}dist/cli.js`];
  const main = `${ROOT}runtimes/${RUNTIME}/main.ts`;
  return RUNTIME === "deno" ? [process.execPath, "run", "-A", main] : [process.execPath, main];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface StartOptions {
  /** Instead of the program on the runtime of this test. */
  readonly command?: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The most open files of each process (`ulimit -n`). */
  readonly openFiles?: number;
  /** Further descriptors, from 3. */
  readonly fds?: readonly number[];
  /** Sets `LISTEN_PID` as systemd does, which knows the process before its program runs. */
  readonly listenPid?: boolean;
}

const LIMIT_MS = 30_000;
const running = new Set<RunningServer>();
process.on("exit", () => {
  for (const server of running) server.killAll();
});

/** A process of the command line program, with what it printed. */
export class RunningServer {
  readonly child: ChildProcess;
  /** Lines of standard error, the error log. */
  readonly lines: string[] = [];
  readonly exited: Promise<Exit>;
  stdout = "";
  exit: Exit | null = null;
  #partial = "";
  #watchers: (() => void)[] = [];

  constructor(args: readonly string[], options: StartOptions = {}) {
    const before = options.openFiles !== undefined
      ? `ulimit -n ${options.openFiles} &&`
      : options.listenPid === true
      ? "LISTEN_PID=$$"
      : null;
    const shell = before === null ? [] : ["sh", "-c", `${before} exec "$0" "$@"`];
    const [command = "", ...prefix] = [...shell, ...(options.command ?? startCommand())];
    const env: Record<string, string | undefined> = { ...process.env, ...options.env };
    for (const name of ["PORT", "WEB_CONCURRENCY", "TSGUNICORN_CMD_ARGS"]) {
      if (options.env?.[name] === undefined) delete env[name];
    }
    this.child = spawn(command, [...prefix, ...args], {
      cwd: options.cwd ?? APPS,
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe", ...(options.fds ?? [])],
    });
    running.add(this);
    this.child.stdout?.on("data", (chunk: Uint8Array) => this.#printed(String(chunk)));
    this.child.stderr?.on("data", (chunk: Uint8Array) => this.#logged(String(chunk)));
    this.exited = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        this.exit = { code, signal };
        running.delete(this);
        this.#notify();
        resolve(this.exit);
      });
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Of the address `index` that is listened on. */
  async port(index = 0): Promise<number> {
    const line = await this.line(/Listening at: /);
    const address = line.split("Listening at: ")[1]?.split(" ")[0]?.split(",")[index] ?? "";
    return Number(/:(\d+)$/.exec(address)?.[1]);
  }

  /** Waits for the `nth` line that matches, those before now included. */
  async line(pattern: RegExp, nth = 1): Promise<string> {
    return await this.until(() => this.lines.filter((line) => pattern.test(line))[nth - 1], `line ${nth} like ${pattern}`);
  }

  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  /** Waits until `look` finds something; looks again at every new line and at the exit. */
  until<T>(look: () => T | undefined, what: string): Promise<T> {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(limit);
        reject(new Error(`${why} waiting for ${what}\n${this.transcript()}`));
      };
      const limit = setTimeout(() => fail(`${LIMIT_MS} ms passed`), LIMIT_MS);
      const check = (): void => {
        const now = look();
        if (now !== undefined) {
          clearTimeout(limit);
          resolve(now);
        } else if (this.exit !== null) {
          fail(`The server ended (${JSON.stringify(this.exit)})`);
        } else {
          this.#watchers.push(check);
        }
      };
      this.#watchers.push(check);
    });
  }

  /** Waits until `count` workers have said that they boot, and the first answers. */
  async ready(workers: number): Promise<void> {
    await this.line(/Booting worker with pid: /, workers);
  }

  workerPids(): number[] {
    return this.lines.flatMap((line) => {
      const pid = /Booting worker with pid: (\d+)/.exec(line)?.[1];
      return pid === undefined ? [] : [Number(pid)];
    });
  }

  /** Of the arbiters that USR2 started. */
  successorPids(): number[] {
    return this.lines.flatMap((line) => {
      const pid = /Upgrading: the new arbiter has pid (\d+)/.exec(line)?.[1];
      return pid === undefined ? [] : [Number(pid)];
    });
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** TERM, and what it left behind: the exit, and whether any worker lives on. */
  async stop(): Promise<Exit> {
    if (this.exit === null) this.signal("SIGTERM");
    const limit = setTimeout(() => this.killAll(), LIMIT_MS);
    const exit = await this.exited;
    clearTimeout(limit);
    this.killAll();
    return exit;
  }

  killAll(): void {
    for (const pid of [this.pid, ...this.successorPids(), ...this.workerPids()]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
  }

  transcript(): string {
    return [...this.lines, this.#partial, this.stdout].join("\n");
  }

  #printed(text: string): void {
    this.stdout += text;
    this.#notify();
  }

  #logged(text: string): void {
    const parts = (this.#partial + text).split("\n");
    this.#partial = parts.pop() ?? "";
    this.lines.push(...parts);
    this.#notify();
  }

  #notify(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const check of watchers) check();
  }
}

/** Runs `test` with a server, and stops it also when the test fails. */
export async function withServer(
  args: readonly string[],
  test: (server: RunningServer) => Promise<void>,
  options?: StartOptions,
): Promise<void> {
  const server = new RunningServer(args, options);
  try {
    await test(server);
  } catch (error) {
    if (error instanceof Error) error.message += `\n--- log ---\n${server.transcript()}`;
    throw error;
  } finally {
    await server.stop();
  }
}

/** Runs the program to its end. */
export async function runToEnd(
  args: readonly string[],
  options?: StartOptions,
): Promise<Exit & { stdout: string; stderr: string }> {
  const server = new RunningServer(args, options);
  const limit = setTimeout(() => server.killAll(), LIMIT_MS);
  const exit = await server.exited;
  clearTimeout(limit);
  server.killAll();
  return { ...exit, stdout: server.stdout, stderr: server.lines.join("\n") };
}

/** Whether a process exists that is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
