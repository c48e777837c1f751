/**
 * The part of the configuration that a worker needs, as plain data. Workers never import the settings' declarations.
 *
 * @module
 */
import type { ParserLimits } from "../http/limits.ts";
import type { LogLevel } from "../log/level.ts";

/** Times are milliseconds. */
export interface WorkerSettings {
  /** `module:name` as the user gave it. */
  readonly app: string;
  readonly backlog: number;
  /** 0 turns keep-alive off. */
  readonly keepaliveMs: number;
  readonly gracefulTimeoutMs: number;
  readonly loglevel: LogLevel;
  /** Path, or `-` for standard error. */
  readonly errorlog: string;
  /** Path, `-` for standard output, or null for none. */
  readonly accesslog: string | null;
  /** `limit_request_*`, and what follows from them. */
  readonly limits: ParserLimits;
  /** Whether fetch handlers get our `Request`, `Headers` and `Response` instead of the runtime's. */
  readonly lightObjects: boolean;
}
