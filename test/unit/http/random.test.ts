import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { REQUEST_HEAD } from "../../../src/http/grammar.ts";
import { headRefusal } from "../../../src/http/refusal.ts";
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
    it(`gives the same events for every cut of mutated requests (seed ${seed})`, () => {
      const below = generator(seed);
      let accepted = 0;
      let refused = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const base = below(2) === 0 ? wires : goodWires;
        const wire = mutate(base[below(base.length)] ?? "", below);
        const eof = below(2) === 1;
        const limits = below(3) === 0
          ? {
            ...FIXTURE_LIMITS,
            requestLineBytes: 20,
            fieldLineBytes: 24,
            headBytes: 70,
            fieldCount: 3,
            chunkLineBytes: 6,
            bodyBytes: 8,
          }
          : FIXTURE_LIMITS;
        const whole = trace([wire], limits, eof);
        const place = `seed ${seed}, round ${round}, ${JSON.stringify(wire)}`;
        assert.deepEqual(trace([...wire], limits, eof), whole, place);
        for (let cuts = 0; cuts < 3; cuts += 1) assert.deepEqual(trace(cutAtRandom(wire, below), limits, eof), whole, place);
        if (whole.some((line) => line.startsWith("error "))) refused += 1;
        if (whole.includes("end")) accepted += 1;
      }
      assert.ok(accepted > ROUNDS / 20 && refused > ROUNDS / 10, `${accepted} accepted, ${refused} refused of ${ROUNDS}`);
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
        // A refusal that no check explains quotes the head with its line ends.
        assert.ok(!headRefusal(head).message.includes("\\r\\n"), JSON.stringify(head));
      }
      assert.ok(refused > ROUNDS / 4, `${refused} refused of ${ROUNDS}`);
    });
  }
});
