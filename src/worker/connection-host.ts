/**
 * What all connections of a worker share. The worker keeps one and changes it in place: reading a field costs nothing on the
 * path of a request.
 *
 * @module
 */
import type { Application } from "../app/application.ts";
import type { Deadlines } from "../config/worker-settings.ts";
import type { ParserLimits } from "../http/limits.ts";
import type { GrammarPermissions } from "../http/permissions.ts";
import type { TrustRules } from "../http/trust-rules.ts";
import type { ProxyMode } from "../http/trust-settings.ts";
import type { AccessLog } from "../log/access.ts";
import type { Logger } from "../log/logger.ts";
import type { BytesPort } from "../runtime/port.ts";
import type { Connection } from "./connection.ts";

export interface ConnectionHost {
  readonly app: Application;
  readonly limits: ParserLimits;
  readonly permissions: GrammarPermissions;
  readonly deadlines: Deadlines;
  readonly trust: TrustRules;
  /** Which PROXY headers a connection may begin with. */
  readonly proxyProtocol: ProxyMode;
  readonly bytes: BytesPort;
  readonly log: Logger;
  readonly access: AccessLog | null;
  /** Value of the Server field; null for none. */
  readonly server: string | null;
  /** 0: no connection persists. */
  readonly keepaliveMs: number;
  /** Requests that the application was given. */
  requests: number;
  /** Monotonic time, as of the last sweep (at most {@link SWEEP_MS} old). */
  nowMs: number;
  /** Value of the Date field (RFC 9110 §6.6.1), as of the last sweep. */
  date: string;
  /** Every answer from now on closes its connection. */
  draining: boolean;
  /** The socket of this connection is gone. */
  closed(connection: Connection): void;
}
