/**
 * Asks for one answer and reads it as strictly as a client does that must know whether all of it came.
 *
 * @module
 */
import { Client } from "./client.ts";

/** What a client sees of an answer, in a form in which those of different servers can be compared. */
export interface Seen {
  readonly status: number;
  /** Content-Type, in lower case and without blanks. */
  readonly type: string;
  readonly content: string;
  /** Whether the framing says that all of it came. */
  readonly isWhole: boolean;
  /** All other fields of the application. */
  readonly fields: string;
  /** Content-Length, or how else the end is told. */
  readonly framing: string;
}

/** Fields that a server adds by itself. */
const OF_SERVER: ReadonlySet<string> = new Set([
  "date",
  "server",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
]);

/** One request on a connection of its own; `path` is without its first slash. */
export async function ask(port: number, method: string, path: string, fields = "", content = ""): Promise<Seen> {
  const client = await Client.connect({ port });
  client.send(`${method} /${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${fields}\r\n${content}`);
  const text = await client.rest();
  client.close();
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, end < 0 ? 0 : end).split("\r\n");
  const list = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const value = (name: string): string => list.filter(([each]) => each === name).map(([, each]) => each).join(", ");
  const isChunked = value("transfer-encoding") === "chunked";
  const { content: received, isWhole } = isChunked
    ? dechunk(text.slice(end + 4))
    : lengthOf(text, end, value("content-length"), method);
  const names = [...new Set(list.map(([name]) => name))].filter((name) => !OF_SERVER.has(name) && name !== "content-type").sort();
  return {
    status: Number(statusLine.slice(9, 12)),
    type: withoutBoundary(value("content-type")).replace(/;\s+/g, ";").toLowerCase(),
    content: withoutBoundary(received),
    isWhole,
    fields: names.map((name) => `${name}: ${value(name)}`).join("\n"),
    framing: isChunked ? "chunked" : value("content-length"),
  };
}

/** Each runtime makes up its own. */
function withoutBoundary(text: string): string {
  return text.replace(/boundary=\S+/, "boundary=*").replace(/--[-\w]{16,}/g, "--*");
}

function lengthOf(text: string, end: number, length: string, method: string): { content: string; isWhole: boolean } {
  if (end < 0) return { content: "", isWhole: false };
  const content = text.slice(end + 4);
  return { content, isWhole: method === "HEAD" || length === "" || content.length === Number(length) };
}

function dechunk(text: string): { content: string; isWhole: boolean } {
  let content = "";
  for (let at = 0;;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(text.slice(at, at + 20));
    if (line?.[1] === undefined) return { content, isWhole: false };
    const sizeBytes = Number.parseInt(line[1], 16);
    if (sizeBytes === 0) return { content, isWhole: true };
    at += line[0].length;
    content += text.slice(at, at + sizeBytes);
    at += sizeBytes + 2;
  }
}
