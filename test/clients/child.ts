/**
 * Programs that a test starts: their lines, their end, and that none outlives the test.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

const LIMIT_MS = 20_000;
/** A proxy of the environment is no part of a test. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface Finished {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end; kills it after 20 s. */
export function run(command: string, args: readonly string[], input: string | Uint8Array = ""): Promise<Finished> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: ENV });
  running.add(child);
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  child.stdout.on("data", (chunk: Uint8Array) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Uint8Array) => stderr.push(chunk));
  // A program that does not read all of its input is no failure of the test.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("latin1") });
    });
  });
}

/** A program that runs until it is stopped. */
export class Service {
  readonly name: string;
  /** Lines of standard output and standard error. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name;
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: ENV });
    running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      let partial = "";
      stream?.on("data", (chunk: Uint8Array) => {
        const parts = (partial + String(chunk)).split("\n");
        partial = parts.pop() ?? "";
        this.lines.push(...parts);
        this.#wake();
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => {
        running.delete(this.#child);
        this.#hasEnded = true;
        this.#wake();
        resolve();
      });
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Waits for a line that matches, those before now included. One wait at a time. */
  async line(pattern: RegExp): Promise<string> {
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      this.#wake();
    }, LIMIT_MS);
    try {
      for (;;) {
        const found = this.lines.find((line) => pattern.test(line));
        if (found !== undefined) return found;
        if (late || this.#hasEnded) throw new Error(`${this.name} ${late ? "never" : "ended and never"} said ${pattern}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(limit);
    }
  }

  async stop(): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGTERM");
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), LIMIT_MS);
    await this.#ended;
    clearTimeout(limit);
  }
}
