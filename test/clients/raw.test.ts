import assert from "node:assert/strict";
import { describe } from "node:test";
import { Client } from "../support/client.ts";
import { Stage } from "./stage.ts";

const UPGRADE = "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

describe("a raw client", () => {
  let port = 0;
  const stage = new Stage(async (stage) => {
    port = await (await stage.server(["-b", "127.0.0.1:0", "--keep-alive", "30"])).port();
  });
  const upgraded = async (wire = UPGRADE): Promise<Client> => {
    const client = await Client.connect({ port });
    client.send(wire);
    const { status, head } = await client.answer();
    assert.equal(status, 101, head);
    assert.match(head, /^upgrade: echo\r$/im);
    assert.match(head, /^connection: upgrade\r$/im);
    return client;
  };

  stage.it("sends trailer fields, which the application reads apart from the headers", async () => {
    const client = await Client.connect({ port });
    client.send("POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n");
    client.send("X-Size: 3\r\nX-Checksum: c1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const text = await client.rest();
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    // The answer has trailer fields too, and the next answer follows them.
    assert.match(text, /\r\n\{"x-checksum":"c1","x-size":"3"\}\r\n0\r\nx-digest: d1\r\nx-size: 3\r\n\r\nHTTP\/1\.1 200 OK\r\n/i);
    assert.match(text, /\r\n\r\nok\n$/);
  });

  stage.it("gets hints and the answers of pipelined requests in order", async () => {
    const client = await Client.connect({ port });
    client.send("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn++) statuses.push((await client.answer()).status);
    assert.deepEqual(statuses, [103, 103, 200, 103, 103, 200]);
    client.close();
  });

  stage.it("speaks another protocol after Upgrade, in both directions until both ends are through", async () => {
    const client = await upgraded();
    for (const text of ["one", "two", "\0\xff\r\n\r\nGET / HTTP/1.1\r\n\r\n"]) {
      client.send(text);
      await client.peek(new RegExp(`${text.replace(/[^\w]+/g, ".*")}$`, "s"));
    }
    client.send("last");
    client.halfClose();
    assert.equal(await client.rest(), "onetwo\0\xff\r\n\r\nGET / HTTP/1.1\r\n\r\nlast");
  });

  stage.it("loses nothing that it sends right behind its Upgrade", async () => {
    const client = await upgraded(`${UPGRADE}early bytes`);
    client.halfClose();
    assert.equal(await client.rest(), "early bytes");
  });

  stage.it("may ask for an upgrade on a connection that has served, and behind a pipelined request", async () => {
    const client = await Client.connect({ port });
    client.send(`GET / HTTP/1.1\r\nHost: a\r\n\r\n${UPGRADE}early bytes`);
    assert.equal((await client.answer()).body, "ok\n");
    assert.equal((await client.answer()).status, 101);
    client.halfClose();
    assert.equal(await client.rest(), "early bytes");
  });

  stage.it("gets megabytes back through an upgraded connection", async () => {
    const client = await upgraded();
    const part = "0123456789abcdef".repeat(4096);
    for (let turn = 0; turn < 64; turn++) client.send(part);
    client.halfClose();
    const text = await client.rest();
    assert.equal(text.length, 64 * part.length);
    assert.ok(text === part.repeat(64), "other bytes came back");
  });

  stage.it("gets an ordinary answer where it asks for an upgrade that nobody takes, and may go on", async () => {
    const client = await Client.connect({ port });
    for (let turn = 0; turn < 2; turn++) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      assert.deepEqual([(await client.answer()).body], ["ok\n"]);
    }
    client.close();
  });

  stage.it("gets a 500 where the application upgrades a request that did not ask", async () => {
    const client = await Client.connect({ port });
    client.send("GET /upgrade HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal((await client.answer()).status, 500);
    client.close();
  });
});
