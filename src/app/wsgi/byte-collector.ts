/** @module Bytes that are put together from parts. */

const SMALLEST_BYTES = 1024;

/** Copies at once: a list of parts would keep the received buffer of every one alive, and a client can make them a byte each. */
export class ByteCollector {
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #sizeBytes = 0;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(part: Uint8Array): void {
    const neededBytes = this.#sizeBytes + part.byteLength;
    if (this.#bytes === null) {
      // Most reads end with their first part.
      this.#bytes = new Uint8Array(part);
    } else {
      if (neededBytes > this.#bytes.byteLength) this.#grow(neededBytes);
      this.#bytes.set(part, this.#sizeBytes);
    }
    this.#sizeBytes = neededBytes;
  }

  /** All of them, in a buffer of their own size. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes ?? new Uint8Array(0);
    return bytes.byteLength === this.#sizeBytes ? bytes : bytes.slice(0, this.#sizeBytes);
  }

  /** At least twice as large, so that all copies together cost no more than the last. */
  #grow(neededBytes: number): void {
    const larger = new Uint8Array(Math.max(neededBytes, 2 * this.#sizeBytes, SMALLEST_BYTES));
    larger.set(this.#bytes ?? []);
    this.#bytes = larger;
  }
}
