import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { exchange } from "../support/client.ts";
import { expectedAnswers, fixturePages, readFixtures, type WireCase } from "../support/fixtures.ts";
import { RunningServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };

/** The wire cases of the parser, sent to a whole server: what arrives must be answered as the events say. */
export function wireSuite(): void {
  describe("wire cases over a socket", () => {
    let server: RunningServer;
    let port = 0;
    before(async () => {
      server = new RunningServer(["-b", "127.0.0.1:0", "wire:app"]);
      port = await server.port();
    });
    after(() => server.stop());

    for (const page of fixturePages()) {
      for (const wireCase of readFixtures(page).filter(hasServerLimits)) {
        it(`${page}: ${wireCase.title}`, LIMIT, async () => {
          const text = await exchange({ port }, wireCase.wire);
          const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^\r]*\r\nServer: /g)].map((match) => Number(match[1]));
          const expected = expectedAnswers(wireCase);
          // We end our side, so that what is not complete is refused as truncated. The application upgrades nothing, so that what
          // follows an upgrade request is the next request, and a bad one.
          const last = wireCase.events.at(-1) ?? "";
          const upgrades = / upgrade\b/.test(wireCase.events.findLast((line) => line.startsWith("request ")) ?? "");
          const isOpen = last === "need_data" || (last.startsWith("rest") && upgrades && !wireCase.wire.startsWith("CONNECT"));
          assert.deepEqual(
            statuses,
            isOpen ? [...expected, 400] : expected,
            `${JSON.stringify(wireCase.wire.slice(0, 300))} got ${text}`,
          );
        });
      }
    }
  });
}

/** Cases with limits of their own would each need a server of their own; the limit of the whole head is another one there. */
function hasServerLimits({ limits, events }: WireCase): boolean {
  return Object.keys(limits).length === 0 && !events.some((line) => line.endsWith(" head_too_long"));
}
