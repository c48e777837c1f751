import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ParserLimits } from "../../../src/http/limits.ts";
import { expectedAnswers, FIXTURE_LIMITS, fixturePages, readFixtures, type WireCase } from "../../support/fixtures.ts";
import { comparable, trace } from "./trace.ts";

/** Every cut of a wire up to this length is tried. */
const EVERY_CUT_MAX_CHARS = 160;
const NEIGHBOUR = "GET /neighbour HTTP/1.1\r\nHost: n\r\nContent-Length: 2\r\n\r\nok";
const NEIGHBOUR_EVENTS = ["request GET /neighbour HTTP/1.1 authority=n framing=length:2", 'data "ok"', "end"];

const pages = fixturePages();
const cases = pages.flatMap((page) => readFixtures(page));

describe("wire cases", () => {
  it("are many, on every page", () => {
    assert.ok(cases.length >= 550, `${cases.length} cases`);
    for (const page of pages) assert.ok(cases.filter((wireCase) => wireCase.page === page).length >= 5, page);
  });
  it("give the answers that a server must send", () => {
    const answers = cases.filter((wireCase) => wireCase.page === "pipelining.md").map(expectedAnswers);
    assert.ok(answers.some((statuses) => statuses.length === 3 && statuses.every((status) => status === 200)));
    assert.ok(answers.some((statuses) => statuses.join() === "200,400"));
  });
});

for (const page of pages) {
  describe(`RequestParser on ${page}`, () => {
    for (const wireCase of cases.filter((each) => each.page === page)) addTests(wireCase);
  });
}

function addTests(wireCase: WireCase): void {
  const { title, wire, events, eof, permissions } = wireCase;
  const limits: ParserLimits = { ...FIXTURE_LIMITS, ...wireCase.limits };
  const check = (pieces: readonly string[], expected: readonly string[] = events): void =>
    assert.deepEqual(comparable(trace(pieces, limits, eof, permissions), expected), expected);

  it(`${title} (whole)`, () => check([wire]));
  it(`${title} (bytewise)`, () => check([...wire]));
  if (wire.length <= EVERY_CUT_MAX_CHARS) {
    it(`${title} (cut at every place)`, () => {
      for (let cut = 1; cut < wire.length; cut += 1) check([wire.slice(0, cut), wire.slice(cut)]);
    });
  }
  const fits = NEIGHBOUR.length <= limits.headBytes && limits.bodyBytes !== 1 && limits.requestLineBytes >= 23 &&
    limits.fieldCount >= 2;
  if (fits && limits.fieldLineBytes >= 20) {
    it(`${title} (after another request)`, () => {
      const expected = withoutFields(events);
      const lines = trace([NEIGHBOUR + wire], limits, eof, permissions).filter((line) => !line.startsWith("field "));
      assert.deepEqual(lines, [...NEIGHBOUR_EVENTS, ...expected]);
    });
    if (goesOn(wireCase)) {
      it(`${title} (before another request)`, () => {
        const lines = trace([wire + NEIGHBOUR], limits, eof, permissions).filter((line) => !line.startsWith("field "));
        assert.deepEqual(lines, [...withoutFields(events), ...NEIGHBOUR_EVENTS]);
      });
    }
  }
}

function withoutFields(events: readonly string[]): string[] {
  return events.filter((line) => !line.startsWith("field "));
}

/** Whether the connection is between two requests after the case. */
function goesOn({ events, eof }: WireCase): boolean {
  const last = events.at(-1) ?? "";
  const lastRequest = events.findLast((line) => line.startsWith("request ")) ?? "";
  return !eof && (last === "end" || last.startsWith("trailer ")) && !/ (?:close|upgrade)$/.test(lastRequest);
}
