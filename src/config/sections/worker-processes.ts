/** @module How many workers there are and how long they may take. */
import type { TInteger } from "typebox";
import { seconds } from "../seconds.ts";
import type { Setting } from "../setting.ts";

/** Settings of the section "Worker Processes". */
export interface WorkerProcessesSection {
  /** The number of worker processes. */
  readonly workers: Setting<TInteger>;
  /** The most connections of a worker at once. */
  readonly worker_connections: Setting<TInteger>;
  /** Seconds without a sign of life after which a worker is killed and replaced; 0 turns it off. */
  readonly timeout: Setting<TInteger>;
  /** Seconds that a worker which is told to stop has to finish its requests; 0 gives it none. */
  readonly graceful_timeout: Setting<TInteger>;
  /** Seconds to wait for the next request on a connection; 0 turns keep-alive off. */
  readonly keepalive: Setting<TInteger>;
}

/** The declarations. */
export const workerProcesses: WorkerProcessesSection = {
  workers: {
    section: "Worker Processes",
    kind: "integer",
    schema: (type) => type.Integer({ minimum: 1, maximum: 1024 }),
    input: null,
    default: 1,
    places: "everywhere",
    flags: ["-w", "--workers"],
    shared: { name: "WEB_CONCURRENCY", toText: (count) => count },
    flagAlone: null,
    metavar: "INT",
    description: "The number of worker processes.",
    details:
      "A worker handles many requests at once, so one per processor core is a good start. TTIN and TTOU change the number while the server runs.",
    example: 4,
    since: "0.1.0",
    difference: "0 is refused; gunicorn then runs without a worker.",
  },
  worker_connections: {
    section: "Worker Processes",
    kind: "integer",
    schema: (type) => type.Integer({ minimum: 1, maximum: 1_000_000 }),
    input: null,
    default: 4096,
    places: "everywhere",
    flags: ["--worker-connections"],
    shared: null,
    flagAlone: null,
    metavar: "INT",
    description: "The most connections of a worker at once.",
    details:
      "When a worker is full, it first lets go of connections that wait without a request, the oldest first: those that never sent a whole one (half a head gets 503), then those that are idle between requests. " +
      "When there is none, it stops accepting: new connections wait in the queue of the socket (`backlog`) until one ends. What has a request is never touched. The limit is three quarters of that of open files (`ulimit -n`) where that is less.",
    example: 1000,
    since: "0.1.0",
    difference: "Gunicorn's default is 1000, and idle connections are not let go for new ones.",
  },
  timeout: {
    section: "Worker Processes",
    kind: "integer",
    schema: seconds,
    input: null,
    default: 30,
    places: "everywhere",
    flags: ["-t", "--timeout"],
    shared: null,
    flagAlone: null,
    metavar: "SECONDS",
    description: "Seconds without a sign of life after which a worker is killed and replaced; 0 turns it off.",
    details: "It finds a worker whose event loop is blocked. It does not limit how long a request may take.",
    example: 60,
    since: "0.1.0",
    difference: null,
  },
  graceful_timeout: {
    section: "Worker Processes",
    kind: "integer",
    schema: seconds,
    input: null,
    default: 30,
    places: "everywhere",
    flags: ["--graceful-timeout"],
    shared: null,
    flagAlone: null,
    metavar: "SECONDS",
    description: "Seconds that a worker which is told to stop has to finish its requests; 0 gives it none.",
    details: "It holds for a stop, a reload and a change of the number of workers alike.",
    example: 120,
    since: "0.1.0",
    difference: null,
  },
  keepalive: {
    section: "Worker Processes",
    kind: "integer",
    schema: seconds,
    input: null,
    default: 2,
    places: "everywhere",
    flags: ["--keep-alive", "--keepalive"],
    shared: null,
    flagAlone: null,
    metavar: "SECONDS",
    description: "Seconds to wait for the next request on a connection; 0 turns keep-alive off.",
    details: "Behind a proxy that keeps connections open, set it higher than the proxy does.",
    example: 75,
    since: "0.1.0",
    difference: "The flag `--keepalive` is accepted too.",
  },
};
