/**
 * How long an application may wait for content of a request: `body_timeout` bounds silence, `body_min_rate` bounds slowness.
 *
 * @module
 */

/** Grace for the minimum rate where `body_timeout` is off, as Kestrel has it. */
export const RATE_GRACE_MS = 5_000;

const MS_PER_SECOND = 1_000;

/** The part of the settings that is about content; 0 turns either off. */
export interface BodyDeadlines {
  readonly bodyMs: number;
  readonly bodyMinBytesPerSecond: number;
}

/**
 * The clock of one request's content. It runs only while the application waits. Credit begins with the grace, waiting spends it, and each
 * byte earns the time that it may take at the minimum rate, up to the grace again. Only content counts: a chunk-size line or a trailer
 * that trickles gains no time.
 */
export class BodyPace {
  readonly #silenceMs: number;
  /** 0: no minimum rate. */
  readonly #earnedMsPerByte: number;
  readonly #graceMs: number;
  #creditMs: number;
  /** Null: the application does not wait. */
  #waitsSinceMs: number | null = null;

  constructor({ bodyMs, bodyMinBytesPerSecond }: BodyDeadlines) {
    this.#silenceMs = bodyMs === 0 ? Number.POSITIVE_INFINITY : bodyMs;
    this.#earnedMsPerByte = bodyMinBytesPerSecond === 0 ? 0 : MS_PER_SECOND / bodyMinBytesPerSecond;
    this.#graceMs = bodyMs === 0 ? RATE_GRACE_MS : bodyMs;
    this.#creditMs = this.#graceMs;
  }

  /** The application waits, perhaps since earlier. Gives the time at which that is over; infinite where nothing bounds it. */
  wait(nowMs: number): number {
    const sinceMs = this.#waitsSinceMs ??= nowMs;
    return sinceMs + (this.#earnedMsPerByte === 0 ? this.#silenceMs : Math.min(this.#silenceMs, this.#creditMs));
  }

  /** Content came; the application has it and does not wait any more. */
  came(sizeBytes: number, nowMs: number): void {
    const waitedMs = this.#waitsSinceMs === null ? 0 : nowMs - this.#waitsSinceMs;
    this.#waitsSinceMs = null;
    this.#creditMs = Math.min(this.#graceMs, this.#creditMs - waitedMs + sizeBytes * this.#earnedMsPerByte);
  }

  /** The clock stood still for so long. */
  postpone(ms: number): void {
    if (this.#waitsSinceMs !== null) this.#waitsSinceMs += ms;
  }
}
