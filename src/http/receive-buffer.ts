/**
 * Received bytes that nobody took yet. One piece that is whole needs no copy; pieces are joined only while a line or section
 * reaches over their border, and what is after that border is again given out as a view of the piece itself.
 *
 * @module
 */

const EMPTY = new Uint8Array(0);
const CR = 0x0d;
const LF = 0x0a;
const SMALLEST_JOIN_BYTES = 1024;
/** Pieces of so few bytes are gathered while they wait: each on its own would take many times its size. */
const SMALL_PIECE_BYTES = 256;
const GATHERED_BYTES = 4096;

/** The unread bytes in front are `bytes[start]` to `bytes[end - 1]`; pieces behind them come with {@link ReceiveBuffer.pull}. */
export class ReceiveBuffer {
  // Public and not behind accessors: the parser reads them for every request.
  bytes: Uint8Array = EMPTY;
  start: number = 0;
  end: number = 0;
  #waiting: Uint8Array[] = [];
  /** Index of the first piece in `#waiting` that was not pulled: cheaper than shifting the list. */
  #nextWaiting = 0;
  #waitingBytes = 0;
  /** What small pieces are gathered in: the last of `#waiting` may be a view of its beginning. */
  #gathered: Uint8Array | null = null;
  /** The last piece copied into a join, and where it begins there; null while `bytes` is a piece as received. */
  #tail: Uint8Array | null = null;
  #tailStart = 0;

  /** Bytes received and not consumed. */
  get unreadBytes(): number {
    return this.end - this.start + this.#waitingBytes;
  }

  /** Whether all that is unread is nothing, CR, or CR LF. */
  isPrefixOfEmptyLine(): boolean {
    const { unreadBytes } = this;
    if (unreadBytes > 2) return false;
    return (unreadBytes < 1 || this.#peek(0) === CR) && (unreadBytes < 2 || this.#peek(1) === LF);
  }

  /** Appends a piece, without looking at it. The buffer owns it from now on. */
  append(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.start === this.end && this.#waitingBytes === 0) {
      this.#front(piece);
    } else {
      this.#waitingBytes += piece.length;
      if (!this.#gather(piece)) this.#waiting.push(piece);
    }
  }

  /** Adds a small piece to the one that waits before it, if that is small too. The first that waits alone is not copied. */
  #gather(piece: Uint8Array): boolean {
    const lastIndex = this.#waiting.length - 1;
    const last = lastIndex < this.#nextWaiting ? undefined : this.#waiting[lastIndex];
    const isGathered = this.#gathered !== null && last?.buffer === this.#gathered.buffer;
    const isSmall = last !== undefined && (isGathered || last.length <= SMALL_PIECE_BYTES);
    if (!isSmall || piece.length > SMALL_PIECE_BYTES || last.length + piece.length > GATHERED_BYTES) return false;
    if (!isGathered) {
      this.#gathered = new Uint8Array(GATHERED_BYTES);
      this.#gathered.set(last);
    }
    this.#gathered?.set(piece, last.length);
    this.#waiting[lastIndex] = this.#gathered?.subarray(0, last.length + piece.length) ?? piece;
    return true;
  }

  /** Brings the next piece to the front: itself, or joined to the unread rest of this one. False: there is none. */
  pull(): boolean {
    const piece = this.#waiting[this.#nextWaiting];
    if (piece === undefined) return false;
    this.#waiting[this.#nextWaiting] = EMPTY;
    this.#nextWaiting += 1;
    this.#waitingBytes -= piece.length;
    if (this.#waitingBytes === 0) this.#forgetWaiting();
    if (this.start === this.end) this.#front(piece);
    else this.#join(piece);
    return true;
  }

  /** Drops bytes at the front; `count` is at most `end - start`. An empty buffer keeps no piece alive. */
  consume(count: number): void {
    this.start += count;
    if (this.#tail !== null && this.start >= this.#tailStart) {
      const start = this.start - this.#tailStart;
      const tail = this.#tail;
      this.#front(tail);
      this.start = start;
    }
    if (this.start === this.end) this.#front(EMPTY);
  }

  /** Takes `count` bytes at the front, at most `end - start`, as a view. */
  take(count: number): Uint8Array {
    const { bytes, start } = this;
    const view = start === 0 && count === bytes.length ? bytes : bytes.subarray(start, start + count);
    this.consume(count);
    return view;
  }

  /** Takes everything. */
  takeAll(): Uint8Array {
    const rest = [this.bytes.subarray(this.start, this.end), ...this.#waiting].filter((piece) => piece.length > 0);
    const bytes = this.unreadBytes;
    this.clear();
    return rest.length === 1 && rest[0] !== undefined ? rest[0] : concatenate(rest, bytes);
  }

  /** The unread byte at `index`, also of pieces that wait. */
  #peek(index: number): number | undefined {
    let skip = this.end - this.start;
    if (index < skip) return this.bytes[this.start + index];
    for (const piece of this.#waiting) {
      if (index < skip + piece.length) return piece[index - skip];
      skip += piece.length;
    }
    return undefined;
  }

  clear(): void {
    this.#front(EMPTY);
    this.#forgetWaiting();
  }

  #forgetWaiting(): void {
    this.#gathered = null;
    this.#waiting = [];
    this.#nextWaiting = 0;
    this.#waitingBytes = 0;
  }

  #front(piece: Uint8Array): void {
    this.bytes = piece;
    this.start = 0;
    this.end = piece.length;
    this.#tail = null;
  }

  /** Copies `piece` behind the unread bytes. The room doubles, so that a head fed byte by byte is copied a bounded number of times. */
  #join(piece: Uint8Array): void {
    const unreadBytes = this.end - this.start;
    const neededBytes = unreadBytes + piece.length;
    // A received piece never has room behind its end, so nothing is written where views may have been given out.
    if (this.bytes.length - this.end < piece.length) {
      const joined = new Uint8Array(Math.max(SMALLEST_JOIN_BYTES, neededBytes, 2 * unreadBytes));
      joined.set(this.bytes.subarray(this.start, this.end));
      this.bytes = joined;
      this.start = 0;
      this.end = unreadBytes;
    }
    this.bytes.set(piece, this.end);
    this.#tail = piece;
    this.#tailStart = this.end;
    this.end += piece.length;
  }
}

function concatenate(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
