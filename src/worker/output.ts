/**
 * What a connection sends: text is collected for a turn and written once, large bodies go out piece by piece, and a client that
 * takes nothing is noticed.
 *
 * @module
 */
import type { ClientSocket } from "../runtime/port.ts";
import { JOIN_BYTES, PIECE_BYTES, READ_AHEAD_BYTES } from "./bounds.ts";
import type { ConnectionHost } from "./connection-host.ts";

const NEVER_MS = Number.POSITIVE_INFINITY;

/** What a look at the client's progress finds: nothing to take, taking, or not taking for too long. */
export type Progress = "idle" | "sending" | "stalled";

export class Output {
  /** While true, nothing is written before `flush`. */
  corked = false;
  /** The socket asked to wait for `drained`. */
  blocked = false;
  private readonly socket: ClientSocket;
  private readonly host: ConnectionHost;
  private readonly writable: () => void;
  /** Goes out after `pending`. */
  private text = "";
  /** Pieces of large bodies and the text between them, which the socket was not given yet. */
  private readonly pending: (Uint8Array | string)[] = [];
  private closed = false;
  private flushQueued = false;
  private deadlineMs = NEVER_MS;
  private unsentBytes = 0;

  /** `writable` is called after a late flush that was not held up. */
  constructor(socket: ClientSocket, host: ConnectionHost, writable: () => void) {
    this.socket = socket;
    this.host = host;
    this.writable = writable;
  }

  /** False: wait before more is sent. */
  get isWritable(): boolean {
    return !this.blocked && this.pending.length === 0 && this.text.length < READ_AHEAD_BYTES;
  }

  /** Whether the socket was given all that was sent, save what is collected for this turn. */
  get isHandedOver(): boolean {
    return this.pending.length === 0;
  }

  /** Whether the system was given all that was sent. The client need not have it yet. */
  get isSent(): boolean {
    return this.text === "" && this.pending.length === 0 && this.socket.bufferedBytes() === 0;
  }

  /** Adds text of characters up to U+00FF to what is sent next; `flush` must follow in the same turn. */
  queue(text: string): void {
    this.text += text;
  }

  /** Sends text of characters up to U+00FF, at the end of this turn at the latest. */
  send(text: string): void {
    this.text += text;
    if (this.corked) return;
    if (this.text.length >= JOIN_BYTES) return this.flush();
    if (this.flushQueued) return;
    // One write for all that the application says in one turn: a head and its first part, or several small parts.
    this.flushQueued = true;
    queueMicrotask(this.flushLater);
  }

  /** The bytes must not change afterwards. */
  sendBytes(bytes: Uint8Array): void {
    if (bytes.length <= JOIN_BYTES) return this.send(this.host.bytes.latin1(bytes, 0, bytes.length));
    if (this.closed) return;
    if (this.text !== "") this.pending.push(this.text);
    this.text = "";
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.pending.push(bytes.subarray(at, at + PIECE_BYTES));
    this.pump();
  }

  flush(): void {
    if (this.text === "" || this.closed || this.pending.length > 0) return;
    const text = this.text;
    this.text = "";
    if (!this.socket.writeLatin1(text)) this.block();
  }

  /** Gives the socket all there is, however slow it is: somebody else writes behind it from now on. */
  handOver(): void {
    for (const piece of this.pending.splice(0)) {
      if (typeof piece === "string") this.socket.writeLatin1(piece);
      else this.socket.write(piece);
    }
    this.flush();
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.blocked = false;
    this.deadlineMs = NEVER_MS;
    this.pump();
  }

  /** The socket is gone. Gives the bytes of bodies that it never got. */
  close(): number {
    this.closed = true;
    let bytes = 0;
    for (const piece of this.pending) if (typeof piece !== "string") bytes += piece.length;
    this.pending.length = 0;
    this.text = "";
    return bytes;
  }

  /** To be asked every sweep. `stalled`: the client has taken nothing for `write_timeout`, though there is something to take. */
  progress(nowMs: number): Progress {
    const unsentBytes = this.socket.bufferedBytes();
    // Not `blocked`: a socket that was told to end does not say any more that it takes bytes again.
    if (unsentBytes === 0 && this.pending.length === 0) {
      this.deadlineMs = NEVER_MS;
      return "idle";
    }
    if (this.deadlineMs === NEVER_MS || unsentBytes < this.unsentBytes) {
      this.deadlineMs = this.stalledAtMs(nowMs);
      this.unsentBytes = unsentBytes;
      return "sending";
    }
    return nowMs >= this.deadlineMs ? "stalled" : "sending";
  }

  /** The clock stood still for so long. */
  postpone(ms: number): void {
    this.deadlineMs += ms;
  }

  private pump(): void {
    while (!this.blocked && !this.closed) {
      const piece = this.pending.shift();
      if (piece === undefined) return this.corked ? undefined : this.flush();
      const isTaken = typeof piece === "string" ? this.socket.writeLatin1(piece) : this.socket.write(piece);
      if (!isTaken) this.block();
    }
  }

  private block(): void {
    this.blocked = true;
    this.unsentBytes = this.socket.bufferedBytes();
    if (this.deadlineMs === NEVER_MS) this.deadlineMs = this.stalledAtMs(this.host.nowMs);
  }

  private stalledAtMs(nowMs: number): number {
    const { writeMs } = this.host.deadlines;
    return writeMs === 0 ? NEVER_MS : nowMs + writeMs;
  }

  private readonly flushLater = (): void => {
    this.flushQueued = false;
    this.flush();
    if (!this.closed && this.isWritable) this.writable();
  };
}
