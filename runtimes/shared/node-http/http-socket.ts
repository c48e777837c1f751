/**
 * The socket that an application sees behind its requests. It lives as long as the connection: what a response writes goes to the exchange of
 * the moment, and after an upgrade it is a plain duplex stream on the connection.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Server } from "node:http";
import process from "node:process";
import { Duplex, Writable } from "node:stream";
import type { PeerInfo } from "../../../src/app/application.ts";
import type { GenuineResponse } from "./genuine.ts";
import { IdleTimer } from "./idle-timer.ts";
import type { Session, Written } from "./session.ts";
import { streamDestroyed } from "./settle.ts";
import { SocketFace } from "./socket-face.ts";
import { SocketTunnel } from "./socket-tunnel.ts";

const NOTHING: () => void = () => {};

/** Its own fields are private: applications and packages put what they like on a socket. */
export class HttpSocket extends SocketFace {
  readonly server: Server;
  /** As `node:http` names it: the response that may write. */
  _httpMessage: GenuineResponse | null = null;
  /** As {@link setTimeout} set it, in milliseconds. */
  timeout = 0;
  readonly #session: Session;
  #tunnel: SocketTunnel | null = null;
  #timer: IdleTimer | null = null;
  /** The client ended its side. */
  #hasEnded = false;

  static {
    const genuine = Object.getOwnPropertyDescriptor(Duplex.prototype, "writableLength") ??
      Object.getOwnPropertyDescriptor(Writable.prototype, "writableLength");
    // A property to the types of Node. Responses ask it whether what they wrote is out.
    Object.defineProperty(this.prototype, "writableLength", {
      configurable: true,
      get(this: HttpSocket): unknown {
        return this.#tunnel === null ? this.#session.writableLength : genuine?.get?.call(this);
      },
    });
  }

  constructor(session: Session, peer: PeerInfo) {
    super(peer);
    this.#session = session;
    this.server = session.owner.server;
    // As node:http does: an error of a connection is nobody's to handle.
    this.on("error", NOTHING);
  }

  /** The session behind a socket; null for what is no socket of this kind. */
  static sessionOf(socket: unknown): Session | null {
    return typeof socket === "object" && socket !== null && #session in socket ? socket.#session : null;
  }

  get isTakenOver(): boolean {
    return this.#tunnel !== null;
  }

  /** The connection becomes the application's. Gives the first bytes of the new protocol. */
  takeOver(): Buffer {
    const { socket, rest } = this.#session.takeOver();
    this.#tunnel = new SocketTunnel({
      received: (bytes) => {
        this.#timer?.active();
        this.bytesRead += bytes?.length ?? 0;
        this.#hasEnded ||= bytes === null;
        return this.push(bytes);
      },
      closed: () => this.#connectionClosed(),
    }, socket);
    return Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength);
  }

  /** Whether the client came by https, as the connection or a trusted proxy says (`forwarded_allow_ips`). */
  get encrypted(): boolean {
    return this.#session.isSecure;
  }

  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    const coding = typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : undefined;
    const written = isWritten(done) ? done : undefined;
    this.#timer?.active();
    if (this.#tunnel === null) return this.#session.write(chunk, coding, written);
    return coding === undefined ? super.write(chunk, written) : super.write(chunk, coding, written);
  }

  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    const done = [chunk, encoding, callback].find(isWritten);
    const coding = typeof encoding === "string" && Buffer.isEncoding(encoding) ? encoding : undefined;
    const last = isWritten(chunk) ? undefined : chunk;
    if (last !== undefined && last !== null) this.write(last, coding);
    if (this.#tunnel !== null) return super.end(done);
    this.#session.end();
    if (done !== undefined) process.nextTick(done);
    return this;
  }

  /** As `net.Socket` has it: ends when all is written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished || this.#tunnel === null) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  /** As `net.Socket.setTimeout`: emits `timeout` after so long without anything; 0 for never. */
  setTimeout(timeoutMs: number, listener?: () => void): this {
    this.timeout = timeoutMs;
    this.#timer?.stop();
    this.#timer = timeoutMs > 0 ? new IdleTimer(timeoutMs, () => this.#idled()) : null;
    if (listener === undefined) return this;
    return timeoutMs > 0 ? this.once("timeout", listener) : this.removeListener("timeout", listener);
  }

  /** What the application set was for the request that is over. */
  restoreTimeout(): void {
    if (this.#timer !== null) this.setTimeout(this.server.timeout);
  }

  /** Content came in: the connection is not idle. */
  active(): void {
    this.#timer?.active();
  }

  override _read(): void {
    this.#tunnel?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, callback: Written): void {
    this.bytesWritten += chunk.length;
    if (this.#tunnel === null) callback(streamDestroyed());
    else this.#tunnel.write(chunk, callback);
  }

  override _writev(chunks: { readonly chunk: Buffer }[], callback: Written): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", callback);
  }

  override _final(callback: Written): void {
    this.#tunnel?.end();
    callback();
  }

  override _destroy(error: Error | null, callback: Written): void {
    this.#timer?.stop();
    this.#tunnel?.destroy(error !== null);
    this.#session.destroyed();
    callback(error);
  }

  /** What came before the client's end can still be read, as from a `net.Socket`; the stream destroys itself behind that. */
  #connectionClosed(): void {
    if (!this.#hasEnded || !this.writableFinished || this.readableLength === 0) this.destroy();
    else this.#session.owner.forget(this.#session);
  }

  #idled(): void {
    this.emit("timeout");
    // Behind an upgrade it is all the application's.
    if (this.#tunnel === null && !this.#session.owner.timedOut(this.#session)) this.destroy();
  }
}

function isWritten(value: unknown): value is Written {
  return typeof value === "function";
}
