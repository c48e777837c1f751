/** @module A client that sends, waits, stops reading, ends early and leaves, by chance, over a connection without a socket. */
import { STRICT } from "../../src/http/permissions.ts";
import type { Random } from "../simulation/random.ts";
import { Buffer } from "node:buffer";
import { LINGER_BYTES, PIPELINE_BYTES, READ_AHEAD_BYTES } from "../../src/worker/bounds.ts";
import { type Rig, rig, turn } from "../unit/worker/rig.ts";
import type { RandomApplication } from "./random-application.ts";
import { atRandom } from "./cuts.ts";
import { drive } from "./drive.ts";
import { ensure } from "./target.ts";

/** A little more than what a connection may take while nothing of it is used: its bounds, and the piece that went over them. */
const UNUSED_MAX_BYTES = PIPELINE_BYTES + READ_AHEAD_BYTES;
const STEPS_MAX = 100;
const FLOOD_BYTES = 48_000;
const NO_DEADLINES = { firstByteMs: 0, headMs: 0, bodyMs: 0, bodyMinBytesPerSecond: 0, writeMs: 0 };
const INTRODUCTIONS = [
  "PROXY TCP4 198.51.100.1 198.51.100.2 1 2\r\n",
  "PROXY UNKNOWN\r\n",
  "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00",
];
/** Every deadline passes within it. */
const LONG_MS = 70_000;

export class RandomClient {
  readonly rig: Rig;
  /** What the connection was given after its PROXY header, if that came. */
  delivered = "";
  /** The client ended its side. */
  hasEnded = false;
  readonly #random: Random;
  readonly #app: RandomApplication;
  readonly #pieces: string[];
  readonly #introduction: string;
  #introductionPieces: number;
  #unusedBytes = 0;
  #usedBefore = "";
  #writesAtEnd: number | null = null;

  constructor(pieces: readonly string[], app: RandomApplication, random: Random) {
    this.#pieces = [...pieces];
    this.#random = random;
    this.#app = app;
    this.#introduction = random.chance(0.1) ? random.pick(INTRODUCTIONS) : "";
    const isProxied = this.#introduction !== "" || random.chance(0.05);
    if (this.#introduction !== "") this.#pieces.unshift(...atRandom(this.#introduction, random));
    this.#introductionPieces = this.#pieces.length - pieces.length;
    this.rig = rig({
      keepaliveMs: random.pick([2000, 60_000, 0]),
      draining: random.chance(0.05),
      limits: { bodyBytes: random.pick([0, 0, 0, 10]) },
      ...(random.chance(0.1) ? { deadlines: NO_DEADLINES } : {}),
      ...(isProxied ? { trust: { proxyProtocol: "auto" as const, proxyAllowIps: ["192.0.2.0/24"] } } : {}),
      handle: (exchange) => {
        ensure(this.rig.socket.buffered === 0, "no request begins while answers wait to be taken");
        app.handle(exchange);
      },
    });
    const { socket } = this.rig;
    const end = socket.end.bind(socket);
    socket.end = () => {
      end();
      this.#writesAtEnd = socket.writes.length;
    };
  }

  get isOver(): boolean {
    return this.rig.socket.ended || this.rig.socket.destroyed;
  }

  /** The PROXY header, if there is one, was delivered whole. */
  get isIntroduced(): boolean {
    return this.#introductionPieces === 0;
  }

  get hasDeliveredAll(): boolean {
    return this.#pieces.length === 0;
  }

  /** Everything by chance. */
  async misbehave(): Promise<void> {
    for (let steps = Math.min(3 * this.#pieces.length, STEPS_MAX) + 5; steps > 0 && !this.rig.socket.destroyed; steps -= 1) {
      this.#step();
      if (this.#random.chance(0.3)) await turn();
      this.#check();
    }
  }

  /** Sends all that is left, takes all that comes, and lets the application do what it put off. */
  async behave(): Promise<void> {
    for (let idle = 0; idle < 4;) {
      const { socket } = this.rig;
      const before = this.#progress();
      this.#app.release();
      await turn();
      socket.drain();
      if (!socket.destroyed) this.rig.advance(250);
      while (!socket.paused && this.#pieces.length > 0) this.#sendNext();
      await turn();
      this.#check();
      idle = before === this.#progress() ? idle + 1 : 0;
    }
  }

  /** The client ends its side, and time passes. */
  async leaveSlowly(): Promise<void> {
    this.#end();
    for (let count = 0; count < 6; count += 1) {
      await turn();
      this.rig.socket.drain();
      if (!this.rig.socket.destroyed) this.rig.advance(LONG_MS);
    }
    await turn();
  }

  /** The socket is gone. */
  async vanish(): Promise<void> {
    this.rig.socket.destroy();
    this.#app.release();
    await turn();
    this.#app.release();
    await turn();
    await turn();
  }

  #step(): void {
    const { socket, connection, host } = this.rig;
    switch (this.#random.between(0, 19)) {
      case 0:
        return this.rig.advance(this.#random.pick([250, 1000, 2000, 31_000, LONG_MS]));
      case 1:
        socket.accepts = false;
        return;
      case 2:
      case 3:
        return socket.drain();
      case 4:
      case 5:
        return this.#app.release();
      case 6:
        if (this.#random.chance(0.1)) this.#end();
        return;
      case 7:
        if (this.#random.chance(0.1)) socket.destroy();
        return;
      case 8:
        if (!this.#random.chance(0.1)) return;
        host.draining = true;
        return connection.drain();
      case 9:
        if (this.#random.chance(0.1)) this.#flood();
        return;
      case 10:
        if (this.#random.chance(0.1)) return connection.shed();
        return connection.postpone(this.#random.between(0, 1000));
      default:
        if (!socket.paused) this.#sendNext();
    }
  }

  #sendNext(): void {
    const piece = this.#pieces.shift();
    if (piece !== undefined) this.#deliver(piece);
  }

  #deliver(piece: string): void {
    if (this.hasEnded || this.rig.socket.destroyed) return;
    if (this.#introductionPieces > 0) this.#introductionPieces -= 1;
    else this.delivered += piece;
    this.#unusedBytes += piece.length;
    this.rig.connection.received(new Uint8Array(Buffer.from(piece, "latin1")));
    this.#check();
  }

  /** As much as the connection takes, and for some time. */
  #flood(): void {
    for (let count = 0; count < 20 && !this.rig.socket.destroyed && !this.hasEnded; count += 1) {
      if (this.rig.socket.paused) this.rig.advance(250);
      else this.#deliver("f".repeat(FLOOD_BYTES));
    }
  }

  #end(): void {
    if (this.hasEnded || this.rig.socket.destroyed) return;
    this.hasEnded = true;
    this.rig.connection.ended();
  }

  #check(): void {
    const { socket } = this.rig;
    if (this.#writesAtEnd !== null) {
      ensure(socket.writes.length === this.#writesAtEnd, "nothing is sent after our side was closed");
    }
    const used = this.#use();
    if (used !== this.#usedBefore) this.#unusedBytes = 0;
    this.#usedBefore = used;
    const most = (socket.ended ? LINGER_BYTES : 0) + UNUSED_MAX_BYTES + FLOOD_BYTES;
    const isKept = !socket.destroyed && this.#unusedBytes > most && !this.#isRefused();
    ensure(!isKept, "what nobody uses is bounded", () => `${this.#unusedBytes} bytes`);
    if (this.#app.failure !== null) throw this.#app.failure;
  }

  /** What comes after a mistake is thrown away as it comes. */
  #isRefused(): boolean {
    const { limits } = this.rig.host;
    return drive([this.delivered], { limits, permissions: STRICT, eof: false, ignoreUpgrade: true }).end === "error";
  }

  /** Changes whenever something that was received was used. */
  #use(): string {
    const last = this.#app.notes.at(-1);
    return `${this.#app.notes.length} ${last?.content.length} ${last?.tunnel?.length} ${last?.done}`;
  }

  #progress(): string {
    return `${this.#pieces.length} ${this.rig.socket.writes.length} ${this.rig.socket.destroyed} ${this.#use()}`;
  }
}
