/**
 * When to look. Times are milliseconds of one monotonic clock.
 *
 * @module
 */

/** A burst of changes (an editor, a compiler, a checkout) is over when nothing has changed for so long. */
export const QUIET_MS = 100;

/** A burst that does not end is taken for one that has. */
export const PATIENCE_MS = 1_000;

/** Between two looks where nobody says that something has changed. */
export const POLL_INTERVAL_MS = 1_000;

/** After a look that took long, so many times as long passes until the next: it never costs more than a tenth of a processor. */
const REST_FACTOR = 9;

/** Changes that were heard of and not yet looked at. */
export interface Burst {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** The burst with one more change. */
export function extended(burst: Burst | null, atMs: number): Burst {
  return { firstAtMs: burst?.firstAtMs ?? atMs, lastAtMs: atMs };
}

/** When a burst counts as over. */
export function endOf({ firstAtMs, lastAtMs }: Burst): number {
  return Math.min(lastAtMs + QUIET_MS, firstAtMs + PATIENCE_MS);
}

/** The earliest time of the look after one that lasted from `startMs` to `endMs`. */
export function restUntil(startMs: number, endMs: number): number {
  return endMs + REST_FACTOR * (endMs - startMs);
}
