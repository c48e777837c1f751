/**
 * What a worker and the bridges of the interfaces (fetch, node, wsgi, script) know of each other.
 *
 * @module
 */
import type { LogLevel } from "../log/level.ts";
import type { SocketAddress } from "../runtime/port.ts";
import type { Application } from "./application.ts";
import type { WorkerIdentity } from "./call.ts";

/** How an application is called. */
export type InterfaceName = "fetch" | "node" | "wsgi" | "script";

/** What a bridge gets from its worker. */
export interface BridgeHost {
  readonly worker: WorkerIdentity;
  /** Where the server listens, in the order of `bind`: what a server object shows as its address. */
  readonly addresses: readonly SocketAddress[];
  /** Whether there are other workers, as `workers` says (`wsgi.multiprocess`). */
  readonly isMultiprocess: boolean;
  /** Setting `light_objects`. */
  readonly lightObjects: boolean;
  /** Setting `keepalive`, as server objects show it. 0: off. */
  readonly keepaliveMs: number;
  log(level: LogLevel, text: string): void;
  /** Hears of errors that no response can carry; `during` says of what. Logged at error. */
  onError(error: unknown, during: string): void;
}

/** An application that serves, and what the end of its worker asks of it beside the responses. */
export interface ServedApplication extends Application {
  /** Work beside responses that a drain waits for (`waitUntil`). */
  readonly pendingCount: number;
  /** Resolves when there is none; the caller bounds the wait (`graceful_timeout`). */
  settled(): Promise<void>;
  /** The worker begins to drain: a taken-over server says that it closes, tunnels may be told. Called once at most. Never throws. */
  drain(): void;
  /**
   * The last connection is gone, or `graceful_timeout` is over: the application's own end (a framework's `close`, callbacks of
   * `server.close`). The caller bounds the wait. Never rejects.
   */
  close(): Promise<void>;
}
