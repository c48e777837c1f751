/** @module Reads back what a server sent, by RFC 9112 and nothing else: shares no code with the writer. */
import { ensure } from "./target.ts";

export interface ReadResponse {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  /** False: the bytes ended before it did. */
  readonly isComplete: boolean;
  /** Its end is the end of the connection. */
  readonly isUntilClose: boolean;
}

export interface ReadResponses {
  readonly responses: readonly ReadResponse[];
  /** What follows the last response. */
  readonly rest: string;
}

const HEAD =
  /^HTTP\/1\.1 ([1-5]\d\d) ([\t\x20-\x7e\x80-\xff]*)\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;
const SECTION = /^((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;

/**
 * Reads the answers to requests with these methods; interim responses are in the list too. Throws a `BrokenProperty` for what is no
 * well-formed response, which a prefix of one is not.
 */
export function readResponses(text: string, methods: readonly string[]): ReadResponses {
  const responses: ReadResponse[] = [];
  let at = 0;
  for (let answered = 0; at < text.length && answered < methods.length;) {
    const [response, end] = readResponse(text, at, methods[answered] ?? "");
    if (response === null) break;
    responses.push(response);
    at = end;
    if (response.status >= 200 || response.status === 101) answered += 1;
    if (response.status === 101 || !response.isComplete || isLast(response)) break;
  }
  return { responses, rest: text.slice(at) };
}

/** Whether the response says that the connection ends with it. */
export function isLast(response: ReadResponse): boolean {
  return response.isUntilClose || valuesOf(response, "connection").some((value) => /(?:^|,)\s*close\s*(?:,|$)/i.test(value));
}

export function valuesOf({ fields }: ReadResponse, lowerName: string): string[] {
  return fields.filter(([name]) => name === lowerName).map(([, value]) => value);
}

function readResponse(text: string, start: number, method: string): [ReadResponse | null, number] {
  const headEnd = text.indexOf("\r\n\r\n", start);
  if (headEnd < 0) {
    ensure(
      /^[\t\r\n\x20-\x7e\x80-\xff]*$/.test(text.slice(start)),
      "what begins a head has no control characters",
      () => shown(text, start),
    );
    return [null, start];
  }
  const match = HEAD.exec(text.slice(start, headEnd + 4));
  ensure(match !== null, "a response begins with a well-formed head", () => shown(text, start));
  const [, status = "", reason = "", section = ""] = match;
  const head = { status: Number(status), reason, fields: fieldsOf(section) };
  const content = readContent(text, headEnd + 4, head, method);
  const { body, trailers, isComplete, isUntilClose, end } = content;
  return [{ ...head, body, trailers, isComplete, isUntilClose }, end];
}

interface Content extends Pick<ReadResponse, "body" | "trailers" | "isComplete" | "isUntilClose"> {
  readonly end: number;
}

type Head = Pick<ReadResponse, "status" | "fields">;

/** RFC 9112 §6.3, for a client. */
function readContent(text: string, start: number, { status, fields }: Head, method: string): Content {
  const lengths = fields.filter(([name]) => name === "content-length");
  const codings = fields.filter(([name]) => name === "transfer-encoding");
  ensure(lengths.length + codings.length <= 1, "a response has one framing", () => shown(text, start));
  const none = { body: "", trailers: [], isComplete: true, isUntilClose: false, end: start };
  const isTunnel = method === "CONNECT" && status >= 200 && status < 300;
  if (status < 200 || status === 204 || isTunnel) {
    ensure(
      lengths.length + codings.length === 0,
      "a response without content has no framing",
      () => `${status} ${shown(text, start)}`,
    );
    return none;
  }
  if (method === "HEAD" || status === 304) return none;
  if (codings.length > 0) {
    ensure(codings[0]?.[1] === "chunked", "the only transfer coding is chunked");
    return readChunks(text, start);
  }
  const length = lengths[0]?.[1];
  if (length === undefined) return { ...none, body: text.slice(start), isUntilClose: true, end: text.length };
  ensure(/^\d+$/.test(length), "a length is a number", () => length);
  const end = Math.min(text.length, start + Number(length));
  return { ...none, body: text.slice(start, end), isComplete: end === start + Number(length), end };
}

function readChunks(text: string, start: number): Content {
  let body = "";
  const cut = { trailers: [], isComplete: false, isUntilClose: false, end: text.length };
  for (let at = start;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return { ...cut, body };
    const line = text.slice(at, lineEnd);
    ensure(/^[0-9a-f]+$/.test(line), "a chunk begins with its size", () => shown(text, at));
    const size = parseInt(line, 16);
    at = lineEnd + 2;
    if (size === 0) {
      if (text.indexOf("\r\n", at) < 0 || (text.indexOf("\r\n", at) > at && text.indexOf("\r\n\r\n", at) < 0)) {
        return { ...cut, body };
      }
      const match = SECTION.exec(text.slice(at));
      ensure(match !== null, "trailers are well-formed", () => shown(text, at));
      return { body, trailers: fieldsOf(match[1] ?? ""), isComplete: true, isUntilClose: false, end: at + match[0].length };
    }
    body += text.slice(at, at + size);
    if (at + size + 2 > text.length) return { ...cut, body };
    ensure(text.startsWith("\r\n", at + size), "a chunk ends with CRLF", () => shown(text, at + size));
    at += size + 2;
  }
}

function fieldsOf(section: string): [string, string][] {
  return section.split("\r\n").filter((line) => line !== "").map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
  });
}

function shown(text: string, at: number): string {
  return JSON.stringify(text.slice(at, at + 200));
}
