/**
 * What Node's own server makes of bytes: `http.createServer` with its defaults (`insecureHTTPParser: false`, `requireHostHeader: true`,
 * `maxHeaderSize` 16 KiB), which parses with llhttp. Works on Node only.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import process from "node:process";
import { Duplex } from "node:stream";

export interface TheirMessage {
  readonly method: string;
  readonly target: string;
  /** `1.0`, `1.1`. */
  readonly version: string;
  readonly fields: readonly string[];
  body: string;
  /** Null: the message is not complete. */
  trailers: readonly string[] | null;
}

export interface TheirReading {
  /** Requests that reached the application, also those that broke off. */
  readonly messages: readonly TheirMessage[];
  /** Final statuses that were sent, in order. */
  readonly statuses: readonly number[];
  /** After how many answers the server closed the connection by itself, without an error; null: it did not. */
  readonly closedAfter: number | null;
  /** Of the error that ended the connection, such as `HPE_INVALID_METHOD`; null: there was none. */
  readonly code: string | null;
}

/** Turns of the event loop without any change after which all is done: there is no socket and no timer that could come later. */
const QUIET_TURNS = 4;

/** Longer wires are cut into longer pieces. */
const PIECES_MAX = 20_000;
/** Rounds of callbacks in which a stream that got a byte is done with it. */
const TICKS_A_PIECE = 6;

/**
 * Sends the bytes one by one, waits until all that follows from them is done, and ends the client's side. In one piece, a broken request
 * takes the answer of a good one before it away (the connection is destroyed at once), which is not what is compared here.
 */
export async function readWithLlhttp(wire: string): Promise<TheirReading> {
  const server = new ObservedServer();
  const socket = new MemorySocket();
  server.emit("connection", socket);
  const bytes = Buffer.from(wire, "latin1");
  const pieceBytes = Math.ceil(bytes.length / PIECES_MAX);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += pieceBytes) {
    socket.push(bytes.subarray(at, at + pieceBytes));
    for (let ticks = 0; ticks < TICKS_A_PIECE; ticks += 1) await new Promise<void>((resolve) => process.nextTick(resolve));
  }
  await quiet(() => `${socket.sent.length} ${server.events}`);
  const isClosed = socket.isEnded && server.code === null;
  socket.push(null);
  await quiet(() => `${socket.sent.length} ${server.events}`);
  socket.destroy();
  server.close();
  const statuses = [...socket.sent.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1])).filter((status) =>
    status >= 200
  );
  return { messages: server.messages, statuses, closedAfter: isClosed ? statuses.length : null, code: server.code };
}

/** A server that looks at its own events, so that it needs no listeners, which would change what it does. */
class ObservedServer extends Server {
  readonly messages: TheirMessage[] = [];
  code: string | null = null;
  events = 0;

  constructor() {
    super((request, response) => this.#answer(request, response));
    // Nobody listens by default, and then the connection is closed: there would be nothing to compare.
    this.on("connect", (request: IncomingMessage, socket: Duplex) => {
      this.#note(request).trailers = [];
      if (socket.writable) socket.write("HTTP/1.1 200 OK\r\n\r\n");
    });
  }

  override emit(name: string | symbol, ...args: unknown[]): boolean {
    this.events += 1;
    const [first] = args;
    if (name === "clientError" && first instanceof Error && "code" in first) this.code = String(first.code);
    return super.emit(name, ...args);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const message = this.#note(request);
    request.on("error", () => {});
    request.on("data", (bytes: Buffer) => {
      this.events += 1;
      message.body += bytes.toString("latin1");
    });
    request.on("end", () => {
      this.events += 1;
      message.trailers = request.rawTrailers;
      response.setHeader("Content-Length", 0);
      response.end();
    });
  }

  #note({ method = "", url = "", httpVersion, rawHeaders }: IncomingMessage): TheirMessage {
    const message = { method, target: url, version: httpVersion, fields: rawHeaders, body: "", trailers: null };
    this.messages.push(message);
    return message;
  }
}

class MemorySocket extends Duplex {
  sent = "";

  override _read(): void {}

  isEnded = false;

  override _final(ended: () => void): void {
    this.isEnded = true;
    ended();
  }

  override _write(bytes: Buffer, _: string, taken: () => void): void {
    this.sent += bytes.toString("latin1");
    taken();
  }
}

async function quiet(state: () => string): Promise<void> {
  let before = "";
  for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (state() !== before) turns = 0;
    before = state();
  }
}
