import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { inFolder } from "../support/folder.ts";
import { childrenOf, type Storm, withStorm } from "../support/storm.ts";
import { Chromium, describeWithChromium } from "./chromium.ts";
import type { Page } from "./page.ts";
import { SITE_ARGS, siteOptions } from "./site.ts";

const LIMIT = { timeout: 90_000 };
const WORKERS = 2;

interface Report {
  readonly polling: {
    readonly posts: number;
    readonly failures: readonly string[];
    readonly pids: readonly number[];
  };
  readonly events: { readonly pids: readonly number[]; readonly ids: readonly number[]; readonly fatal: number };
  readonly talk: {
    readonly pids: readonly number[];
    readonly closes: readonly string[];
    readonly echoes: number;
    readonly failures: readonly string[];
  };
}

/** A page that polls, listens and talks while the workers behind it are replaced. */
export function liveSuite(): void {
  describeWithChromium("a page in a browser, when all workers are replaced", () => {
    let browser: Chromium;

    before(async () => {
      browser = await Chromium.start();
    }, LIMIT);
    after(() => browser?.stop());

    for (
      const [signal, replace] of [
        ["HUP", (storm: Storm) => storm.reload()],
        ["USR2", (storm: Storm) => storm.upgrade()],
      ] as const
    ) {
      it(`fails no request, and connects its event source and its WebSocket again once: ${signal}`, LIMIT, async () => {
        await withSite(browser, async ({ storm, page, scratch }) => {
          const old = childrenOf(storm.arbiterPid);
          assert.equal(old.length, WORKERS);
          await page.evaluate("page.live()");
          await replace(storm);
          await page.evaluate("page.polling.next()");
          await storm.settle(WORKERS, { port: await storm.server.port() });
          const young = childrenOf(storm.arbiterPid);
          await page.until(`[page.events, page.talk].every(({ seen }) => ${JSON.stringify(young)}.includes(seen.pids.at(-1)))`);
          await page.until(`${JSON.stringify(young)}.some((pid) => page.polling.pids.has(pid))`);

          const { polling, events, talk } = await page.evaluate<Report>("page.report()");
          assert.deepEqual(polling.failures, []);
          const turns = readFileSync(join(scratch, "turns"), "latin1").trim().split("\n").map(Number).sort((a, b) => a - b);
          assert.deepEqual(turns, Array.from({ length: polling.posts }, (_, index) => index + 1), "each POST arrived once");
          assert.ok(polling.pids.some((pid) => old.includes(pid)), `${polling.pids} of ${old}`);
          for (const pids of [events.pids, talk.pids]) {
            assert.equal(pids.length, 2, `connected to ${pids}; first ${old}, then ${young}`);
            assert.ok(old.includes(pids[0] as number));
          }
          assert.equal(events.fatal, 0);
          assert.deepEqual(events.ids, events.ids.map((_, index) => index + 1));
          assert.deepEqual(talk.closes, ["1012 the worker leaves clean"]);
          assert.deepEqual(talk.failures, []);
          assert.ok(talk.echoes > 0);
          assert.deepEqual(page.troubles, []);
          assert.equal(storm.server.count(/\[(?:ERROR|CRITICAL|WARNING)\]/), 0);
        });
      });
    }
  });
}

interface Visit {
  readonly storm: Storm;
  readonly page: Page;
  /** Folder of the workers. */
  readonly scratch: string;
}

async function withSite(browser: Chromium, body: (visit: Visit) => Promise<void>): Promise<void> {
  await inFolder(async (scratch) => {
    await withStorm(SITE_ARGS, async (storm) => {
      await storm.server.ready(WORKERS);
      const page = await browser.open(`http://127.0.0.1:${await storm.server.port()}/`);
      await body({ storm, page, scratch });
      await page.close();
    }, siteOptions(scratch));
  });
}
