/** @module The same lines for syslog. */
import type { TBoolean, TEnum, TString } from "typebox";
import { SYSLOG_FACILITIES, type SyslogFacility } from "../../log/syslog-settings.ts";
import { BindError } from "../bind.ts";
import { declare, toggle } from "../declare.ts";
import type { Refusal } from "../errors.ts";
import { type OptionalText, optionalText, TEXT_MAX_CHARS } from "../optional-text.ts";
import type { Setting } from "../setting.ts";
import { parseSyslogAddress } from "../syslog-address.ts";

/** Part of the tag of every message. */
const PREFIX_MAX_CHARS = 200;

const FACILITY_NAMES: SyslogFacility[] = Object.keys(SYSLOG_FACILITIES).filter(isFacility);

/** A part of the section "Logging". */
export interface SyslogSection {
  /** Send the lines of both logs to syslog as well. */
  readonly syslog: Setting<TBoolean>;
  /** The address of syslog: `udp://HOST:PORT` or `unix://PATH`. */
  readonly syslog_addr: Setting<TString>;
  /** What names this server in the tag of its messages. */
  readonly syslog_prefix: Setting<OptionalText>;
  /** The facility of the messages. */
  readonly syslog_facility: Setting<TEnum<SyslogFacility[]>>;
  /** Keep the lines of requests out of syslog. */
  readonly disable_redirect_access_to_syslog: Setting<TBoolean>;
}

/** The declarations. */
export const syslog: SyslogSection = {
  syslog: toggle({
    section: "Logging",
    flags: ["--log-syslog"],
    description: "Send the lines of both logs to syslog as well.",
    details:
      "Messages look as gunicorn's do: `<14>gunicorn.PREFIX.error: [PID] message`, and `gunicorn.PREFIX.access` for requests, which are logged also without `accesslog`. Each is a datagram of 8000 characters at most. What cannot be sent is lost, which the error log says once; nothing waits for it.",
    since: "0.1.0",
    difference: "Messages do not end with a NUL.",
  }),
  syslog_addr: declare({
    section: "Logging",
    kind: "text",
    schema: (type) => type.String({ minLength: 1, maxLength: TEXT_MAX_CHARS }),
    default: "udp://localhost:514",
    flags: ["--log-syslog-to"],
    metavar: "ADDRESS",
    check: checkAddress,
    description: "The address of syslog: `udp://HOST:PORT` or `unix://PATH`.",
    details: "It counts with `syslog` only. The syslog of the machine is `unix:///dev/log`.",
    example: "unix:///dev/log",
    since: "0.1.0",
    difference: "Only datagrams are sent: neither `tcp://` nor `#stream` is known.",
  }),
  syslog_prefix: declare({
    section: "Logging",
    kind: "text",
    schema: optionalText,
    default: null,
    flags: ["--log-syslog-prefix"],
    metavar: "NAME",
    check: checkPrefix,
    description: "What names this server in the tag of its messages.",
    details: "Without it: `proc_name`, or else the application, with dots for what a tag cannot have.",
    example: "shop",
    since: "0.1.0",
  }),
  syslog_facility: declare({
    section: "Logging",
    kind: "text",
    schema: (type) => type.Enum(FACILITY_NAMES),
    default: "user",
    flags: ["--log-syslog-facility"],
    metavar: "NAME",
    words: Object.fromEntries(FACILITY_NAMES.map((name) => [name, name])),
    description: "The facility of the messages.",
    details: `One of ${FACILITY_NAMES.map((name) => `\`${name}\``).join(", ")}.`,
    example: "daemon",
    since: "0.1.0",
  }),
  disable_redirect_access_to_syslog: toggle({
    section: "Logging",
    flags: ["--disable-redirect-access-to-syslog"],
    description: "Keep the lines of requests out of syslog.",
    details: "It counts with `syslog` only.",
    since: "0.1.0",
  }),
};

function isFacility(name: string): name is SyslogFacility {
  return Object.hasOwn(SYSLOG_FACILITIES, name);
}

function checkAddress(value: unknown): Refusal | null {
  try {
    parseSyslogAddress(String(value));
    return null;
  } catch (error) {
    if (!(error instanceof BindError)) throw error;
    return { message: error.message, hint: error.hint, quotesValue: true };
  }
}

function checkPrefix(value: unknown): Refusal | null {
  if (value === null) return null;
  const text = String(value);
  if (text.length > PREFIX_MAX_CHARS) {
    return { message: `must have at most ${PREFIX_MAX_CHARS} characters`, hint: null, quotesValue: false };
  }
  if (/^[A-Za-z0-9_./-]+$/.test(text)) return null;
  return {
    message: "has a character that no tag can have",
    hint: "use letters, digits, dots, slashes, hyphens and underscores",
    quotesValue: false,
  };
}
