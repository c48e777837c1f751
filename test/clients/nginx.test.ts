import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Client, type Target } from "../support/client.ts";
import { startLoad } from "../support/load.ts";
import type { RunningServer } from "../support/server.ts";
import { curl } from "./curl.ts";
import { startNginx } from "./nginx.ts";
import { describeWith } from "./programs.ts";
import { ask, seen } from "./seen.ts";
import { Stage } from "./stage.ts";

const CONTENT_BYTES = 3 * 1024 * 1024 + 5;
const LIMIT_BYTES = 4 * 1024 * 1024;
const content = randomBytes(CONTENT_BYTES);
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The places of one upstream; a location takes its own name off the path. */
const locations = (name: string, upstream: string): string => `
  location /${name}/ { proxy_pass http://${upstream}/; }
  location /${name}-unbuffered/ { proxy_request_buffering off; proxy_buffering off; proxy_pass http://${upstream}/; }
  # What nginx does when it is told nothing: HTTP/1.0, a connection for each request.
  location /${name}-http10/ { proxy_http_version 1.0; proxy_set_header Connection close; proxy_pass http://${upstream}/; }
  location /${name}-shop/ {
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host shop.test:8443;
    proxy_pass http://${upstream}/;
  }
  location /${name}-forwarded/ {
    proxy_set_header Connection "";
    proxy_set_header Forwarded 'for="$remote_addr";proto=https;host=shop.test';
    proxy_pass http://${upstream}/;
  }
  location /${name}-clean/ {
    proxy_set_header Connection "";
    proxy_set_header Forwarded "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_pass http://${upstream}/;
  }`;

describeWith(["nginx", "nginx stream module", "curl"], "nginx in front", () => {
  let server: RunningServer | null = null;
  let base = "";
  let streamed = "";
  const stage = new Stage(async (stage) => {
    writeFileSync(stage.path("content"), content);
    const path = stage.path("app.sock");
    const limits = ["--keep-alive", "30", "--limit-request-body", String(LIMIT_BYTES)];
    const v1 = ["-b", "127.0.0.1:0", "-b", `unix:${stage.path("v1.sock")}`, "--proxy-protocol", "v1"];
    const [direct, proxied] = await Promise.all([
      stage.server(["-b", "127.0.0.1:0", "-b", `unix:${path}`, "-w", "2", ...limits, "--access-logfile", "-"]),
      stage.server(v1),
    ]);
    await direct.ready(2);
    server = direct;
    const port = await direct.port();
    const proxiedPort = await proxied.port();
    const ports = await startNginx(stage, {
      http: (own) => `
  map $http_upgrade $connection_field { default upgrade; "" ""; }
  upstream tcp { server 127.0.0.1:${port}; keepalive 8; }
  upstream sock { server unix:${path}; keepalive 8; }
  proxy_http_version 1.1;
  proxy_next_upstream off;
  proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_field;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${own};
    listen unix:${stage.path("nginx.sock")};
    # A client that says who it is, on the unix socket alone.
    set_real_ip_from unix:;
    real_ip_header X-Test-Client;
    ${locations("tcp", "tcp")}
    ${locations("sock", "sock")}
  }`,
      stream: (own) => `
  server { listen 127.0.0.1:${own}; proxy_pass 127.0.0.1:${proxiedPort}; proxy_protocol on; }
  server { listen unix:${stage.path("to-tcp")}; proxy_pass 127.0.0.1:${proxiedPort}; proxy_protocol on; }
  server { listen unix:${stage.path("to-unix")}; proxy_pass unix:${stage.path("v1.sock")}; proxy_protocol on; }
  server { listen unix:${stage.path("plain")}; proxy_pass 127.0.0.1:${proxiedPort}; }`,
    });
    base = `http://127.0.0.1:${ports.http}`;
    streamed = `http://127.0.0.1:${ports.stream}`;
  });
  const socket = (): Target => ({ path: stage.path("nginx.sock") });
  /** From an address of this machine that no setting trusts. */
  const strange = ["--interface", "127.0.0.9"];

  for (const name of ["tcp", "sock"]) {
    stage.it(`${name}: keeps its connections to the server`, async () => {
      const peers = new Set<string>();
      for (let turn = 0; turn < 5; turn++) peers.add(JSON.parse((await curl([`${base}/${name}/seen`])).text).peer);
      assert.equal(peers.size, 1, [...peers].join(", "));
    });

    stage.it(`${name}: the application sees the client's address, scheme and host`, async () => {
      const plain = JSON.parse((await curl([...strange, "-H", "Host: shop.test", `${base}/${name}/seen`])).text);
      assert.deepEqual([plain.url, plain.ip], ["http://shop.test/seen", "127.0.0.9"]);
      assert.notEqual(plain.peer, plain.client);
      const https = JSON.parse((await curl([...strange, `${base}/${name}-shop/seen`])).text);
      assert.deepEqual([https.url, https.ip], ["https://shop.test:8443/seen", "127.0.0.9"]);
    });

    stage.it(`${name}: the same in a Forwarded header`, async () => {
      const { url, ip } = JSON.parse((await curl([...strange, `${base}/${name}-forwarded/seen`])).text);
      assert.deepEqual([url, ip], ["https://shop.test/seen", "127.0.0.9"]);
    });

    stage.it(`${name}: an IPv6 client`, async () => {
      const { ip } = await seen(socket(), "", `/${name}/seen`, "X-Test-Client: 2001:db8::7\r\n");
      assert.equal(ip, "2001:db8::7");
    });

    stage.it(`${name}: a client's own X-Forwarded-For is not believed, a trusted proxy's is`, async () => {
      const spoofed = ["-H", "X-Forwarded-For: 203.0.113.66, 10.0.0.1", `${base}/${name}/seen`];
      assert.equal(JSON.parse((await curl([...strange, ...spoofed])).text).ip, "127.0.0.9");
      // 127.0.0.1 is a trusted proxy: what it got from 10.0.0.1, which is none, counts.
      assert.equal(JSON.parse((await curl(spoofed)).text).ip, "10.0.0.1");
      const twice = ["-H", "X-Forwarded-For: 203.0.113.66", "-H", "X-Forwarded-For: 127.0.0.1", `${base}/${name}/seen`];
      assert.equal(JSON.parse((await curl(twice)).text).ip, "203.0.113.66");
    });

    stage.it(`${name}: a client's own Forwarded that contradicts is refused, unless the proxy takes it away`, async () => {
      const spoofed = [...strange, "-H", "Forwarded: for=203.0.113.66;proto=https"];
      assert.equal((await curl([...spoofed, `${base}/${name}/seen`])).status, 400);
      await server?.line(/Invalid request from ip=.*forwarded_source/);
      const { url, ip } = JSON.parse((await curl([...spoofed, `${base}/${name}-clean/seen`])).text);
      assert.match(url, /^http:/);
      assert.equal(ip, "127.0.0.9");
    });

    stage.it(`${name}: the access log has the client's address`, async () => {
      await curl([...strange, `${base}/${name}/?logged-${name}`]);
      await server?.until(
        () => new RegExp(`^127\\.0\\.0\\.9 - .*logged-${name}`, "m").exec(server?.stdout ?? "") ?? undefined,
        "an access line",
      );
    });

    for (const variant of ["", "-unbuffered", "-http10"]) {
      const at = `/${name}${variant}`;
      stage.it(`${at}: content arrives whole in both directions`, async () => {
        const known = await curl(["-T", stage.path("content"), `${base}${at}/hash`]);
        assert.deepEqual([known.exitCode, known.text], [0, `${CONTENT_BYTES} ${digest(content)}`]);
        const chunked = await curl(["-T", "-", `${base}${at}/hash`], content);
        assert.deepEqual([chunked.exitCode, chunked.text], [0, `${CONTENT_BYTES} ${digest(content)}`]);
        for (const path of ["/file", "/parts"]) {
          const { exitCode, body, verbose } = await curl([`${base}${at}${path}?bytes=3000000`]);
          assert.deepEqual([exitCode, digest(body)], [0, /^< x-digest: (\w+)$/im.exec(verbose)?.[1]]);
        }
      });

      stage.it(`${at}: an upload that is too large or not wanted gets its answer, never 502`, async () => {
        const large = Buffer.alloc(2 * LIMIT_BYTES);
        for (const framing of ["Transfer-Encoding: chunked", "Expect:"]) {
          const { exitCode, status } = await curl(
            ["-H", framing, "-H", "Expect:", "--data-binary", "@-", `${base}${at}/hash`],
            large,
          );
          assert.deepEqual([exitCode, status], [0, 413]);
          const unread = await curl(["-H", framing, "-H", "Expect:", "--data-binary", "@-", `${base}${at}/pid`], content);
          assert.deepEqual([unread.exitCode, unread.status], [0, 200]);
        }
      });
    }

    stage.it(`${name}: an upgraded connection goes through`, async () => {
      const client = await Client.connect(socket());
      client.send(`GET /${name}/upgrade HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
      const { status, head } = await client.answer();
      assert.equal(status, 101, head);
      client.send("over nginx");
      await client.peek(/over nginx/);
      client.close();
    });

    stage.it(`${name}: HEAD, 204 and errors keep the connection in step`, async () => {
      const { exitCode, connects } = await curl(["-I", `${base}/${name}/file?bytes=10`, `${base}/${name}/no-such-path`]);
      assert.deepEqual([exitCode, connects], [0, [1, 0]]);
      assert.equal((await ask(socket(), "", `/${name}/parts?bytes=70000`)).body.length, 70_000);
    });
  }

  stage.it("stream with proxy_protocol: the client is known, on every request of its connection", async () => {
    const { exitCode, text, connects } = await curl([...strange, `${streamed}/seen`, `${streamed}/seen`]);
    assert.deepEqual([exitCode, connects], [0, [1, 0]]);
    const clients = [...text.matchAll(/"client":"([^"]+)"/g)].map((match) => match[1]);
    assert.equal(clients.length, 2);
    assert.match(clients[0] ?? "", /^127\.0\.0\.9 \d+$/);
    assert.equal(clients[0], clients[1]);
  });

  stage.it("stream with proxy_protocol: a client without an address has that of nginx", async () => {
    assert.match((await seen({ path: stage.path("to-tcp") })).client, /^127\.0\.0\.1 \d+$/);
    assert.equal((await seen({ path: stage.path("to-unix") })).client, "unix");
  });

  stage.it("stream without proxy_protocol is refused where a header must be", async () => {
    assert.equal((await ask({ path: stage.path("plain") })).status, 400);
  });

  stage.it("no request fails while the application is reloaded (HUP), over TCP or a unix socket", async () => {
    const options = { clients: 12, keepAlive: true };
    const loads = ["tcp", "sock"].map((name) => startLoad(socket(), { ...options, path: `/${name}/pid` }));
    const answers = (): Promise<void[]> => Promise.all(loads.map((load) => load.answers(200)));
    await answers();
    server?.signal("SIGHUP");
    await server?.line(/Worker exiting/, 2);
    await answers();
    for (const load of loads) {
      const { failures, bodies } = await load.stop();
      assert.deepEqual(failures, []);
      assert.ok(bodies.size > 2, `only ${bodies.size} workers answered`);
    }
  });
});
