import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { Client } from "../support/client.ts";
import { APPS, RunningServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const RUNTIME = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";

/** Where our answer is not that of the runtime's own node:http, and why. An entry that is no longer true fails. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bun: {
    "GET /latin1-field-and-text": "sent in one piece with text, a head is UTF-8, as Node has it; Bun's own server sends latin-1",
    "GET /odd-status": "the reason is 'unknown', as in Node; Bun's own server says 'HM'",
  },
};

interface WireCase {
  readonly name: string;
  /** What is sent, in one go. */
  readonly text: string;
  /** Methods of the requests, where an answer has no content for its method. */
  readonly heads?: readonly boolean[];
  /** Interim answers that come before the last. */
  readonly answers: number;
}

/** The node interface, compared with `node:http` of the same runtime. */
export function nodeSuite(): void {
  describe("the node interface", () => {
    let ours: RunningServer;
    let theirs: Server;
    let ourPort = 0;
    let theirPort = 0;

    before(async () => {
      ours = new RunningServer(["-b", "127.0.0.1:0", "--keep-alive", "30", "--interface", "node", "node-wire:listener"]);
      const module: { listener: RequestListener } = await import(`${APPS}node-wire.mjs`);
      theirs = createServer(module.listener);
      await new Promise<void>((resolve) => theirs.listen(0, "127.0.0.1", resolve));
      theirPort = (theirs.address() as AddressInfo).port;
      ourPort = await ours.port();
    }, LIMIT);

    after(async () => {
      theirs.closeAllConnections();
      theirs.close();
      await ours.stop();
    });

    for (const wire of CASES) {
      it(`answers as node:http does: ${wire.name}`, LIMIT, async () => {
        const [mine, other] = [await answersOf(ourPort, wire), await answersOf(theirPort, wire)];
        if (DIFFERENCES[RUNTIME]?.[wire.name] === undefined) assert.deepEqual(mine, other);
        else assert.notDeepEqual(mine, other, "the difference is gone");
      });
    }
  });
}

async function answersOf(port: number, wire: WireCase): Promise<unknown> {
  const client = await Client.connect({ port });
  client.send(wire.text);
  const answers = [];
  for (let index = 0; index < wire.answers; index++) {
    const { status, head, body } = await client.answer(wire.heads?.[index] ?? false);
    answers.push({ status, head: comparable(head), body });
  }
  client.close();
  return answers;
}

/** Without the fields that are the server's own affair. */
function comparable(head: string): string[] {
  return head.split("\r\n").filter((line) => !/^(?:date|server|connection|keep-alive):/i.test(line));
}

function get(path: string, fields = "", version = "1.1"): string {
  return `GET ${path} HTTP/${version}\r\nHost: a\r\n${fields}\r\n`;
}

function one(path: string, fields = "", version = "1.1"): WireCase {
  return {
    name: `GET ${path}${version === "1.0" ? " by HTTP/1.0" : ""}${fields === "" ? "" : `, ${fields.trim()}`}`,
    text: get(path, fields, version),
    answers: 1,
  };
}

function post(path: string, content: string, fields = `Content-Length: ${content.length}\r\n`): WireCase {
  return {
    name: `POST ${path}, ${fields.trim().split("\r\n")[0]}`,
    text: `POST ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n${content}`,
    answers: 1,
  };
}

const CHUNKED = "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n";
const PATHS = [
  "plain",
  "empty",
  "buffer",
  "unicode",
  "latin1-text",
  "base64",
  "hex",
  "latin1-field",
  "latin1-field-and-text",
  "fields",
  "write-head",
  "write-head-only",
  "write-head-list",
  "status-message",
  "odd-status",
  "chunks",
  "corked",
  "flushed",
  "declared",
  "trailers",
  "te-by-hand",
  "no-date",
  "own-date",
  "204",
  "304",
  "205",
  "head-length",
  "close",
  "closing-flag",
  "no-framing",
  "about",
  "socket",
  "large",
  "nowhere",
];

const CASES: readonly WireCase[] = [
  ...PATHS.map((path) => one(`/${path}`)),
  ...["plain", "chunks", "large", "204", "about", "head-length"].map((path) => one(`/${path}`, "", "1.0")),
  one("/plain", "Connection: keep-alive\r\n", "1.0"),
  one("/chunks", "Connection: keep-alive\r\n", "1.0"),
  one("/plain", "Connection: close\r\n"),
  one(
    "/about?a=1&b=%20",
    "X-Multi: 1\r\nx-multi: 2\r\nCookie: a=1\r\nCookie: b=2\r\nSET-COOKIE: c\r\nset-cookie: d\r\nUser-Agent: 1\r\nUser-Agent: 2\r\n",
  ),
  { ...one("/hints"), answers: 2 },
  { ...one("/processing"), answers: 2 },
  ...["plain", "chunks", "declared", "head-length", "empty"].map((path): WireCase => ({
    name: `HEAD /${path}`,
    text: `HEAD /${path} HTTP/1.1\r\nHost: a\r\n\r\n${get("/plain")}`,
    answers: 2,
    heads: [true, false],
  })),
  post("/echo", "some content"),
  post("/read", "some content"),
  post("/read-text", "some content"),
  post("/ignore", "some content"),
  post("/read", "4\r\nabcd\r\n0\r\nX-T: v\r\n\r\n", CHUNKED),
  post("/echo", "4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n", CHUNKED),
  post("/echo", "x".repeat(300_000)),
  { name: "three pipelined requests", text: get("/plain") + get("/chunks") + get("/empty"), answers: 3 },
  {
    name: "content that nobody reads, and a request behind it",
    text: `POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde${get("/plain")}`,
    answers: 2,
  },
  { name: "events of a request", text: get("/traced", "X-Name: plain\r\n") + get("/trace?of=plain"), answers: 2 },
  {
    name: "events of a request that is read",
    text: get("/traced", "X-Name: read\r\nX-Read: 1\r\n") + get("/trace?of=read"),
    answers: 2,
  },
];
