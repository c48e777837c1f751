/**
 * The environment variable that an arbiter hands over in. What it says is the core's affair.
 *
 * @module
 */
import type process from "node:process";

/** Not near the name of a setting: typos are told by others. */
export const UPGRADE_VARIABLE = "_TSGUNICORN_UPGRADE";

/** What was taken, by environment: a second adapter must not believe that it was started by a user. */
const taken = new WeakMap<typeof process.env, string>();

/** Takes the variable out of `env`, so that nothing that this process starts has it; asked again, it answers the same. */
export function takeHandover(env: typeof process.env): string | null {
  const text = env[UPGRADE_VARIABLE];
  delete env[UPGRADE_VARIABLE];
  if (text === undefined) return taken.get(env) ?? null;
  taken.set(env, text);
  return text;
}
