import assert from "node:assert/strict";
import { describe } from "node:test";
import { Client, type Target } from "../support/client.ts";
import type { RunningServer } from "../support/server.ts";
import { curl } from "./curl.ts";
import { describeWith } from "./programs.ts";
import { ipv4V2, ipv6V2, localV2, tlv } from "./proxy-header.ts";
import { ask, seen } from "./seen.ts";
import { Stage } from "./stage.ts";

const V1 = "PROXY TCP4 203.0.113.7 198.51.100.1 4242 443\r\n";
const V1_IPV6 = "PROXY TCP6 2001:db8::7 2001:db8::1 4242 443\r\n";
const LOCAL_V1 = "PROXY UNKNOWN\r\n";
const NO_OPERATION = 0x04;
const CRC32C = 0x03;

describe("PROXY protocol from a raw client", () => {
  const servers = new Map<string, RunningServer>();
  const targets = new Map<string, Target>();
  const stage = new Stage(async (stage) => {
    const start = async (mode: string): Promise<void> => {
      const path = stage.path(mode);
      const args = ["-b", "127.0.0.1:0", "-b", `unix:${path}`, "--proxy-protocol", mode, "--access-logfile", "-"];
      const server = await stage.server(args);
      servers.set(mode, server);
      targets.set(mode, { port: await server.port() });
      targets.set(`${mode} unix`, { path });
    };
    const startStranger = async (): Promise<void> => {
      const server = await stage.server(["-b", "127.0.0.1:0", "--proxy-protocol", "--proxy-allow-ips", "192.0.2.1"]);
      servers.set("stranger", server);
      targets.set("stranger", { port: await server.port() });
    };
    await Promise.all([start("v1"), start("v2"), start("auto"), startStranger()]);
  });
  const to = (name: string): Target => targets.get(name) ?? assert.fail(`no server ${name}`);
  const log = (name: string): RunningServer => servers.get(name) ?? assert.fail(`no server ${name}`);

  for (
    const [mode, headers] of [
      ["v1", { ipv4: V1, ipv6: V1_IPV6, local: LOCAL_V1 }],
      ["v2", { ipv4: ipv4V2(), ipv6: ipv6V2(), local: localV2() }],
      ["auto", { ipv4: ipv4V2(tlv(NO_OPERATION, "padding")), ipv6: V1_IPV6, local: "" }],
    ] as const
  ) {
    for (const place of ["", " unix"]) {
      stage.it(`${mode}${place}: the client is the one that the header names, for the whole connection`, async () => {
        const { client, ip } = await seen(to(mode + place), headers.ipv4);
        assert.deepEqual([client, ip], ["203.0.113.7 4242", "203.0.113.7"]);
        const connection = await Client.connect(to(mode + place));
        connection.send(headers.ipv6);
        for (let turn = 0; turn < 2; turn++) {
          connection.send("GET /seen HTTP/1.1\r\nHost: some.test\r\n\r\n");
          const { body } = await connection.answer();
          assert.deepEqual(JSON.parse(body).client, "2001:db8::7 4242");
        }
        connection.close();
      });

      stage.it(`${mode}${place}: what the proxy does for itself has the address of the connection`, async () => {
        const { client } = await seen(to(mode + place), headers.local);
        assert.match(client, place === "" ? /^127\.0\.0\.1 \d+$/ : /^unix$/);
      });
    }
  }

  stage.it("the access log has the client's address", async () => {
    const server = log("v1");
    await ask(to("v1"), V1, "/?logged");
    await server.until(() => /^203\.0\.113\.7 - - .*\/\?logged/m.exec(server.stdout) ?? undefined, "a line of the access log");
  });

  for (const mode of ["v1", "v2"]) {
    stage.it(`${mode}: a request without a header is refused, and the log says why`, async () => {
      const { status, head } = await ask(to(mode));
      assert.equal(status, 400);
      assert.match(head, /^connection: close\r$/im);
      await log(mode).line(/Invalid request from ip=127\.0\.0\.1: .*proxy_protocol/);
    });
  }

  for (const [mode, wrong] of [["v1", ipv4V2()], ["v2", V1]] as const) {
    stage.it(`${mode}: a header of the other version is refused, and the log names the setting`, async () => {
      const before = log(mode).count(/Invalid PROXY header.*proxy_protocol/);
      assert.equal((await ask(to(mode), wrong)).status, 400);
      await log(mode).line(/Invalid PROXY header.*proxy_protocol/, before + 1);
    });
  }

  for (
    const [mode, title, header] of [
      ["v1", "an address that is none", "PROXY TCP4 203.0.113.700 198.51.100.1 4242 443\r\n"],
      ["v1", "an IPv6 address for TCP4", "PROXY TCP4 2001:db8::7 2001:db8::1 4242 443\r\n"],
      ["v1", "a port beyond 65535", "PROXY TCP4 203.0.113.7 198.51.100.1 65536 443\r\n"],
      ["v1", "a port that is missing", "PROXY TCP4 203.0.113.7 198.51.100.1 4242\r\n"],
      ["v1", "two spaces", "PROXY TCP4  203.0.113.7 198.51.100.1 4242 443\r\n"],
      ["v1", "a line that ends with LF", "PROXY TCP4 203.0.113.7 198.51.100.1 4242 443\n"],
      ["v1", "a line that does not end", `PROXY TCP4 ${"2".repeat(200)}`],
      ["v1", "another protocol", "PROXY SCTP 203.0.113.7 198.51.100.1 4242 443\r\n"],
      ["v2", "version 3", ipv4V2().replace("\x21\x11", "\x31\x11")],
      ["v2", "an unknown command", ipv4V2().replace("\x21\x11", "\x2f\x11")],
      ["v2", "a length that is too small for its addresses", ipv4V2().replace("\x21\x11\0\x0c", "\x21\x11\0\x04")],
      ["v2", "a TLV that goes beyond the header", ipv4V2(`${String.fromCharCode(NO_OPERATION)}\x01\x00abc`)],
      ["v2", "a checksum that is wrong", ipv4V2(tlv(CRC32C, "\0\0\0\x01"))],
      ["auto", "a v2 header of 65,535 bytes", ipv4V2().replace("\x21\x11\0\x0c", "\x21\x11\xff\xff")],
    ] as const
  ) {
    stage.it(`${mode}: ${title} is 400 and the end`, async () => {
      const { status, head } = await ask(to(mode), header);
      assert.equal(status, 400);
      assert.match(head, /^connection: close\r$/im);
    });
  }

  stage.it("a header from a peer that proxy_allow_ips has not is 403; a request without one is answered", async () => {
    for (const header of [V1, ipv4V2()]) assert.equal((await ask(to("stranger"), header)).status, 403);
    await log("stranger").line(/Invalid request from ip=127\.0\.0\.1: .*proxy_allow_ips/, 2);
    assert.match((await seen(to("stranger"))).client, /^127\.0\.0\.1 /);
  });
});

describeWith(["curl"], "PROXY protocol from curl", () => {
  let base = "";
  const stage = new Stage(async (stage) => {
    const server = await stage.server(["-b", "127.0.0.1:0", "-b", `unix:${stage.path("app.sock")}`, "--proxy-protocol", "v1"]);
    base = `http://127.0.0.1:${await server.port()}`;
  });

  stage.it("a header before the first of two requests", async () => {
    const { exitCode, connects, text } = await curl(["--haproxy-protocol", `${base}/seen`, `${base}/`]);
    assert.deepEqual([exitCode, connects], [0, [1, 0]]);
    assert.match(text, /"client":"127\.0\.0\.1 \d+".*ok\n$/);
  });

  stage.it("over a unix socket, where curl knows no address", async () => {
    const { exitCode, text } = await curl([
      "--haproxy-protocol",
      "--unix-socket",
      stage.path("app.sock"),
      "http://some.test/seen",
    ]);
    assert.equal(exitCode, 0);
    assert.match(text, /"client":"unix"/);
  });

  stage.it("no header, no answer but 400", async () => {
    const { exitCode, status } = await curl([`${base}/`]);
    assert.deepEqual([exitCode, status], [0, 400]);
  });
});
