import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { ask, type Seen } from "../support/ask.ts";
import { Client } from "../support/client.ts";
import { ownPort, startOwnServer } from "../support/own-server.ts";
import { APPS, RunningServer } from "../support/server.ts";
import { type Difference, DIFFERENCES } from "./fetch-differences.ts";

const LIMIT = { timeout: 60_000 };
const LISTEN = ["-b", "127.0.0.1:0"] as const;
const RUNTIME = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
const { kinds }: { kinds: Readonly<Record<string, unknown>> } = await import(pathToFileURL(`${APPS}bodies.mjs`).href);

/** They answer differently the second time. */
const ONCE: ReadonlySet<string> = new Set(["twice", "twice-stream"]);

/** What a client sees. Of a failure only that it is one: its page is the server's own. */
function compared(seen: Seen, but: readonly (keyof Seen)[]): Partial<Seen> {
  const { framing: _, ...rest } = seen.status >= 500 ? { ...seen, type: "", content: "", fields: "" } : seen;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !but.some((each) => each === name)));
}

function differencesOf(of: Difference["of"], kind: string): Difference[] {
  return DIFFERENCES.filter((each) => each.of === of && each.runtimes.includes(RUNTIME) && each.kinds.includes(kind));
}

/** Equal save for the differences with a reason, which must be there. With another status all else is another answer. */
function assertSame(ours: Seen, theirs: Seen, of: Difference["of"], kind: string): void {
  const known = differencesOf(of, kind);
  for (const { what, reason } of known) {
    for (const name of what) assert.notDeepEqual(ours[name], theirs[name], `No difference any more in ${name}: ${reason}`);
  }
  const but = known.flatMap(({ what }) => what);
  if (!but.includes("status")) assert.deepEqual(compared(ours, but), compared(theirs, but));
}

/** Node 20's own server cannot send the web stream of a `FileHandle`, which gives buffers that are no `Uint8Array`. */
const BROKEN_BY_OLD_NODE: ReadonlySet<string> = new Set(
  process.env["TSGUNICORN_TEST_NODE"] === undefined ? [] : ["handle-stream"],
);

function responsesSuite(): void {
  let servers: { readonly ours: RunningServer; readonly unlit: RunningServer; readonly own: RunningServer };
  let ports: { readonly ours: number; readonly unlit: number; readonly own: number };
  before(async () => {
    servers = {
      ours: new RunningServer([...LISTEN, "bodies:app"]),
      unlit: new RunningServer([...LISTEN, "--no-light-objects", "bodies:app"]),
      own: startOwnServer("bodies.mjs"),
    };
    ports = { ours: await servers.ours.port(), unlit: await servers.unlit.port(), own: await ownPort(servers.own) };
  }, LIMIT);
  after(async () => {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }, LIMIT);

  for (const kind of Object.keys(kinds)) {
    if (ONCE.has(kind)) continue;
    it(`${kind} is sent as the runtime's own server does it, also without light objects`, LIMIT, async () => {
      const [ours, unlit, own] = await Promise.all([
        ask(ports.ours, "GET", kind),
        ask(ports.unlit, "GET", kind),
        ask(ports.own, "GET", kind),
      ]);
      if (BROKEN_BY_OLD_NODE.has(kind)) assert.deepEqual([ours.isWhole, own.isWhole], [true, false]);
      else assertSame(ours, own, "own server", kind);
      assertSame(unlit, ours, "light objects", kind);
    });
  }

  it("HEAD gets the fields of GET and no content", LIMIT, async () => {
    for (const port of [ports.ours, ports.unlit]) {
      for (const kind of Object.keys(kinds)) {
        // What fails does so in its body, which nobody asks for.
        if (ONCE.has(kind) || /breaks|numbers|missing|folder/.test(kind)) continue;
        const [got, asked] = await Promise.all([ask(port, "GET", kind), ask(port, "HEAD", kind)]);
        assert.deepEqual([asked.status, asked.type, asked.fields, asked.content], [got.status, got.type, got.fields, ""], kind);
        if (asked.framing !== "") assert.equal(asked.framing, got.framing, kind);
      }
    }
  });

  it("tells the length of everything that is no stream", LIMIT, async () => {
    const measured = Object.keys(kinds).filter((kind) =>
      /^(text|empty|bytes|view|buffer|blob.*|file|file-bytes|search|json.*|touched|large-.*|bun-file|bun-file-slice.*)$/.test(
        kind,
      )
    );
    assert.ok(measured.length > 15);
    for (const kind of measured) {
      const [got, asked] = await Promise.all([ask(ports.ours, "GET", kind), ask(ports.ours, "HEAD", kind)]);
      assert.equal(got.framing, String(got.content.length), kind);
      if (kind !== "empty") assert.equal(asked.framing, got.framing, kind);
    }
  });

  it("says what is wrong with a response that is sent twice", LIMIT, async () => {
    for (const kind of ONCE) {
      assert.equal((await ask(ports.ours, "GET", kind)).content, "once");
      assert.equal((await ask(ports.ours, "GET", kind)).status, 500);
    }
    await servers.ours.line(
      /The body of the response has been used already; make a new Response for each request, or return a clone\(\)/,
      2,
    );
  });

  if (RUNTIME === "bun") {
    it("a part of a file is sent to who asks for it, as Bun.serve does it", LIMIT, async () => {
      for (const range of ["0-4", "2390-", "-5", "-9999", "0-0", "5-9999", "0-1,4-5", "9999-", "-0", "4-2", "x", "-", ""]) {
        for (const kind of ["bun-file", "bun-file-own-type", "bun-file-slice-206", "bun-file-404", "blob"]) {
          const fields = `Range: bytes=${range}\r\n`;
          const [ours, own] = await Promise.all([ask(ports.ours, "GET", kind, fields), ask(ports.own, "GET", kind, fields)]);
          const { type: _, ...rest } = compared(ours, kind === "blob" || ours.status === 416 ? ["type"] : []);
          const { type: __, ...others } = compared(own, []);
          assert.deepEqual(rest, others, `${kind} ${range}`);
        }
      }
      const conditional = await ask(ports.ours, "GET", "bun-file", 'Range: bytes=0-4\r\nIf-Range: "x"\r\n');
      assert.deepEqual([conditional.status, conditional.content.length], [200, 2400]);
    });
  }
}

function livingSuite(flags: readonly string[]): void {
  let server: RunningServer;
  let port = 0;
  before(async () => {
    server = new RunningServer([...LISTEN, ...flags, "fetching:app"]);
    port = await server.port();
  }, LIMIT);
  after(async () => {
    await server.stop();
  }, LIMIT);

  const json = async (...args: readonly [method: string, path: string, fields?: string, content?: string]): Promise<unknown> =>
    JSON.parse((await ask(port, ...args)).content);

  it("an event is with the client before the next one is made", LIMIT, async () => {
    for (const path of RUNTIME === "bun" ? ["/events", "/events-direct"] : ["/events"]) {
      const client = await Client.connect({ port });
      client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      for (const number of [0, 1, 2]) {
        const seen = await client.peek(new RegExp(`data: ${number}\n\n`));
        assert.doesNotMatch(seen, new RegExp(`data: ${number + 1}`));
        await ask(port, "GET", "next");
      }
      assert.equal((await client.answer()).body, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
      client.close();
    }
  });

  it("the end of a client ends its stream, with an AbortError", LIMIT, async () => {
    for (
      const [path, line] of [["/endless", /^cancelled: true AbortError$/], [
        "/endless-generator",
        /^generator returned$/,
      ]] as const
    ) {
      const client = await Client.connect({ port });
      client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.peek(/begun|xxxx/);
      client.reset();
      await server.line(line);
    }
  });

  it("the context tells who asks and who serves", LIMIT, async () => {
    const client = await Client.connect({ port });
    client.send("GET /context HTTP/1.1\r\nHost: a\r\n\r\n");
    const end = { transport: "tcp", hostname: "127.0.0.1", port: client.socket.localPort };
    assert.deepEqual(JSON.parse((await client.answer()).body), {
      remote: end,
      ip: { address: "127.0.0.1", family: "IPv4", port: client.socket.localPort },
      peer: end,
      local: { transport: "tcp", hostname: "127.0.0.1", port },
      tls: null,
      worker: { pid: server.workerPids()[0], age: 1 },
      hasWaitUntil: "function",
    });
    client.close();
  });

  const CONTENT = '["a body", 1]';
  const POST = `X-A: 1\r\nX-A: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: ${CONTENT.length}\r\n`;
  /** What /request says of itself. */
  const described = {
    is: [true, true, true, true],
    method: "POST",
    cookies: ["a=1", "b=2"],
    joined: "1, 2",
    renewed: ["POST", null, "2", CONTENT],
    clone: CONTENT,
    aborted: false,
  };

  it("a request is one, and so are its clone and what is made of it", LIMIT, async () => {
    assert.deepEqual(await json("POST", "request", POST, CONTENT), { ...described, url: `http://127.0.0.1:${port}/request` });
  });

  it("a request is passed on by fetch", LIMIT, async () => {
    // Node's fetch joins the cookies of a request, which has none.
    const proxied = await json("POST", "proxied", POST.replaceAll(/Set-Cookie.*\r\n/g, ""), CONTENT);
    assert.deepEqual(proxied, { ...described, cookies: [], url: `http://127.0.0.1:${port}/request` });
  });

  it("a body is read in every way", LIMIT, async () => {
    const read = await json("POST", "kinds", POST, CONTENT);
    const { length } = CONTENT;
    assert.deepEqual({ bytes: length, ...Object(read) }, {
      text: length,
      json: 2,
      arrayBuffer: length,
      bytes: length,
      blob: length,
    });
  });

  it("a form with a file of 30 MB arrives whole", LIMIT, async () => {
    const file = Buffer.alloc(30_000_000, "0123456789abcdef\r\n--");
    const parts = [
      '--edge\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n',
      '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
      "\r\n--edge--\r\n",
    ] as const;
    const lengthBytes = file.length + parts.join("").length;
    const client = await Client.connect({ port });
    client.send(
      "POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=edge\r\n" +
        `Content-Length: ${lengthBytes}\r\n\r\n${parts[0]}${parts[1]}`,
    );
    client.socket.write(file);
    client.send(parts[2]);
    assert.deepEqual(JSON.parse((await client.answer()).body), {
      field: "value",
      name: "a.png",
      type: "image/png",
      size: file.length,
      hash: createHash("sha256").update(file).digest("hex"),
    });
    client.close();
  });
}

/** Everything that an application can answer with and ask, over a real socket. */
export function fetchSuite(): void {
  describe("a response", responsesSuite);
  describe("an application of the fetch interface", () => livingSuite([]));
  describe("an application without light objects", () => livingSuite(["--no-light-objects"]));
  describe("work behind a response", () => {
    it("keeps its worker until it is done", LIMIT, async () => {
      const server = new RunningServer([...LISTEN, "fetching:app"]);
      try {
        const port = await server.port();
        assert.equal((await ask(port, "GET", "later")).content, "soon");
        assert.equal(server.count(/behind the response is done/), 0);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        assert.equal(server.count(/^the work behind the response is done$/), 1);
      } finally {
        await server.stop();
      }
    });
  });
}
