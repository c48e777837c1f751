/** @module The site of test/fixtures/browser: how it is started. */
import { join } from "node:path";
import { ROOT, type StartOptions } from "../support/server.ts";

export const SITE_ARGS = ["-b", "127.0.0.1:0", "-w", "2", "--interface", "node", "--access-logfile", "-", "site:server"] as const;
export const PUBLIC: string = join(ROOT, "test/fixtures/browser/public");

/** `scratch`: a folder that the workers and the test share. */
export function siteOptions(scratch: string): StartOptions {
  return { cwd: join(ROOT, "test/fixtures/browser"), env: { SCRATCH: scratch } };
}
