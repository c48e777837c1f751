/** @module A connection that was taken over, as a pair of streams with backpressure both ways. */
import type { ClientSocket, ClientSocketHandlers } from "../runtime/port.ts";
import type { TakenConnection } from "./application.ts";

/** Most bytes that are read from the client ahead of the application, and one part more. */
const READ_AHEAD_BYTES = 65_536;

/** A write that the client has no room for yet. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Each direction ends by itself: the client's FIN ends `readable`, closing `writable` sends ours. Aborting `writable` destroys the
 * connection, and so does cancelling `readable`, save that what was written before a close of `writable` still goes out.
 */
export class SocketStreams implements ClientSocketHandlers {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when the socket is gone, however it ended; never rejects. */
  readonly gone: Promise<void>;
  readonly #socket: ClientSocket;
  #input: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
  #output: WritableStreamDefaultController | null = null;
  #markGone: () => void = () => {};
  #waiter: Waiter | null = null;
  #isPaused = false;
  /** The client's FIN came. */
  #isEnded = false;
  /** Ours was sent. */
  #isFinished = false;
  /** Nobody reads: what still comes is thrown away until all that was written is out. */
  #isDropping = false;
  #isGone = false;
  /** Why both streams broke; null while they have not. */
  #failure: unknown = null;
  /** The failure, where it is not the application's doing. */
  #lost: DOMException | null = null;

  constructor(taken: TakenConnection) {
    const { socket, rest } = taken;
    this.#socket = socket;
    this.gone = new Promise((resolve) => {
      this.#markGone = resolve;
    });
    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#input = controller;
      },
      pull: () => this.#resume(),
      cancel: (reason) => this.#cancel(reason),
    }, new ByteLengthQueuingStrategy({ highWaterMark: READ_AHEAD_BYTES }));
    this.writable = new WritableStream({
      start: (controller) => {
        this.#output = controller;
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#finish(),
      abort: (reason) => this.destroy(reason),
    });
    socket.attach(this);
    // The request may have left it either way.
    socket.resume();
    if (rest.byteLength > 0) this.received(new Uint8Array(rest));
  }

  /** Breaks the connection off; what is open of the streams fails with `reason`. */
  destroy(reason: unknown): void {
    if (this.#isGone) return;
    this.#fail(reason);
    this.#socket.destroy();
  }

  /** Whether `error` is what the streams fail with when the connection is lost, which is no fault of the application's. */
  isLoss(error: unknown): boolean {
    return error !== null && error === this.#lost;
  }

  // What the socket tells.

  received(bytes: Uint8Array): void {
    if (this.#isDropping) return this.#destroyWhenSent();
    if (this.#isEnded || this.#failure !== null || this.#input === null) return;
    this.#input.enqueue(ownBytes(bytes));
    if (this.#isPaused || (this.#input.desiredSize ?? 0) > 0) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  ended(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#isDropping && this.#failure === null) this.#input?.close();
  }

  drained(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.resolve();
    if (this.#isDropping) this.#destroyWhenSent();
  }

  closed(): void {
    this.#isGone = true;
    const isInOrder = this.#isFinished && (this.#isEnded || this.#isDropping);
    if (!isInOrder && this.#failure === null) {
      this.#lost = new DOMException("The client left before the upgraded connection was ended", "AbortError");
      this.#fail(this.#lost);
    }
    this.#markGone();
  }

  // What the application does.

  /** Copied: the socket may keep the bytes for longer than the application is told to wait. */
  #write(chunk: unknown): Promise<void> | undefined {
    if (!(chunk instanceof Uint8Array)) {
      const error = new TypeError(`An upgraded connection takes Uint8Array, not ${describeChunk(chunk)}`);
      this.destroy(error);
      throw error;
    }
    if (chunk.byteLength === 0 || this.#socket.write(new Uint8Array(chunk))) return undefined;
    return new Promise((resolve, reject) => {
      if (this.#failure === null) this.#waiter = { resolve, reject };
      else reject(this.#failure);
    });
  }

  #finish(): void {
    this.#isFinished = true;
    this.#socket.end();
  }

  #cancel(reason: unknown): void {
    // Only what is here already was refused, and writing may go on.
    if (this.#isEnded) return;
    if (!this.#isFinished) return this.destroy(reason);
    this.#isDropping = true;
    this.#resume();
    this.#destroyWhenSent();
  }

  #resume(): void {
    if (!this.#isPaused || this.#isGone) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #destroyWhenSent(): void {
    if (!this.#isGone && this.#socket.bufferedBytes() === 0) this.#socket.destroy();
  }

  #fail(reason: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = reason ?? new DOMException("The upgraded connection was broken off", "AbortError");
    // What came before the client's FIN is complete and can be read on.
    if (!this.#isEnded) this.#input?.error(this.#failure);
    this.#output?.error(this.#failure);
    this.#waiter?.reject(this.#failure);
    this.#waiter = null;
  }
}

/** Bytes in a buffer that nothing else has a view of, in the plain class: Node's own has another `slice`. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

function describeChunk(chunk: unknown): string {
  return typeof chunk === "string" ? "a string; pipe it through a TextEncoderStream" : typeof chunk;
}
