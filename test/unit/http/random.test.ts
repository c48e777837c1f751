import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RemoteProtocolError } from "../../../src/http/errors.ts";
import { REQUEST_HEAD } from "../../../src/http/grammar.ts";
import { strictHead } from "../../../src/http/lenient.ts";
import type { ParserLimits } from "../../../src/http/limits.ts";
import { type GrammarPermissions, STRICT } from "../../../src/http/permissions.ts";
import { FIXTURE_LIMITS, fixturePages, readFixtures } from "../../support/fixtures.ts";
import { trace } from "./trace.ts";

const ROUNDS = 150;
const SEEDS = [1, 2, 3, Number(process.env["TSGUNICORN_TEST_SEED"] ?? 4)];

/** A small generator of whole numbers below `limit`, the same ones for the same seed. */
function generator(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const cases = fixturePages().flatMap((page) => readFixtures(page)).filter(({ wire }) => wire.length < 600);
const wires = cases.map(({ wire }) => wire);
const goodWires = cases.filter(({ events }) => !events.some((line) => line.startsWith("error"))).map(({ wire }) => wire);

/** What breaks parsers, and what holds requests together. */
const CHARACTERS = [...'\r\n \t:\0\xff0A;"\\,'];
const LINES = [
  "Transfer-Encoding: chunked",
  "Content-Length: 3",
  "Host: a",
  "GET / HTTP/1.1",
  "X: y",
  "3\r\nfoo",
  "0\r\n",
  "\r\n ",
  "\r\n\t folded",
  "Transfer-Encoding:\r\n chunked",
  "Content-Length : 3",
  "get / HTTP/1.2",
  "PRI * HTTP/2.0",
  '3 ; a="b"\r\nfoo',
  "Content-Type: a",
];
const SPLINTERS = [...CHARACTERS, ...LINES.map((line) => line + "\r\n"), "chunked", "\r\n\r\n"];

function mutate(wire: string, below: (limit: number) => number): string {
  let text = wire;
  for (let changes = 1 + below(2); changes > 0; changes -= 1) {
    const at = below(text.length + 1);
    const splinter = SPLINTERS[below(SPLINTERS.length)] ?? "";
    const kind = below(5);
    if (kind === 0) text = text.slice(0, at) + splinter + text.slice(at);
    if (kind === 1) text = text.slice(0, at) + splinter + text.slice(at + splinter.length);
    if (kind === 2) text = text.slice(0, at) + text.slice(at + 1 + below(4));
    if (kind === 3) text = text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
    if (kind === 4) text = (goodWires[below(goodWires.length)] ?? "") + text;
  }
  return text;
}

const SHORT_LIMITS: ParserLimits = {
  requestLineBytes: 20,
  fieldLineBytes: 24,
  headBytes: 70,
  fieldCount: 3,
  chunkLineBytes: 6,
  chunkExtensionBytes: 5,
  bodyBytes: 8,
};

function randomPermissions(below: (limit: number) => number): GrammarPermissions {
  if (below(3) === 0) return STRICT;
  return {
    unconventionalMethod: below(2) === 0,
    casefoldMethod: below(2) === 0,
    unconventionalVersion: below(2) === 0,
    obsoleteFolding: below(3) > 0,
    headerSpaces: below(2) === 0,
  };
}

/** What a field line may look like to somebody who looks for the place where two readers disagree. */
const NAMES = [
  "X",
  "Y",
  "X ",
  "Z\t",
  "Host",
  "Content-Length",
  "Content-Length ",
  "Transfer-Encoding",
  "Content-Type",
  "Connection",
  "Expect",
  "",
];
const VALUES = [
  "a",
  " b",
  "a\r\n b",
  "\r\n\tc ",
  "3",
  "3\r\n 0",
  "chunked",
  "\r\n chunked",
  "close",
  "",
  "\r\n ",
  "\xa0",
  "a\rb",
  "100-continue",
];
const FIRST_LINES = [
  "GET / HTTP/1.1",
  "POST / HTTP/1.1",
  "post / HTTP/1.1",
  "GET / HTTP/1.2",
  "A /?b HTTP/0.9",
  "PRI * HTTP/2.0",
];
const CONTENTS = [
  "",
  "abc",
  "3\r\nabc\r\n0\r\n\r\n",
  "3;a\r\nabc\r\n0\r\nX : y\r\n z\r\n\r\n",
  "0\r\nHost: a\r\n\r\n",
  "0\r\n \r\n\r\n",
];

function pick(from: readonly string[], below: (limit: number) => number): string {
  return from[below(from.length)] ?? "";
}

/** One or two requests of parts that each are nearly right. */
function assemble(below: (limit: number) => number): string {
  let wire = "";
  for (let requests = 1 + below(2); requests > 0; requests -= 1) {
    wire += pick(FIRST_LINES, below) + "\r\n";
    if (below(8) > 0) wire += "Host: a\r\n";
    for (let fields = below(4); fields > 0; fields -= 1) wire += `${pick(NAMES, below)}:${pick(VALUES, below)}\r\n`;
    wire += "\r\n" + pick(CONTENTS, below);
  }
  return wire;
}

/** What a parser accepted: without what it refused or waits for at the end. */
function accepted(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith("error ") && line !== "need_data");
}

function cutAtRandom(wire: string, below: (limit: number) => number): string[] {
  const pieces: string[] = [];
  const longest = 1 + below(40);
  for (let at = 0; at < wire.length;) {
    const next = at + 1 + below(longest);
    pieces.push(wire.slice(at, next));
    at = next;
  }
  return pieces;
}

describe("RequestParser on random bytes", () => {
  for (const seed of SEEDS) {
    // What is kept and how many events there are is watched by the tracer.
    it(`gives the same events for every cut of mutated requests (seed ${seed})`, () => {
      const below = generator(seed);
      let good = 0;
      let refused = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const base = below(2) === 0 ? wires : goodWires;
        const wire = below(3) === 0 ? assemble(below) : mutate(pick(base, below), below);
        const eof = below(2) === 1;
        const limits = below(3) === 0 ? SHORT_LIMITS : FIXTURE_LIMITS;
        const permissions = randomPermissions(below);
        const whole = trace([wire], limits, eof, permissions);
        const place = `seed ${seed}, round ${round}, ${JSON.stringify(wire)}, ${JSON.stringify(permissions)}`;
        assert.deepEqual(trace([...wire], limits, eof, permissions), whole, place);
        for (let cuts = 0; cuts < 3; cuts += 1) {
          assert.deepEqual(trace(cutAtRandom(wire, below), limits, eof, permissions), whole, place);
        }
        if (whole.some((line) => line.startsWith("error "))) refused += 1;
        if (whole.includes("end")) good += 1;
      }
      assert.ok(good > ROUNDS / 20 && refused > ROUNDS / 10, `${good} accepted, ${refused} refused of ${ROUNDS}`);
    });

    it(`accepts with any permissions what it accepts with none, in the same way (seed ${seed})`, () => {
      const below = generator(seed);
      let more = 0;
      for (let round = 0; round < 4 * ROUNDS; round += 1) {
        const wire = below(3) === 0 ? mutate(pick(goodWires, below), below) : assemble(below);
        const limits = below(3) === 0 ? SHORT_LIMITS : FIXTURE_LIMITS;
        const permissions = randomPermissions(below);
        const strict = accepted(trace([wire], limits, false));
        const permitted = accepted(trace([wire], limits, false, permissions));
        const place = `seed ${seed}, round ${round}, ${JSON.stringify(wire)}, ${JSON.stringify(permissions)}`;
        assert.deepEqual(permitted.slice(0, strict.length), strict, place);
        if (permitted.length > strict.length) more += 1;
      }
      assert.ok(more > ROUNDS / 50, `${more} of ${4 * ROUNDS} needed a permission`);
    });

    it(`reads a permitted head as a strict parser reads its strict form (seed ${seed})`, () => {
      const below = generator(seed);
      let compared = 0;
      for (let round = 0; round < 2 * ROUNDS; round += 1) {
        const wire = assemble(below);
        const permissions = randomPermissions(below);
        const head = wire.slice(0, wire.indexOf("\r\n\r\n") + 4);
        // The preface of HTTP/2 is refused before it could be permitted.
        if (head.startsWith("PRI ")) continue;
        let rewritten = "";
        try {
          rewritten = strictHead(head, permissions);
        } catch (error) {
          assert.ok(error instanceof RemoteProtocolError, String(error));
          continue;
        }
        compared += 1;
        assert.deepEqual(
          trace([rewritten], FIXTURE_LIMITS, false, { ...STRICT, unconventionalMethod: permissions.unconventionalMethod }),
          trace([head], FIXTURE_LIMITS, false, permissions),
          `seed ${seed}, round ${round}, ${JSON.stringify(head)}, ${JSON.stringify(permissions)}`,
        );
      }
      assert.ok(compared > ROUNDS / 10, `${compared} compared`);
    });

    it(`gives an event or a RemoteProtocolError for noise (seed ${seed})`, () => {
      const below = generator(seed);
      for (let round = 0; round < ROUNDS; round += 1) {
        const wire = Array.from(
          { length: below(60) },
          () => below(3) === 0 ? SPLINTERS[below(SPLINTERS.length)] : String.fromCharCode(below(256)),
        ).join("");
        assert.deepEqual(
          trace([...wire], FIXTURE_LIMITS, true),
          trace([wire], FIXTURE_LIMITS, true),
          `seed ${seed}, round ${round}`,
        );
      }
    });

    it(`explains every refusal of a head by one of its lines (seed ${seed})`, () => {
      const below = generator(seed);
      let refused = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const lines = ["GET / HTTP/1.1", "Host: a", "X: y"];
        const broken = below(lines.length);
        const line = lines[broken] ?? "";
        const at = below(line.length);
        lines[broken] = line.slice(0, at) + String.fromCharCode(below(256)) + line.slice(at + below(2));
        const head = lines.join("\r\n") + "\r\n\r\n";
        if (REQUEST_HEAD.test(head)) continue;
        refused += 1;
        assert.throws(
          () => strictHead(head, STRICT),
          // A refusal that no check explains quotes the head with its line ends.
          (error: unknown) => error instanceof RemoteProtocolError && !error.message.includes("\\r\\n"),
          JSON.stringify(head),
        );
      }
      assert.ok(refused > ROUNDS / 4, `${refused} refused of ${ROUNDS}`);
    });
  }
});
