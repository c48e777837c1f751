import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import process from "node:process";
import { Client, get } from "../support/client.ts";
import { APPS, RunningServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;
const REPEATED = "Cookie: a=1\r\nCookie: b=2\r\nX-A: 1\r\nX-A: 2\r\nProxy: http://evil.example\r\n";

/** Applications of the WSGI interface behind whole servers. */
export function wsgiSuite(): void {
  describe("the WSGI interface", () => {
    let server: RunningServer;
    let port: number;
    before(async () => {
      server = new RunningServer(["-b", "127.0.0.1:0", "--interface", "wsgi", "--limit-request-body", "20000000", "wsgi:app"]);
      port = await server.port();
    }, LIMIT);
    after(() => server.stop());

    /** A request on a connection of its own. */
    async function send(wire: string): Promise<Client> {
      const client = await Client.connect({ port });
      client.send(wire);
      return client;
    }

    it("gives an environ", LIMIT, async () => {
      const answer = await get({ port }, "/?x=%20y", REPEATED);
      assert.match(answer.head, /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: \d+\r\n/);
      const environ = JSON.parse(answer.body) as Record<string, unknown>;
      const { REQUEST_METHOD, RAW_URI, PATH_INFO, QUERY_STRING, SERVER_NAME, SERVER_PORT, REMOTE_ADDR, HTTP_COOKIE, HTTP_X_A } =
        environ;
      assert.deepEqual([REQUEST_METHOD, RAW_URI, PATH_INFO, QUERY_STRING], ["GET", "/?x=%20y", "/", "x=%20y"]);
      assert.deepEqual([SERVER_NAME, SERVER_PORT, REMOTE_ADDR], ["127.0.0.1", String(port), "127.0.0.1"]);
      assert.match(String(environ["REMOTE_PORT"]), /^\d+$/);
      assert.deepEqual([HTTP_COOKIE, HTTP_X_A, environ["HTTP_PROXY"]], ["a=1; b=2", "1, 2", undefined]);
      assert.deepEqual([environ["wsgi.version"], environ["wsgi.multiprocess"], environ["wsgi.url_scheme"]], [
        [1, 0],
        false,
        "http",
      ]);
    });

    it("believes trusted proxies the scheme and the mount", LIMIT, async () => {
      const trusted = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.100.7\r\nSCRIPT_NAME: /mount\r\n";
      const { status, body } = await get({ port }, "/mount/nowhere", trusted);
      assert.deepEqual([status, body], [404, "Nothing at /nowhere"]);
      const environ = JSON.parse((await get({ port }, "/mount/", trusted)).body) as Record<string, unknown>;
      assert.deepEqual([environ["wsgi.url_scheme"], environ["SCRIPT_NAME"], environ["REMOTE_ADDR"]], [
        "https",
        "/mount",
        "127.0.0.1",
      ]);
      assert.equal((await get({ port }, "/elsewhere", trusted)).status, 500);
      await server.line(/Request path "\/elsewhere" does not start with SCRIPT_NAME "\/mount"/);
    });

    it("streams an upload back, with and without its length", LIMIT, async () => {
      const content = "0123456789abcdef".repeat(65_536);
      const client = await send(`POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\n\r\n${content}`);
      assert.equal((await client.answer()).body, content);
      client.send(`POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
      for (let i = 0; i < 16; i++) client.send(`10000\r\n${content.slice(0, 65_536)}\r\n`);
      client.send("0\r\n\r\n");
      assert.equal((await client.answer()).body, content);
      client.send("POST /lines HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\none\ntwo\nend");
      assert.equal((await client.answer()).body, "one|two|end");
      client.close();
    });

    it("asks for content only when the application reads", LIMIT, async () => {
      const client = await send("POST /lines HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assert.equal((await client.answer()).status, 100);
      client.send("a\nb");
      assert.equal((await client.answer()).body, "a|b");
      client.send("POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assert.equal((await client.answer()).status, 200);
      client.close();
    });

    it("answers for an application that lets the mistakes of a client pass", LIMIT, async () => {
      const large = await send("POST /lines HTTP/1.1\r\nHost: a\r\nContent-Length: 20000001\r\n\r\n");
      assert.equal((await large.answer()).status, 413);
      const broken = await send("POST /lines HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
      assert.equal((await broken.answer()).status, 400);
      for (const client of [large, broken]) client.close();
    });

    it("streams a download, and closes its body", LIMIT, async () => {
      const { head, body } = await get({ port }, "/big");
      assert.match(head, /^Transfer-Encoding: chunked\r$/m);
      assert.equal(body.length, 256 * 65_536);
      await server.line(/^closed big$/);
      const old = await send("GET /big HTTP/1.0\r\n\r\n");
      assert.equal((await old.answer()).body.length, 256 * 65_536);
      await server.line(/^closed big$/, 2);
    });

    it("closes the body of a client that leaves", LIMIT, async () => {
      const client = await send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
      await client.peek(/begin/);
      client.reset();
      await server.line(/^closed endless$/);
    });

    it("sends what write() was given, and hints ahead of all", LIMIT, async () => {
      assert.equal((await get({ port }, "/write")).body, "one two three");
      const client = await send("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n");
      const hint = await client.answer();
      assert.deepEqual([hint.status, /^Link: <\/a\.css>; rel=preload\r$/m.test(hint.head)], [103, true]);
      assert.equal((await client.answer()).body, "hinted");
      client.send("GET /hints HTTP/1.0\r\n\r\n");
      assert.equal((await client.answer()).status, 200);
      client.close();
    });

    it("says nothing of a HEAD that a GET would not say", LIMIT, async () => {
      const client = await send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match((await client.answer(true)).head, /^Content-Length: [1-9]\d*\r$/m);
      client.send("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.doesNotMatch((await client.answer(true)).head, /^Content-Length/m);
      client.send("GET /write HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.equal((await client.answer()).body, "one two three");
      client.close();
    });

    it("replaces a head that is not out, and breaks off where it is", LIMIT, async () => {
      const replaced = await get({ port }, "/replaced");
      assert.deepEqual([replaced.status, replaced.body], [503, "sorry"]);
      assert.match(replaced.head, /^X-Replaced: yes\r$/m);
      const client = await send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
      const text = await client.rest();
      assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
      assert.doesNotMatch(text, /0\r\n\r\n$/);
      await server.line(/Error handling request GET \/late/);
      await server.line(/failed after the head/);
    });

    it("survives an application that throws, and serves on", LIMIT, async () => {
      assert.equal((await get({ port }, "/throws")).status, 500);
      await server.line(/Error: thrown by the application/);
      assert.equal((await get({ port }, "/")).status, 200);
    });

    it("never lies about the length", LIMIT, async () => {
      const client = await send("GET /short HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match(await client.rest(), /\r\n\r\n12345$/);
      await server.line(/Response header Content-Length contradicts the body: 5 of 10 bytes/);
      await server.line(/^closed short$/);
      assert.equal((await get({ port }, "/long")).body, "123");
      await server.line(/\[WARNING\] WSGI app sent more than its Content-Length \(3\) for GET \/long/);
    });

    it("logs what is written to wsgi.errors", LIMIT, async () => {
      assert.equal((await get({ port }, "/errors")).status, 204);
      await server.line(/\[ERROR\] told to the log$/);
    });

    it("sends files, and its own fields for those of a connection", LIMIT, async () => {
      assert.equal((await get({ port }, "/file")).body, readFileSync(`${APPS}wsgi.mjs`, "latin1"));
      const client = await send("GET /hop HTTP/1.1\r\nHost: a\r\n\r\n");
      const text = await client.rest();
      assert.match(
        text,
        /^HTTP\/1\.1 200 OK\r\nServer: tsgunicorn\r\nDate: \w{3}, .*\r\nConnection: close\r\nContent-Length: 3\r\n\r\nhop$/,
      );
    });

    // It is TypeScript, which an old Node does not run.
    if (process.env["TSGUNICORN_TEST_NODE"] === undefined) {
      it("serves the example", LIMIT, async () => {
        const example = new RunningServer(["-b", "127.0.0.1:0", "--interface", "wsgi", "wsgi:app"], { cwd: EXAMPLES });
        try {
          const target = { port: await example.port() };
          const { head, body } = await get(target);
          assert.match(head, /^X-Middleware: was here\r$/m);
          assert.match(body, /^PATH_INFO: \/$/m);
          assert.equal((await get(target, "/source")).body, readFileSync(`${EXAMPLES}wsgi.ts`, "latin1"));
          const client = await Client.connect(target);
          client.send("PUT /count HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\nb\nc");
          assert.equal((await client.answer()).body, "3 lines\n");
          client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
          assert.equal((await client.answer()).status, 404);
          client.close();
          await example.line(/\[ERROR\] Nothing at \/nowhere$/);
        } finally {
          await example.stop();
        }
      });
    }
  });
}
