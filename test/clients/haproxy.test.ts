import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Client, type Target } from "../support/client.ts";
import { startLoad } from "../support/load.ts";
import type { RunningServer } from "../support/server.ts";
import type { Service } from "./child.ts";
import { curl, ECHO } from "./curl.ts";
import { type HaproxyListener, startHaproxy } from "./haproxy.ts";
import { describeWith } from "./programs.ts";
import { ipv4V2, ipv6V2 } from "./proxy-header.ts";
import { ask, seen } from "./seen.ts";
import { Stage } from "./stage.ts";

const IPV4 = "PROXY TCP4 203.0.113.7 198.51.100.1 4242 443\r\n";
const IPV6 = "PROXY TCP6 2001:db8::7 2001:db8::1 4242 443\r\n";
const UNKNOWN = "PROXY UNKNOWN\r\n";
const HTTP_CHECK = ["option httpchk GET /?check HTTP/1.0"];
const CHECK = "check inter 500ms";

describeWith(["haproxy", "curl"], "HAProxy in front, mode tcp", () => {
  const servers = new Map<string, RunningServer>();
  let haproxy: Service | null = null;
  const stage = new Stage(async (stage) => {
    const listeners: HaproxyListener[] = [];
    const addresses = new Map<string, string>();
    const start = async (mode: string): Promise<void> => {
      const path = stage.path(`${mode}.sock`);
      const args = ["-b", "127.0.0.1:0", "-b", `unix:${path}`, "--proxy-protocol", mode, "--access-logfile", "-"];
      const server = await stage.server(args);
      servers.set(mode, server);
      addresses.set(`${mode}-tcp`, `127.0.0.1:${await server.port()}`);
      addresses.set(`${mode}-unix`, `unix@${path}`);
    };
    const startStranger = async (): Promise<void> => {
      const server = await stage.server(["-b", "127.0.0.1:0", "--proxy-protocol", "--proxy-allow-ips", "192.0.2.1"]);
      servers.set("stranger", server);
      addresses.set("stranger", `127.0.0.1:${await server.port()}`);
    };
    await Promise.all([start("v1"), start("v2"), start("auto"), startStranger()]);
    const add = (name: string, to: string, options: string, lines: readonly string[] = []): void => {
      listeners.push({ name, mode: "tcp", server: `${addresses.get(to)} ${options}`, lines });
    };
    for (const place of ["tcp", "unix"]) {
      add(`v1-${place}`, `v1-${place}`, `send-proxy ${CHECK}`, HTTP_CHECK);
      add(`v2-${place}`, `v2-${place}`, `send-proxy-v2 ${CHECK} check-send-proxy`, HTTP_CHECK);
      // HAProxy 2.6 writes a unique-id over its own header where it connects to a unix socket.
      const entries = place === "tcp" ? "crc32c,unique-id" : "crc32c";
      add(`auto-${place}`, `auto-${place}`, `send-proxy-v2 proxy-v2-options ${entries}`, ["unique-id-format %[uuid()]"]);
      add(`plain-${place}`, `auto-${place}`, "");
    }
    add("v1-to-v2", "v2-tcp", "send-proxy");
    add("v2-to-v1", "v1-tcp", "send-proxy-v2");
    add("to-stranger", "stranger", "send-proxy-v2");
    haproxy = await startHaproxy(stage, listeners);
  });
  const to = (name: string): Target => ({ path: stage.path(name) });
  const log = (name: string): RunningServer => servers.get(name) ?? assert.fail(`no server ${name}`);

  for (const mode of ["v1", "v2", "auto"]) {
    for (const place of ["tcp", "unix"]) {
      const name = `${mode}-${place}`;
      stage.it(`${name}: IPv4 and IPv6 clients are known by their address`, async () => {
        for (const header of [IPV4, ipv4V2()]) {
          const { client, ip } = await seen(to(name), header);
          assert.deepEqual([client, ip], ["203.0.113.7 4242", "203.0.113.7"]);
        }
        for (const header of [IPV6, ipv6V2()]) {
          assert.equal((await seen(to(name), header)).client, "2001:db8::7 4242");
        }
      });

      stage.it(`${name}: a client without an address has that of HAProxy`, async () => {
        assert.match((await seen(to(name), UNKNOWN)).client, place === "tcp" ? /^127\.0\.0\.1 \d+$/ : /^unix$/);
      });

      stage.it(`${name}: curl, twice on a connection`, async () => {
        const path = stage.path(name);
        const { exitCode, connects, text } = await curl(["--haproxy-protocol", "--unix-socket", path, "http://a/", "http://a/"]);
        assert.deepEqual([exitCode, connects, text], [0, [1, 0], "ok\nok\n"]);
      });
    }
  }

  for (const place of ["tcp", "unix"]) {
    for (const mode of ["v1", "v2"]) {
      stage.it(`${mode}-${place}: health checks pass, and come from HAProxy itself`, async () => {
        await haproxy?.line(
          new RegExp(`Health check for server ${mode}-${place}/s succeeded, reason: Layer7 check passed, code: 200`),
        );
        const own = place === "tcp" ? "127\\.0\\.0\\.1" : "-";
        const server = log(mode);
        const line = new RegExp(`^${own} - - .*"GET /\\?check HTTP/1\\.0" 200`, "m");
        await server.until(() => line.exec(server.stdout) ?? undefined, "the access line of a health check");
      });
    }

    stage.it(`plain-${place}: without a header in mode auto, the peer is the client`, async () => {
      assert.match((await seen(to(`plain-${place}`), IPV4)).client, place === "tcp" ? /^127\.0\.0\.1 \d+$/ : /^unix$/);
    });
  }

  for (const [name, mode] of [["v1-to-v2", "v2"], ["v2-to-v1", "v1"]] as const) {
    stage.it(`${name}: the other version is refused, and the log names the setting`, async () => {
      assert.equal((await ask(to(name), IPV4)).status, 400);
      await log(mode).line(/Invalid request from ip=127\.0\.0\.1: .*proxy_protocol/);
    });
  }

  stage.it("a HAProxy that proxy_allow_ips has not is refused with 403", async () => {
    assert.equal((await ask(to("to-stranger"), IPV4)).status, 403);
    await log("stranger").line(/Invalid request from ip=127\.0\.0\.1: .*proxy_allow_ips/);
  });
});

describeWith(["haproxy", "curl"], "HAProxy in front, mode http", () => {
  let server: RunningServer | null = null;
  let haproxy: Service | null = null;
  const stage = new Stage(async (stage) => {
    const path = stage.path("app.sock");
    server = await stage.server([
      "-b",
      "127.0.0.1:0",
      "-b",
      `unix:${path}`,
      "-w",
      "2",
      "--keep-alive",
      "30",
      "--limit-request-body",
      "4000000",
    ]);
    await server.ready(2);
    const lines = [
      ...["option httpchk", "http-check send meth GET uri /?check ver HTTP/1.1 hdr Host check.test"],
      ...["option forwardfor", "http-reuse always", "http-request set-header X-Forwarded-Proto https if { path_beg /seen }"],
    ];
    const port = await server.port();
    haproxy = await startHaproxy(stage, [
      { name: "tcp", mode: "http", server: `127.0.0.1:${port} ${CHECK}`, lines },
      { name: "unix", mode: "http", server: `unix@${path} ${CHECK}`, lines },
      // What fails is not tried again.
      { name: "plain", mode: "http", server: `127.0.0.1:${port}`, lines: ["http-reuse always", "retry-on none"], isPlain: true },
    ]);
  });
  const to = (name: string): Target => ({ path: stage.path(name) });

  for (const name of ["tcp", "unix"]) {
    stage.it(`${name}: health checks pass`, async () => {
      await haproxy?.line(new RegExp(`Health check for server ${name}/s succeeded, reason: Layer7 check passed, code: 200`));
    });

    stage.it(`${name}: the application sees the client's address and scheme`, async () => {
      const { url, ip } = await seen(to(name), IPV4);
      assert.deepEqual([url, ip], ["https://some.test/seen", "203.0.113.7"]);
      assert.equal((await seen(to(name), IPV6)).ip, "2001:db8::7");
      const { ip: walked } = await seen(to(name), IPV4, "/seen", "X-Forwarded-For: 192.0.2.66\r\n");
      assert.equal(walked, "203.0.113.7");
    });

    stage.it(`${name}: keeps its connections to the server for many clients`, async () => {
      const peers = new Set<string>();
      for (let turn = 0; turn < 5; turn++) peers.add((await seen(to(name), IPV4)).peer);
      assert.equal(peers.size, 1, [...peers].join(", "));
    });

    stage.it(`${name}: content arrives whole in both directions`, async () => {
      const content = randomBytes(2_000_003);
      const digest = createHash("sha256").update(content).digest("hex");
      const through = ["--haproxy-protocol", "--unix-socket", stage.path(name)];
      for (const framing of [["-T", "-"], ["--data-binary", "@-"]]) {
        const { exitCode, text } = await curl([...through, ...framing, "http://a/hash"], content);
        assert.deepEqual([exitCode, text], [0, `${content.length} ${digest}`]);
      }
      // So much as the buffers on the way hold: curl 7.88 may stop reading while it uploads, and two megabytes stalled once in many runs.
      const echoed = content.subarray(0, 200_003);
      const { exitCode, body } = await curl([...through, ...ECHO, "-T", "-", "http://a/echo"], echoed);
      assert.deepEqual([exitCode, createHash("sha256").update(body).digest("hex")], [
        0,
        createHash("sha256").update(echoed).digest("hex"),
      ]);
    });

    stage.it(`${name}: an upload that is too large or not wanted gets its answer, never 502`, async () => {
      const upload = ["--haproxy-protocol", "--unix-socket", stage.path(name), "-H", "Expect:", "--data-binary", "@-"];
      for (const framing of ["Transfer-Encoding: chunked", "Expect:"]) {
        const large = await curl([...upload, "-H", framing, "http://a/hash"], Buffer.alloc(8_000_000));
        assert.deepEqual([large.exitCode, large.status], [0, 413]);
        const unread = await curl([...upload, "-H", framing, "http://a/pid"], Buffer.alloc(3_000_000));
        assert.deepEqual([unread.exitCode, unread.status], [0, 200]);
      }
    });

    stage.it(`${name}: hints, trailer fields and an upgrade go through`, async () => {
      const { text, verbose } = await curl(["--haproxy-protocol", "--unix-socket", stage.path(name), "http://a/hints"]);
      assert.equal(text, "hinted\n");
      assert.match(verbose, /^< HTTP\/1\.1 103 Early Hints$/m);
      const trailers = await curl(["--haproxy-protocol", "--unix-socket", stage.path(name), "-d", "abc", "http://a/trailers"]);
      assert.deepEqual([trailers.exitCode, trailers.text], [0, "{}"]);
      const client = await Client.connect(to(name));
      client.send(`${UNKNOWN}GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
      assert.equal((await client.answer()).status, 101);
      client.send("over HAProxy");
      await client.peek(/over HAProxy/);
      client.close();
    });
  }

  stage.it("no request fails while the application is reloaded (HUP)", async () => {
    const load = startLoad(to("plain"), { clients: 16, path: "/pid", keepAlive: true });
    await load.answers(200);
    server?.signal("SIGHUP");
    await server?.line(/Worker exiting/, 2);
    await load.answers(200);
    const { failures, bodies } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(bodies.size > 2, `only ${bodies.size} workers answered`);
  });
});
