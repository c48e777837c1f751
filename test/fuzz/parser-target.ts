/** @module The request parser: the same reading for every cut, the same meaning for everybody else. */
import type { ParserLimits } from "../../src/http/limits.ts";
import { type GrammarPermissions, STRICT } from "../../src/http/permissions.ts";
import { Random } from "../simulation/random.ts";
import { FIXTURE_LIMITS, fixturePages, readFixtures } from "../support/fixtures.ts";
import { canonicalWire, meaningOf } from "./canonical.ts";
import { atLineEnds, atRandom, bytewise } from "./cuts.ts";
import { drive, type DriveOptions, type Message, type Reading } from "./drive.ts";
import { generateRequests, REQUEST_SPLINTERS } from "./generate.ts";
import { CARELESSNESS, readLeniently } from "./lenient-reader.ts";
import { countScannedBytes } from "./scan-meter.ts";
import { ensure, ensureSame, type FuzzInput, type FuzzTarget } from "./target.ts";
import { wireCaseOf } from "./wire-case.ts";

const SEED_MAX_CHARS = 5000;

/** Limits around the sizes of small inputs, so that they are met. */
const TIGHT: ParserLimits = {
  requestLineBytes: 20,
  fieldCount: 3,
  fieldLineBytes: 24,
  headBytes: 70,
  chunkLineBytes: 6,
  chunkExtensionBytes: 8,
  bodyBytes: 8,
};

export const parserTarget: FuzzTarget = {
  name: "parser",
  seeds: fixturePages().flatMap((page) => readFixtures(page)).map(({ wire }) => wire).filter((wire) =>
    wire.length < SEED_MAX_CHARS
  ),
  splinters: REQUEST_SPLINTERS,
  generate: generateRequests,
  run({ text, choices }: FuzzInput): string[] {
    const random = new Random(choices);
    const options = drawOptions(random);
    const whole = drive([text], options);
    scansEveryByteOnce(text, options);
    const cuts = [bytewise(text), atLineEnds(text), atRandom(text, random), atRandom(text, random)];
    for (const pieces of cuts) ensureSame(drive(pieces, options), whole, "every cut of the bytes gives the same");
    staysTheSameWhenPermitted(text, options, whole);
    meansTheSameWrittenAgain(whole, options);
    meansTheSameToOthers(text, whole);
    return featuresOf(whole, options);
  },
  describe({ text, choices }: FuzzInput): string {
    const options = drawOptions(new Random(choices));
    const permitted = Object.entries(options.permissions).filter(([, on]) => on).map(([name]) => name);
    const limits = Object.entries(options.limits)
      .filter(([name, value]) => Object.entries(FIXTURE_LIMITS).some(([other, usual]) => other === name && usual !== value))
      .map(([name, value]) => `${name}=${value}`);
    return wireCaseOf(text, [
      ...(limits.length > 0 ? [`limits: ${limits.join(", ")}`] : []),
      ...(permitted.length > 0 ? [`permit: ${permitted.join(", ")}`] : []),
      ...(options.eof ? ["then: eof"] : []),
      ...(options.ignoreUpgrade ? ["(the application ignores Upgrade)"] : []),
    ], ["(what it should give)"]);
  },
};

function drawOptions(random: Random): DriveOptions {
  const kind = random.between(0, 9);
  const limits = kind < 6 ? FIXTURE_LIMITS : kind < 9 ? TIGHT : drawLimits(random);
  const permissions: GrammarPermissions = random.chance(0.6) ? STRICT : {
    unconventionalMethod: random.chance(0.5),
    casefoldMethod: random.chance(0.5),
    unconventionalVersion: random.chance(0.5),
    obsoleteFolding: random.chance(0.5),
    headerSpaces: random.chance(0.5),
  };
  return { limits, permissions, eof: random.chance(0.5), ignoreUpgrade: random.chance(0.5) };
}

function drawLimits(random: Random): ParserLimits {
  return {
    requestLineBytes: random.pick([0, 1, 16, 4094]),
    fieldCount: random.pick([0, 1, 2, 100]),
    fieldLineBytes: random.pick([0, 1, 9, 8190]),
    headBytes: random.pick([1, 30, 200, 65_536]),
    chunkLineBytes: random.pick([1, 3, 16, 256]),
    chunkExtensionBytes: random.pick([0, 1, 5, 1024]),
    bodyBytes: random.pick([0, 1, 5, 1000]),
  };
}

/** However many pieces a line comes in: a byte is looked at when it comes, and once more when its section was refused. */
function scansEveryByteOnce(text: string, options: DriveOptions): void {
  const scannedBytes = countScannedBytes(() => void drive(bytewise(text), options));
  ensure(scannedBytes <= 4 * text.length + 64, "searching grows with the bytes", () => `${scannedBytes} of ${text.length} bytes`);
}

/** What the strict grammar accepts is read the same whatever is permitted, save the case of methods. */
function staysTheSameWhenPermitted(text: string, options: DriveOptions, whole: Reading): void {
  if (options.permissions === STRICT) return;
  const strict = drive([text], { ...options, permissions: STRICT });
  // What is not complete may still be refused, and a fold that is permitted makes a line too long sooner.
  if (strict.end === "error" || strict.end === "inside") return;
  ensureSame(whole, strict, "a permission changes nothing for what the strict grammar accepts");
}

function meansTheSameWrittenAgain(whole: Reading, options: DriveOptions): void {
  const wire = canonicalWire(whole.messages);
  const again = drive([wire], { ...options, limits: FIXTURE_LIMITS, eof: false });
  ensureSame(again.error, null, "what was accepted is accepted when it is written again");
  ensureSame(meaningOf(again.messages), meaningOf(whole.messages), "what was accepted means the same when it is written again");
}

/** Smuggling: a careless reader must find the same requests and the same content where the parser found no error. */
function meansTheSameToOthers(text: string, whole: Reading): void {
  const complete = whole.messages.filter(isComplete);
  // After an error, or in a rest, there is no telling what others see; before that they must agree.
  const most = whole.end === "open" || whole.end === "closed" ? complete.length + 1 : complete.length;
  const ours = complete.map(({ head, data }) => ({ method: head.method.toUpperCase(), target: head.target, body: data }));
  for (const how of CARELESSNESS) {
    const theirs = readLeniently(text, most, how).filter(({ isComplete }) => isComplete);
    const shown = theirs.map(({ method, target, body }) => ({ method: method.toUpperCase(), target, body }));
    ensureSame(shown, ours, "a careless reader understands what was accepted in the same way");
  }
}

function isComplete({ trailers }: Message): boolean {
  return trailers !== null;
}

function featuresOf(whole: Reading, { permissions, limits }: DriveOptions): string[] {
  const shapes = whole.messages.map(({ head, data, trailers }) =>
    [
      head.form,
      head.framing.kind,
      head.minorVersion,
      head.keepAlive,
      head.upgrade,
      head.expectContinue,
      Math.min(head.fields.length, 12),
      Math.ceil(Math.log2(data.length + 1)),
      trailers === null ? "-" : Math.min(trailers.length, 4),
    ].join("/")
  );
  const mode = `${permissions === STRICT ? "strict" : Object.values(permissions).map(Number).join("")}${
    limits === TIGHT ? " tight" : ""
  }`;
  return [
    ...shapes.map((shape) => `${mode} ${shape}`),
    `${mode} ${shapes.length} ${shapes.at(-1)?.split("/")[1]} ${whole.end} ${whole.error} ${Math.min(whole.rest.length, 2)}`,
  ];
}
