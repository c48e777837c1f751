/** @module What goes to syslog and how, as plain data. */
import type { DatagramTarget } from "./datagram-target.ts";

/** Facilities by name, as Python's SysLogHandler numbers them (RFC 3164 §4.1.1). */
export const SYSLOG_FACILITIES = {
  auth: 4,
  authpriv: 10,
  cron: 9,
  daemon: 3,
  ftp: 11,
  kern: 0,
  lpr: 6,
  mail: 2,
  news: 7,
  security: 4,
  syslog: 5,
  user: 1,
  uucp: 8,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;

/** One of {@link SYSLOG_FACILITIES}. */
export type SyslogFacility = keyof typeof SYSLOG_FACILITIES;

/** Settings `syslog_*`. */
export interface SyslogSettings {
  readonly target: DatagramTarget;
  readonly facility: SyslogFacility;
  /** What the tag has between `gunicorn.` and `.error` or `.access`. */
  readonly prefix: string;
  /** Whether the access log goes there too. */
  readonly takesAccess: boolean;
}
