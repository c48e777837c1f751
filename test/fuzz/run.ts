/**
 * The long fuzz: every target in turn, from a seed, until the time is over.
 *
 *     npm run fuzz -- --minutes 10 [--seed N] [--target NAME]... [--rounds N]
 *
 * Ends with 1 where a property was broken. The same seed and target break it in the same round again (`--rounds` stops there).
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { type FuzzFailure, FuzzSession } from "./session.ts";
import { TARGETS } from "./targets.ts";

/** Time on one target before the next has its turn. */
const TURN_MS = 250;
const REPORT_MS = 60_000;
/** Different failures of one target; then it is left alone. */
const FAILURES_MAX = 8;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    rounds: { type: "string" },
    target: { type: "string", multiple: true },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const endMs = performance.now() + Number(values.minutes) * 60_000;
const roundsMax = Number(values.rounds ?? Infinity);
const unknown = (values.target ?? []).filter((name) => !TARGETS.some((target) => target.name === name));
if (unknown.length > 0 || ![seed, endMs, roundsMax].every((number) => number >= 0)) {
  console.error(
    `Unknown target "${unknown.join('", "')}" or not a number: targets are ${TARGETS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}

const sessions = TARGETS
  .filter(({ name }) => values.target === undefined || values.target.includes(name))
  .map((target) => new FuzzSession(target, seed));
const failures: FuzzFailure[] = [];
let running: FuzzSession | null = null;
process.on("uncaughtException", (error) => {
  if (running?.current) {
    console.error(`${running.target.name}, round ${running.executions}: ${running.target.describe(running.current)}`);
  }
  console.error(error);
  process.exit(1);
});

console.log(`seed ${seed}, ${values.minutes} minutes, targets ${sessions.map(({ target }) => target.name).join(", ")}`);
let reportMs = performance.now() + REPORT_MS;
while (performance.now() < endMs && sessions.some(isActive)) {
  for (const session of sessions.filter(isActive)) {
    running = session;
    const turnEndMs = performance.now() + TURN_MS;
    while (performance.now() < turnEndMs && isActive(session)) {
      const failure = await session.round();
      if (failure !== null) note(failure, session);
    }
  }
  if (performance.now() < Math.min(reportMs, endMs)) continue;
  reportMs += REPORT_MS;
  console.log(summary());
}
console.log(`${failures.length} broken properties, seed ${seed}`);
process.exitCode = failures.length === 0 ? 0 : 1;

function isActive(session: FuzzSession): boolean {
  return session.executions < roundsMax && failures.filter(({ target }) => target === session.target.name).length < FAILURES_MAX;
}

function note(failure: FuzzFailure, session: FuzzSession): void {
  failures.push(failure);
  console.log(
    `\nBROKEN ${failure.target}: ${failure.message}\n` +
      `seed ${failure.seed}, round ${failure.round}: npm run fuzz -- --seed ${failure.seed} --target ${failure.target} --rounds ${failure.round}\n` +
      `${JSON.stringify(failure.input)}\n${session.target.describe(failure.input)}`,
  );
}

function summary(): string {
  return sessions.map(({ target, executions, features }) => `${target.name}: ${executions} inputs, ${features} features`).join(
    "; ",
  );
}
