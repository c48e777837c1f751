/** @module What the arbiter's machine knows of the configuration. */

/** Times are milliseconds; 0 turns `timeoutMs` off. */
export interface ArbiterSettings {
  readonly workers: number;
  readonly timeoutMs: number;
  readonly gracefulTimeoutMs: number;
}
