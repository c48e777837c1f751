/**
 * Programs of other people that meet the server here: where they are, and what is said where they are not.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";

/** Each with the packages of Debian and Ubuntu that bring it, as `.ci/run` installs them. */
const PACKAGES = {
  curl: "curl",
  nginx: "nginx-light",
  "nginx stream module": "libnginx-mod-stream",
  haproxy: "haproxy",
  ab: "apache2-utils",
  wrk: "wrk",
} as const;

export type ProgramName = keyof typeof PACKAGES;
export const PROGRAM_NAMES: readonly ProgramName[] = Object.keys(PACKAGES) as ProgramName[];

/** Servers live here, where an ordinary user's PATH does not look. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const STREAM_MODULE = "ngx_stream_module.so";

/** The path of a program, or null. The stream module of nginx is "built-in" where it is no file. */
export function findProgram(name: ProgramName, path: string = process.env["PATH"] ?? ""): string | null {
  if (name === "nginx stream module") return findStreamModule(path);
  const folder = [...path.split(delimiter), ...SYSTEM_FOLDERS].find((one) => one !== "" && existsSync(join(one, name)));
  return folder === undefined ? null : join(folder, name);
}

function findStreamModule(path: string): string | null {
  const nginx = findProgram("nginx", path);
  if (nginx === null) return null;
  const built = spawnSync(nginx, ["-V"], { encoding: "utf8" }).stderr;
  if (/--with-stream(?=\s|$)/.test(built)) return "built-in";
  const file = join(/--modules-path=(\S+)/.exec(built)?.[1] ?? "/usr/lib/nginx/modules", STREAM_MODULE);
  return existsSync(file) ? file : null;
}

/** The path of a program that is there: within {@link describeWith}. */
export function programPath(name: ProgramName): string {
  const path = findProgram(name);
  if (path === null) throw new Error(howToInstall([name]));
  return path;
}

/** Those of `names` that this machine has not. */
export function missingPrograms(names: readonly ProgramName[], path?: string): ProgramName[] {
  return names.filter((name) => findProgram(name, path) === null);
}

export function howToInstall(missing: readonly ProgramName[]): string {
  return `Missing: ${missing.join(", ")}; install with: apt-get install ${missing.map((name) => PACKAGES[name]).join(" ")}`;
}

/** Whether a missing program is a failure: a gate that leaves out tests is none. */
export function isGate(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return !["", "0", "false"].includes(env["CI"] ?? "");
}

/**
 * A suite that needs programs. Without them it fails where `CI` is set; elsewhere its tests are not registered, and one line on
 * standard error says so.
 */
export function describeWith(names: readonly ProgramName[], title: string, define: () => void): void {
  const missing = missingPrograms(names);
  if (missing.length === 0) {
    describe(title, define);
  } else if (isGate()) {
    describe(title, () => {
      it(`needs ${missing.join(", ")}`, () => assert.fail(howToInstall(missing)));
    });
  } else {
    process.stderr.write(`Not tested: ${title}. ${howToInstall(missing)}\n`);
  }
}
