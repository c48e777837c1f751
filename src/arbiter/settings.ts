/** @module What the arbiter's machine knows of the configuration. */

/**
 * What the arbiter's machine knows of a set of listeners: its number, which is never used twice, and how many slots its sockets were bound
 * for. A worker has the sockets that it inherited, so a generation has one set from its first worker to its last.
 */
export interface ListenerSetFacts {
  readonly number: number;
  readonly slotCapacity: number;
}

/** Times are milliseconds; 0 turns `timeoutMs` and `bootTimeoutMs` off. */
export interface ArbiterSettings {
  readonly workers: number;
  readonly timeoutMs: number;
  readonly gracefulTimeoutMs: number;
  /** From the spawn of a worker until it is ready. Setting `boot_timeout`, which is `timeout` where it is not set. */
  readonly bootTimeoutMs: number;
  /** From TERM to the end of accepting. Setting `shutdown_delay`. */
  readonly shutdownDelayMs: number;
  /** How many processes a reload may start beyond the workers there should be; 0: all at once. Setting `reload_surge`. */
  readonly reloadSurge: number;
  /**
   * Files are watched: of new code one worker boots before the others, and when the start fails the arbiter waits for a change. Setting
   * `reload`.
   */
  readonly followsFiles: boolean;
}
