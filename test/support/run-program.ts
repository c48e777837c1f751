/**
 * Runs a program and waits for lines of its standard output; ends it whatever happens.
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/** A program that a test started. */
export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The first line of standard output; rejects when the program ends without one. */
  readonly firstLine: Promise<string>;
  /** Resolves with the exit code when it has ended and its output was read. */
  readonly over: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

const running = new Set<number>();

/** Starts it. Standard input is empty. */
export function startProgram(
  command: { readonly file: string; readonly args: readonly string[] },
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Program {
  const child = spawn(command.file, command.args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
    env: { ...process.env, ...options.env },
  });
  if (child.pid === undefined) throw new Error(`Cannot start ${command.file}`);
  const { pid } = child;
  running.add(pid);
  let stdout = "";
  let stderr = "";
  const { promise: firstLine, resolve: found, reject: missed } = Promise.withResolvers<string>();
  firstLine.catch(() => {});
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const end = stdout.indexOf("\n");
    if (end !== -1) found(stdout.slice(0, end));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const over = new Promise<{ code: number | null; stdout: string; stderr: string }>((fulfil) => {
    child.once("exit", () => running.delete(pid));
    child.once("close", (code) => {
      missed(new Error(`Ended with ${code}: ${stderr}`));
      fulfil({ code, stdout, stderr });
    });
  });
  return { pid, child, firstLine, over };
}

/** For `afterEach`. */
export function killPrograms(): void {
  for (const pid of running) process.kill(pid, "SIGKILL");
  running.clear();
}
