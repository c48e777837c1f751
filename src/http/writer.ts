/**
 * Renders heads, interim responses and the chunked coding as latin-1 text. Nothing that an application gives can end a line early,
 * and nothing it gives decides about the connection save `Connection: close`.
 *
 * @module
 */
import { LocalProtocolError, quote } from "./errors.ts";
import type { ResponseFraming } from "./framing.ts";
import { hasToken } from "./fields.ts";
import { FIELD_VALUE } from "./grammar.ts";
import { checkFieldValue, fieldKind } from "./response-fields.ts";
import type { ResponseHead } from "./response-head.ts";
import { reasonPhrase } from "./status.ts";
import { forbiddenTrailer } from "./trailers.ts";

/** What the server adds to an application's head. */
export interface HeadOptions {
  /** As decided by `decideResponseFraming` of framing.ts. */
  readonly framing: ResponseFraming;
  readonly requestMinorVersion: 0 | 1;
  /** False: this response is the last of its connection. Framing `close` and the application's `Connection: close` make it false too. */
  readonly persistent: boolean;
  /** Rendered by `httpDate` of date.ts. */
  readonly date: string;
  /** Value of the field Server, or null for none. */
  readonly server: string | null;
}

/** The last chunk and an empty trailer section (RFC 9112 §7.1). */
export const LAST_CHUNK = "0\r\n\r\n";

const INFORMATIONAL_MIN = 100;
const STATUS_MIN = 200;
const STATUS_MAX = 599;
const SWITCHING_PROTOCOLS = 101;
const UPGRADE_REQUIRED = 426;

/**
 * A response head with its empty line, in gunicorn's order: status line, Server, Date, Connection, framing, the application's fields.
 * Throws a {@link LocalProtocolError} that names the field, the status or the reason that cannot be sent.
 */
export function encodeHead(head: ResponseHead, options: HeadOptions): string {
  const { status, fields } = head;
  const { framing } = options;
  if (fields.length % 2 !== 0) throw new LocalProtocolError("odd_fields");
  const isSwitch = status === SWITCHING_PROTOCOLS;
  const mayUpgrade = isSwitch || status === UPGRADE_REQUIRED;
  // Without content a length tells what GET would have sent (HEAD, 304); elsewhere none may be sent (RFC 9110 §8.6).
  const keepsLength = framing.kind === "none" && status !== 204 && status >= STATUS_MIN;
  let persistent = options.persistent && framing.kind !== "close";
  let server = options.server;
  let ownDate = true;
  let upgrade = false;
  let applicationLines = "";
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? "";
    const value = fields[i + 1] ?? "";
    const kind = fieldKind(name);
    checkFieldValue(name, value);
    switch (kind) {
      case "dropped":
        continue;
      case "connection":
        if (hasToken(value, "close")) persistent = false;
        continue;
      case "content_length":
        if (!keepsLength) continue;
        break;
      case "upgrade":
        if (!mayUpgrade) continue;
        upgrade = true;
        break;
      case "date":
        ownDate = false;
        break;
      case "server":
        server = null;
        break;
    }
    applicationLines += name + ": " + value + "\r\n";
  }
  return (ownDate && head.reason === "" ? commonLines(status, server, options.date) : statusLine(status, head.reason) +
    (server === null ? "" : "Server: " + server + "\r\n") +
    (ownDate ? "Date: " + options.date + "\r\n" : "")) +
    connectionLine(persistent, isSwitch, upgrade, options.requestMinorVersion) +
    framingLine(framing) +
    applicationLines + "\r\n";
}

/** What nearly all responses of one second begin with, by status. */
const common: { server: string | null; date: string; readonly lines: Map<number, string> } = {
  server: null,
  date: "",
  lines: new Map(),
};

function commonLines(status: number, server: string | null, date: string): string {
  if (date !== common.date || server !== common.server) {
    common.date = date;
    common.server = server;
    common.lines.clear();
  }
  const rendered = common.lines.get(status);
  if (rendered !== undefined) return rendered;
  const lines = statusLine(status, "") + (server === null ? "" : "Server: " + server + "\r\n") + "Date: " + date + "\r\n";
  common.lines.set(status, lines);
  return lines;
}

/** Status lines with the registered reason, rendered once. Bounded by the range of statuses. */
const statusLines: Map<number, string> = new Map();

function statusLine(status: number, reason: string): string {
  if (reason === "") {
    const rendered = statusLines.get(status);
    if (rendered !== undefined) return rendered;
  }
  const isSendable = status === SWITCHING_PROTOCOLS || (status >= STATUS_MIN && status <= STATUS_MAX);
  if (!Number.isInteger(status) || !isSendable) throw new LocalProtocolError("bad_status", String(status));
  if (reason !== "") return renderStatusLine(status, reason);
  const line = renderStatusLine(status, reasonPhrase(status));
  statusLines.set(status, line);
  return line;
}

/** Always HTTP/1.1: the version says what the server speaks, not what the request was (RFC 9110 §2.5). */
function renderStatusLine(status: number, reason: string): string {
  if (!FIELD_VALUE.test(reason)) throw new LocalProtocolError("bad_reason", quote(reason));
  return `HTTP/1.1 ${status} ${reason}\r\n`;
}

function connectionLine(persistent: boolean, isSwitch: boolean, upgrade: boolean, requestMinorVersion: 0 | 1): string {
  if (isSwitch) return "Connection: Upgrade\r\n";
  if (!persistent) return upgrade ? "Connection: close, Upgrade\r\n" : "Connection: close\r\n";
  if (requestMinorVersion === 0) return upgrade ? "Connection: keep-alive, Upgrade\r\n" : "Connection: keep-alive\r\n";
  return upgrade ? "Connection: Upgrade\r\n" : "";
}

function framingLine(framing: ResponseFraming): string {
  if (framing.kind === "length") return "Content-Length: " + framing.bytes + "\r\n";
  return framing.kind === "chunked" ? "Transfer-Encoding: chunked\r\n" : "";
}

/**
 * An interim response with its empty line: 100, or 103 with fields (RFC 9110 §15.2, RFC 8297). Not for HTTP/1.0 clients.
 * Throws a {@link LocalProtocolError} for another class, for 101 (which is final), and for fields that cannot be sent.
 */
export function encodeInterim(status: number, fields: readonly string[]): string {
  const isInterim = Number.isInteger(status) && status >= INFORMATIONAL_MIN && status < STATUS_MIN;
  if (!isInterim || status === SWITCHING_PROTOCOLS) throw new LocalProtocolError("bad_status", String(status));
  return renderStatusLine(status, reasonPhrase(status)) + plainLines(fields) + "\r\n";
}

/** What goes before the data of a chunk; CRLF goes behind it. Throws a {@link LocalProtocolError} for 0, which would end the content. */
export function chunkPrefix(sizeBytes: number): string {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) throw new LocalProtocolError("bad_chunk_size", String(sizeBytes));
  return sizeBytes.toString(16) + "\r\n";
}

/** The last chunk with trailers. Throws a {@link LocalProtocolError} for fields that cannot be sent or may not be trailers. */
export function lastChunk(trailers: readonly string[]): string {
  if (trailers.length === 0) return LAST_CHUNK;
  const forbidden = forbiddenTrailer(trailers);
  if (forbidden !== null) throw new LocalProtocolError("forbidden_trailer", quote(forbidden));
  return "0\r\n" + plainLines(trailers) + "\r\n";
}

/** Field lines of an application; those that belong to the connection or the framing are left out. */
function plainLines(fields: readonly string[]): string {
  if (fields.length % 2 !== 0) throw new LocalProtocolError("odd_fields");
  let lines = "";
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? "";
    const value = fields[i + 1] ?? "";
    const kind = fieldKind(name);
    checkFieldValue(name, value);
    if (kind === "plain" || kind === "date" || kind === "server") lines += name + ": " + value + "\r\n";
  }
  return lines;
}
