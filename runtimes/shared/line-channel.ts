/**
 * Lines over a socket, both ways and bounded: what an arbiter and a worker talk through.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Channel, ChannelHandlers } from "../../src/runtime/port.ts";

/** The longest line that either side may send. */
export const MAX_LINE_BYTES: number = 1024 * 1024;

/** A peer that leaves this much unread is treated as gone. */
export const MAX_UNSENT_BYTES: number = 8 * MAX_LINE_BYTES;

const NEWLINE = 0x0a;

/** Tries to write at once and gives how many bytes the system took; 0 when it takes none now. Never throws. */
export type WriteNow = (bytes: Uint8Array) => number;

/** Starts to read lines. `writeNow` is for a runtime whose own writes are not handed to the system before an exit. */
export function openLineChannel(socket: Socket, handlers: ChannelHandlers, writeNow: WriteNow | null = null): Channel {
  return new LineChannel(socket, handlers, writeNow);
}

class LineChannel implements Channel {
  readonly #socket: Socket;
  readonly #handlers: ChannelHandlers;
  readonly #writeNow: WriteNow | null;
  /** The line that has begun and not ended. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #isOpen = true;

  constructor(socket: Socket, handlers: ChannelHandlers, writeNow: WriteNow | null) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#writeNow = writeNow;
    // EPIPE and ECONNRESET mean what "close" means; a socket without this listener would end the process.
    socket.on("error", () => this.#lose());
    socket.on("end", () => this.#lose());
    socket.on("close", () => this.#lose());
    socket.on("data", (chunk: Uint8Array) => this.#receive(chunk));
  }

  /** Throws a RangeError for a line that the other side would refuse: a bug of the caller. */
  send(line: string): void {
    if (!this.#isOpen) return;
    const bytes = Buffer.from(`${line}\n`);
    if (bytes.length > MAX_LINE_BYTES || bytes.indexOf(NEWLINE) !== bytes.length - 1) {
      throw new RangeError(`Channel line of ${bytes.length} bytes has a newline in it or is longer than ${MAX_LINE_BYTES} bytes`);
    }
    if (this.#socket.writableLength + bytes.length > MAX_UNSENT_BYTES) return this.#lose();
    const taken = this.#writeNow !== null && this.#socket.writableLength === 0 ? this.#writeNow(bytes) : 0;
    if (taken < bytes.length) this.#socket.write(bytes.subarray(taken));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#socket.end(() => this.#socket.destroy());
  }

  #receive(chunk: Uint8Array): void {
    let start = 0;
    // A line's handler may close the channel.
    while (this.#isOpen) {
      const end = chunk.indexOf(NEWLINE, start);
      const rest = chunk.subarray(start, end === -1 ? chunk.length : end);
      if (this.#pendingBytes + rest.length >= MAX_LINE_BYTES) return this.#lose();
      if (end === -1) {
        if (rest.length > 0) this.#pending.push(rest);
        this.#pendingBytes += rest.length;
        return;
      }
      const line = Buffer.concat([...this.#pending, rest]).toString("utf8");
      this.#pending = [];
      this.#pendingBytes = 0;
      start = end + 1;
      this.#handlers.line(line);
    }
  }

  #lose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#pending = [];
    this.#socket.destroy();
    this.#handlers.closed();
  }
}
