/** @module How many workers there are and how long they may take. */
import type { TEnum, TInteger, TUnion } from "typebox";
import { AUTO_WORKERS } from "../auto-workers.ts";
import { count, declare, duration } from "../declare.ts";
import { checkOffOrSecond, type Duration, type DurationInput } from "../durations.ts";
import type { Setting } from "../setting.ts";

/** More are a slip: no machine has so many processors. */
const WORKERS = { minimum: 1, maximum: 1024 };

/** Settings of the section "Worker Processes". */
export interface WorkerProcessesSection {
  /** The number of worker processes. */
  readonly workers: Setting<TInteger, TUnion<[TInteger, TEnum<[typeof AUTO_WORKERS]>]>>;
  /** The most connections of a worker at once. */
  readonly worker_connections: Setting<TInteger>;
  /** Seconds without a sign of life after which a worker is killed and replaced; 0 turns it off. */
  readonly timeout: Setting<Duration, DurationInput>;
  /** Seconds that a worker which is told to stop has to finish its requests; 0 gives it none. */
  readonly graceful_timeout: Setting<Duration, DurationInput>;
  /** Seconds to wait for the next request on a connection; 0 turns keep-alive off. */
  readonly keepalive: Setting<Duration, DurationInput>;
}

/** The declarations. */
export const workerProcesses: WorkerProcessesSection = {
  workers: declare({
    section: "Worker Processes",
    kind: "integer",
    schema: (type) => type.Integer({ ...WORKERS, description: 'a whole number from 1 to 1024, or "auto"' }),
    input: (type) => type.Union([type.Integer(WORKERS), type.Enum([AUTO_WORKERS])]),
    default: 1,
    flags: ["-w", "--workers"],
    shared: { name: "WEB_CONCURRENCY", toText: (text) => text },
    metavar: "INT|auto",
    words: { [AUTO_WORKERS]: AUTO_WORKERS },
    description: "The number of worker processes.",
    details:
      "A worker handles many requests at once, so one per processor core is a good start: `auto` is that. It counts the processors that are online and that the process may run on (affinity), " +
      "and heeds the quotas of control groups, version 1 and 2, so that a container gets what it may use: 1.5 processors give two workers. The log says the number and where it comes from. A reload (HUP) counts again. TTIN and TTOU change the number while the server runs.",
    example: 4,
    since: "0.1.0",
    difference: "`auto` is ours. 0 is refused; gunicorn then runs without a worker.",
  }),
  worker_connections: count({
    section: "Worker Processes",
    minimum: 1,
    maximum: 1_000_000,
    default: 4096,
    flags: ["--worker-connections"],
    description: "The most connections of a worker at once.",
    details:
      "When a worker is full, it first lets go of connections that wait without a request, the oldest first: those that never sent a whole one (half a head gets 503), then those that are idle between requests. " +
      "When there is none, it stops accepting: new connections wait in the queue of the socket (`backlog`) until one ends. What has a request is never touched. The limit is three quarters of that of open files (`ulimit -n`) where that is less.",
    example: 1000,
    since: "0.1.0",
    difference: "Gunicorn's default is 1000, and idle connections are not let go for new ones.",
  }),
  timeout: duration({
    section: "Worker Processes",
    default: 30,
    flags: ["-t", "--timeout"],
    check: checkOffOrSecond,
    description: "Seconds without a sign of life after which a worker is killed and replaced; 0 turns it off.",
    details: "It finds a worker whose event loop is blocked. It does not limit how long a request may take.",
    example: "1m",
    since: "0.1.0",
  }),
  graceful_timeout: duration({
    section: "Worker Processes",
    default: 30,
    flags: ["--graceful-timeout"],
    description: "Seconds that a worker which is told to stop has to finish its requests; 0 gives it none.",
    details: "It holds for a stop, a reload and a change of the number of workers alike.",
    example: "2m30s",
    since: "0.1.0",
  }),
  keepalive: duration({
    section: "Worker Processes",
    default: 2,
    flags: ["--keep-alive", "--keepalive"],
    description: "Seconds to wait for the next request on a connection; 0 turns keep-alive off.",
    details: "Behind a proxy that keeps connections open, set it higher than the proxy does.",
    example: 75,
    since: "0.1.0",
    difference: "The flag `--keepalive` is accepted too.",
  }),
};
