/**
 * What a connection sends: text is collected for a turn and written once; a client that takes nothing is noticed.
 *
 * @module
 */
import type { ClientSocket } from "../runtime/port.ts";
import { JOIN_BYTES, READ_AHEAD_BYTES, WRITE_PROGRESS_MS } from "./bounds.ts";
import type { ConnectionHost } from "./connection-host.ts";

const NEVER_MS = Number.POSITIVE_INFINITY;

export class Output {
  /** While true, nothing is written before `flush`. */
  corked = false;
  /** The socket asked to wait for `drained`. */
  blocked = false;
  private readonly socket: ClientSocket;
  private readonly host: ConnectionHost;
  private readonly writable: () => void;
  private text = "";
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
    return !this.blocked && this.text.length < READ_AHEAD_BYTES;
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

  sendBytes(bytes: Uint8Array): void {
    if (bytes.length <= JOIN_BYTES) return this.send(this.host.bytes.latin1(bytes, 0, bytes.length));
    this.flush();
    if (!this.closed && !this.socket.write(bytes)) this.block();
  }

  flush(): void {
    if (this.text === "" || this.closed) return;
    const text = this.text;
    this.text = "";
    if (!this.socket.writeLatin1(text)) this.block();
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.blocked = false;
    this.deadlineMs = NEVER_MS;
  }

  /** The socket is gone. */
  close(): void {
    this.closed = true;
    this.text = "";
  }

  /** Whether the client has taken nothing for {@link WRITE_PROGRESS_MS}, though there is something to take. */
  isStalled(nowMs: number): boolean {
    if (nowMs < this.deadlineMs) return false;
    const unsentBytes = this.socket.bufferedBytes();
    if (unsentBytes >= this.unsentBytes) return true;
    this.unsentBytes = unsentBytes;
    this.deadlineMs = nowMs + WRITE_PROGRESS_MS;
    return false;
  }

  private block(): void {
    this.blocked = true;
    this.unsentBytes = this.socket.bufferedBytes();
    if (this.deadlineMs === NEVER_MS) this.deadlineMs = this.host.nowMs + WRITE_PROGRESS_MS;
  }

  private readonly flushLater = (): void => {
    this.flushQueued = false;
    this.flush();
    if (!this.closed && !this.blocked) this.writable();
  };
}
