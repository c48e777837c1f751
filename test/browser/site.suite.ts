import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { RunningServer } from "../support/server.ts";
import { Chromium, describeWithChromium } from "./chromium.ts";
import type { Page } from "./page.ts";
import { PUBLIC, SITE_ARGS, siteOptions } from "./site.ts";

const LIMIT = { timeout: 60_000 };
const SEQUENTIAL = 20;

interface Upload {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly { originalname: string; mimetype: string; size: number; filename: string }[];
}

/** What a browser does with a site of Express, multer, compression and ws. */
export function siteSuite(): void {
  describeWithChromium("a site in a browser", () => {
    let scratch = "";
    let server: RunningServer;
    let browser: Chromium;
    let url = "";

    before(async () => {
      scratch = mkdtempSync(join(tmpdir(), "tsgunicorn-"));
      server = new RunningServer(SITE_ARGS, siteOptions(scratch));
      browser = await Chromium.start();
      url = `http://127.0.0.1:${await server.port()}/`;
    }, LIMIT);
    after(async () => {
      await browser?.stop();
      await server?.stop();
      rmSync(scratch, { recursive: true, force: true });
    });

    /** A test with a tab of its own, in which nothing may go wrong. */
    function test(title: string, body: (page: Page) => Promise<void>): void {
      it(title, LIMIT, async () => {
        try {
          const page = await browser.open(url);
          await body(page);
          assert.deepEqual(page.troubles, []);
          await page.close();
        } catch (error) {
          if (error instanceof Error) error.message += `\n--- log ---\n${server.transcript()}`;
          throw error;
        }
      });
    }

    test("loads: page, style sheet, modules and pictures", async (page) => {
      assert.equal(await page.evaluate("document.title"), "tsgunicorn in a browser");
      assert.equal(await page.evaluate("document.querySelector('#module').textContent"), "loaded");
      assert.equal(await page.evaluate("getComputedStyle(document.querySelector('#style')).color"), "rgb(31, 122, 92)");
      await page.until("page.pictures() === document.images.length && document.images.length > 10");
      for (const { status, url } of page.seen) assert.equal(status, 200, url);
      assert.equal(page.seen.filter(({ url }) => url.endsWith(".mjs")).length, 4);
    });

    test("asks again with what it has, and is told that nothing changed", async (page) => {
      await page.reload();
      const unchanged = await server.until(
        () => /"GET \/style\.css HTTP\/1\.1" 304 .*/.exec(server.stdout)?.[0],
        "a 304 for the style sheet",
      );
      assert.match(unchanged, /304 (?:0|-) /);
      assert.equal(await page.evaluate("getComputedStyle(document.querySelector('#style')).color"), "rgb(31, 122, 92)");
    });

    for (const coding of ["gzip", "br", "deflate", "identity"]) {
      test(`reads what compression made: ${coding}`, async (page) => {
        const [given, text] = await page.evaluate<[string | null, string]>(
          `fetch("/?coding=${coding}", { cache: "no-store" }).then(async (r) => [r.headers.get("content-encoding"), await r.text()])`,
        );
        assert.equal(given, coding === "identity" ? null : coding);
        assert.equal(text, readFileSync(join(PUBLIC, "index.html"), "utf8"));
      });
    }

    test("keeps two cookies of one answer, and gives them back", async (page) => {
      assert.match(await page.evaluate("document.cookie"), /^seen=a%20page%3B/);
      const before = await page.evaluate<Record<string, string>>("fetch('/cookies').then((response) => response.json())");
      assert.equal(before["seen"], 'a page; and "more"');
      await page.reload();
      const after = await page.evaluate<Record<string, string>>("fetch('/cookies').then((response) => response.json())");
      assert.equal(Number(after["visits"]), Number(before["visits"]) + 1);
    });

    test("posts a form with files, and follows the redirect", async (page) => {
      const names = ['größe "5" MB; a=b.bin', "empty.txt", "small.json"];
      const contents: readonly Uint8Array[] = [
        randomBytes(5_000_000),
        Buffer.alloc(0),
        Buffer.from('{"a": 1}\r\n--boundary--\r\n'),
      ];
      const paths = names.map((name) => join(scratch, name));
      for (const [index, path] of paths.entries()) writeFileSync(path, contents[index] ?? "");
      await page.choose("input[type=file]", paths);
      await page.evaluate(
        `Object.assign(form.elements.name, { value: "Zoë & Co. ✓" }), form.elements.remark.value = "one\\ntwo"`,
      );
      await page.loads(() => page.evaluate("void document.querySelector('button').click()"));
      assert.equal(await page.evaluate("document.title + location.search"), "Thank you?files=3");

      const { fields, files } = JSON.parse(readFileSync(join(scratch, "upload.json"), "utf8")) as Upload;
      assert.deepEqual(fields, { name: "Zoë & Co. ✓", remark: "one\r\ntwo" });
      assert.deepEqual(files.map(({ size }) => size), contents.map(({ length }) => length));
      assert.deepEqual(files.map(({ originalname }) => originalname), names);
      for (const [index, { filename }] of files.entries()) {
        assert.ok(Buffer.from(contents[index] ?? []).equals(readFileSync(join(scratch, "uploads", filename))), `file ${index}`);
      }
    });

    test("uploads bytes by fetch", async (page) => {
      for (const size of [0, 1, 1_000_000]) {
        const [server, own] = await page.evaluate<[string, string]>(`page.digests(${size})`);
        assert.equal(server, own, `${size} bytes`);
      }
    });

    test("reads an answer while it is made", async (page) => {
      assert.equal(await page.evaluate("page.steps()"), "step 1\nstep 2\nstep 3\ndone\n");
    });

    test("leaves in the middle of an answer, and the application hears of it", async (page) => {
      assert.deepEqual(await page.evaluate("page.leave()"), [true, "AbortError"]);
      await page.until("fetch('/marks/endless-closed').then((response) => response.json())");
    });

    test("keeps its connection", async (page) => {
      const from = page.seen.length;
      await page.evaluate(`(async () => { for (let i = 0; i < ${SEQUENTIAL}; i++) await (await fetch("/pid")).text(); })()`);
      const polls = page.seen.slice(from).filter(({ url }) => url.endsWith("/pid"));
      assert.equal(polls.length, SEQUENTIAL);
      assert.ok(polls.every(({ isReused }) => isReused));
    });

    test("talks over a WebSocket, in text and bytes of all sizes", async (page) => {
      const messages = ["", "größer ✓", "x".repeat(100_000), 0, 125, 126, 65_536, 1_000_000];
      const expected = messages.map((message) => typeof message === "string" ? message : [message, message * 3]);
      assert.deepEqual(await page.evaluate(`page.echo(${JSON.stringify(messages)})`), expected);
    });

    test("receives server-sent events, each once and in order", async (page) => {
      await page.evaluate("page.live()");
      await page.until("page.events.seen.ids.length >= 10");
      const { events } = await page.evaluate<{ events: { ids: number[]; texts: string[] } }>("page.report()");
      assert.deepEqual(events.ids, events.ids.map((_, index) => index + 1));
      assert.deepEqual(events.texts, ["größer ✓"]);
    });
  });
}
