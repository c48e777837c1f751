import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalProtocolError } from "../../../src/http/errors.ts";
import { asksToClose } from "../../../src/http/response-fields.ts";
import { chunkPrefix, encodeHead, encodeInterim, type HeadOptions, LAST_CHUNK, lastChunk } from "../../../src/http/writer.ts";

const OPTIONS: HeadOptions = {
  framing: { kind: "none" },
  requestMinorVersion: 1,
  persistent: true,
  date: "DATE",
  server: "tsgunicorn",
};

/** The lines of a head without Server and Date. */
function linesOf(status: number, fields: string[], options: Partial<HeadOptions> = {}, reason = ""): string[] {
  const text = encodeHead({ status, reason, fields }, { ...OPTIONS, ...options });
  assert.ok(text.endsWith("\r\n\r\n"));
  const lines = text.slice(0, -4).split("\r\n");
  return lines.filter((line) => line !== "Server: tsgunicorn" && line !== "Date: DATE");
}

function refuses(run: () => unknown, code: string, named: string): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof LocalProtocolError);
    assert.equal(error.code, code);
    assert.ok(error.message.includes(named), error.message);
    return true;
  });
}

describe("encodeHead", () => {
  it("has gunicorn's order", () => {
    const head = { status: 200, reason: "", fields: ["X-b", "1", "Content-Type", "text/plain", "x-b", "2"] };
    assert.equal(
      encodeHead(head, { ...OPTIONS, framing: { kind: "length", bytes: 3 }, persistent: false }),
      "HTTP/1.1 200 OK\r\nServer: tsgunicorn\r\nDate: DATE\r\nConnection: close\r\nContent-Length: 3\r\n" +
        "X-b: 1\r\nContent-Type: text/plain\r\nx-b: 2\r\n\r\n",
    );
  });

  it("takes the reason of the application, else the registered one", () => {
    assert.equal(linesOf(404, [])[0], "HTTP/1.1 404 Not Found");
    assert.equal(linesOf(404, [], {}, "Nothing h\xe9re")[0], "HTTP/1.1 404 Nothing h\xe9re");
    assert.equal(linesOf(404, [])[0], "HTTP/1.1 404 Not Found");
    assert.equal(linesOf(299, [])[0], "HTTP/1.1 299 Unknown");
  });

  const persistence: [string, string[], Partial<HeadOptions>, string | undefined][] = [
    ["HTTP/1.1 persists without a field", [], {}, undefined],
    ["HTTP/1.0 persists with a field", [], { requestMinorVersion: 0 }, "Connection: keep-alive"],
    ["HTTP/1.1 closes", [], { persistent: false }, "Connection: close"],
    ["HTTP/1.0 closes", [], { persistent: false, requestMinorVersion: 0 }, "Connection: close"],
    ["framing until close", [], { framing: { kind: "close" }, requestMinorVersion: 0 }, "Connection: close"],
    ["the application closes", ["connection", "x, Close"], {}, "Connection: close"],
    ["the application wants keep-alive", ["Connection", "keep-alive"], { persistent: false }, "Connection: close"],
  ];
  for (const [what, fields, options, expected] of persistence) {
    it(`says how the connection goes on: ${what}`, () => {
      assert.equal(linesOf(200, fields, options).find((line) => line.startsWith("Connection")), expected);
    });
  }

  it("writes the framing and nothing that contradicts it", () => {
    const fields = ["Content-Length", "7", "Transfer-Encoding", "gzip"];
    assert.deepEqual(linesOf(200, fields, { framing: { kind: "chunked" } }).slice(1), ["Transfer-Encoding: chunked"]);
    assert.deepEqual(linesOf(200, fields, { framing: { kind: "length", bytes: 7 } }).slice(1), ["Content-Length: 7"]);
    assert.deepEqual(linesOf(200, fields, { framing: { kind: "close" } }).slice(1), ["Connection: close"]);
  });

  it("keeps the length that GET would have where there is no content", () => {
    assert.deepEqual(linesOf(200, ["Content-Length", "7"]).slice(1), ["Content-Length: 7"]);
    assert.deepEqual(linesOf(304, ["Content-Length", "7"]).slice(1), ["Content-Length: 7"]);
    assert.deepEqual(linesOf(204, ["Content-Length", "7"]).slice(1), []);
  });

  it("drops fields that belong to the connection", () => {
    const fields = ["Keep-Alive", "timeout=5", "PROXY-connection", "x", "TE", "x", "Upgrade", "h2c", "X", "y", "Connection", "X"];
    assert.deepEqual(linesOf(200, fields).slice(1), ["X: y"]);
  });

  it("lets the application upgrade with 101, and ask for an upgrade with 426", () => {
    const fields = ["Connection", "Upgrade", "Upgrade", "websocket"];
    assert.deepEqual(linesOf(101, fields).slice(1), ["Connection: Upgrade", "Upgrade: websocket"]);
    assert.deepEqual(linesOf(426, fields).slice(1), ["Connection: Upgrade", "Upgrade: websocket"]);
    assert.deepEqual(linesOf(426, fields, { persistent: false }).slice(1), ["Connection: close, Upgrade", "Upgrade: websocket"]);
  });

  it("lets the application's Date and Server win", () => {
    const text = encodeHead({ status: 200, reason: "", fields: ["date", "D", "SERVER", "S"] }, OPTIONS);
    assert.equal(text, "HTTP/1.1 200 OK\r\ndate: D\r\nSERVER: S\r\n\r\n");
  });

  it("sends no Server where there is none", () => {
    const text = encodeHead({ status: 200, reason: "", fields: [] }, { ...OPTIONS, server: null });
    assert.equal(text, "HTTP/1.1 200 OK\r\nDate: DATE\r\n\r\n");
  });

  for (const bad of ["a\r\nX: y", "a\rb", "a\nb", "a\0b", "\x7f", "\x1b[0m", "\u0100", "\u{1f600}"]) {
    it(`refuses ${JSON.stringify(bad)} in a value, a name and a reason`, () => {
      refuses(() => linesOf(200, ["X-Bad", bad]), "bad_field_value", '"X-Bad"');
      refuses(() => linesOf(200, ["Connection", bad]), "bad_field_value", '"Connection"');
      refuses(() => linesOf(200, [bad, "x"]), "bad_field_name", "name");
      refuses(() => linesOf(200, [], {}, bad), "bad_reason", "reason");
    });
  }

  it("refuses names that are no token", () => {
    for (const name of ["", "a b", "a:", " a", "\xe4"]) refuses(() => linesOf(200, [name, "x"]), "bad_field_name", "name");
  });

  it("sends names of object properties like others", () => {
    assert.deepEqual(linesOf(200, ["__proto__", "x", "constructor", "y"]).slice(1), ["__proto__: x", "constructor: y"]);
  });

  it("refuses statuses that cannot be final, and a name without a value", () => {
    for (const status of [0, 99, 100, 103, 199, 600, 200.5, NaN]) {
      refuses(() => linesOf(status, []), "bad_status", String(status));
    }
    refuses(() => linesOf(200, ["X"]), "odd_fields", "value");
  });

  it("stays correct when an application makes up names without end", () => {
    for (let i = 0; i < 3000; i += 1) assert.deepEqual(linesOf(200, [`X-${i}`, "y", "TE", "z"]).slice(1), [`X-${i}: y`]);
    refuses(() => linesOf(200, ["X 3001", "y"]), "bad_field_name", "X 3001");
  });
});

describe("asksToClose", () => {
  it("looks at every Connection field, as a list", () => {
    const ask = (...fields: string[]): boolean => asksToClose({ status: 200, reason: "", fields });
    assert.equal(ask("Connection", "keep-alive", "CONNECTION", "x ,CLOSE"), true);
    assert.equal(ask("Connection", "closed", "X", "close"), false);
    assert.equal(ask(), false);
  });
});

describe("interim responses and chunks", () => {
  it("renders 100 and 103", () => {
    assert.equal(encodeInterim(100, []), "HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal(
      encodeInterim(103, ["Link", "</a>; rel=preload", "Content-Length", "1", "Connection", "close"]),
      "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
    );
  });

  it("refuses other statuses and bad fields", () => {
    for (const status of [99, 101, 200, 100.5]) refuses(() => encodeInterim(status, []), "bad_status", String(status));
    refuses(() => encodeInterim(103, ["Link", "a\r\nb"]), "bad_field_value", "Link");
  });

  it("renders chunk sizes in hexadecimal and refuses an empty chunk", () => {
    assert.equal(chunkPrefix(1), "1\r\n");
    assert.equal(chunkPrefix(65_535), "ffff\r\n");
    for (const size of [0, -1, 1.5, NaN, 2 ** 53]) refuses(() => chunkPrefix(size), "bad_chunk_size", String(size));
  });

  it("renders the last chunk with and without trailers", () => {
    assert.equal(LAST_CHUNK, "0\r\n\r\n");
    assert.equal(lastChunk([]), LAST_CHUNK);
    assert.equal(lastChunk(["X-Sum", "1"]), "0\r\nX-Sum: 1\r\n\r\n");
    refuses(() => lastChunk(["Content-Length", "1"]), "forbidden_trailer", "Content-Length");
    refuses(() => lastChunk(["X", "a\nb"]), "bad_field_value", "X");
  });
});
