/**
 * Crash loops: a slot whose workers fail one after the other is given more and more time between two attempts.
 *
 * @module
 */
import { BACKOFF_CAP_MS, BACKOFF_FIRST_MS, STABLE_AFTER_MS } from "./times.ts";

/** A slot's failures in a row, and the earliest time of its next attempt. */
export interface Retry {
  readonly failures: number;
  readonly notBeforeMs: number;
}

/** Milliseconds to wait after the given number of failures in a row: 0, then 250 doubling up to 30 s. */
export function backoffMs(failures: number): number {
  if (failures < 2) return 0;
  return Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 2), BACKOFF_CAP_MS);
}

/** Whether a worker that ended unasked was up too briefly to be called working. `readyAtMs` null: it never was. */
export function isFailure(readyAtMs: number | null, nowMs: number): boolean {
  return readyAtMs === null || nowMs - readyAtMs < STABLE_AFTER_MS;
}

/** The slot's record after one more failure. */
export function afterFailure(retry: Retry | undefined, nowMs: number): Retry {
  const failures = (retry?.failures ?? 0) + 1;
  return { failures, notBeforeMs: nowMs + backoffMs(failures) };
}

/** A line for the log when the wait got longer by this failure; null otherwise, so that a long crash loop does not fill the log. */
export function backoffLine(slot: number, retry: Retry): string | null {
  const delayMs = backoffMs(retry.failures);
  if (delayMs === backoffMs(retry.failures - 1)) return null;
  return `Worker in slot ${slot} failed ${retry.failures} times in a row: next attempt in ${formatDuration(delayMs)}`;
}

function formatDuration(durationMs: number): string {
  return durationMs < 1_000 ? `${durationMs} ms` : `${durationMs / 1_000} s`;
}
