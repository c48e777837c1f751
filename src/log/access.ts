/**
 * The access log: a line per answer, collected for a moment and written together. A line for each write would halve the
 * throughput of small answers.
 *
 * @module
 */
import { fieldValue } from "../http/fields.ts";
import type { RequestHead } from "../http/events.ts";
import type { ClockPort, LogSink, Undo } from "../runtime/port.ts";
import { escapeField } from "./escape.ts";
import { formatAccessTime } from "./timestamp.ts";

/** How long a line waits for company. */
const FLUSH_AFTER_MS = 100;
/** Characters that are collected at most before they are written. */
const FLUSH_AT_CHARACTERS = 16_384;

export interface AccessRecord {
  readonly remoteAddress: string;
  readonly head: RequestHead;
  readonly status: number;
  /** Bytes of the body that were sent, without framing. */
  readonly bodyBytes: number;
}

export interface AccessLog {
  record(entry: AccessRecord): void;
  flush(): void;
}

/** gunicorn's default format: `%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`. */
export function createAccessLog(sink: LogSink, clock: ClockPort): AccessLog {
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
    flush,
    record(entry) {
      text += formatAccess(entry, clock.wallMs());
      if (text.length >= FLUSH_AT_CHARACTERS) flush();
      else timer ??= clock.after(FLUSH_AFTER_MS, flush);
    },
  };
}

/** One line of the access log, with its newline. */
export function formatAccess({ remoteAddress, head, status, bodyBytes }: AccessRecord, epochMs: number): string {
  const request = `${head.method} ${head.target} HTTP/1.${head.minorVersion}`;
  const user = basicUser(fieldValue(head.fields, "authorization"));
  return `${remoteAddress || "-"} - ${user} [${formatAccessTime(epochMs)}] "${escapeField(request)}" ${status} ${bodyBytes} ` +
    `"${shown(fieldValue(head.fields, "referer"))}" "${shown(fieldValue(head.fields, "user-agent"))}"\n`;
}

function shown(value: string | null): string {
  return value === null || value === "" ? "-" : escapeField(value);
}

/** The user name of HTTP Basic authentication (RFC 7617), `-` where there is none. */
function basicUser(authorization: string | null): string {
  if (authorization === null || !/^basic /i.test(authorization)) return "-";
  try {
    const user = atob(authorization.slice(6).trim()).split(":", 1)[0] ?? "";
    return user === "" ? "-" : escapeField(user).replaceAll(" ", "\\x20");
  } catch {
    return "-";
  }
}
