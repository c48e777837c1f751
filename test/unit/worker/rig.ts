/** A connection without a socket, a clock or an application: bytes in, bytes out, time by hand. */
import type { Application, Exchange } from "../../../src/app/application.ts";
import type { Deadlines } from "../../../src/config/worker-settings.ts";
import type { ParserLimits } from "../../../src/http/limits.ts";
import { type GrammarPermissions, STRICT } from "../../../src/http/permissions.ts";
import { TrustRules } from "../../../src/http/trust-rules.ts";
import { DEFAULT_TRUST, type TrustSettings } from "../../../src/http/trust-settings.ts";
import type { AccessLog, AccessRecord } from "../../../src/log/access.ts";
import type { ClientSocket, ClientSocketHandlers } from "../../../src/runtime/port.ts";
import { Connection } from "../../../src/worker/connection.ts";
import type { ConnectionHost } from "../../../src/worker/connection-host.ts";

export class FakeSocket implements ClientSocket {
  remoteAddress = "192.0.2.7";
  readonly remotePort = 5000;
  readonly localAddress = "192.0.2.1";
  readonly localPort = 80;
  /** Each write, as text. */
  readonly writes: string[] = [];
  handlers: ClientSocketHandlers | null = null;
  paused = false;
  ended = false;
  destroyed = false;
  wasReset = false;
  /** Writes are refused (and counted as buffered) while false. */
  accepts = true;
  buffered = 0;

  get sent(): string {
    return this.writes.join("");
  }

  attach(handlers: ClientSocketHandlers): void {
    this.handlers = handlers;
  }

  writeLatin1(text: string): boolean {
    this.writes.push(text);
    return this.#took(text.length);
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(new TextDecoder("latin1").decode(bytes));
    return this.#took(bytes.length);
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  reset(): void {
    this.wasReset = true;
    this.destroy();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.handlers?.closed();
  }

  /** The client took all that was buffered. */
  drain(): void {
    this.buffered = 0;
    this.accepts = true;
    this.handlers?.drained();
  }

  #took(sizeBytes: number): boolean {
    if (!this.accepts) this.buffered += sizeBytes;
    return this.accepts;
  }
}

export interface Rig {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  readonly host: ConnectionHost;
  /** Requests that reached the application. */
  readonly exchanges: Exchange[];
  readonly log: string[];
  readonly accessed: AccessRecord[];
  send(text: string): void;
  /** The client sends FIN. */
  finish(): void;
  /** Moves the clock and sweeps. */
  advance(ms: number): void;
}

export interface RigOptions {
  readonly handle?: (exchange: Exchange) => void;
  readonly keepaliveMs?: number;
  readonly draining?: boolean;
  readonly limits?: Partial<ParserLimits>;
  readonly permissions?: Partial<GrammarPermissions>;
  readonly deadlines?: Partial<Deadlines>;
  readonly trust?: Partial<TrustSettings>;
  /** Instead of those that follow from `trust`. */
  readonly rules?: TrustRules;
  readonly server?: string | null;
  /** False: no access log. */
  readonly access?: boolean;
  /** Of the socket; empty for a unix socket. */
  readonly remoteAddress?: string;
}

/** All different, so that a test that passes says which one it was. */
export const DEADLINES: Deadlines = {
  firstByteMs: 30_000,
  headMs: 20_000,
  bodyMs: 60_000,
  bodyMinBytesPerSecond: 0,
  writeMs: 50_000,
};

export function rig(options: RigOptions = {}): Rig {
  const { handle = () => {}, keepaliveMs = 2_000, draining = false, server = "test", remoteAddress = "192.0.2.7" } = options;
  const trust = { ...DEFAULT_TRUST, ...options.trust };
  const exchanges: Exchange[] = [];
  const log: string[] = [];
  const accessed: AccessRecord[] = [];
  const app: Application = {
    handle(exchange) {
      exchanges.push(exchange);
      handle(exchange);
    },
  };
  const access: AccessLog | null = options.access === false
    ? null
    : { record: (entry) => void accessed.push(entry), flush: () => {} };
  const host: ConnectionHost = {
    app,
    limits: {
      requestLineBytes: 4094,
      fieldCount: 100,
      fieldLineBytes: 8190,
      headBytes: 65_536,
      chunkLineBytes: 4096,
      chunkExtensionBytes: 16_384,
      bodyBytes: 0,
      ...options.limits,
    },
    permissions: { ...STRICT, ...options.permissions },
    deadlines: { ...DEADLINES, ...options.deadlines },
    trust: options.rules ?? new TrustRules(trust),
    proxyProtocol: trust.proxyProtocol,
    bytes: {
      latin1: (bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end)),
      utf8: (text) => new TextEncoder().encode(text),
    },
    log: { log: (level, text) => void log.push(`${level} ${text}`), isEnabled: () => true },
    access,
    server,
    keepaliveMs,
    requests: 0,
    nowMs: 0,
    date: "Thu, 01 Jan 1970 00:00:00 GMT",
    draining,
    closed: () => {},
  };
  const socket = new FakeSocket();
  socket.remoteAddress = remoteAddress;
  const connection = new Connection(socket, host);
  return {
    socket,
    connection,
    host,
    exchanges,
    log,
    accessed,
    send: (text) => connection.received(Uint8Array.from(text, (character) => character.charCodeAt(0))),
    finish: () => connection.ended(),
    advance(ms) {
      host.nowMs += ms;
      connection.expire();
    },
  };
}

export const OK = { status: 200, reason: "", fields: [] } as const;

/** Lets promise reactions run. */
export async function turn(): Promise<void> {
  for (let index = 0; index < 10; index++) await undefined;
}
