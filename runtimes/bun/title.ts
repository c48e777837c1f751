/**
 * What `ps` shows of a Bun process. Bun's `process.title` has no effect that another process can see.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { Libc } from "../shared/libc.ts";

/** comm(5): 15 characters and a zero byte. */
const MAX_COMM_CHARS = 15;
/** Places of arg_start and arg_end in proc_pid_stat(5), counted behind the name in parentheses. */
const ARG_START = 45;
const ARG_END = 46;

/** The short name, which `top` and `pgrep` show. Never throws. */
export function setShortTitle(title: string): void {
  try {
    writeFileSync("/proc/self/comm", title.slice(0, MAX_COMM_CHARS));
  } catch {
    // A container may hide /proc; a title is only decoration.
  }
}

/**
 * Also writes over the command line, as setproctitle does, cut off where the original one ended. For the arbiter: what an application reads
 * of its arguments, in threads of its own for instance, must stay. Never throws.
 */
export function setWholeTitle(libc: () => Libc, title: string): void {
  setShortTitle(title);
  try {
    // Bun reads the arguments when they are first asked for.
    if (process.argv.length === 0 || process.execArgv.length < 0 || Bun.argv.length === 0) return;
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const start = Number(fields[ARG_START]);
    const sizeBytes = Number(fields[ARG_END]) - start;
    if (!(start > 0 && sizeBytes > 1)) return;
    // The rest is zero, the last byte too: without it the kernel would show the environment behind it.
    const area = new Uint8Array(sizeBytes);
    new TextEncoder().encodeInto(title, area.subarray(0, -1));
    libc().call("memcpy", start, area, sizeBytes);
  } catch {
    // As above.
  }
}
