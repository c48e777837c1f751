import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ParserLimits } from "../../src/http/limits.ts";
import type { GrammarPermissions } from "../../src/http/permissions.ts";
import { exchange } from "../support/client.ts";
import { expectedAnswers, fixturePages, readFixtures, type WireCase } from "../support/fixtures.ts";
import { RunningServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };

/** The flag of each limit; null where it is none of the settings: such cases are for the parser alone. */
const LIMIT_FLAGS: { readonly [name in keyof ParserLimits]: string | null } = {
  requestLineBytes: "--limit-request-line",
  fieldCount: "--limit-request-fields",
  fieldLineBytes: "--limit-request-field-size",
  headBytes: "--limit-request-head",
  bodyBytes: "--limit-request-body",
  chunkLineBytes: null,
  chunkExtensionBytes: null,
};

const PERMISSION_FLAGS: { readonly [name in keyof GrammarPermissions]: string } = {
  unconventionalMethod: "--permit-unconventional-http-method",
  casefoldMethod: "--casefold-http-method",
  unconventionalVersion: "--permit-unconventional-http-version",
  obsoleteFolding: "--permit-obsolete-folding",
  headerSpaces: "--strip-header-spaces",
};

/** The wire cases of the parser, sent to whole servers, one for each set of settings: what arrives is answered as the events say. */
export function wireSuite(): void {
  for (const [flags, cases] of casesByFlags()) {
    describe(`wire cases over a socket (${flags || "no settings"})`, () => {
      let server: RunningServer;
      let port = 0;
      before(async () => {
        const settings = flags.split(" ").filter((word) => word !== "");
        server = new RunningServer(["-b", "127.0.0.1:0", ...settings, "wire:app"]);
        port = await server.port();
      });
      after(() => server.stop());

      for (const wireCase of cases) {
        it(`${wireCase.page}: ${wireCase.title}`, LIMIT, () => check(port, wireCase));
      }
    });
  }
}

async function check(port: number, wireCase: WireCase): Promise<void> {
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
}

/** All cases that a server can be told about, by its flags. */
function casesByFlags(): Map<string, WireCase[]> {
  const groups = new Map<string, WireCase[]>();
  for (const wireCase of fixturePages().flatMap((page) => readFixtures(page))) {
    const flags = flagsOf(wireCase);
    if (flags === null) continue;
    const group = groups.get(flags) ?? [];
    group.push(wireCase);
    groups.set(flags, group);
  }
  return groups;
}

/** The arguments that give a server the settings of the case, in the order of the tables; null where they cannot. */
function flagsOf({ limits, permissions }: WireCase): string | null {
  const words: string[] = [];
  for (const [name, flag] of Object.entries(LIMIT_FLAGS) as [keyof ParserLimits, string | null][]) {
    const limit = limits[name];
    if (limit === undefined) continue;
    if (flag === null) return null;
    words.push(`${flag} ${limit}`);
  }
  for (const [name, flag] of Object.entries(PERMISSION_FLAGS) as [keyof GrammarPermissions, string][]) {
    if (permissions[name]) words.push(flag);
  }
  return words.join(" ");
}
