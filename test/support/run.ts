/**
 * Runs the one suite on the runtimes that are named (all three without a name), and `dist/` on the machine's own Node where
 * that is another one. Ends with one line, `N passed, N failed`; a runtime that ran nothing is a failure.
 *
 *     node test/support/run.ts [node|bun|deno|dist]... [-- FILE...]
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { findChromium, howToGetChromium } from "../browser/chromium.ts";
import { howToInstall, missingPrograms, PROGRAM_NAMES } from "../clients/programs.ts";
import { readCases, type TestCase } from "./junit.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SUITES = ["node", "bun", "deno", "dist"] as const;
type Suite = (typeof SUITES)[number];
/** A run that takes longer hangs. */
const SUITE_LIMIT_MS = 20 * 60_000;

const scratch = mkdtempSync(join(tmpdir(), "tsgunicorn-test-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const [named, chosen] = split(process.argv.slice(2));
const suites: readonly Suite[] = named.length > 0 ? named : SUITES;
const absent = missingPrograms(PROGRAM_NAMES);
if (absent.length > 0) console.error(`Tests with programs of other people cannot all run. ${howToInstall(absent)}`);
if (findChromium() === null) console.error(`Tests with a browser cannot run. ${howToGetChromium()}`);
let passed = 0;
let failed = 0;
for (const suite of suites) {
  const outcome = runSuite(suite);
  passed += outcome.passed;
  failed += outcome.failed;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function runSuite(suite: Suite): { readonly passed: number; readonly failed: number } {
  const oldNode = suite === "dist" ? machineNode() : null;
  if (suite === "dist" && oldNode === null) {
    console.log("dist: this machine has no other Node than the one that runs the tests");
    return { passed: 0, failed: 0 };
  }
  const report = join(scratch, `${suite}.xml`);
  const files = chosen.length > 0 ? chosen : filesOf(suite);
  const [command, args] = commandOf(suite, report, files);
  const started = Date.now();
  const run = spawnSync(command, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      RUNTIME: suite === "dist" ? "node" : suite,
      ...(oldNode === null ? {} : { TSGUNICORN_TEST_NODE: oldNode }),
      NO_COLOR: "1",
    },
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    timeout: SUITE_LIMIT_MS,
    killSignal: "SIGKILL",
  });
  const cases = existsSync(report) ? readCases(readFileSync(report, "utf8")) : [];
  const count = (outcome: TestCase["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  const ok = run.status === 0 && count("passed") > 0 && count("failed") === 0;
  if (!ok) {
    console.log(
      run.error === undefined
        ? tail(`${run.stdout}\n${run.stderr}`)
        : `Cannot run ${command}: ${run.error.message} (npm run puts node_modules/.bin on PATH)`,
    );
    for (const { name } of cases.filter(({ outcome }) => outcome === "failed")) console.log(`${suite}: FAILED ${name}`);
    if (count("failed") === 0) {
      console.log(`${suite}: the run itself failed (exit ${run.status ?? run.signal}, ${cases.length} tests)`);
    }
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  const skipped = count("skipped");
  const where = oldNode === null ? "" : ` on ${oldNode}`;
  const failures = ok ? 0 : Math.max(1, count("failed"));
  console.log(
    `${suite}: ${count("passed")} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ""} (${seconds} s${where})`,
  );
  return { passed: count("passed"), failed: failures };
}

function filesOf(suite: Suite): string[] {
  const pattern = suite === "dist" ? "test/conformance/server*.test.ts" : "test/**/*.test.ts";
  return globSync(pattern, { cwd: ROOT }).sort();
}

function commandOf(suite: Suite, report: string, files: readonly string[]): [string, string[]] {
  switch (suite) {
    case "node":
    case "dist":
      return [process.execPath, [
        "--test",
        "--test-concurrency=2",
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "--test-reporter=junit",
        `--test-reporter-destination=${report}`,
        ...files,
      ]];
    case "bun":
      return ["bun", [
        "test",
        "--timeout=120000",
        "--reporter=junit",
        `--reporter-outfile=${report}`,
        ...files.map((file) => `./${file}`),
      ]];
    case "deno":
      return ["deno", ["test", "-A", "--no-check", `--junit-path=${report}`, ...files]];
  }
}

/** The first `node` on PATH that is not this project's own, if it is old enough to need `dist/`. */
function machineNode(): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, "node");
    if (folder.includes("node_modules") || !existsSync(path) || realpathSync(path) === realpathSync(process.execPath)) continue;
    const version = spawnSync(path, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout?.trim() ?? "";
    if (/^\d+\.\d+\.\d+$/.test(version) && Number(version.split(".", 1)[0]) >= 20) return path;
  }
  return null;
}

function split(args: readonly string[]): [Suite[], string[]] {
  const at = args.indexOf("--");
  const names = at < 0 ? args : args.slice(0, at);
  const unknown = names.filter((name) => !(SUITES as readonly string[]).includes(name));
  if (unknown.length > 0) {
    console.error(`Unknown suite "${unknown.join('", "')}": use ${SUITES.join(", ")}`);
    process.exit(2);
  }
  return [SUITES.filter((suite) => names.includes(suite)), at < 0 ? [] : args.slice(at + 1)];
}

function tail(text: string): string {
  return text.length > 60_000 ? `…\n${text.slice(-60_000)}` : text;
}
