/**
 * A genuine response before an exchange. What Node's class renders is sent as it is; that a head is made, and that the last part was written, is
 * learnt through own properties of the object, for frameworks replace its prototype.
 *
 * @module
 */
import { finishGenuine, type GenuineResponse, storeGenuineHeader } from "./genuine.ts";
import { HttpSocket } from "./http-socket.ts";
import type { PlannedHead } from "./session.ts";

const SWITCHING_PROTOCOLS = 101;
/** What is below is sent ahead of an answer. */
const FIRST_FINAL = 200;
const NO_CONTENT: PlannedHead["framing"] = Object.freeze({ kind: "none" });
const CHUNKED: PlannedHead["framing"] = Object.freeze({ kind: "chunked" });
const UNTIL_CLOSE: PlannedHead["framing"] = Object.freeze({ kind: "close" });
/** A connection field among the lines of a head. */
const CONNECTION_LINE = /\r\n(?:connection|keep-alive):[^\r\n]*/gi;
const LENGTH_LINE = /\r\ncontent-length:[^\r\n]*/gi;

/** Connects a response with its socket's exchange. */
export function watchResponse(response: GenuineResponse): void {
  response._storeHeader = storeHeader;
  response._finish = finish;
}

/** Instead of `OutgoingMessage.prototype._storeHeader`, which it calls: the one place where every head is made. Throws what that throws. */
function storeHeader(this: GenuineResponse, firstLine: string, headers: unknown): void {
  const session = HttpSocket.sessionOf(this.socket);
  if (session === null || !session.isAnswering(this)) return storeGenuineHeader.call(this, firstLine, headers);
  if (this.statusCode < FIRST_FINAL) throw new RangeError(whyNoAnswer(this.statusCode));
  const { canPersist, serverField } = session;
  if (!canPersist) this.shouldKeepAlive = false;
  const line = serverField === null || names(headers, "server") ? firstLine : firstLine + "Server: " + serverField + "\r\n";
  storeGenuineHeader.call(this, line, headers);
  const framing = framingOf(this, headers);
  if (!canPersist || framing.kind === "close") closeAfter(this);
  session.planned = { status: this.statusCode, framing, persistent: !this._last && framing.kind !== "close" };
}

/** Instead of `ServerResponse.prototype._finish`, which it calls. */
function finish(this: GenuineResponse): void {
  finishGenuine.call(this);
  HttpSocket.sessionOf(this.socket)?.finished(this);
}

/** The client would go on waiting for the answer, and take the next one for it (RFC 9110 §15.2). */
function whyNoAnswer(status: number): string {
  return status === SWITCHING_PROTOCOLS
    ? "Status 101 is sent by taking the connection over, in a listener for 'upgrade' of an http.Server"
    : `Status ${status} is no answer: it is sent ahead of one, by writeContinue(), writeProcessing() or writeEarlyHints()`;
}

/**
 * How the content's end is found. Throws a RangeError for a Content-Length that is no length. A length beside a transfer coding, which a
 * recipient might believe instead (RFC 9112 §6.3), is taken out of the head; where that coding is not chunked, nothing but the end of the
 * connection is the end of the content, and Node's class would keep it open.
 */
function framingOf(response: GenuineResponse, headers: unknown): PlannedHead["framing"] {
  if (!response._hasBody) return NO_CONTENT;
  const { _contentLength: lengthBytes } = response;
  if (response.chunkedEncoding || names(headers, "transfer-encoding")) {
    if (lengthBytes !== null && response._header !== null) response._header = response._header.replace(LENGTH_LINE, "");
    return response.chunkedEncoding ? CHUNKED : UNTIL_CLOSE;
  }
  if (lengthBytes === null) return UNTIL_CLOSE;
  if (Number.isSafeInteger(lengthBytes) && lengthBytes >= 0) return { kind: "length", bytes: lengthBytes };
  response._header = null;
  throw new RangeError("The header Content-Length of the response is not a number of bytes");
}

/** The connection ends with this answer, whatever the application's own field says: the client must know. */
function closeAfter(response: GenuineResponse): void {
  const header = response._header;
  if (header === null || (response._last && header.includes("\r\nConnection: close\r\n"))) return;
  response._last = true;
  response._header = header.replace(CONNECTION_LINE, "").replace(/\r\n\r\n$/, "\r\nConnection: close\r\n\r\n");
}

/** Whether the application gives a field itself: in Node's own map by lower-case names, or in what `writeHead` was given. `wanted`: in lower case. */
function names(headers: unknown, wanted: string): boolean {
  if (typeof headers !== "object" || headers === null) return false;
  if (Array.isArray(headers)) return headers.flat().some((name) => isName(name, wanted));
  for (const name in headers) if (isName(name, wanted)) return true;
  return false;
}

function isName(name: unknown, wanted: string): boolean {
  return typeof name === "string" && name.length === wanted.length && name.toLowerCase() === wanted;
}
