/**
 * The part of the configuration that a worker needs, as plain data. Workers never import the settings' declarations.
 *
 * @module
 */
import type { InterfaceName } from "../app/bridge.ts";
import type { ParserLimits } from "../http/limits.ts";
import type { GrammarPermissions } from "../http/permissions.ts";
import type { TrustSettings } from "../http/trust-settings.ts";
import type { LogLevel } from "../log/level.ts";
import type { SyslogSettings } from "../log/syslog-settings.ts";
import type { ProcessIdentity } from "../runtime/port.ts";
import type { WorkerHookName } from "../hooks/names.ts";
import type { StatsdSettings } from "../metrics/statsd-settings.ts";
import type { Settings } from "./settings.ts";

/** Setting `interface`: how the application is called, or to find out. */
export type InterfaceWish = InterfaceName | "auto";

/** Times are milliseconds. */
export interface WorkerSettings {
  /** `module:name` as the user gave it; the path of a program where the interface is `script`. */
  readonly app: string;
  readonly interface: InterfaceWish;
  /** Whether there are to be other workers. */
  readonly isMultiprocess: boolean;
  readonly backlog: number;
  /** 0 turns keep-alive off. */
  readonly keepaliveMs: number;
  readonly gracefulTimeoutMs: number;
  /** How long the arbiter waits for a worker to be ready; 0: as long as it takes. */
  readonly bootTimeoutMs: number;
  readonly loglevel: LogLevel;
  /** Path, or `-` for standard error. */
  readonly errorlog: string;
  /** Whether standard output and error go to {@link errorlog} too, which is a path then. Setting `capture_output`. */
  readonly captureOutput: boolean;
  /** Path, `-` for standard output, or null for none. */
  readonly accesslog: string | null;
  /** Template or word. Setting `access_log_format`. */
  readonly accessLogFormat: string;
  /** Null where nothing goes to syslog. */
  readonly syslog: SyslogSettings | null;
  /** Null where no metrics are sent. */
  readonly statsd: StatsdSettings | null;
  /** `limit_request_*`, and what follows from them. */
  readonly limits: ParserLimits;
  /** Whether fetch handlers get our `Request`, `Headers` and `Response` instead of the runtime's. */
  readonly lightObjects: boolean;
  readonly permissions: GrammarPermissions;
  readonly trust: TrustSettings;
  readonly deadlines: Deadlines;
  readonly recycling: Recycling;
  /** Most connections at once; fewer where the limit of open files is lower. Setting `worker_connections`. */
  readonly workerConnections: number;
  /** Who to become before the application is loaded; null: nobody else. Settings `user`, `group`, `initgroups`. */
  readonly identity: ProcessIdentity | null;
  /** Value of the Server field, or null for none. Setting `server_header`. */
  readonly server: string | null;
  /** Null where the config file has no hooks for workers: then they do not read it. */
  readonly hooks: WorkerHookSettings | null;
}

/** Server hooks that workers call. */
export interface WorkerHookSettings {
  /** Absolute path of the config file that has them. */
  readonly file: string;
  readonly names: readonly WorkerHookName[];
  /** Setting `hook_timeout`. */
  readonly limitMs: number;
  /** For the hooks to read. */
  readonly config: Settings;
}

/** How long a client may take for what. 0 turns a deadline off. */
export interface Deadlines {
  /** Silence after a connection was accepted, before the first byte. Setting `first_byte_timeout`. */
  readonly firstByteMs: number;
  /** A whole request head, from its first byte; the PROXY header before the first one counts in. Setting `head_timeout`. */
  readonly headMs: number;
  /** Silence while the application waits for content. Setting `body_timeout`. */
  readonly bodyMs: number;
  /** Content must come at least so fast while the application waits for it, after a grace of {@link bodyMs}. Setting `body_min_rate`. */
  readonly bodyMinBytesPerSecond: number;
  /** Silence of a client that has something to take. Setting `write_timeout`. */
  readonly writeMs: number;
}

/** When a worker asks to be replaced. 0 turns each off. */
export interface Recycling {
  /** Setting `max_requests`. */
  readonly requestsMax: number;
  /** Up to so many more, by chance, for each worker. Setting `max_requests_jitter`. */
  readonly requestsJitter: number;
  /** Resident set size. Setting `max_worker_memory`. */
  readonly memoryMaxBytes: number;
  /** Setting `max_worker_lifetime`. */
  readonly lifetimeMs: number;
}
