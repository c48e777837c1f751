/**
 * What comes from the client: the parser, how far it may be ahead of the application, and what is thrown away. A socket that is not read makes
 * the client wait (TCP's own backpressure), and hides that the client leaves.
 *
 * @module
 */
import type { RequestHead } from "../http/events.ts";
import { RequestParser } from "../http/parser.ts";
import type { ClientSocket } from "../runtime/port.ts";
import { DISCARD_BYTES, LINGER_BYTES, PIPELINE_BYTES, READ_AHEAD_BYTES } from "./bounds.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { ConnectionBody } from "./request-body.ts";

export class Intake {
  readonly parser: RequestParser;
  /** The current request was read to its end. */
  messageEnded = false;
  isPaused = false;
  private readonly socket: ClientSocket;
  private discardedBytes = 0;

  constructor(socket: ClientSocket, host: ConnectionHost) {
    this.socket = socket;
    this.parser = new RequestParser(host.limits, host.permissions, host.bytes.latin1);
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.socket.resume();
  }

  /** Holds a client that is ahead of the application: with the rest of a body, or with pipelined requests. */
  limitReadAhead(): void {
    if (this.parser.bufferedBytes >= READ_AHEAD_BYTES) this.pause();
  }

  /**
   * Reads on a little, so that a client that leaves is noticed. Beyond a bound it has to wait, whether with content or with pipelined requests:
   * to give it up would lose the answer that it waits for.
   */
  readOn(): void {
    if (this.parser.bufferedBytes < PIPELINE_BYTES) this.resume();
  }

  /** Whether something follows the current request. */
  get hasPipelined(): boolean {
    return this.messageEnded && this.parser.bufferedBytes > 0;
  }

  /** The parser gave this head. */
  beginMessage(head: RequestHead): void {
    this.messageEnded = false;
    if (head.framing.kind === "none") this.takeBody(null);
  }

  /** The next part of the content, null at its end, undefined when it has not come. Throws a `RemoteProtocolError`. */
  takeBody(body: ConnectionBody | null): Uint8Array | null | undefined {
    if (this.messageEnded) return null;
    const event = this.parser.nextEvent();
    switch (event.type) {
      case "data":
        return event.bytes;
      case "end_of_message":
        this.messageEnded = true;
        if (body !== null) body.trailers = event.trailers;
        return null;
      default:
        return undefined;
    }
  }

  /** Content that nobody reads is to be thrown away from now on. */
  beginDiscard(): void {
    this.discardedBytes = 0;
  }

  /** Throws away the content that is here. `enough`: its end comes too late for the connection to be kept. Throws a `RemoteProtocolError`. */
  discard(): "end" | "more" | "enough" {
    for (;;) {
      const bytes = this.takeBody(null);
      if (bytes === null) return "end";
      if (bytes === undefined) return "more";
      this.discardedBytes += bytes.length;
      if (this.discardedBytes > DISCARD_BYTES) return "enough";
    }
  }

  /**
   * Bytes that came after the last answer, and are not even parsed. Beyond a bound nothing more is read: a client that only writes must stop and
   * can look at its answer, which a reset would take away from it.
   */
  ignore(sizeBytes: number): void {
    this.discardedBytes += sizeBytes;
    if (this.discardedBytes > LINGER_BYTES) this.pause();
  }
}
