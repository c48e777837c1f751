import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalProtocolError, RemoteProtocolError } from "../../../src/http/errors.ts";
import type { ParserEvent } from "../../../src/http/events.ts";
import { RequestParser } from "../../../src/http/parser.ts";
import { type GrammarPermissions, STRICT } from "../../../src/http/permissions.ts";
import { ReceiveBuffer } from "../../../src/http/receive-buffer.ts";
import { FIXTURE_LIMITS } from "../../support/fixtures.ts";
import { bytesOf, latin1 } from "./trace.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
const LENIENT: GrammarPermissions = {
  unconventionalMethod: true,
  casefoldMethod: true,
  unconventionalVersion: true,
  obsoleteFolding: true,
  headerSpaces: true,
};
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

function parserOf(...pieces: string[]): RequestParser {
  const parser = new RequestParser(FIXTURE_LIMITS, STRICT, latin1);
  for (const piece of pieces) parser.receive(bytesOf(piece));
  return parser;
}

function types(parser: RequestParser, count: number): string[] {
  return Array.from({ length: count }, () => parser.nextEvent().type);
}

function isLocal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof LocalProtocolError && error.code === code;
}

describe("RequestParser cycles", () => {
  it("pauses after a request until the next cycle is started", () => {
    const parser = parserOf(GET + GET);
    assert.deepEqual(types(parser, 4), ["request", "end_of_message", "paused", "paused"]);
    assert.equal(parser.bufferedBytes, GET.length);
    parser.startNextCycle();
    assert.deepEqual(types(parser, 3), ["request", "end_of_message", "paused"]);
    parser.startNextCycle();
    assert.deepEqual(types(parser, 2), ["need_data", "need_data"]);
  });

  it("starts no cycle before the end of the message", () => {
    const parser = parserOf(POST);
    assert.throws(() => parser.startNextCycle(), isLocal("cycle_not_complete"));
    assert.deepEqual(types(parser, 2), ["request", "need_data"]);
    assert.throws(() => parser.startNextCycle(), isLocal("cycle_not_complete"));
  });

  it("starts only one cycle for each message", () => {
    const parser = parserOf(GET);
    types(parser, 2);
    parser.startNextCycle();
    assert.throws(() => parser.startNextCycle(), isLocal("cycle_not_complete"));
  });

  it("gives the events of the common kinds without making objects", () => {
    const first = parserOf(GET);
    const second = parserOf(GET);
    const read = (parser: RequestParser): ParserEvent[] => Array.from({ length: 3 }, () => parser.nextEvent()).slice(1);
    const ours = read(first);
    read(second).forEach((event, i) => assert.equal(event, ours[i]));
    assert.ok(ours.every((event) => Object.isFrozen(event)));
  });

  it("parses nothing in receive", () => {
    assert.doesNotThrow(() => parserOf("\x00\x01 no request at all \n\n"));
  });

  it("stays closed after the peer left", () => {
    const parser = parserOf();
    parser.receiveEof();
    assert.deepEqual(types(parser, 2), ["closed", "closed"]);
  });

  it("tells the end of the peer after the answer, not before", () => {
    const parser = parserOf(GET);
    parser.receiveEof();
    assert.deepEqual(types(parser, 3), ["request", "end_of_message", "paused"]);
    parser.startNextCycle();
    assert.deepEqual(types(parser, 1), ["closed"]);
  });

  it("refuses bytes after the end", () => {
    const parser = parserOf(GET);
    parser.receiveEof();
    assert.throws(() => parser.receive(bytesOf("x")), isLocal("receive_after_end"));
  });
});

describe("RequestParser after an error", () => {
  it("throws the same error again and keeps nothing", () => {
    const parser = parserOf("bad\r\n\r\n", GET);
    const thrown: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      try {
        parser.nextEvent();
      } catch (error) {
        thrown.push(error);
      }
      parser.receive(bytesOf(GET));
    }
    assert.equal(thrown.length, 3);
    assert.ok(thrown[0] instanceof RemoteProtocolError);
    assert.equal(thrown[1], thrown[0]);
    assert.equal(thrown[2], thrown[0]);
    assert.equal(parser.bufferedBytes, 0);
    assert.equal(parser.headStarted, false);
  });

  it("names what it saw, in ASCII and short", () => {
    const parser = parserOf(`GET / HTTP/1.1\r\nHost: \xe4${"b".repeat(500)}"\r\n\r\n`);
    assert.throws(() => parser.nextEvent(), (error: unknown) => {
      assert.ok(error instanceof RemoteProtocolError);
      assert.equal(error.status, 400);
      assert.match(error.message, /^Invalid header Host "\\u00e4b+\.\.\."$/);
      assert.ok(error.message.length < 200);
      return true;
    });
  });
});

describe("RequestParser content", () => {
  it("gives views of the received bytes", () => {
    const parser = new RequestParser(FIXTURE_LIMITS, STRICT, latin1);
    const piece = bytesOf(POST + "hel");
    const more = bytesOf("lo");
    parser.receive(piece);
    parser.receive(more);
    assert.equal(parser.nextEvent().type, "request");
    assert.deepEqual(viewed(parser.nextEvent()), [piece.buffer, POST.length, 3]);
    assert.deepEqual(viewed(parser.nextEvent()), [more.buffer, 0, 2]);
    assert.deepEqual(types(parser, 2), ["end_of_message", "paused"]);
  });

  it("gives views also after a head or a chunk size that came in parts", () => {
    const parser = new RequestParser(FIXTURE_LIMITS, STRICT, latin1);
    parser.receive(bytesOf(CHUNKED.slice(0, 20)));
    assert.equal(parser.nextEvent().type, "need_data");
    const end = bytesOf(CHUNKED.slice(20) + "3\r\nfoo\r\n1");
    parser.receive(end);
    assert.equal(parser.nextEvent().type, "request");
    assert.deepEqual(viewed(parser.nextEvent()), [end.buffer, end.length - 6, 3]);
    assert.equal(parser.nextEvent().type, "need_data");
    const next = bytesOf("0\r\n0123456789abcdef");
    parser.receive(next);
    assert.deepEqual(viewed(parser.nextEvent()), [next.buffer, 3, 16]);
  });

  it("keeps views intact while more bytes come", () => {
    const parser = parserOf(CHUNKED + "5\r\nhello\r\n1");
    parser.nextEvent();
    const event = parser.nextEvent();
    for (const byte of "0\r\n0123456789abcdef\r\n0\r\n\r\n") {
      parser.receive(bytesOf(byte));
      parser.nextEvent();
    }
    assert.ok(event.type === "data");
    assert.equal(latin1(event.bytes, 0, event.bytes.length), "hello");
  });

  it("counts what it holds", () => {
    const parser = parserOf(POST, "he", "llo", "GET");
    assert.equal(parser.bufferedBytes, POST.length + 8);
    const left = Array.from({ length: 4 }, () => {
      parser.nextEvent();
      return parser.bufferedBytes;
    });
    assert.deepEqual(left, [8, 3, 3, 3]);
  });
});

function viewed(event: ParserEvent): [ArrayBufferLike, number, number] {
  assert.ok(event.type === "data");
  return [event.bytes.buffer, event.bytes.byteOffset, event.bytes.length];
}

describe("ReceiveBuffer", () => {
  it("keeps no bytes alive once all are consumed", () => {
    const buffer = new ReceiveBuffer();
    const large = "f".repeat(300);
    for (const piece of ["abc", "de", large]) buffer.append(bytesOf(piece));
    assert.equal(buffer.take(2).length, 2);
    assert.equal(buffer.pull(), true);
    assert.equal(latin1(buffer.bytes, buffer.start, buffer.end), "cde");
    buffer.consume(3);
    assert.deepEqual([buffer.bytes.length, buffer.unreadBytes, buffer.pull()], [0, 300, true]);
    buffer.consume(300);
    assert.deepEqual([buffer.bytes.length, buffer.unreadBytes, buffer.pull()], [0, 0, false]);
  });

  it("gathers small pieces while they wait, and keeps their order", () => {
    const buffer = new ReceiveBuffer();
    const sent = Array.from({ length: 20_000 }, (_, index) => String.fromCharCode(index % 251));
    for (const [index, piece] of sent.entries()) buffer.append(bytesOf(index === 9_999 ? piece.repeat(1_000) : piece));
    let text = "";
    let pieces = 0;
    do {
      pieces += 1;
      text += latin1(buffer.bytes, buffer.start, buffer.end);
      buffer.consume(buffer.end - buffer.start);
    } while (buffer.pull());
    assert.equal(text, sent.map((piece, index) => index === 9_999 ? piece.repeat(1_000) : piece).join(""));
    assert.ok(pieces < 12, `${pieces} pieces`);
    assert.equal(buffer.unreadBytes, 0);
  });

  it("never writes into what it gave out", () => {
    const buffer = new ReceiveBuffer();
    for (const piece of ["a", "b", "c"]) buffer.append(bytesOf(piece));
    buffer.take(1);
    buffer.pull();
    const given = buffer.take(2);
    buffer.append(bytesOf("x".repeat(300)));
    for (const piece of ["d", "e", "f"]) buffer.append(bytesOf(piece));
    assert.equal(latin1(given, 0, 2), "bc");
  });

  it("ignores empty pieces", () => {
    const buffer = new ReceiveBuffer();
    buffer.append(bytesOf(""));
    assert.equal(buffer.pull(), false);
  });
});

describe("RequestParser.headStarted", () => {
  const rows: [string, string[], boolean][] = [
    ["nothing", [], false],
    ["CR", ["\r"], false],
    ["an empty line", ["\r\n"], false],
    ["an empty line in two parts", ["\r", "\n"], false],
    ["an empty line and CR", ["\r\n", "\r"], true],
    ["a byte of a method", ["G"], true],
    ["an empty line and a byte", ["\r\nG"], true],
    ["LF", ["\n"], true],
    ["CR and another byte", ["\r", "G"], true],
  ];
  for (const [what, pieces, expected] of rows) {
    it(`is ${expected} with ${what}, also when it was looked at`, () => {
      const parser = parserOf(...pieces);
      assert.equal(parser.headStarted, expected);
      if (expected && pieces.join("") !== "G" && pieces.join("") !== "\r\nG") return;
      assert.equal(parser.nextEvent().type, "need_data");
      assert.equal(parser.headStarted, expected);
    });
    it(`is ${expected} with ${what} behind a request`, () => {
      const parser = parserOf(GET, ...pieces);
      types(parser, 2);
      assert.equal(parser.headStarted, expected);
    });
  }

  it("is false while a request is being read", () => {
    const parser = parserOf(POST + "he");
    assert.equal(parser.headStarted, true);
    types(parser, 3);
    assert.equal(parser.headStarted, false);
  });
});

describe("RequestParser.takeRest", () => {
  it("gives all bytes behind the request and ends the parser", () => {
    const parser = parserOf(GET + "ab", "cd", "e");
    types(parser, 2);
    assert.equal(latin1(parser.takeRest(), 0, 5), "abcde");
    assert.equal(parser.bufferedBytes, 0);
    assert.throws(() => parser.nextEvent(), isLocal("parser_finished"));
    assert.throws(() => parser.receive(bytesOf("x")), isLocal("parser_finished"));
    assert.throws(() => parser.startNextCycle(), isLocal("cycle_not_complete"));
  });

  it("gives nothing where nothing came", () => {
    const parser = parserOf(GET);
    types(parser, 2);
    assert.equal(parser.takeRest().length, 0);
  });

  it("is refused inside a request", () => {
    const parser = parserOf(POST);
    types(parser, 1);
    assert.throws(() => parser.takeRest(), isLocal("cycle_not_complete"));
  });
});

describe("RequestParser work", () => {
  /** Parses and gives how many bytes were made text. */
  function decodedBytes(pieces: Iterable<string>): number {
    let count = 0;
    const parser = new RequestParser(FIXTURE_LIMITS, STRICT, (bytes, start, end) => {
      count += end - start;
      return latin1(bytes, start, end);
    });
    for (const piece of pieces) {
      parser.receive(bytesOf(piece));
      while (parser.nextEvent().type !== "need_data");
    }
    return count;
  }

  it("decodes a head that comes whole once", () => {
    assert.equal(decodedBytes([POST]), POST.length);
  });

  it("decodes a head that comes bytewise once, but for its first byte", () => {
    const head = `GET / HTTP/1.1\r\nHost: a\r\n${`X: ${"y".repeat(400)}\r\n`.repeat(50)}\r\n`;
    const pieces = [...head].slice(0, -1);
    assert.equal(decodedBytes(pieces), 1);
  });

  it("makes no text of large content", () => {
    const content = "x".repeat(200_000);
    assert.ok(decodedBytes([`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${content}`]) < 5000);
    assert.ok(decodedBytes([`${CHUNKED}40000\r\n${content}`, content.slice(0, 1000)]) < 5000);
  });
});

describe("a head that comes again", () => {
  const parse = (parser: RequestParser, text: string): string[] => {
    parser.receive(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    const events: string[] = [];
    for (;;) {
      const event = parser.nextEvent();
      if (event.type === "need_data" || event.type === "paused") break;
      events.push(
        event.type === "request" ? `${event.head.method} ${event.head.target} ${event.head.fields.join()}` : event.type,
      );
    }
    if (events.at(-1) === "end_of_message") parser.startNextCycle();
    return events;
  };
  const first = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  const second = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";

  it("gives the same events, and another one its own", () => {
    const parser = new RequestParser(FIXTURE_LIMITS, STRICT, latin1);
    for (
      const [head, target] of [[first, "/a"], [first, "/a"], [second, "/b"], [first, "/a"], [second, "/b"], [
        second,
        "/b",
      ]] as const
    ) {
      assert.deepEqual(parse(parser, head), [`POST ${target} Host,a,Content-Length,2`]);
      assert.deepEqual(parse(parser, "xy"), ["data", "end_of_message"]);
    }
  });

  it("gives the same events where it needs permissions", () => {
    const parser = new RequestParser(FIXTURE_LIMITS, LENIENT, latin1);
    const folded = "put /a HTTP/1.2\r\nHost : a\r\nX:\r\n b\r\n\r\n";
    const strict = "PUT /a HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n";
    for (const head of [folded, folded, strict, folded]) {
      assert.deepEqual(parse(parser, head), ["PUT /a Host,a,X,b", "end_of_message"]);
    }
  });

  it("is recognised also where it needs permissions", () => {
    let decodings = 0;
    const parser = new RequestParser(FIXTURE_LIMITS, LENIENT, (bytes, start, end) => {
      decodings += 1;
      return latin1(bytes, start, end);
    });
    const counts = Array.from({ length: 3 }, () => {
      parse(parser, "get / HTTP/1.1\r\nHost: a\r\n\r\n");
      const count = decodings;
      decodings = 0;
      return count;
    });
    assert.deepEqual(counts, [2, 1, 1]);
  });

  it("is not taken for its own beginning", () => {
    const parser = new RequestParser(FIXTURE_LIMITS, LENIENT, latin1);
    const get = "get / HTTP/1.1\r\nHost: a\r\n\r\n";
    assert.deepEqual(parse(parser, get), ["GET / Host,a", "end_of_message"]);
    assert.deepEqual(parse(parser, get + "x"), ["GET / Host,a", "end_of_message"]);
    assert.equal(parser.bufferedBytes, 1);
  });

  it("is held to limit_request_body every time", () => {
    const limits = { ...FIXTURE_LIMITS, bodyBytes: 1 };
    const parser = new RequestParser(limits, STRICT, latin1);
    assert.throws(() => parse(parser, first), /limit_request_body/);
    assert.throws(() => parse(parser, first), /limit_request_body/);
  });
});
