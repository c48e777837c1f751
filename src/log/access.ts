/**
 * The access log: a line per answer, collected for a moment and written together. A line for each write would halve the
 * throughput of small answers.
 *
 * @module
 */
import { fieldValue } from "../http/fields.ts";
import type { ClockPort, LogSink, Undo } from "../runtime/port.ts";
import type { AccessRecord } from "./access-record.ts";
import { basicUser } from "./basic-user.ts";
import { escapeField } from "./escape.ts";
import { formatAccessTime } from "./timestamp.ts";

export type { AccessDetail, AccessRecord } from "./access-record.ts";

/** How long a line waits for company. */
const FLUSH_AFTER_MS = 100;
/** Characters that are collected at most before they are written. */
const FLUSH_AT_CHARACTERS = 16_384;

/** Who hears of every answer. */
export interface AccessLog {
  /** The clock (monotonic milliseconds) where records are to have their detail; null or left out: they need none. */
  readonly nowMs?: (() => number) | null;
  record(entry: AccessRecord): void;
  flush(): void;
}

/** How a line is made of a record. */
export interface AccessFormat {
  readonly wantsDetail: boolean;
  /** With its newline. */
  line(entry: AccessRecord, epochMs: number): string;
}

/** Gunicorn's default format: `%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`. */
export const COMBINED: AccessFormat = { wantsDetail: false, line: formatAccess };

/** Collects the lines of `format` for a tenth of a second, or until there are 16 Ki characters. */
export function createAccessLog(sink: LogSink, clock: ClockPort, format: AccessFormat = COMBINED): AccessLog {
  let text = "";
  let timer: Undo | null = null;
  const flush = (): void => {
    timer?.();
    timer = null;
    if (text === "") return;
    sink.write(text);
    text = "";
  };
  return {
    nowMs: format.wantsDetail ? () => clock.monotonicMs() : null,
    flush,
    record(entry) {
      text += format.line(entry, clock.wallMs());
      if (text.length >= FLUSH_AT_CHARACTERS) flush();
      else timer ??= clock.after(FLUSH_AFTER_MS, flush);
    },
  };
}

/** One line of the access log in the default format, with its newline. */
export function formatAccess({ remoteAddress, head, status, bodyBytes }: AccessRecord, epochMs: number): string {
  const request = `${head.method} ${head.target} HTTP/1.${head.minorVersion}`;
  const user = basicUser(fieldValue(head.fields, "authorization"));
  return `${remoteAddress || "-"} - ${user} [${formatAccessTime(epochMs)}] "${escapeField(request)}" ${status} ${bodyBytes} ` +
    `"${shown(fieldValue(head.fields, "referer"))}" "${shown(fieldValue(head.fields, "user-agent"))}"\n`;
}

function shown(value: string | null): string {
  return value === null || value === "" ? "-" : escapeField(value);
}
