import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { SocketStreams } from "../../../src/app/socket-streams.ts";
import { FakeSocket } from "./fake-socket.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function open(rest = ""): { socket: FakeSocket; streams: SocketStreams } {
  const socket = new FakeSocket();
  return { socket, streams: new SocketStreams({ socket, rest: encoder.encode(rest) }) };
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of stream) text += decoder.decode(part);
  return text;
}

/** Lets everything that waits for no I/O and no timer happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}

describe("the readable side of a connection that was taken over", () => {
  it("gives what came with the request first, then what comes, until FIN", async () => {
    const { socket, streams } = open("first ");
    assert.equal(socket.paused, false);
    assert.equal(socket.send("second "), true);
    assert.equal(socket.send("third"), true);
    socket.finish();
    assert.equal(await readText(streams.readable), "first second third");
    assert.deepEqual([socket.ended, socket.destroyed], [false, false]);
  });

  it("gives plain arrays of their own, whatever the runtime received", async () => {
    const { socket, streams } = open();
    const reader = streams.readable.getReader();
    const shared = Buffer.from("abcdef");
    socket.send(shared.subarray(1, 3));
    const part = (await reader.read()).value;
    assert.deepEqual([part?.constructor, part?.byteOffset, part?.buffer.byteLength], [Uint8Array, 0, 2]);
    shared.fill(0);
    assert.equal(decoder.decode(part), "bc");
    const whole = new Uint8Array([1, 2]);
    socket.send(whole);
    assert.equal((await reader.read()).value?.buffer, whole.buffer, "not copied");
  });

  it("stops the client while nobody reads, at a bound", async () => {
    const { socket, streams } = open();
    let sentBytes = 0;
    while (socket.send(new Uint8Array(16_384))) sentBytes += 16_384;
    assert.ok(sentBytes >= 16_384 && sentBytes <= 131_072, `${sentBytes} bytes`);
    const reader = streams.readable.getReader();
    for (let gotBytes = 0; gotBytes < sentBytes;) gotBytes += (await reader.read()).value?.byteLength ?? 0;
    await settle();
    assert.equal(socket.paused, false);
    assert.equal(socket.send("x"), true);
    assert.equal((await reader.read()).value?.byteLength, 1);
  });

  it("keeps the client stopped where more than the bound came with the request", async () => {
    const { socket, streams } = open("x".repeat(100_000));
    await settle();
    assert.equal(socket.paused, true);
    await streams.readable.getReader().read();
    await settle();
    assert.equal(socket.paused, false);
  });

  it("fails when the connection is lost, with an AbortError", async () => {
    const { socket, streams } = open();
    const reader = streams.readable.getReader();
    const read = reader.read();
    socket.leave();
    await streams.gone;
    const error = await read.catch((error: unknown) => error);
    assert.ok(error instanceof DOMException);
    assert.equal(error.name, "AbortError");
    assert.equal(streams.isLoss(error), true);
    assert.equal(streams.isLoss(new Error("own")), false);
    await assert.rejects(streams.writable.getWriter().write(encoder.encode("x")), error);
  });

  it("keeps what came before FIN when the connection is gone", async () => {
    const { socket, streams } = open();
    const writer = streams.writable.getWriter();
    socket.send("all of it");
    socket.finish();
    await writer.close();
    await streams.gone;
    assert.equal(await readText(streams.readable), "all of it");
    assert.equal(streams.isLoss(null), false);
  });

  it("keeps what came before FIN when the connection is lost then", async () => {
    const { socket, streams } = open();
    socket.send("all of it");
    socket.finish();
    socket.leave();
    await streams.gone;
    assert.equal(await readText(streams.readable), "all of it");
    await assert.rejects(streams.writable.getWriter().closed, { name: "AbortError" });
  });

  it("destroys the connection when it is cancelled", async () => {
    const { socket, streams } = open();
    const reason = new Error("enough");
    await streams.readable.cancel(reason);
    assert.equal(socket.destroyed, true);
    await streams.gone;
    await assert.rejects(streams.writable.getWriter().write(encoder.encode("x")), reason);
    assert.equal(streams.isLoss(reason), false);
  });

  it("leaves the other side alone when it is cancelled behind FIN", async () => {
    const { socket, streams } = open();
    socket.send("unread");
    socket.finish();
    await streams.readable.cancel();
    const writer = streams.writable.getWriter();
    await writer.write(encoder.encode("answer"));
    await writer.close();
    await streams.gone;
    assert.equal(socket.text, "answer");
  });

  it("lets what was written out when it is cancelled after a close, and throws away what comes", async () => {
    const { socket, streams } = open();
    socket.room = 2;
    const writer = streams.writable.getWriter();
    const written = writer.write(encoder.encode("bye"));
    const closed = writer.close();
    await settle();
    assert.equal(socket.ended, false, "closed before the client took all");
    socket.take();
    await Promise.all([written, closed]);
    assert.equal(socket.ended, true);
    socket.room = 0;
    while (socket.send(new Uint8Array(65_536)));
    await streams.readable.cancel();
    assert.equal(socket.destroyed, true);
    await streams.gone;
  });

  it("waits with the end for bytes that the socket still has", async () => {
    const { socket, streams } = open();
    const writer = streams.writable.getWriter();
    await writer.close();
    socket.bufferedBytes = () => 5;
    await streams.readable.cancel();
    assert.equal(socket.destroyed, false);
    assert.equal(socket.send("dropped"), true);
    assert.equal(socket.destroyed, false);
    socket.bufferedBytes = () => 0;
    assert.equal(socket.send("dropped"), true);
    assert.equal(socket.destroyed, true);
    await streams.gone;
  });
});

describe("the writable side of a connection that was taken over", () => {
  it("hands bytes over, which may be used again afterwards", async () => {
    const { socket, streams } = open();
    const writer = streams.writable.getWriter();
    const bytes = Buffer.from("abc");
    await writer.write(bytes);
    bytes.fill(0);
    await writer.write(new Uint8Array(0));
    assert.deepEqual([socket.text, socket.written.length], ["abc", 1]);
  });

  it("waits until the client takes more", async () => {
    const { socket, streams } = open();
    socket.room = 10;
    const writer = streams.writable.getWriter();
    await writer.write(new Uint8Array(10));
    let isWritten = false;
    const second = writer.write(new Uint8Array(1)).then(() => void (isWritten = true));
    const third = writer.write(new Uint8Array(1));
    await settle();
    assert.equal(isWritten, false);
    assert.equal(socket.written.length, 2);
    assert.ok((writer.desiredSize ?? 0) <= 0);
    socket.take();
    await Promise.all([second, third]);
    assert.equal(socket.written.length, 3);
  });

  it("fails a write that waits when the connection is lost", async () => {
    const { socket, streams } = open();
    socket.room = 0;
    const write = streams.writable.getWriter().write(new Uint8Array(1));
    const failure = assert.rejects(write, { name: "AbortError" });
    await settle();
    socket.leave();
    await failure;
  });

  it("sends FIN when it is closed, and the other side goes on", async () => {
    const { socket, streams } = open();
    await streams.writable.getWriter().close();
    assert.deepEqual([socket.ended, socket.destroyed], [true, false]);
    socket.send("still here");
    socket.finish();
    assert.equal(await readText(streams.readable), "still here");
    await streams.gone;
    assert.equal(streams.isLoss(undefined), false);
  });

  it("counts a connection as lost where the client's FIN never came", async () => {
    const { socket, streams } = open();
    await streams.writable.getWriter().close();
    socket.leave();
    await assert.rejects(readText(streams.readable), { name: "AbortError" });
  });

  it("destroys the connection when it is aborted", async () => {
    const { socket, streams } = open();
    const reason = new Error("no more");
    await streams.writable.abort(reason);
    assert.equal(socket.destroyed, true);
    await assert.rejects(readText(streams.readable), reason);
    await streams.gone;
  });

  it("refuses what is no bytes, and destroys the connection", async () => {
    for (const [chunk, text] of [["text", /TextEncoderStream/], [5, /not number/]] as const) {
      const { socket, streams } = open();
      await assert.rejects(streams.writable.getWriter().write(chunk as unknown as Uint8Array), text);
      assert.equal(socket.destroyed, true);
      await assert.rejects(readText(streams.readable), text);
    }
  });

  it("echoes more than fits anywhere, without growing", async () => {
    const { socket, streams } = open();
    socket.room = 30_000;
    const piped = streams.readable.pipeTo(streams.writable);
    let sentBytes = 0;
    for (let turn = 0; turn < 100; turn++) {
      while (sentBytes < 1_000_000 && socket.send(new Uint8Array(10_000))) sentBytes += 10_000;
      await settle();
      if (turn === 3) assert.ok(sentBytes < 200_000, `${sentBytes} bytes were taken from the client`);
      if (turn > 3) socket.take();
    }
    socket.finish();
    await piped;
    await streams.gone;
    assert.equal(socket.text.length, 1_000_000);
  });
});
