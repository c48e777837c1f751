/**
 * When a worker asks to be replaced: it served enough requests, grew too large, or lived long enough. It goes on serving until its
 * successor is ready; the arbiter sees to it that one after the other is replaced.
 *
 * @module
 */
import type { Recycling } from "../config/worker-settings.ts";
import type { FilePort } from "../runtime/port.ts";

/** How often memory and age are looked at; requests are counted at every sweep. */
const LOOK_INTERVAL_MS = 5_000;
const KIB = 1024;

/** What is known of a worker's life. Times are monotonic milliseconds. */
export class RecyclingWatch {
  readonly #recycling: Recycling;
  readonly #files: Pick<FilePort, "readText">;
  readonly #requestsMax: number;
  readonly #bornAtMs: number;
  #lookAtMs: number;
  #hasAsked = false;

  /** `chance` is from 0 up to, not including, 1: it decides about `max_requests_jitter`, once for this worker. */
  constructor(recycling: Recycling, files: Pick<FilePort, "readText">, nowMs: number, chance: number) {
    const { requestsMax, requestsJitter } = recycling;
    this.#recycling = recycling;
    this.#files = files;
    this.#requestsMax = requestsMax === 0 ? Infinity : requestsMax + Math.floor(chance * (requestsJitter + 1));
    this.#bornAtMs = nowMs;
    this.#lookAtMs = nowMs + LOOK_INTERVAL_MS;
  }

  /** Why the worker should be replaced, for the log; null while it should not, and once it was said. */
  reason(requests: number, nowMs: number): string | null {
    if (this.#hasAsked) return null;
    const reason = requests >= this.#requestsMax ? `${requests} requests (max_requests)` : this.#look(nowMs);
    this.#hasAsked = reason !== null;
    return reason;
  }

  #look(nowMs: number): string | null {
    if (nowMs < this.#lookAtMs) return null;
    this.#lookAtMs = nowMs + LOOK_INTERVAL_MS;
    const { memoryMaxBytes, lifetimeMs } = this.#recycling;
    const ageMs = nowMs - this.#bornAtMs;
    if (lifetimeMs > 0 && ageMs >= lifetimeMs) return `${Math.floor(ageMs / 1000)} s of life (max_worker_lifetime)`;
    if (memoryMaxBytes === 0) return null;
    const bytes = residentBytes(this.#files);
    return bytes === null || bytes < memoryMaxBytes ? null : `${bytes} bytes of memory (max_worker_memory)`;
  }
}

/** Resident set size of this process (proc(5)); null where the system does not tell. */
function residentBytes(files: Pick<FilePort, "readText">): number | null {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(files.readText("/proc/self/status"))?.[1];
    return kib === undefined ? null : Number(kib) * KIB;
  } catch {
    return null;
  }
}
