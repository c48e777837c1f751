import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Answer, Client, get } from "../support/client.ts";
import { type RunningServer, withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HALF_HEAD = "GET / HTTP/1.1\r\nHost: a\r\nX-Half: ";
const HALF_REQUEST = "POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc";
const DRIP_MS = 100;

/** What each of many connections got in all, in the order in which they ended. */
class Ends {
  readonly texts: string[] = [];
  #wake: () => void = () => {};

  constructor(clients: readonly Client[]) {
    for (const client of clients) {
      void client.rest().then((text) => {
        this.texts.push(text);
        this.#wake();
      });
    }
  }

  /** Resolves when so many have ended. */
  async atLeast(count: number): Promise<void> {
    while (this.texts.length < count) await new Promise<void>((resolve) => this.#wake = resolve);
  }
}

async function connectAll(port: number, count: number, text: string): Promise<Client[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => Client.connect({ port })));
  for (const client of clients) client.send(text);
  return clients;
}

async function ask(client: Client): Promise<Answer> {
  client.send(GET);
  return await client.answer();
}

/** Clients that take places or time and give nothing. */
export function slowSuite(): void {
  describe("a full worker", () => {
    it("lets half-sent heads go, so that good clients are answered", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--worker-connections", "50", "app:app"], async (server) => {
        const port = await server.port();
        const good = await Client.connect({ port });
        assert.equal((await ask(good)).status, 200);
        const slow = await connectAll(port, 200, HALF_HEAD);
        const ends = new Ends(slow);
        // It waits behind all the others.
        let isAnswered = false;
        const fresh = get({ port }).finally(() => isAnswered = true);
        while (!isAnswered) assert.equal((await ask(good)).status, 200);
        assert.equal((await fresh).status, 200);
        await ends.atLeast(150);
        for (const text of ends.texts) assert.match(text, /^HTTP\/1\.1 503 /);
        assert.equal(server.count(/50 connections, the most that worker_connections allows/), 1);
        for (const client of [...slow, good]) client.close();
        const line = await server.line(/Connections are accepted again; \d+ that waited without a request were let go/);
        assert.ok(Number(/(\d+) that waited/.exec(line)?.[1]) >= 150, line);
      });
    });

    it("lets idle connections go, and none that works", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--worker-connections", "10", "--keep-alive", "60", "app:app"], async (server) => {
        const port = await server.port();
        const idle = await connectAll(port, 5, GET);
        for (const client of idle) assert.equal((await client.answer()).status, 200);
        const idleEnds = new Ends(idle);
        const working = await connectAll(port, 10, HALF_REQUEST);
        await idleEnds.atLeast(5);
        assert.deepEqual(idleEnds.texts, ["", "", "", "", ""]);
        for (const client of working) {
          client.send("def");
          assert.equal((await client.answer()).body, "6");
          client.close();
        }
      });
    });

    it("lets others wait while all connections work", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--worker-connections", "3", "app:app"], async (server) => {
        const port = await server.port();
        const working = await connectAll(port, 3, HALF_REQUEST);
        await server.line(/3 connections, the most that worker_connections allows/);
        const waiting = get({ port });
        for (const client of working) {
          client.send("def");
          assert.equal((await client.answer()).body, "6");
          client.close();
        }
        assert.equal((await waiting).status, 200);
      });
    });
  });

  describe("a client that is too slow", () => {
    const check = (name: string, args: readonly string[], run: (port: number, server: RunningServer) => Promise<void>): void => {
      it(
        name,
        LIMIT,
        () => withServer(["-b", "127.0.0.1:0", ...args, "app:app"], async (server) => run(await server.port(), server)),
      );
    };

    check("with its first byte is closed without a word (first_byte_timeout)", ["--first-byte-timeout", "1"], async (port) => {
      const client = await Client.connect({ port });
      assert.equal(await client.rest(), "");
    });

    check("with its head gets 408, however it drips (head_timeout)", ["--head-timeout", "1"], async (port, server) => {
      const client = await Client.connect({ port });
      client.send(HALF_HEAD);
      const drip = setInterval(() => client.send("x"), DRIP_MS);
      assert.match(await client.rest(), /^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*\r\nConnection: close\r\n/i);
      clearInterval(drip);
      client.close();
      await server.line(/Invalid request from ip=127\.0\.0\.1: .*request head/i);
    });

    check("with its content gets 408 (body_timeout)", ["--body-timeout", "1"], async (port) => {
      const client = await Client.connect({ port });
      client.send(HALF_REQUEST);
      assert.match(await client.rest(), /^HTTP\/1\.1 408 /);
    });

    check(
      "with its content gets 408, however it drips (body_min_rate)",
      ["--body-timeout", "1", "--body-min-rate", "1000"],
      async (port) => {
        const client = await Client.connect({ port });
        client.send("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
        const drip = setInterval(() => client.send("x"), DRIP_MS);
        assert.match(await client.rest(), /^HTTP\/1\.1 408 /);
        clearInterval(drip);
        client.close();
      },
    );

    check(
      "with taking its answer is cut off (write_timeout)",
      ["--write-timeout", "1", "--access-logfile", "-"],
      async (port, server) => {
        const client = await Client.connect({ port });
        client.socket.pause();
        client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.until(() => /"GET \/big /.test(server.stdout) || undefined, "the end of the answer");
        client.socket.resume();
        const text = await client.rest();
        assert.ok(text.length < 8 * 1024 * 1024, `${text.length} characters came`);
      },
    );
  });
}
