/**
 * HUP reads the configuration afresh in a short-lived process: module caches differ between the runtimes, and none forgets
 * what a configuration file imported.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import { parseConfig } from "../config/render.ts";
import type { RuntimeAdapter } from "../runtime/port.ts";

/** A configuration file that takes longer is refused. */
const READ_LIMIT_MS = 30_000;

/** Rejects with an error whose message is what the failed reading printed. */
export async function readAgain(adapter: Pick<RuntimeAdapter, "spawner">, argv: readonly string[]): Promise<Config> {
  // Last, so that they win; but behind a `--` they would be words.
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  const words = [...argv.slice(0, end), "--print-config=json", "--no-check-config", ...argv.slice(end)];
  const run = await adapter.spawner.capture(words, {}, READ_LIMIT_MS);
  if (run.code === 0) return parseConfig(run.stdout);
  const ending = run.code === null
    ? `killed by ${run.signal}, it may have taken more than ${READ_LIMIT_MS / 1000} s, or printed too much`
    : `exit ${run.code}`;
  throw new Error(run.stderr.trim() || `reading the configuration failed (${ending})`);
}
