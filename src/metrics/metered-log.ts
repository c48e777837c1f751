/** @module Counts what the log says is wrong. */
import type { Logger } from "../log/logger.ts";
import type { LogLevel } from "../log/level.ts";

/** The same log; `count` hears the names of gunicorn's metrics for warnings, errors and critical errors, also below `loglevel`. */
export function meteredLog(log: Logger, count: (metric: string) => void): Logger {
  return {
    isEnabled: (level) => log.isEnabled(level),
    log(level, text): void {
      log.log(level, text);
      if (isCounted(level)) count(`gunicorn.log.${level}`);
    },
  };
}

function isCounted(level: LogLevel): boolean {
  return level === "warning" || level === "error" || level === "critical";
}
