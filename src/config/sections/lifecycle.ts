/** @module How workers come and go. */
import type { TInteger } from "typebox";
import { count, duration } from "../declare.ts";
import { checkOffOrSecond, type Duration, type DurationInput } from "../durations.ts";
import type { Setting } from "../setting.ts";

const SURGE_MAX_COUNT = 1024;

/** A part of the section "Worker Processes". */
export interface LifecycleSection {
  /** Seconds that a worker may take to be ready; 0 stands for `timeout`. */
  readonly boot_timeout: Setting<Duration, DurationInput>;
  /** Seconds between TERM and the end of accepting; 0 turns it off. */
  readonly shutdown_delay: Setting<Duration, DurationInput>;
  /** Worker processes that a reload may start beyond `workers` at once; 0 means all. */
  readonly reload_surge: Setting<TInteger>;
}

/** The declarations. */
export const lifecycle: LifecycleSection = {
  boot_timeout: duration({
    section: "Worker Processes",
    default: 0,
    flags: ["--boot-timeout"],
    check: checkOffOrSecond,
    description: "Seconds that a worker may take to be ready; 0 stands for `timeout`.",
    details:
      "From the start of its process until the application is loaded and the sockets accept; a worker that takes longer is aborted. Also while the application waits for something (a database, a top-level `await`), when the event loop turns.",
    example: "2m",
    since: "0.1.0",
    difference: "Gunicorn has no such setting; booting counts for `timeout`, or for nothing.",
  }),
  shutdown_delay: duration({
    section: "Worker Processes",
    default: 0,
    flags: ["--shutdown-delay"],
    description: "Seconds between TERM and the end of accepting; 0 turns it off.",
    details:
      "For load balancers that learn late that a server goes: in Kubernetes, connections still come for some seconds after the TERM. All the while everything is served as ever, and systemd hears STOPPING at once. INT and QUIT cut it short. Keep it and `graceful_timeout` together below what the container gives (30 seconds in Kubernetes).",
    example: 5,
    since: "0.1.0",
    difference: "Gunicorn has no such setting; a sleep in a preStop hook takes its place.",
  }),
  reload_surge: count({
    section: "Worker Processes",
    minimum: 0,
    maximum: SURGE_MAX_COUNT,
    default: 0,
    flags: ["--reload-surge"],
    description: "Worker processes that a reload may start beyond `workers` at once; 0 means all.",
    details:
      "A reload boots the new workers beside the old ones, which takes twice the memory for a moment. With 1, one new worker boots, an old one drains and ends, and so on. A reload that fails half-way brings the old workers back.",
    example: 1,
    since: "0.1.0",
    difference: "Gunicorn has no such setting: it starts all new workers at once.",
  }),
};
