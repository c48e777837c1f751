import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpDate } from "../../../src/http/date.ts";
import { errorResponse } from "../../../src/http/error-page.ts";
import { LOCAL_ERRORS, quote, REMOTE_ERRORS } from "../../../src/http/errors.ts";
import { allFieldValues, fieldValue, hasToken } from "../../../src/http/fields.ts";
import { reasonPhrase } from "../../../src/http/status.ts";
import { fixturePages, readFixtures } from "../../support/fixtures.ts";

describe("httpDate", () => {
  it("is the example of RFC 9110 §5.6.7", () => {
    assert.equal(httpDate(Date.UTC(1994, 10, 6, 8, 49, 37)), "Sun, 06 Nov 1994 08:49:37 GMT");
  });
  it("cuts fractions and has 29 characters", () => {
    assert.equal(httpDate(999.9), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert.equal(httpDate(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    for (let ms = -60e12; ms < 250e12; ms += 7.7e12) {
      assert.match(httpDate(ms), /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/);
    }
  });
  it("agrees with the runtime's parser", () => {
    for (let ms = 0; ms < 4e12; ms += 123_456_789_000) assert.equal(Date.parse(httpDate(ms)), Math.floor(ms / 1000) * 1000);
  });
  it("refuses what is no time", () => {
    for (const ms of [NaN, Infinity, 1e18, Date.UTC(10_000, 0)]) assert.throws(() => httpDate(ms), RangeError);
  });
});

describe("errorResponse", () => {
  const options = { date: "DATE", server: "tsgunicorn" };

  it("is gunicorn's page with Server and Date", () => {
    const page = "<html>\n  <head>\n    <title>Bad Request</title>\n  </head>\n  <body>\n    <h1><p>Bad Request</p></h1>\n" +
      "    Invalid\n  </body>\n</html>\n";
    assert.equal(
      errorResponse(400, "Invalid", options),
      "HTTP/1.1 400 Bad Request\r\nServer: tsgunicorn\r\nDate: DATE\r\nConnection: close\r\nContent-Type: text/html\r\n" +
        `Content-Length: ${page.length}\r\n\r\n${page}`,
    );
  });
  it("has the size of gunicorn's page for an empty message", () => {
    assert.match(errorResponse(500, "", options), /\r\nContent-Length: 141\r\n/);
  });
  it("has the right reason where gunicorn's is wrong", () => {
    assert.match(errorResponse(501, "", options), /^HTTP\/1\.1 501 Not Implemented\r\n/);
  });
  it("escapes the message into ASCII", () => {
    const response = errorResponse(400, "<b a='1' c=\"2\">&\xe4\u20ac\u{1f600}\r\0", { date: "D", server: null });
    assert.ok(response.includes("&lt;b a=&#x27;1&#x27; c=&quot;2&quot;&gt;&amp;&#xe4;&#x20ac;&#x1f600;&#xd;&#x0;"));
    assert.match(response, /^[\r\n\x20-\x7e]*$/);
    assert.ok(!response.includes("Server:"));
  });
  it("declares the length that it has", () => {
    const [head = "", page = ""] = errorResponse(404, "x".repeat(1000), options).split("\r\n\r\n");
    assert.ok(head.endsWith(`Content-Length: ${page.length}`));
  });
});

describe("fields", () => {
  const fields = ["Host", "a", "X-A", "1", "x-a", "2", "X-AB", "3"];

  it("are found in any case", () => {
    assert.equal(fieldValue(fields, "host"), "a");
    assert.equal(fieldValue(fields, "x-a"), "1");
    assert.equal(fieldValue(fields, "x"), null);
    assert.deepEqual(allFieldValues(fields, "x-a"), ["1", "2"]);
    assert.deepEqual(allFieldValues(fields, "y"), []);
  });
  it("are lists of tokens", () => {
    const rows: [string, boolean][] = [["close", true], ["CLOSE", true], [" close ", false], ["a,close", true], [
      "a , \tclose\t,b",
      true,
    ]];
    rows.push(["closed", false], ["", false], ["clos", false], ["a close", false], ["close;x", false], [
      "a\xa0,\xa0close",
      false,
    ]);
    for (const [value, expected] of rows) assert.equal(hasToken(value, "close"), expected, JSON.stringify(value));
  });
});

describe("reasonPhrase", () => {
  it("knows every status that a request can be refused with", () => {
    for (const { status } of Object.values(REMOTE_ERRORS)) assert.notEqual(reasonPhrase(status), "Unknown");
  });
  it("has a word for unknown statuses", () => assert.equal(reasonPhrase(299), "Unknown"));
});

/** What the connection notices, which has the clock, the peer and the other connections. */
const NOT_OF_THE_PARSER: ReadonlySet<string> = new Set([
  "request_timeout",
  "server_busy",
  "server_stopping",
  "bad_proxy_header",
  "missing_proxy_header",
  "proxy_not_allowed",
  "refused_field_name",
  "contradictory_forwarding",
  "bad_forwarding",
]);

describe("the error catalogue", () => {
  it("is written as sentences without a final period", () => {
    const texts = [...Object.values(REMOTE_ERRORS), ...Object.values(LOCAL_ERRORS)].map(({ text }) => text('"x"'));
    for (const text of texts) assert.match(text, /^[A-Z].*[^.]$/);
    assert.equal(new Set(texts).size, texts.length);
  });
  it("has a wire case for every refusal", () => {
    const seen = new Set(fixturePages().flatMap((page) => readFixtures(page)).flatMap((wireCase) => wireCase.events));
    for (const [code, { status }] of Object.entries(REMOTE_ERRORS)) {
      if (!NOT_OF_THE_PARSER.has(code)) assert.ok(seen.has(`error ${status} ${code}`), code);
    }
  });
  it("quotes what it saw in ASCII", () => {
    assert.equal(quote('a"\r\n\x7f\xe4\u20ac'), '"a\\"\\r\\n\\u007f\\u00e4\\u20ac"');
    assert.equal(quote("x".repeat(81)), `"${"x".repeat(80)}..."`);
  });
});
