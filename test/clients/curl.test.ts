import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { curl, ECHO } from "./curl.ts";
import { describeWith } from "./programs.ts";
import { Stage } from "./stage.ts";

const CONTENT_BYTES = 3 * 1024 * 1024 + 17;
const LIMIT_BYTES = 100_000;
const content = randomBytes(CONTENT_BYTES);
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const EXPECTED = `${CONTENT_BYTES} ${digest(content)}`;

interface Seen {
  readonly url: string;
  readonly client: string;
  readonly ip: string | null;
}

describeWith(["curl"], "curl", () => {
  let base = "";
  let base6 = "";
  let limited = "";
  let refusals = (_pattern: RegExp): Promise<string> => Promise.reject(new Error("No server"));
  const stage = new Stage(async (stage) => {
    writeFileSync(stage.path("content"), content);
    const any = ["-b", "127.0.0.1:0", "-b", "[::1]:0", "-b", `unix:${stage.path("app.sock")}`];
    const [server, other] = await Promise.all([
      stage.server([...any, "--keep-alive", "30"]),
      stage.server(["-b", "127.0.0.1:0", "--limit-request-body", String(LIMIT_BYTES)]),
    ]);
    base = `http://127.0.0.1:${await server.port()}`;
    refusals = (pattern) => server.line(new RegExp(`Invalid request from ip=.*${pattern.source}`));
    base6 = `http://[::1]:${await server.port(1)}`;
    limited = `http://127.0.0.1:${await other.port()}`;
  });

  stage.it("HTTP/1.0 gets an answer that ends with the connection", async () => {
    const { exitCode, status, text, verbose } = await curl(["-0", `${base}/`]);
    assert.deepEqual([exitCode, status, text], [0, 200, "ok\n"]);
    assert.match(verbose, /^> GET \/ HTTP\/1\.0$/m);
    assert.match(verbose, /^< connection: close$/im);
    const parts = await curl(["-0", `${base}/parts?bytes=200000`]);
    assert.deepEqual([parts.exitCode, parts.body.length], [0, 200_000]);
    assert.doesNotMatch(parts.verbose, /^< transfer-encoding/im);
  });

  stage.it("HTTP/1.0 with keep-alive uses its connection again", async () => {
    const { exitCode, connects, text } = await curl(["-0", "-H", "Connection: keep-alive", `${base}/`, `${base}/`]);
    assert.deepEqual([exitCode, connects, text], [0, [1, 0], "ok\nok\n"]);
  });

  stage.it("HTTP/1.1 uses one connection for several URLs", async () => {
    const { exitCode, connects, text } = await curl([`${base}/`, `${base}/parts?bytes=0`, `${base}/echo`, `${base}/`]);
    assert.deepEqual([exitCode, connects, text], [0, [1, 0, 0, 0], "ok\nok\n"]);
  });

  stage.it("several transfers at once", async () => {
    const urls = Array.from({ length: 12 }, (_, at) => `${base}/parts?bytes=${100_000 + at}`);
    const { exitCode, body } = await curl(["--parallel", "--parallel-immediate", "--no-progress-meter", ...urls]);
    assert.deepEqual([exitCode, body.length], [0, 12 * 100_000 + 66]);
  });

  stage.it("uploads of a known length arrive whole, behind 100 Continue", async () => {
    const { exitCode, text, verbose } = await curl(["-H", "Expect: 100-continue", "-T", stage.path("content"), `${base}/hash`]);
    assert.deepEqual([exitCode, text], [0, EXPECTED]);
    assert.match(verbose, /^> Expect: 100-continue$/m);
    assert.match(verbose, /^< HTTP\/1\.1 100 Continue$/m);
  });

  stage.it("uploads from a pipe arrive whole, in chunks", async () => {
    const { exitCode, text, verbose } = await curl(["-T", "-", `${base}/hash`], content);
    assert.deepEqual([exitCode, text], [0, EXPECTED]);
    assert.match(verbose, /^> Transfer-Encoding: chunked$/m);
  });

  stage.it("a POST in chunks and without an expectation arrives whole", async () => {
    const fields = ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"];
    const { exitCode, text, verbose } = await curl([...fields, "--data-binary", `@${stage.path("content")}`, `${base}/hash`]);
    assert.deepEqual([exitCode, text], [0, EXPECTED]);
    assert.doesNotMatch(verbose, /^> Content-Length/m);
  });

  stage.it("downloads arrive whole, of a known length and in chunks", async () => {
    for (
      const [path, framing] of [["/file", /^< content-length: 5000000$/im], [
        "/parts",
        /^< transfer-encoding: chunked$/im,
      ]] as const
    ) {
      const { exitCode, body, verbose } = await curl([`${base}${path}?bytes=5000000`]);
      assert.equal(exitCode, 0);
      assert.match(verbose, framing);
      assert.equal(digest(body), /^< x-digest: (\w+)$/im.exec(verbose)?.[1]);
    }
  });

  stage.it("what goes up comes down the same, both at once", async () => {
    const { exitCode, body } = await curl([...ECHO, "-T", stage.path("content"), `${base}/echo`]);
    assert.deepEqual([exitCode, digest(body)], [0, digest(content)]);
  });

  stage.it("an upload that the application does not want is answered without 100 Continue", async () => {
    const { exitCode, status, verbose } = await curl(["-H", "Expect: 100-continue", "-T", stage.path("content"), `${base}/pid`]);
    assert.deepEqual([exitCode, status], [0, 200]);
    assert.doesNotMatch(verbose, /100 Continue/);
  });

  stage.it("another expectation is 417", async () => {
    const { exitCode, status } = await curl(["-H", "Expect: a-miracle", "-d", "x=1", `${base}/hash`]);
    assert.deepEqual([exitCode, status], [0, 417]);
  });

  for (
    const [title, args] of [
      ["of a known length, behind Expect", ["-H", "Expect: 100-continue", "-T", "content"]],
      ["of a known length, sent at once", ["-H", "Expect:", "-T", "content"]],
      ["in chunks, behind Expect", ["-H", "Expect: 100-continue", "-H", "Transfer-Encoding: chunked", "-T", "content"]],
      ["in chunks, sent at once", ["-H", "Expect:", "-H", "Transfer-Encoding: chunked", "-T", "content"]],
    ] as const
  ) {
    stage.it(`an upload over limit_request_body ${title} sees its 413 and no reset`, async () => {
      const upload = args.map((arg) => arg === "content" ? stage.path("content") : arg);
      const { exitCode, status, verbose } = await curl([...upload, `${limited}/hash`]);
      assert.deepEqual([exitCode, status], [0, 413]);
      assert.match(verbose, /^< connection: close$/im);
      // Only a length that was announced can be refused before any content is asked for.
      if (!args.some((arg) => arg.endsWith("chunked"))) assert.doesNotMatch(verbose, /^< HTTP\/1\.1 100 /m);
    });
  }

  stage.it("an upload of exactly limit_request_body is taken", async () => {
    const exact = content.subarray(0, LIMIT_BYTES);
    for (const framing of ["Transfer-Encoding: chunked", `Content-Length: ${LIMIT_BYTES}`]) {
      const { exitCode, text } = await curl(["-H", framing, "--data-binary", "@-", `${limited}/hash`], exact);
      assert.deepEqual([exitCode, text], [0, `${LIMIT_BYTES} ${digest(exact)}`]);
    }
  });

  stage.it("HEAD has the fields of GET, and the connection goes on", async () => {
    const { exitCode, connects, verbose } = await curl(["-I", `${base}/file?bytes=1000`, `${base}/file?bytes=2000`]);
    assert.deepEqual([exitCode, connects], [0, [1, 0]]);
    assert.match(verbose, /^< content-length: 1000$/im);
    assert.match(verbose, /^< content-length: 2000$/im);
  });

  stage.it("Range is for the application, which ignores it", async () => {
    const { exitCode, status, body } = await curl(["-r", "0-3", `${base}/file?bytes=1000`]);
    assert.deepEqual([exitCode, status, body.length], [0, 200, 1000]);
  });

  stage.it("a unix socket", async () => {
    const path = stage.path("app.sock");
    const { text, connects } = await curl(["--unix-socket", path, "http://some.test/seen"]);
    const seen: Seen = JSON.parse(text);
    assert.deepEqual([seen.url, seen.client, seen.ip], ["http://some.test/seen", "unix", null]);
    assert.deepEqual(connects, [1]);
    assert.equal((await curl(["--unix-socket", path, "-T", "-", "http://some.test/hash"], content)).text, EXPECTED);
  });

  stage.it("IPv6", async () => {
    const seen: Seen = JSON.parse((await curl([`${base6}/seen`])).text);
    assert.deepEqual([seen.url, seen.ip], [`${base6}/seen`, "::1"]);
    assert.match(seen.client, /^::1 \d+$/);
  });

  stage.it("an absolute request-target names the authority, as a proxy is asked", async () => {
    const seen: Seen = JSON.parse((await curl(["-x", base, "-H", "Host: other.test", "http://some.test:8080/seen"])).text);
    assert.equal(seen.url, "http://some.test:8080/seen");
  });

  stage.it("CONNECT opens a tunnel to the application", async () => {
    const { exitCode, text, verbose } = await curl(["-p", "-x", base, "http://some.test:8080/inside"]);
    assert.match(verbose, /^< HTTP\/1\.1 200 /m);
    assert.equal(exitCode, 0);
    assert.match(text, /some\.test:8080.* tunnelled GET \/inside HTTP\/1\.1\n$/);
  });

  stage.it("OPTIONS with an asterisk", async () => {
    const { exitCode, status } = await curl(["-X", "OPTIONS", "--request-target", "*", `${base}/`]);
    assert.deepEqual([exitCode, status], [0, 404]);
  });

  stage.it("HTTP/2 from the first byte is refused at once, in HTTP/1.1", async () => {
    const { exitCode } = await curl(["--http2-prior-knowledge", `${base}/`]);
    assert.notEqual(exitCode, 0);
    assert.notEqual(exitCode, 28, "curl had to give up waiting");
    await refusals(/HTTP\/2/);
    assert.equal((await curl([`${base}/`])).text, "ok\n");
  });

  stage.it("an upgrade to HTTP/2 that the application does not know stays HTTP/1.1", async () => {
    const { exitCode, status, version, text } = await curl(["--http2", `${base}/`]);
    assert.deepEqual([exitCode, status, version, text], [0, 200, "1.1", "ok\n"]);
  });

  stage.it("103 Early Hints come before the answer, each on its own", async () => {
    const { exitCode, verbose, text } = await curl([`${base}/hints`, `${base}/`]);
    assert.deepEqual([exitCode, text], [0, "hinted\nok\n"]);
    const lines = verbose.split("\n").filter((line) => /^< (HTTP|link)/i.test(line)).map((line) => line.toLowerCase());
    assert.deepEqual(lines, [
      "< http/1.1 103 early hints",
      "< link: </style.css>; rel=preload; as=style",
      "< http/1.1 103 early hints",
      "< link: </script.js>; rel=preload; as=script",
      "< http/1.1 200 ok",
      "< http/1.1 200 ok",
    ]);
  });

  stage.it("no interim response for HTTP/1.0", async () => {
    const { exitCode, verbose, text } = await curl(["-0", `${base}/hints`]);
    assert.deepEqual([exitCode, text], [0, "hinted\n"]);
    assert.doesNotMatch(verbose, /103/);
  });

  stage.it("trailer fields of an answer", async () => {
    // -D takes them behind the header fields.
    const { exitCode, text } = await curl(["-D", stage.path("fields"), "-d", "abc", `${base}/trailers`]);
    assert.deepEqual([exitCode, text], [0, "{}"]);
    assert.match(readFileSync(stage.path("fields"), "latin1"), /\r\n\r\nx-digest: d1\r\nx-size: 3\r\n$/i);
    const raw = await curl(["--raw", "-d", "abc", `${base}/trailers`]);
    assert.match(raw.text, /^2\r\n\{\}\r\n0\r\nx-digest: d1\r\nx-size: 3\r\n\r\n$/i);
    const old = await curl(["-0", "-D", stage.path("fields"), "-d", "abc", `${base}/trailers`]);
    assert.deepEqual([old.exitCode, old.text], [0, "{}"]);
    assert.doesNotMatch(readFileSync(stage.path("fields"), "latin1"), /x-digest/i);
  });

  stage.it("another protocol after Upgrade, until the server ends it", async () => {
    const { exitCode, verbose, text } = await curl([
      "-H",
      "Connection: Upgrade",
      "-H",
      "Upgrade: greeting",
      `${base}/greet`,
    ]);
    assert.match(verbose, /^< HTTP\/1\.1 101 Switching Protocols$/m);
    assert.match(verbose, /^< upgrade: greeting$/im);
    assert.equal(text, "hello from another protocol\n");
    assert.equal(exitCode, 0);
  });
});
