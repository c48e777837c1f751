/** @module Severities, as gunicorn has them. */

/** From the least to the most severe. */
export const LOG_LEVELS = ["debug", "info", "warning", "error", "critical"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether a line of `level` is written when the setting `loglevel` is `threshold`. */
export function isLogged(level: LogLevel, threshold: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}
