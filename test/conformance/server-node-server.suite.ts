import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client, get } from "../support/client.ts";
import { RunningServer, withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const ARGS = ["-b", "127.0.0.1:0", "--keep-alive", "30", "--interface", "node"] as const;

/** An exported http.Server: failures, clients that leave, and what a server object is asked. */
export function nodeServerSuite(): void {
  describe("an exported http.Server", () => {
    let server: RunningServer;
    let port = 0;

    before(async () => {
      server = new RunningServer([...ARGS, "--limit-request-body", "1000", "node-server:server"]);
      port = await server.port();
      await get({ port });
    }, LIMIT);
    after(async () => {
      await server.stop();
    });

    /** All that comes on a connection of its own. */
    async function wire(text: string): Promise<{ readonly text: string; readonly error: Error | null }> {
      const client = await Client.connect({ port });
      client.send(text);
      const all = await client.rest();
      client.close();
      return { text: all, error: client.error };
    }

    async function traceOf(name: string, until: string): Promise<string[]> {
      const { body } = await get({ port }, `/trace?of=${name}&until=${encodeURIComponent(until)}`);
      return JSON.parse(body) as string[];
    }

    for (
      const [path, line] of [
        ["/throw", /Error: thrown by the listener/],
        ["/too-long", /content_length_mismatch|more than the declared 3 bytes/],
        ["/no-length", /Content-Length of the response is not a number/],
        ["/status-101", /Status 101 is sent by taking the connection over/],
      ] as const
    ) {
      it(`answers 500, logs and lives on: ${path}`, LIMIT, async () => {
        const { text } = await wire(request(path));
        assert.match(text, /^HTTP\/1\.1 500 /);
        assert.match(text, /\r\nConnection: close\r\n/);
        assert.equal(text.split("HTTP/1.1").length, 2);
        await server.line(line);
        assert.equal((await get({ port })).body, "plain");
      });
    }

    for (const [path, begin] of [["/throw-late", ""], ["/too-short", "four"], ["/half", "4\r\nhalf\r\n"]] as const) {
      it(`breaks off visibly what cannot be completed: ${path}`, LIMIT, async () => {
        const { text } = await wire(request(path));
        assert.match(text, /^HTTP\/1\.1 200 /);
        assert.equal(text.slice(text.indexOf("\r\n\r\n") + 4), begin);
        assert.equal((await get({ port })).body, "plain");
      });
    }

    for (const path of ["/destroy-response", "/destroy-request", "/destroy-socket"]) {
      it(`ends the connection without an answer: ${path}`, LIMIT, async () => {
        assert.equal((await wire(request(path))).text, "");
        assert.equal((await get({ port })).body, "plain");
      });
    }

    it("leaves a length beside the chunked coding out", LIMIT, async () => {
      const { text } = await wire(request("/both-framings", "Connection: close\r\n"));
      assert.match(text, /\r\nTransfer-Encoding: chunked\r\n/);
      assert.doesNotMatch(text, /content-length/i);
      assert.match(text, /7\r\nchunked\r\n0\r\n\r\n$/);
    });

    it("sends what is written past the response, and closes", LIMIT, async () => {
      assert.equal((await wire(request("/by-hand"))).text, "HTTP/1.1 200 OK\r\nX-By: hand\r\n\r\nwritten past the response");
    });

    it("tells a request and its response that the client is gone", LIMIT, async () => {
      const client = await Client.connect({ port });
      client.send(request("/waiting", "X-Name: gone\r\n"));
      await client.flushed();
      await traceStarted(port, "gone");
      client.reset();
      const trace = await traceOf("gone", "res close");
      assert.ok(trace.includes("req aborted"), trace.join());
      assert.ok(trace.includes("res close false true"), trace.join());
      assert.deepEqual(await traceOf("gone", "req close"), [...new Set(await traceOf("gone", "req close"))]);
      assert.ok((await traceOf("gone", "socket close")).includes("req close true true"));
    });

    it("tells a stream that its client has ended, though it could still read", LIMIT, async () => {
      const client = await Client.connect({ port });
      client.send(request("/events", "X-Name: stream\r\n"));
      await client.peek(/data: 1/);
      client.halfClose();
      assert.ok((await traceOf("stream", "req close")).includes("req aborted"));
      assert.ok((await traceOf("stream", "res close")).includes("res close false true"));
      client.close();
    });

    it("answers a client that ended its side and waits", LIMIT, async () => {
      const client = await Client.connect({ port });
      client.send(request("/soon"));
      client.halfClose();
      assert.match(await client.rest(), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nsoon$/);
    });

    it("sends 100 Continue when the content is read, and not before", LIMIT, async () => {
      const client = await Client.connect({ port });
      client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assert.equal((await client.answer()).status, 100);
      client.send("abc");
      assert.equal((await client.answer()).body, "3 bytes");
      client.close();
      const { text } = await wire("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
      assert.match(text, /^HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n[\s\S]*not read$/);
    });

    it("answers 413 for content beyond limit_request_body", LIMIT, async () => {
      const chunk = "x".repeat(900);
      const { text } = await wire(
        `POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n${chunk}\r\n384\r\n${chunk}\r\n0\r\n\r\n`,
      );
      assert.match(text, /^HTTP\/1\.1 413 /);
    });

    it("calls who set a timeout, and ends the connection where nobody did", LIMIT, async () => {
      assert.equal((await get({ port }, "/timeout")).body, "timed out");
      assert.equal((await wire(request("/timeout-unheard"))).text, "");
    });

    it("shows the scheme that a trusted proxy names as an encrypted socket", LIMIT, async () => {
      const { text } = await wire(request("/secure", "X-Forwarded-Proto: https\r\nConnection: close\r\n"));
      assert.match(text, /\r\n\r\ntrue 127\.0\.0\.1 https$/);
      const plain = await wire(request("/secure", "Connection: close\r\n"));
      assert.match(plain.text, /\r\n\r\nfalse 127\.0\.0\.1 undefined$/);
    });

    it("gives a pipelined request to the application when the answer before it has returned", LIMIT, async () => {
      const client = await Client.connect({ port });
      client.send(request("/nested").repeat(3));
      for (let index = 0; index < 3; index++) assert.equal((await client.answer()).body, "inside false");
      client.close();
    });

    it("shows itself as listening where the worker does", LIMIT, async () => {
      assert.deepEqual(JSON.parse((await get({ port }, "/server")).body), {
        connections: true,
        listening: true,
        port: true,
        same: true,
        listen: true,
      });
      await server.line(/The application's listen\(\) is left out/);
    });

    it("takes an upgrade that nobody listens for as a request, and refuses CONNECT", LIMIT, async () => {
      const { text } = await wire(request("/", "Connection: close, upgrade\r\nUpgrade: websocket\r\n"));
      assert.match(text, /^HTTP\/1\.1 200 [\s\S]*plain$/);
      assert.match((await wire("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")).text, /^HTTP\/1\.1 501 /);
    });
  });

  describe("an exported http.Server, once more", () => {
    it(
      "answers what is under way with Connection: close when it drains, and then calls who waits for its close",
      LIMIT,
      async () => {
        await withServer([...ARGS, "node-server:server"], async (server) => {
          const port = await server.port();
          const client = await Client.connect({ port });
          client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
          // Another connection's answer: the first one's request is with the application.
          assert.equal((await get({ port })).body, "plain");
          server.signal("SIGTERM");
          await server.line(/SIGTERM: false|SIGTERM: true/);
          client.send("abc");
          const { head, body } = await client.answer();
          assert.equal(body, "3 bytes");
          assert.match(head, /\r\nConnection: close\r\n/);
          assert.equal((await server.exited).code, 0);
          assert.equal(server.count(/the callback of server\.close\(\) was called/), 1);
        });
      },
    );

    it("answers 500 for a listener whose promise rejects", LIMIT, async () => {
      await withServer([...ARGS, "node-server:listener"], async (server) => {
        const { status } = await get({ port: await server.port() }, "/reject");
        assert.equal(status, 500);
        await server.line(/Error: rejected by the listener/);
      });
    });

    it("emits checkContinue and upgrade, and hands the connection over with what came behind the head", LIMIT, async () => {
      await withServer([...ARGS, "node-server:checking"], async (server) => {
        const port = await server.port();
        const client = await Client.connect({ port });
        client.send("POST /yes HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        assert.equal((await client.answer()).status, 100);
        client.send("abc");
        assert.equal((await client.answer()).body, "abc");
        client.send("POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        assert.equal((await client.answer()).status, 403);

        const tunnel = await Client.connect({ port });
        tunnel.send(request("/", "Connection: upgrade\r\nUpgrade: echo\r\n") + "first");
        assert.equal((await tunnel.answer()).status, 101);
        const large = "x".repeat(3_000_000);
        await tunnel.peek(/first 127\.0\.0\.1 /);
        tunnel.send(large);
        tunnel.halfClose();
        assert.equal((await tunnel.rest()).length, "first 127.0.0.1 ".length + large.length);

        const failing = await Client.connect({ port });
        failing.send(request("/throw", "Connection: upgrade\r\nUpgrade: echo\r\n"));
        assert.equal(await failing.rest(), "");
        await server.line(/thrown by the upgrade/);
        assert.equal((await get({ port })).body, "not asked");
      });
    });
  });
}

function request(path: string, fields = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
}

/** Waits until the application has the request of that name: `trace` answers with an empty list then. */
async function traceStarted(port: number, name: string): Promise<void> {
  await get({ port }, `/started?of=${name}`);
}
