/**
 * Lines for syslog, in the form of gunicorn's: `<14>gunicorn.app.error: [4711] Booting worker`. Time and host are left to the receiver, as
 * Python's SysLogHandler does.
 *
 * @module
 */
import type { LogSink } from "../runtime/port.ts";
import { escapeControls } from "./escape.ts";
import type { LogLevel } from "./level.ts";
import type { Logger } from "./logger.ts";
import type { Outlet } from "./outlet.ts";
import { SYSLOG_FACILITIES, type SyslogSettings } from "./syslog-settings.ts";

/** Most characters of a message: rsyslog takes 8 KiB where nothing else is said. */
export const SYSLOG_MESSAGE_MAX_CHARS = 8000;

const FACILITY_FACTOR = 8;
/** RFC 3164 §4.1.1. */
const SEVERITIES: Readonly<Record<LogLevel, number>> = { critical: 2, error: 3, warning: 4, info: 6, debug: 7 };

/** One datagram. */
export function syslogMessage(
  { facility, prefix }: Pick<SyslogSettings, "facility" | "prefix">,
  log: "error" | "access",
  level: LogLevel,
  pid: number,
  text: string,
): string {
  const priority = SYSLOG_FACILITIES[facility] * FACILITY_FACTOR + SEVERITIES[level];
  const shown = text.length <= SYSLOG_MESSAGE_MAX_CHARS ? text : `${text.slice(0, SYSLOG_MESSAGE_MAX_CHARS)}…`;
  return `<${priority}>gunicorn.${prefix}.${log}: [${pid}] ${shown}`;
}

/** The same log; what it writes goes to syslog too. A message of several lines is one datagram. */
export function syslogLog(log: Logger, outlet: Outlet, settings: SyslogSettings, pid: number): Logger {
  return {
    isEnabled: (level) => log.isEnabled(level),
    log(level, text): void {
      log.log(level, text);
      if (log.isEnabled(level)) outlet.send(syslogMessage(settings, "error", level, pid, escapeControls(text)));
    },
  };
}

/** A sink for the lines of an access log, a datagram each. `also`: gets them too. */
export function syslogSink(outlet: Outlet, settings: SyslogSettings, pid: number, also: LogSink | null): LogSink {
  return {
    write(text): void {
      also?.write(text);
      for (const line of text.split("\n")) {
        if (line !== "") outlet.send(syslogMessage(settings, "access", "info", pid, line));
      }
    },
    reopen: () => also?.reopen(),
    close: () => also?.close(),
  };
}
