import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { Client, exchange, get } from "../support/client.ts";
import { withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const ARGS = ["-b", "127.0.0.1:0", "--keep-alive", "30", "app:app"] as const;

/** Requests and answers over a real socket. */
export function trafficSuite(): void {
  describe("traffic", () => {
    const check = (name: string, run: (port: number, line: (pattern: RegExp) => Promise<string>) => Promise<void>): void => {
      it(name, LIMIT, () => withServer(ARGS, async (server) => run(await server.port(), (pattern) => server.line(pattern))));
    };

    it("takes a client that resets its connection for nobody it trusts", LIMIT, async () => {
      await withServer([...ARGS, "--access-logfile", "-"], async (server) => {
        const port = await server.port();
        await get({ port });
        const worker = server.workerPids()[0] ?? 0;
        // What it sends is delivered, but by then the system has forgotten its address.
        process.kill(worker, "SIGSTOP");
        const client = await Client.connect({ port });
        client.send("GET /reset HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n");
        await client.flushed();
        client.reset();
        process.kill(worker, "SIGCONT");
        await get({ port }, "/after");
        await server.stop();
        assert.match(server.stdout, /"GET \/after /);
        assert.doesNotMatch(server.stdout, /^198\.51\.100\.7 /m);
      });
    });

    it("resets the connection where its end would make half an answer look whole", LIMIT, async () => {
      await withServer(ARGS, async (server) => {
        const client = await Client.connect({ port: await server.port() });
        client.send("GET /broken-stream HTTP/1.0\r\n\r\n");
        await client.rest();
        assert.match(String(client.error), /ECONNRESET/);
      });
    });

    check("answers several requests on one connection", async (port) => {
      const client = await Client.connect({ port });
      for (let turn = 0; turn < 3; turn++) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        const { status, head } = await client.answer();
        assert.equal(status, 200);
        assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
        assert.match(head, /^Server: tsgunicorn\r$/m);
        assert.match(head, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/m);
        assert.doesNotMatch(head, /^connection:/im);
      }
      client.close();
    });

    check("answers pipelined requests in order, also behind one that takes time", async (port) => {
      const paths = ["/url?1", "/slow?ms=30", "/url?2", "/unicode", "/url?3"];
      const client = await Client.connect({ port });
      client.send(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
      const bodies: string[] = [];
      for (const _ of paths) bodies.push((await client.answer()).body);
      client.close();
      assert.match(
        bodies.join("|"),
        /^GET http:\/\/a\/url\?1 -\|slow pid=\d+\|GET http:\/\/a\/url\?2 -\|[^|]+\|GET http:\/\/a\/url\?3 -$/,
      );
    });

    check("speaks HTTP/1.0, with and without keep-alive", async (port) => {
      const closing = await exchange({ port }, "GET / HTTP/1.0\r\n\r\n");
      assert.match(closing, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\nConnection: close\r\n/i);
      const client = await Client.connect({ port });
      for (let turn = 0; turn < 2; turn++) {
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assert.match((await client.answer()).head, /^connection: keep-alive\r$/im);
      }
      client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      const streamed = await client.answer();
      assert.doesNotMatch(streamed.head, /transfer-encoding/i);
      assert.equal(streamed.body, "one,two,three");
    });

    check("HEAD has the fields of GET and no content; 204 has none", async (port) => {
      const client = await Client.connect({ port });
      client.send(
        "HEAD /unicode HTTP/1.1\r\nHost: a\r\n\r\nGET /empty HTTP/1.1\r\nHost: a\r\n\r\nGET /unicode HTTP/1.1\r\nHost: a\r\n\r\n",
      );
      const head = await client.answer(true);
      assert.match(head.head, /^content-length: 15\r$/im);
      const empty = await client.answer();
      assert.equal(empty.status, 204);
      assert.doesNotMatch(empty.head, /content-length|transfer-encoding/i);
      assert.equal((await client.answer()).body.length, 15);
      client.close();
    });

    check("streams out in chunks and echoes a chunked upload", async (port) => {
      const client = await Client.connect({ port });
      client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
      const streamed = await client.answer();
      assert.match(streamed.head, /^transfer-encoding: chunked\r$/im);
      assert.equal(streamed.body, "one,two,three");
      client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      client.send("4;x=y\r\ndefg\r\n0\r\nX-Trailer: t\r\n\r\n");
      assert.equal((await client.answer()).body, "abcdefg");
      client.send('POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n{"a":1}');
      assert.equal((await client.answer()).body, '{"got":{"a":1}}');
      client.close();
    });

    check("echoes 64 MiB with backpressure in both directions", async (port) => {
      const total = 64 * 1024 * 1024;
      const piece = "x".repeat(65_536);
      const client = await Client.connect({ port });
      client.socket.removeAllListeners("data");
      let back = 0;
      const all = new Promise<void>((resolve, reject) => {
        let tail = "";
        client.socket.on("data", (text: string) => {
          back += text.length;
          tail = (tail + text).slice(-5);
          if (tail === "0\r\n\r\n") resolve();
        });
        client.socket.on("close", () => reject(new Error(`closed after ${back} bytes`)));
      });
      client.send(`POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`);
      for (let sent = 0; sent < total; sent += piece.length) {
        if (!client.socket.write(piece, "latin1")) await new Promise((resolve) => client.socket.once("drain", resolve));
      }
      await all;
      assert.ok(back > total && back < total * 1.01, `${back} bytes came back`);
      client.close();
    });

    check("a large answer arrives whole at a client that reads slowly", async (port) => {
      const client = await Client.connect({ port });
      client.socket.pause();
      client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
      // The next answer can only come when this one was taken.
      client.socket.resume();
      assert.equal((await client.answer()).body.length, 8 * 1024 * 1024);
      assert.match((await client.answer()).body, /^pid=/);
      client.close();
    });

    check("sends 100 Continue when the application reads, and a final answer when it does not", async (port) => {
      const client = await Client.connect({ port });
      client.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assert.equal((await client.answer()).status, 100);
      client.send("abc");
      assert.equal((await client.answer()).body, "3");
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      const { status, head } = await client.answer();
      assert.equal(status, 200);
      assert.match(head, /^connection: close\r$/im);
      client.close();
    });

    check("keeps the connection when a small body was not read, and closes it for a large one", async (port) => {
      const client = await Client.connect({ port });
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /url HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match((await client.answer()).body, /^pid=/);
      assert.match((await client.answer()).body, /^GET/);
      client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(70_000)}`);
      const { status, head } = await client.answer();
      assert.equal(status, 200);
      assert.match(head, /^connection: close\r$/im);
      client.close();
    });

    check("never joins Set-Cookie", async (port) => {
      const { head } = await get({ port }, "/cookies");
      assert.deepEqual(head.match(/^set-cookie: .*$/gim)?.map((line) => line.trim().toLowerCase()), [
        "set-cookie: a=1",
        "set-cookie: b=2",
      ]);
    });

    it("an exception in the handler is a 500 and a log line, never a dead worker", LIMIT, async () => {
      await withServer(ARGS, async (server) => {
        const port = await server.port();
        const before = (await get({ port })).body;
        for (
          const [path, text] of [["/throw", /the handler threw/], ["/reject", /the handler rejected/], [
            "/nothing",
            /Response/,
          ]] as const
        ) {
          const { status, head, body } = await get({ port }, path);
          assert.equal(status, 500);
          assert.match(head, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
          assert.match(body, /<h1><p>Internal Server Error<\/p><\/h1>/);
          assert.doesNotMatch(body, text);
          await server.line(new RegExp(`Error handling request GET ${path}`));
          await server.line(text);
        }
        assert.equal((await get({ port }, "/timer-error")).status, 200);
        await server.line(/Uncaught exception in the application/);
        assert.equal((await get({ port })).body, before);
      });
    });

    it("an error in the middle of a stream breaks the connection off", LIMIT, async () => {
      await withServer(ARGS, async (server) => {
        const client = await Client.connect({ port: await server.port() });
        client.send("GET /broken-stream HTTP/1.1\r\nHost: a\r\n\r\n");
        const text = await client.rest();
        assert.match(text, /\r\nbegun\r\n/);
        assert.doesNotMatch(text, /\r\n0\r\n/);
        await server.line(/the stream broke/);
      });
    });

    it("request.signal aborts when the client leaves", LIMIT, async () => {
      await withServer(ARGS, async (server) => {
        const client = await Client.connect({ port: await server.port() });
        client.send("GET /abort HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/abort request began/);
        client.close();
        await server.line(/abort was seen/);
      });
    });

    it("refuses bad requests with an answer, and says so in the log", LIMIT, async () => {
      await withServer(ARGS, async (server) => {
        const port = await server.port();
        const cases = [
          ["GET / HTTP/1.1\r\n\r\n", 400],
          ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
          ["GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505],
          [`GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
          [`GET / HTTP/1.1\r\nHost: a\r\n${"X: y\r\n".repeat(101)}\r\n`, 431],
          ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
          ["POST /size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400],
          ["POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", 400],
          ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501],
          ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: a-miracle\r\n\r\n", 417],
        ] as const;
        for (const [wire, status] of cases) {
          const answer = await exchange({ port }, wire);
          assert.match(
            answer,
            new RegExp(`^HTTP/1\\.1 ${status} `),
            `${JSON.stringify(wire.slice(0, 80))} got ${answer.slice(0, 300)}`,
          );
          assert.match(answer, /\r\nConnection: close\r\n/i);
        }
        await server.line(/\[WARNING\] Invalid request from ip=127\.0\.0\.1: /, cases.length);
        assert.equal((await get({ port })).status, 200);
      });
    });
  });
}
