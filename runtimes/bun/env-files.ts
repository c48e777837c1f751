/**
 * Bun reads `.env` and its like before a program runs, and does so again in every worker. A server gets the variables that it was started
 * with and those that it is told to read (`--env-file`), on every runtime.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type process from "node:process";

const STEMS: readonly string[] = [".env", ".env.development", ".env.production", ".env.test"];
const NAMES: readonly string[] = [...STEMS, ...STEMS.map((stem) => `${stem}.local`)];

const ENTRY = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:]/gm;

/** Takes out of `env` what Bun put in from files of `directory` that nobody named. `flags` are Bun's own. */
export function forgetEnvFiles(env: typeof process.env, flags: readonly string[], directory: string): void {
  if (flags.some((flag) => flag === "--env-file" || flag.startsWith("--env-file="))) return;
  const names = NAMES.flatMap((name) => namesIn(read(join(directory, name)) ?? ""));
  const present = names.filter((name) => env[name] !== undefined);
  if (present.length === 0) return;
  // How the kernel started this process. Without /proc what was read cannot be told from what was there.
  const started = read("/proc/self/environ");
  if (started === null) return;
  const real = new Set(started.split("\0").map((entry) => entry.slice(0, entry.indexOf("="))));
  for (const name of present) if (!real.has(name)) delete env[name];
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(ENTRY)].flatMap(([, name]) => name ?? []);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
