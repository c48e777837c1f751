import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PeerInfo } from "../../../src/app/application.ts";
import { requestUrl } from "../../../src/app/request-url.ts";
import type { RequestHead } from "../../../src/http/events.ts";
import type { RequestOrigin } from "../../../src/http/trust-settings.ts";
import { FakeExchange, PEER } from "./fake-exchange.ts";

function urlOf(head: Partial<RequestHead>, peer: Partial<PeerInfo> = {}, origin: Partial<RequestOrigin> = {}): string {
  return requestUrl(new FakeExchange(head, null, { ...PEER, ...peer }, origin));
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

  it("takes host and path of the absolute form from the target", () => {
    const targets: [target: string, authority: string, url: string][] = [
      ["http://Other.example:80/a/../b?c", "Other.example:80", "http://other.example/b?c"],
      ["HTTP://h", "h", "http://h/"],
      ["http://h?q", "h", "http://h/?q"],
      ["http://h/?q", "h", "http://h/?q"],
      ["http://h//x", "h", "http://h//x"],
      ["http://[::1]:81/\xe9", "[::1]:81", "http://[::1]:81/%E9"],
    ];
    for (const [target, authority, url] of targets) assert.equal(urlOf({ form: "absolute", target, authority }), url, target);
  });

  it("believes the client no https, but the connection and a trusted proxy", () => {
    const asked: Partial<RequestHead> = { form: "absolute", target: "https://h/p", authority: "h" };
    assert.equal(urlOf(asked), "http://h/p");
    assert.equal(urlOf(asked, { secure: true }), "https://h/p");
    assert.equal(urlOf(asked, {}, { scheme: "https" }), "https://h/p");
    const plain: Partial<RequestHead> = { form: "absolute", target: "http://h:80/p", authority: "h:80" };
    assert.equal(urlOf(plain, {}, { scheme: "https" }), "https://h:80/p");
    assert.equal(urlOf({ target: "/p" }, { secure: true }, { scheme: "http" }), "http://example.com/p");
  });

  it("takes the host that a trusted proxy names, in each form but CONNECT's", () => {
    const origin: RequestOrigin = { scheme: "https", authority: "shop.example:8443", clientAddress: "", clientPort: 0 };
    assert.equal(urlOf({ target: "/p" }, {}, origin), "https://shop.example:8443/p");
    assert.equal(urlOf({ form: "absolute", target: "http://h/p", authority: "h" }, {}, origin), "https://shop.example:8443/p");
    assert.equal(urlOf({ method: "OPTIONS", form: "asterisk", target: "*" }, {}, origin), "https://shop.example:8443/*");
    const tunnel: Partial<RequestHead> = { method: "CONNECT", form: "authority", target: "h:443", authority: "h:443" };
    assert.equal(urlOf(tunnel, {}, { ...origin, scheme: "http" }), "http://h:443/");
  });

  it("passes an absolute target of another scheme on, without user information", () => {
    const target = "ftp://u:p@files.example/a/../b";
    assert.equal(urlOf({ form: "absolute", target, authority: "files.example" }), "ftp://files.example/b");
    assert.equal(urlOf({ form: "absolute", target: "ftp://a b/", authority: "" }), "http://192.0.2.1:8000/");
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
    assert.equal(urlOf({ authority: "" }, { localPort: 443 }, { scheme: "https" }), "https://192.0.2.1/");
    assert.equal(urlOf({ form: "absolute", target: "http://a%zz/p", authority: "a%zz" }), "http://192.0.2.1:8000/p");
  });

  it("says https where the connection is", () => {
    assert.equal(urlOf({ target: "/p" }, { secure: true }), "https://example.com/p");
    assert.equal(urlOf({ target: "/p" }, { secure: false }), "http://example.com/p");
  });
});
