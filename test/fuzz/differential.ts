/**
 * Sends the same bytes to this parser and to llhttp through `node:http`, and writes down every class of difference:
 *
 *     node test/fuzz/differential.ts [--write]
 *
 * Without `--write` it prints what docs/llhttp.md should be. Ends with 1 where a difference is in no class. Node only.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { STRICT } from "../../src/http/permissions.ts";
import { Random } from "../simulation/random.ts";
import { FIXTURE_LIMITS, fixturePages, readFixtures } from "../support/fixtures.ts";
import { classOf } from "./difference-classes.ts";
import { firstDifference } from "./difference.ts";
import { type ClassCount, renderReport, REPORT_PATH, type Totals } from "./differential-report.ts";
import { drive } from "./drive.ts";
import { generateRequests, REQUEST_SPLINTERS } from "./generate.ts";
import { readWithLlhttp } from "./llhttp.ts";
import { mutate } from "./mutate.ts";
import { escapeLine } from "./wire-case.ts";

const SEED = 9112;
const GENERATED = 2000;

export interface Comparison {
  readonly totals: Totals;
  readonly classes: readonly ClassCount[];
  /** Differences in no class, for people. */
  readonly unexplained: readonly string[];
}

export async function compareAll(): Promise<Comparison> {
  const cases = fixturePages().flatMap((page) => readFixtures(page)).map(({ wire }) => wire);
  const wires = [...cases, ...generatedWires()];
  const classes = new Map<string, ClassCount>();
  const unexplained: string[] = [];
  let different = 0;
  for (const [index, wire] of wires.entries()) {
    const ours = drive([wire], { limits: FIXTURE_LIMITS, permissions: STRICT, eof: true, ignoreUpgrade: true });
    const difference = firstDifference(ours, await readWithLlhttp(wire));
    if (difference === null) continue;
    different += 1;
    const found = classOf(difference);
    if (found === null) {
      unexplained.push(`${difference.kind}: here ${difference.ours}, llhttp ${difference.theirs}: ${escapeLine(wire)}`);
      continue;
    }
    const isCase = index < cases.length;
    const before = classes.get(found.key) ??
      { ...found, kind: difference.kind, cases: 0, generated: 0, example: wire, ours: "", theirs: "" };
    const isShorter = before.ours === "" || wire.length < before.example.length;
    classes.set(found.key, {
      ...before,
      cases: before.cases + Number(isCase),
      generated: before.generated + Number(!isCase),
      ...(isShorter ? { example: wire, ours: difference.ours, theirs: difference.theirs } : {}),
    });
  }
  return { totals: { cases: cases.length, generated: GENERATED, different }, classes: [...classes.values()], unexplained };
}

/** They do not depend on the wire cases, so that a new case changes no others. */
function generatedWires(): string[] {
  const random = new Random(SEED);
  return Array.from({ length: GENERATED }, () => {
    const wire = generateRequests(random);
    return random.chance(0.5) ? wire : mutate(wire, 1, REQUEST_SPLINTERS, [], random);
  });
}

/** The document. Throws an `Error` where a difference has no explanation. */
export async function makeReport(): Promise<string> {
  const { totals, classes, unexplained } = await compareAll();
  if (unexplained.length > 0) {
    throw new Error(`Differences without an explanation in difference-classes.ts:\n${unexplained.join("\n")}`);
  }
  return renderReport(totals, classes, process.version, process.versions["llhttp"] ?? "");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await makeReport();
  if (process.argv.includes("--write")) writeFileSync(REPORT_PATH, report);
  else process.stdout.write(report);
}
