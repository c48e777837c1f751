/** @module The arbiter's time constants. All are milliseconds of the machine's own clock, see `clock.ts`. */

/** How often the driver posts `ticked`, and how often a worker beats. */
export const TICK_INTERVAL_MS = 500;

/** A longer silence between two events means that the machine was suspended or stopped: nobody could beat meanwhile. */
export const SUSPEND_GAP_MS = 5_000;

/** A worker whose last beat is older is taken for hung and its slot is adopted, long before `timeout`. */
export const HEALTHY_BEAT_AGE_MS = 1_500;

/**
 * After the start, how long connections in a slot wait for the slot's first worker to boot. Without that the worker that is ready
 * first would accept all that came with the start, and keep-alive clients would stay with it.
 */
export const FIRST_BOOT_GRACE_MS = 3_000;

/** From SIGABRT to SIGKILL. */
export const ABORT_GRACE_MS = 1_000;

/** Workers give up by themselves at `graceful_timeout`; one that did not within this is killed. */
export const DRAIN_MARGIN_MS = 1_000;

/** Workers go on accepting from listeners that a reload gave up until their queues are empty, or for so long. */
export const RELEASE_LIMIT_MS = 5_000;

/** From SIGQUIT to SIGKILL in a quick stop. */
export const QUICK_STOP_MS = 2_000;

/** Process 1 waits so much longer than its own `graceful_timeout` for the other arbiter: that has one of its own, and a second to seal. */
export const CHILD_STOP_MARGIN_MS = 5_000;

/** A worker that ends earlier after it was ready counts as failed; one that lasts ends a crash loop. */
export const STABLE_AFTER_MS = 5_000;

/** Wait after the second failure in a row; it doubles from there. */
export const BACKOFF_FIRST_MS = 250;

/** No respawn waits longer. */
export const BACKOFF_CAP_MS = 30_000;

/** Worker processes that may exist at once, a slot: serving, booting and leaving ones together. */
export const PROCESSES_PER_SLOT = 4;
