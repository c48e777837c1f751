import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PeerInfo } from "../../../src/app/application.ts";
import { requestUrl } from "../../../src/app/request-url.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import { PEER, requestHead } from "./fake-exchange.ts";

function urlOf(head: Partial<RequestHead>, peer: Partial<PeerInfo> = {}): string {
  return requestUrl(requestHead(head), { ...PEER, ...peer });
}

describe("requestUrl", () => {
  it("spells every printable target as URL does", () => {
    for (let code = 0x21; code < 0x7f; code++) {
      const char = String.fromCharCode(code);
      for (const target of [`/a${char}b`, `/a?q=${char}b`, `/${char}`, `/x/${char}${char}/y`]) {
        const want = new URL(`http://example.com${target}`).href;
        assert.equal(urlOf({ target }), want, target);
      }
    }
  });

  it("resolves dot segments, also encoded ones", () => {
    for (
      const target of [
        "/a/../b",
        "/a/./b",
        "/..",
        "/.",
        "/a/%2e%2E/b",
        "/a/.%2e/b",
        "/.well-known/x",
        "/a..b/c",
        "//host/x",
        "/a\\..\\b",
      ]
    ) {
      assert.equal(urlOf({ target }), new URL(`http://example.com${target}`).href, target);
    }
  });

  it("spells every kind of host as URL does", () => {
    const hosts = [
      "localhost",
      "localhost:8000",
      "EXAMPLE.com",
      "a.b.",
      "127.0.0.1",
      "127.1:81",
      "0x7f.1",
      "[::1]:8080",
      "x:80",
      "xn--mnchen-3ya.de",
      "a_b.c",
      "1.2.3.4x",
    ];
    for (const authority of hosts) {
      assert.equal(urlOf({ authority, target: "/p" }), new URL(`http://${authority}/p`).href, authority);
    }
  });

  it("takes a byte above 0x7F for itself", () => {
    assert.equal(urlOf({ target: "/\xc3\xa9?\xff" }), "http://example.com/%C3%A9?%FF");
  });

  it("takes the URL of the absolute form, without user information", () => {
    assert.equal(urlOf({ form: "absolute", target: "http://u:p@Other.example:80/a/../b?c" }), "http://other.example/b?c");
  });

  it("gives the forms without a path one", () => {
    assert.equal(urlOf({ method: "OPTIONS", form: "asterisk", target: "*" }), "http://example.com/*");
    assert.equal(urlOf({ method: "CONNECT", form: "authority", target: "h:443", authority: "h:443" }), "http://h:443/");
  });

  it("falls back to the local address where no host is fit for a URL", () => {
    for (const authority of ["", "a%zz", "a b", "h:99999", "a/b", "u@h"]) {
      assert.equal(urlOf({ authority, target: "/p" }), "http://192.0.2.1:8000/p", authority);
    }
    assert.equal(urlOf({ authority: "" }, { localAddress: "fe80::1%eth0", localPort: 80 }), "http://[fe80::1]/");
    assert.equal(urlOf({ authority: "" }, { localAddress: "", localPort: 0 }), "http://localhost/");
  });

  it("says https where the connection is", () => {
    assert.equal(urlOf({ target: "/p" }, { secure: true }), "https://example.com/p");
    assert.equal(urlOf({ target: "/p" }, { secure: false }), "http://example.com/p");
  });
});
