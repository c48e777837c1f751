/** @module The writer: whatever an application gives, one head is one head, and what is read back is what was given. */
import { errorResponse } from "../../src/http/error-page.ts";
import { LocalProtocolError } from "../../src/http/errors.ts";
import { decideResponseFraming, type ResponseFraming } from "../../src/http/framing.ts";
import { chunkPrefix, encodeHead, encodeInterim, lastChunk } from "../../src/http/writer.ts";
import { Random } from "../simulation/random.ts";
import { isLast, type ReadResponse, readResponses } from "./response-reader.ts";
import { ensure, ensureSame, type FuzzInput, type FuzzTarget } from "./target.ts";

/** Between the parts of an input: reason, then name and value in turn. */
const SEPARATOR = "\x1f";
/** Every head is sent twice and followed by this: who smuggles makes it disappear, or come twice. */
const NEXT = "HTTP/1.1 299 Next\r\nContent-Length: 2\r\n\r\nok";

const CONTENT_MAX_BYTES = 10_000;

const NAMES = [
  "X",
  "Content-Length",
  "Transfer-Encoding",
  "Connection",
  "Keep-Alive",
  "Upgrade",
  "Date",
  "Server",
  "Set-Cookie",
  "Content-Type",
  "TE",
  "Trailer",
  "X Y",
  "X:",
  "",
  "x\u0131",
];
const VALUES = [
  "y",
  "",
  " blank ",
  "3",
  "0",
  "chunked",
  "close",
  "keep-alive, Close",
  "a\r\nX: y",
  "a\nb",
  "a\rb",
  "\0",
  "\u010a",
  "\u{1f600}",
  "\xe4",
  "upgrade",
];

export const writerTarget: FuzzTarget = {
  name: "writer",
  seeds: ["", `OK${SEPARATOR}X${SEPARATOR}y`, `${SEPARATOR}Set-Cookie${SEPARATOR}a${SEPARATOR}Set-Cookie${SEPARATOR}b`],
  splinters: [
    SEPARATOR,
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\n",
    "\0",
    "\u010d\u010a",
    "\u0d0a",
    ":",
    " ",
    "HTTP/1.1 200 OK\r\n",
    ...NAMES,
    ...VALUES,
  ].filter((text) => text !== ""),
  generate(random: Random): string {
    const parts = [random.chance(0.7) ? "" : random.pick(["Fine", "a\r\nX: y", "\xe4", "\u0100"])];
    for (let count = random.between(0, 4); count > 0; count -= 1) parts.push(random.pick(NAMES), random.pick(VALUES));
    return parts.join(SEPARATOR);
  },
  run({ text, choices }: FuzzInput): string[] {
    const [reason = "", ...fields] = text.split(SEPARATOR);
    return [
      ...runHead(reason, fields, new Random(choices)),
      ...runInterim(fields),
      ...runTrailers(fields),
      ...runErrorPage(text),
    ];
  },
  describe({ text, choices }: FuzzInput): string {
    return `choices ${choices}, reason and fields ${JSON.stringify(text.split(SEPARATOR))}`;
  },
};

function runHead(reason: string, fields: string[], random: Random): string[] {
  const status = random.pick([200, 200, 200, 404, 500, 204, 205, 304, 426, 100, 199, 600, NaN, 101]);
  const request = { method: random.pick(["GET", "GET", "HEAD", "CONNECT"]), minorVersion: random.pick([0, 1] as const) };
  const persistent = random.chance(0.7);
  const server = random.pick(["tsgunicorn", null]);
  const knownBytes = random.pick([null, 0, 3]);
  const made = attempt(() => {
    const head = { status, reason, fields };
    const framing = decideResponseFraming(request, head, knownBytes);
    const options = { framing, requestMinorVersion: request.minorVersion, persistent, date: "DATE", server };
    return { framing, text: encodeHead(head, options) };
  });
  if (typeof made === "string") return [made];
  const { framing, text } = made;
  isOneHead(text);
  // A length of the application's may be more than can be made.
  const isHuge = framing.kind === "length" && framing.bytes > CONTENT_MAX_BYTES;
  const wire = isHuge ? null : text + contentOf(framing);
  const [response] = readResponses(wire ?? text, [request.method]).responses;
  ensure(response !== undefined && (wire === null || response.isComplete), "a head is read back");
  ensureSame(response.status, status, "the status is the application's");
  if (reason !== "") ensureSame(trimmed(response.reason), trimmed(reason), "the reason is the application's");
  saysTheTruth(response, fields, framing.kind, persistent, request.minorVersion);
  if (wire !== null && !isLast(response) && status !== 101 && !(request.method === "CONNECT" && status < 300)) {
    const { responses, rest } = readResponses(wire + wire + NEXT, [request.method, request.method, "GET"]);
    ensureSame(
      [...responses.map((each) => each.status), rest],
      [status, status, 299, ""],
      "what is sent one after the other is read so",
    );
  }
  return [`${status} ${request.method} ${framing.kind} ${isLast(response)} ${fields.map(kindOf).join()}`];
}

function contentOf(framing: ResponseFraming): string {
  if (framing.kind === "chunked") return `${chunkPrefix(3)}ccc\r\n0\r\n\r\n`;
  return framing.kind === "length" ? "c".repeat(framing.bytes) : "";
}

/** The application's fields are there in their order and unchanged, or not at all; the server's own are right. */
function saysTheTruth(
  response: ReadResponse,
  fields: readonly string[],
  framing: string,
  persistent: boolean,
  minorVersion: 0 | 1,
): void {
  const given: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) given.push(`${fields[i]?.toLowerCase()}: ${trimmed(fields[i + 1] ?? "")}`);
  const own = ["server", "date", "connection", "content-length", "transfer-encoding"];
  let from = 0;
  for (const [name, value] of response.fields) {
    const at = given.indexOf(`${name}: ${value}`, from);
    ensure(at >= 0 || own.includes(name), "every field is the application's or the server's", () => `${name}: ${value}`);
    if (!own.includes(name)) from = at + 1;
  }
  const sent = response.fields.map(([name]) => name);
  const hopByHop = ["keep-alive", "proxy-connection", "te"];
  ensure(!sent.some((name) => hopByHop.includes(name)), "fields of the connection are not the application's", () => sent.join());
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = (fields[i] ?? "").toLowerCase();
    const isTaken = [...own, ...hopByHop, "upgrade"].includes(name);
    ensure(
      isTaken || response.fields.some(([each, value]) => each === name && value === trimmed(fields[i + 1] ?? "")),
      "no field is lost",
      () => name,
    );
  }
  ensure(sent.filter((name) => name === "connection").length <= 1, "there is one Connection at most");
  ensure(sent.includes("transfer-encoding") === (framing === "chunked"), "chunked is said where it is done");
  if (framing === "close" || (!persistent && response.status !== 101)) ensure(isLast(response), "the last response says so");
  if (minorVersion === 0 && !isLast(response) && response.status !== 101) {
    ensure(
      response.fields.some(([name, value]) => name === "connection" && /keep-alive/.test(value)),
      "HTTP/1.0 is told that it persists",
    );
  }
}

function runInterim(fields: string[]): string[] {
  const text = attempt(() => encodeInterim(103, fields));
  if (text.startsWith("HTTP/") === false) return [`interim ${text}`];
  isOneHead(text);
  const { responses, rest } = readResponses(text + NEXT, ["GET"]);
  ensureSame([...responses.map(({ status }) => status), rest], [103, 299, ""], "an interim response has no content");
  return [`interim ${responses[0]?.fields.length}`];
}

function runTrailers(fields: string[]): string[] {
  const text = attempt(() => lastChunk(fields));
  if (!text.startsWith("0\r\n")) return [`trailers ${text}`];
  const { responses, rest } = readResponses(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}${NEXT}`, [
    "GET",
    "GET",
  ]);
  ensureSame([...responses.map(({ status }) => status), rest], [200, 299, ""], "trailers end with their message");
  const names = responses[0]?.trailers.map(([name]) => name) ?? [];
  ensure(
    !names.some((name) => ["content-length", "transfer-encoding", "connection", "host"].includes(name)),
    "no trailer frames or routes",
    () => names.join(),
  );
  return [`trailers ${names.length}`];
}

function runErrorPage(message: string): string[] {
  const text = errorResponse(400, message, { date: "DATE", server: "tsgunicorn" });
  // deno-lint-ignore no-control-regex
  ensure(/^[\r\n\x20-\x7e]*$/.test(text), "an error page is ASCII");
  const { responses, rest } = readResponses(text, ["GET"]);
  ensure(responses.length === 1 && rest === "" && responses[0]?.isComplete === true, "an error page is one whole response");
  ensure(!/<(?!\/?(?:html|head|title|body|h1|p)>)/.test(responses[0]?.body ?? ""), "an error page has no markup of a client");
  return [];
}

function isOneHead(text: string): void {
  ensure(text.indexOf("\r\n\r\n") === text.length - 4, "a head ends where it ends", () => JSON.stringify(text));
  ensure(
    /^[\t\r\n\x20-\x7e\x80-\xff]*$/.test(text) && !/\r(?!\n)|(?<!\r)\n/.test(text),
    "a head has no stray line end",
    () => JSON.stringify(text),
  );
}

/** What `make` gives, or the code of its refusal. */
function attempt<T>(make: () => T): T | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof LocalProtocolError) return error.code;
    throw error;
  }
}

function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

function kindOf(part: string, index: number): string {
  if (index % 2 === 1) return "";
  return NAMES.includes(part) ? part : part.length === 0 ? "-" : "?";
}
