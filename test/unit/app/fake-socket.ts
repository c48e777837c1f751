/** @module A client's socket without a network, which tells what was done with it and plays the client. */
import { Buffer } from "node:buffer";
import type { ClientSocket, ClientSocketHandlers } from "../../../src/runtime/port.ts";

export class FakeSocket implements ClientSocket {
  readonly remoteAddress = "192.0.2.7";
  readonly remotePort = 40_000;
  readonly localAddress = "192.0.2.1";
  readonly localPort = 8000;
  readonly written: Uint8Array[] = [];
  /** Undefined: not told. */
  paused: boolean | undefined = undefined;
  ended = false;
  destroyed = false;
  wasReset = false;
  /** Bytes that the client takes; what goes beyond is buffered. */
  room = Infinity;
  #handlers: ClientSocketHandlers | null = null;
  #buffered = 0;
  #isPeerEnded = false;

  get text(): string {
    return Buffer.concat(this.written).toString("latin1");
  }

  attach(handlers: ClientSocketHandlers): void {
    if (this.#handlers !== null) throw new Error("attach() is called once");
    this.#handlers = handlers;
  }

  writeLatin1(text: string): boolean {
    return this.write(Buffer.from(text, "latin1"));
  }

  write(bytes: Uint8Array): boolean {
    if (this.ended || this.destroyed) throw new Error("write() after the end");
    this.written.push(bytes);
    this.#buffered += Math.max(0, bytes.byteLength - this.room);
    this.room = Math.max(0, this.room - bytes.byteLength);
    return this.#buffered === 0;
  }

  bufferedBytes(): number {
    return this.#buffered;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    if (this.ended) throw new Error("end() is called once");
    this.ended = true;
    if (this.#isPeerEnded) queueMicrotask(() => this.leave());
  }

  reset(): void {
    this.wasReset = true;
    this.destroy();
  }

  destroy(): void {
    this.leave();
  }

  // The client.

  /** Sends, save while it is not listened to: then nothing is delivered, and the answer is false. */
  send(data: string | Uint8Array): boolean {
    if (this.paused !== false || this.destroyed) return false;
    this.#handlers?.received(typeof data === "string" ? Buffer.from(data, "latin1") : data);
    return true;
  }

  /** Takes all that is buffered, and whatever comes. */
  take(): void {
    this.room = Infinity;
    this.#buffered = 0;
    this.#handlers?.drained();
  }

  /** Sends FIN. A connection that both sides have ended is gone. */
  finish(): void {
    this.#isPeerEnded = true;
    this.#handlers?.ended();
    if (this.ended) queueMicrotask(() => this.leave());
  }

  /** The connection is gone. */
  leave(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#handlers?.closed();
  }
}
