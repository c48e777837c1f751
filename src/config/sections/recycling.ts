/** @module When a worker is replaced though nothing is wrong with it. */
import type { TInteger } from "typebox";
import { count, duration, size } from "../declare.ts";
import { checkOffOrSecond, type Duration, type DurationInput } from "../durations.ts";
import type { Setting } from "../setting.ts";
import type { Size, SizeInput } from "../sizes.ts";

const REQUESTS_MAX_COUNT = 1_000_000_000;
/** A tebibyte. */
const MEMORY_MAX_BYTES = 1_099_511_627_776;
/** A year. */
const LIFETIME_MAX_S = 31_536_000;

/** A part of the section "Worker Processes". */
export interface RecyclingSection {
  /** Requests after which a worker is replaced; 0 turns it off. */
  readonly max_requests: Setting<TInteger>;
  /** Up to so many requests more than `max_requests`, by chance, for each worker. */
  readonly max_requests_jitter: Setting<TInteger>;
  /** Bytes of memory at which a worker is replaced; 0 turns it off. */
  readonly max_worker_memory: Setting<Size, SizeInput>;
  /** Seconds after which a worker is replaced; 0 turns it off. */
  readonly max_worker_lifetime: Setting<Duration, DurationInput>;
}

/** The declarations. */
export const recycling: RecyclingSection = {
  max_requests: count({
    section: "Worker Processes",
    minimum: 0,
    maximum: REQUESTS_MAX_COUNT,
    default: 0,
    flags: ["--max-requests"],
    description: "Requests after which a worker is replaced; 0 turns it off.",
    details:
      "The cure for an application that leaks. The worker asks to be replaced and goes on serving until its successor is ready, then it drains: no request is lost and no capacity is missing. Workers are replaced one after the other, however many ask at once.",
    example: 10_000,
    since: "0.1.0",
    difference: "Gunicorn's worker leaves before its successor boots, and all of them may leave at once.",
  }),
  max_requests_jitter: count({
    section: "Worker Processes",
    minimum: 0,
    maximum: REQUESTS_MAX_COUNT,
    default: 0,
    flags: ["--max-requests-jitter"],
    description: "Up to so many requests more than `max_requests`, by chance, for each worker.",
    details:
      "It keeps workers that were started together from being replaced right after one another. Without `max_requests` it means nothing.",
    example: 1000,
    since: "0.1.0",
  }),
  max_worker_memory: size({
    section: "Worker Processes",
    minimum: 0,
    maximum: MEMORY_MAX_BYTES,
    default: 0,
    flags: ["--max-worker-memory"],
    description: "Bytes of memory at which a worker is replaced; 0 turns it off.",
    details:
      "The resident set size, looked at every five seconds; replaced as with `max_requests`. It is no hard limit: set it well below what the container has.",
    example: "512mb",
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
  max_worker_lifetime: duration({
    section: "Worker Processes",
    maximum: LIFETIME_MAX_S,
    default: 0,
    flags: ["--max-worker-lifetime"],
    check: checkOffOrSecond,
    description: "Seconds after which a worker is replaced; 0 turns it off.",
    details: "Replaced as with `max_requests`.",
    example: "1d",
    since: "0.1.0",
    difference: "Gunicorn has no such setting.",
  }),
};
