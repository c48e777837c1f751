import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { PeerInfo } from "../../../../src/app/application.ts";
import { VERSION } from "../../../../src/version.ts";
import { FakeBody, FakeExchange, PEER } from "../fake-exchange.ts";
import { environOf } from "./bridge.ts";

const UNIX: PeerInfo = { remoteAddress: "", remotePort: 0, localAddress: "", localPort: 0, secure: false };
const PROXIED = { ...PEER, isProxied: true };

describe("the environ of WSGI", () => {
  it("has what every request has", async () => {
    const environ = await environOf(new FakeExchange({ method: "HEAD", target: "/a/b?c=d&e", minorVersion: 0 }));
    const {
      "wsgi.input": _1,
      "wsgi.errors": _2,
      "wsgi.file_wrapper": _3,
      "wsgi.early_hints": _4,
      "tsgunicorn.context": _5,
      ...rest
    } = environ;
    assert.deepEqual(rest, {
      "wsgi.version": [1, 0],
      "wsgi.url_scheme": "http",
      "wsgi.input_terminated": true,
      "wsgi.multithread": true,
      "wsgi.multiprocess": false,
      "wsgi.run_once": false,
      SERVER_SOFTWARE: `tsgunicorn/${VERSION}`,
      SERVER_PROTOCOL: "HTTP/1.0",
      SERVER_NAME: "192.0.2.1",
      SERVER_PORT: "8000",
      REMOTE_ADDR: "192.0.2.7",
      REMOTE_PORT: "40000",
      REQUEST_METHOD: "HEAD",
      RAW_URI: "/a/b?c=d&e",
      SCRIPT_NAME: "",
      PATH_INFO: "/a/b",
      QUERY_STRING: "c=d&e",
      HTTP_HOST: "example.com",
    });
    assert.equal((await environOf(new FakeExchange(), { isMultiprocess: true }))["wsgi.multiprocess"], true);
    assert.equal((await environOf(new FakeExchange())).SERVER_PROTOCOL, "HTTP/1.1");
  });

  it("is an object of its own for each request, which can be changed and copied", async () => {
    const one = await environOf(new FakeExchange());
    one.REMOTE_ADDR = "changed";
    one["middleware.x"] = 1;
    assert.equal(({ ...one })["wsgi.url_scheme"], "http");
    const other = await environOf(new FakeExchange());
    assert.deepEqual([other.REMOTE_ADDR, other["middleware.x"]], ["192.0.2.7", undefined]);
  });

  const targets:
    readonly (readonly [form: "origin" | "absolute" | "authority" | "asterisk", target: string, path: string, query: string])[] =
      [
        ["origin", "/", "/", ""],
        ["origin", "/a%20b/%C3%A9%2Fc+d?x=%20", "/a b/\u00c3\u00a9/c+d", "x=%20"],
        ["origin", "/100%/%zz%4", "/100%/%zz%4", ""],
        ["origin", "//twice?a?b", "//twice", "a?b"],
        ["origin", "/?", "/", ""],
        ["absolute", "http://other.example/p/q?r", "/p/q", "r"],
        ["absolute", "http://other.example", "/", ""],
        ["absolute", "http://other.example?q", "/", "q"],
        ["asterisk", "*", "*", ""],
        ["authority", "other.example:443", "", ""],
      ];
  for (const [form, target, path, query] of targets) {
    it(`splits and decodes ${target}`, async () => {
      const environ = await environOf(new FakeExchange({ form, target }));
      assert.deepEqual([environ.PATH_INFO, environ.QUERY_STRING, environ.RAW_URI], [path, query, target]);
    });
  }

  it("names the host of an absolute target before that of the Host header (RFC 9112 §3.2.2)", async () => {
    const head = { form: "absolute", target: "http://other.example/", authority: "other.example" } as const;
    assert.equal((await environOf(new FakeExchange(head))).HTTP_HOST, "other.example");
  });

  it("turns headers into keys and joins repeated ones", async () => {
    const fields = [
      ...["X-One", "1", "x-one", "2", "Cookie", "a=1", "cookie", "b=2", "Content-Type", "text/plain", "Content-Length", "3"],
      ...["Proxy", "http://evil.example", "X_Under", "u", "X.Dot", "d", "__proto__", "p"],
    ];
    const environ = await environOf(new FakeExchange({ fields }, new FakeBody(["abc"])));
    const headers = Object.entries(environ).filter(([key]) => /^(HTTP|CONTENT)_/.test(key));
    assert.deepEqual(Object.fromEntries(headers), {
      HTTP_X_ONE: "1, 2",
      HTTP_COOKIE: "a=1; b=2",
      CONTENT_TYPE: "text/plain",
      CONTENT_LENGTH: "3",
      HTTP_X_UNDER: "u",
      "HTTP_X.DOT": "d",
      HTTP___PROTO__: "p",
    });
  });

  it("mounts by the environment, and by a header that the trust rules have kept", async () => {
    const mounted = await environOf(new FakeExchange({ target: "/app/x%20y" }), {}, "/app/");
    assert.deepEqual([mounted.SCRIPT_NAME, mounted.PATH_INFO], ["/app", "/x y"]);
    const fields = ["SCRIPT_NAME", "/other", "Script-Name", "/app"];
    const told = await environOf(new FakeExchange({ target: "/other", fields }), {}, "/app");
    assert.deepEqual([told.SCRIPT_NAME, told.PATH_INFO, told["HTTP_SCRIPT_NAME"]], ["/other", "", "/other, /app"]);
    const spoofed = await environOf(new FakeExchange({ target: "/x", fields: ["Script-Name", "/x"] }));
    assert.deepEqual([spoofed.SCRIPT_NAME, spoofed.PATH_INFO], ["", "/x"]);
  });

  it("refuses a path that is not below the mount", async () => {
    for (const target of ["/elsewhere", "/application"]) {
      await assert.rejects(environOf(new FakeExchange({ target }), {}, "/app"), {
        message: `Request path "${target}" does not start with SCRIPT_NAME "/app"`,
      });
    }
  });

  it("has the scheme of the trust rules and the address of the peer", async () => {
    const origin = { scheme: "https", authority: "a.example", clientAddress: "198.51.100.9", clientPort: 0 } as const;
    const environ = await environOf(new FakeExchange({}, null, PEER, origin));
    assert.deepEqual([environ["wsgi.url_scheme"], environ.REMOTE_ADDR], ["https", "192.0.2.7"]);
    const { scheme, authority, clientAddress, clientPort, worker } = environ["tsgunicorn.context"];
    assert.deepEqual({ scheme, authority, clientAddress, clientPort }, origin);
    assert.deepEqual(worker, { pid: 7, age: 3 });
  });

  const hosts: readonly (readonly [fields: readonly string[], name: string, port: string])[] = [
    [["Host", "a.example:81"], "a.example", "81"],
    [["Host", "a.example"], "a.example", "80"],
    [["Host", "[2001:db8::1]"], "[2001:db8::1]", "80"],
    [["Host", "[2001:db8::1]:81"], "[2001:db8::1]", "81"],
    [[], "/run/app.sock", ""],
  ];
  for (const [fields, name, port] of hosts) {
    it(`takes its name on a unix socket from ${fields[1] ?? "the socket"}`, async () => {
      const addresses = [{ kind: "unix", path: "/run/app.sock" }] as const;
      const environ = await environOf(new FakeExchange({ fields }, null, UNIX), { addresses });
      assert.deepEqual([environ.SERVER_NAME, environ.SERVER_PORT, environ.REMOTE_ADDR], [name, port, ""]);
      assert.equal("REMOTE_PORT" in environ, false);
    });
  }

  it("has the port of https on a unix socket behind a proxy that says so", async () => {
    const environ = await environOf(new FakeExchange({}, null, UNIX, { scheme: "https" }));
    assert.equal(environ.SERVER_PORT, "443");
  });

  it("tells of a PROXY header", async () => {
    const environ = await environOf(new FakeExchange({}, null, PROXIED));
    assert.deepEqual([environ.PROXY_PROTOCOL, environ.PROXY_ADDR, environ.PROXY_PORT], ["TCP4", "192.0.2.1", "8000"]);
    const six = { ...PROXIED, localAddress: "2001:db8::1" };
    assert.equal((await environOf(new FakeExchange({}, null, six))).PROXY_PROTOCOL, "TCP6");
    assert.equal("PROXY_ADDR" in await environOf(new FakeExchange()), false);
  });

  it("has the keys that docs/wsgi.md lists, and no others", async () => {
    const fields = ["Host", "a", "Content-Type", "b", "Content-Length", "1"];
    const environ = await environOf(new FakeExchange({ fields }, new FakeBody(["c"]), PROXIED));
    const page = readFileSync(new URL("../../../../docs/wsgi.md", import.meta.url), "utf8");
    const section = page.split("## The environ")[1]?.split("\n## ")[0] ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| `"));
    const listed = rows.flatMap((row) => [...(row.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, key]) => key));
    assert.deepEqual(
      listed.filter((key) => key !== "HTTP_*").sort(),
      Object.keys(environ).filter((key) => key !== "HTTP_HOST").sort(),
    );
    assert.ok(listed.includes("HTTP_*"));
  });
});
