import assert from "node:assert/strict";
import type { Site, TestWorker } from "../support/adapter-worker.ts";
import type { Contract } from "../support/contract.ts";
import { connectTo, type RawClient } from "../support/raw-client.ts";

/** One accepted connection: bytes, backpressure, half-close, and the ends of its life. */
export function clientContracts(contract: Contract, site: () => Site): void {
  const serve = async (
    mode: string,
    { isPaused = false } = {},
  ): Promise<{ client: RawClient; worker: TestWorker; events: () => Promise<unknown> }> => {
    const socket = site().listen();
    const worker = await site().serve(socket);
    const client = await connectTo(socket);
    if (isPaused) client.socket.pause();
    client.send(mode);
    return { client, worker, events: async () => (await worker.fact("over"))["events"] };
  };

  contract("writeLatin1() writes a byte for a character", async () => {
    const { client } = await serve("latin1");
    assert.deepEqual([...await client.bytes(256)], Array.from({ length: 256 }, (_, code) => code));
  });

  contract("received bytes are those that were sent, and closed() comes last and once", async () => {
    const { client, worker, events } = await serve("who");
    const greeting = `${worker.pid}\n`.length;
    await client.bytes(greeting);
    const sent = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    client.socket.write(sent);
    assert.deepEqual(Buffer.compare((await client.bytes(greeting + sent.length)).subarray(greeting), sent), 0);
    client.socket.end();
    await client.closed;
    const heard = await events();
    assert.ok(Array.isArray(heard));
    assert.deepEqual(heard.slice(-2), ["ended", "closed"]);
    assert.equal(heard.filter((event) => event === "closed" || event === "ended").length, 2);
  });

  contract("a peer that half-closes still gets its answer", async () => {
    const { client, events } = await serve("half");
    client.socket.end();
    assert.equal(new TextDecoder().decode(await client.bytes(3)), "bye");
    await client.closed;
    assert.deepEqual(await events(), ["received", "ended", "closed"]);
  });

  contract("end() leaves the other direction open", async () => {
    const { client, events } = await serve("end");
    await client.ended;
    client.socket.end("more");
    await client.closed;
    assert.deepEqual(await events(), ["received", "received", "ended", "closed"]);
  });

  contract("destroy() closes both directions without ended()", async () => {
    const { client, events } = await serve("destroy");
    await client.ended;
    assert.deepEqual(await events(), ["received", "closed"]);
  });

  contract("a reset by the peer is one closed()", async () => {
    const { client, worker, events } = await serve("who");
    await client.bytes(`${worker.pid}\n`.length);
    client.socket.resetAndDestroy();
    assert.deepEqual(await events(), ["received", "closed"]);
  });

  contract("drained() follows every write that was not ready", async () => {
    const sizeBytes = 24_000_000;
    const { client, worker } = await serve(`flood ${sizeBytes}`, { isPaused: true });
    await worker.fact("held");
    client.socket.resume();
    await client.bytes(sizeBytes);
    await client.ended;
    client.socket.end();
    const { unready, drained } = await worker.fact("over");
    assert.ok(typeof unready === "number" && typeof drained === "number");
    assert.ok(unready > 0, "Nothing was ever held back");
    assert.ok(drained >= unready, `${unready} writes were not ready, ${drained} drained`);
    assert.equal(client.received().length, sizeBytes);
  });

  contract("bufferedBytes() counts what a peer that does not read leaves behind", async () => {
    const { worker } = await serve("buffered 30000000", { isPaused: true });
    const fact = await worker.fact("buffered");
    assert.equal(fact["isReady"], false);
    assert.ok(Number(fact["buffered"]) > 0 && Number(fact["buffered"]) <= 30_000_000);
  });

  contract("a peer that goes away while it is written to is one closed()", async () => {
    const { client, worker, events } = await serve("flood 60000000");
    await client.bytes(100_000);
    client.socket.resetAndDestroy();
    assert.deepEqual(await events(), ["received", "closed"]);
    assert.equal(worker.history.includes("exited"), false);
  });

  contract("pause() holds bytes back until resume()", async () => {
    const { client, worker, events } = await serve("pause");
    await worker.fact("paused");
    client.send("held back");
    // A whole exchange on the same event loop: the bytes had every chance to be delivered.
    await worker.order("describe");
    await worker.order("describe");
    await worker.order("resume");
    await client.bytes("held back".length);
    client.socket.end();
    assert.deepEqual(await events(), ["received", "resume", "received", "ended", "closed"]);
  });
}
