import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import type { FetchContext } from "../../../src/app/context.ts";
import { createFetchApplication } from "../../../src/app/fetch.ts";
import { FakeExchange } from "./fake-exchange.ts";

const TEXT = 0x81;
const CLOSE = 0x88;
const MASKED = 0x80;

/** `Sec-WebSocket-Accept` (RFC 6455 §4.2.2). */
async function acceptanceOf(key: string): Promise<string> {
  const text = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return Buffer.from(await crypto.subtle.digest("SHA-1", text)).toString("base64");
}

/** A frame of up to 125 bytes (RFC 6455 §5.2), masked as a client's must be. */
function frame(opcode: number, text: string, mask: readonly number[] | null): Uint8Array {
  const payload = Buffer.from(text);
  if (mask === null) return Buffer.concat([Buffer.from([opcode, payload.length]), payload]);
  return Buffer.concat([
    Buffer.from([opcode, MASKED | payload.length, ...mask]),
    payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
  ]);
}

/** Cuts a client's frames, which may come in any pieces. */
class Unframer extends TransformStream<Uint8Array, { readonly opcode: number; readonly text: string }> {
  constructor() {
    let bytes = Buffer.alloc(0);
    super({
      transform(chunk, controller) {
        bytes = Buffer.concat([bytes, chunk]);
        for (;;) {
          const end = bytes.length < 2 ? Infinity : 6 + (bytes[1]! & 0x7f);
          if (bytes.length < end) return;
          const payload = bytes.subarray(6, end).map((byte, i) => byte ^ bytes[2 + i % 4]!);
          controller.enqueue({ opcode: bytes[0]!, text: Buffer.from(payload).toString() });
          bytes = bytes.subarray(end);
        }
      },
    });
  }
}

/** Sends each text back in capitals. */
async function shout(request: Request, context: FetchContext): Promise<Response> {
  const key = request.headers.get("sec-websocket-key");
  if (key === null) return new Response("No Sec-WebSocket-Key", { status: 400 });
  const { readable, writable, response } = context.upgrade({
    headers: { Upgrade: "websocket", "Sec-WebSocket-Accept": await acceptanceOf(key) },
  });
  const writer = writable.getWriter();
  for await (const { opcode, text } of readable.pipeThrough(new Unframer())) {
    await writer.write(frame(opcode, opcode === CLOSE ? text : text.toUpperCase(), null));
    if (opcode === CLOSE) await writer.close();
  }
  return response;
}

describe("a WebSocket server made with context.upgrade", () => {
  it("shakes hands and talks, whatever the cut of the frames", async () => {
    const exchange = new FakeExchange({
      fields: [
        ["Host", "server.example.com"],
        ["Upgrade", "websocket"],
        ["Connection", "keep-alive, Upgrade"],
        ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
        ["Sec-WebSocket-Version", "13"],
      ].flat(),
      upgrade: true,
    });
    exchange.rest = frame(TEXT, "with the request", [1, 2, 3, 4]);
    const errors: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const application = createFetchApplication((request, context) => {
      const response = shout(request, context);
      void response.then(() => done.resolve(), done.reject);
      return response;
    }, {
      worker: { pid: 1, age: 1 },
      onError: (error) => void errors.push(error),
      lightObjects: false,
    });
    const takeOver = exchange.takeOver.bind(exchange);
    const taken = Promise.withResolvers<void>();
    exchange.takeOver = (head) => {
      taken.resolve();
      return takeOver(head);
    };
    application.handle(exchange);
    await taken.promise;
    assert.deepEqual(exchange.sentHead, {
      status: 101,
      reason: "",
      // The example of RFC 6455 §1.3.
      fields: ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Upgrade", "websocket"],
    });
    for (const byte of frame(TEXT, "byte by byte", [9, 8, 7, 6])) exchange.socket.send(Uint8Array.of(byte));
    exchange.socket.send(Buffer.concat([frame(TEXT, "one", [0, 0, 0, 0]), frame(CLOSE, "", [5, 5, 5, 5])]));
    exchange.socket.finish();
    await done.promise;
    assert.deepEqual(
      Buffer.from(exchange.socket.text, "latin1"),
      Buffer.concat([
        frame(TEXT, "WITH THE REQUEST", null),
        frame(TEXT, "BYTE BY BYTE", null),
        frame(TEXT, "ONE", null),
        frame(CLOSE, "", null),
      ]),
    );
    assert.deepEqual([exchange.socket.ended, errors], [true, []]);
  });
});
