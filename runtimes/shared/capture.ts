/**
 * Runs a program to its end and keeps what it printed.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Readable } from "node:stream";
import type { CapturedRun } from "../../src/runtime/port.ts";
import { wrapError } from "./system-error.ts";

/** A program that prints more than this has gone wrong, and is killed. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** A full description of the run. */
export interface CaptureRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Null: where this process is. */
  readonly cwd: string | null;
  readonly timeoutMs: number;
}

/** A run that takes too long ends with the signal `SIGKILL`. Rejects with a SystemError when the program cannot be started. */
export function capture(request: CaptureRequest): Promise<CapturedRun> {
  const { file, args, env, cwd, timeoutMs } = request;
  return new Promise((fulfil, reject) => {
    const action = `Cannot run "${file}"`;
    let child: ChildProcess;
    try {
      child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"], ...(cwd === null ? {} : { cwd }) });
    } catch (error) {
      return reject(wrapError(action, error));
    }
    const { pid, stdout, stderr } = child;
    // The reason follows in the "error" event.
    child.once("error", (error) => reject(wrapError(action, error)));
    if (pid === undefined || stdout === null || stderr === null) return;
    const stop = (): void => {
      kill(pid);
      // A grandchild may hold the pipes open for ever.
      stdout.destroy();
      stderr.destroy();
    };
    const timer = setTimeout(stop, timeoutMs);
    // Not outlived by what it runs: nobody would bound that then.
    process.once("exit", stop);
    const texts = Promise.all([collect(stdout, stop), collect(stderr, stop)]);
    child.once("exit", (code, signal) => {
      texts.then(([out, err]) => {
        clearTimeout(timer);
        process.removeListener("exit", stop);
        fulfil({ code, signal, stdout: out, stderr: err });
      });
    });
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function collect(stream: Readable, overflow: () => void): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  stream.on("data", (chunk: Uint8Array) => {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_OUTPUT_BYTES) overflow();
    else chunks.push(chunk);
  });
  return new Promise((fulfil) => {
    const done = (): void => fulfil(Buffer.concat(chunks).toString("utf8"));
    stream.once("end", done);
    stream.once("close", done);
    stream.once("error", done);
  });
}
