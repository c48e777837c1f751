import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Exchange } from "../../../src/app/application.ts";
import { DISCARD_BYTES, HALF_CLOSED_MS, PIECE_BYTES, PIPELINE_BYTES, READ_AHEAD_BYTES } from "../../../src/worker/bounds.ts";
import { DEADLINES, OK, rig, turn } from "./rig.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const post = (length: number, more = ""): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${more}\r\n`;

const statuses = (sent: string): number[] => [...sent.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

/** What an application does that lets a failing body fail its request. */
async function readAll(exchange: Exchange): Promise<void> {
  try {
    while (await exchange.body?.read()) continue;
    exchange.respond(OK, "read");
  } catch (error) {
    exchange.fail(error);
  }
}

describe("framing that breaks inside the content", () => {
  const broken = [["bad_chunk_line", "zz\r\n"], ["bad_chunk_end", "1\r\naXX"], [
    "forbidden_trailer",
    "0\r\nContent-Length: 1\r\n\r\n",
  ]];

  for (const [code, content] of broken) {
    it(`${code}: 400 where the application reads`, async () => {
      for (const late of [false, true]) {
        const { socket, exchanges, send, log } = rig({ handle: (exchange) => void readAll(exchange) });
        send(late ? CHUNKED : CHUNKED + content);
        await turn();
        if (late) send(content ?? "");
        await turn();
        assert.deepEqual(statuses(socket.sent), [400]);
        assert.equal(socket.ended, true);
        assert.equal(exchanges.length, 1);
        assert.match(log.at(-1) ?? "", /^warning Invalid request/);
      }
    });

    it(`${code}: the answer stands where it does not, nothing behind it is a request, and the log tells`, () => {
      const { socket, exchanges, send, log } = rig({ handle: (exchange) => exchange.respond(OK, "unread") });
      send(CHUNKED + content + GET);
      assert.deepEqual(statuses(socket.sent), [200]);
      assert.equal(socket.ended, true);
      assert.equal(exchanges.length, 1);
      assert.match(log.at(-1) ?? "", /^warning Invalid request/);
    });
  }

  it("an application that answers in spite of it closes the connection", async () => {
    const { socket, exchanges, send } = rig();
    send(CHUNKED + "zz\r\n" + GET);
    await assert.rejects(exchanges[0]?.body?.read() ?? Promise.resolve());
    exchanges[0]?.respond(OK, "never mind");
    assert.match(socket.sent, /Connection: close\r\n[^]*never mind$/);
    assert.equal(exchanges.length, 1);
  });
});

describe("limit_request_body", () => {
  const limits = { bodyBytes: 5 };

  it("declared: 413 before the application", () => {
    const { socket, exchanges, send } = rig({ limits });
    send(post(6) + "abcdef");
    assert.deepEqual(statuses(socket.sent), [413]);
    assert.equal(socket.ended, true);
    assert.equal(exchanges.length, 0);
  });

  it("chunked: 413 where the application reads, at once or later", async () => {
    for (const parts of [["3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"], ["3\r\nabc\r\n", "3\r\nde"]]) {
      const { socket, send } = rig({ limits, handle: (exchange) => void readAll(exchange) });
      send(CHUNKED);
      for (const part of parts) {
        await turn();
        send(part);
      }
      await turn();
      assert.deepEqual(statuses(socket.sent), [413]);
      assert.equal(socket.ended, true);
    }
  });

  it("chunked: the answer of an application that does not read stands", () => {
    const { socket, exchanges, send } = rig({ limits, handle: (exchange) => exchange.respond(OK, "unread") });
    send(CHUNKED + "6\r\nabcdef\r\n0\r\n\r\n" + GET);
    assert.deepEqual(statuses(socket.sent), [200]);
    assert.deepEqual([socket.ended, exchanges.length], [true, 1]);
  });

  it("chunked: an answer that has begun is broken off where reading on fails", async () => {
    const { socket, exchanges, send } = rig({ limits });
    send(CHUNKED);
    exchanges[0]?.start(OK);
    const read = exchanges[0]?.body?.read() ?? Promise.resolve(null);
    send("6\r\n");
    await assert.rejects(read, /limit_request_body/);
    exchanges[0]?.fail(new Error("cannot go on"));
    await turn();
    assert.deepEqual(statuses(socket.sent), [200]);
    assert.doesNotMatch(socket.sent, /\r\n0\r\n\r\n$/);
    assert.deepEqual([socket.ended, socket.wasReset], [true, false]);
  });
});

describe("content that nobody reads", () => {
  it("small: is thrown away, and the connection goes on", () => {
    for (const [request, content] of [[post(5), "abcde"], [CHUNKED, "5\r\nabcde\r\n0\r\n\r\n"]]) {
      const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, "x") });
      send(request + (content ?? "").slice(0, 3));
      send((content ?? "").slice(3) + GET);
      assert.deepEqual(statuses(socket.sent), [200, 200]);
      assert.deepEqual([exchanges.length, socket.ended], [2, false]);
    }
  });

  it("declared as large: the answer says that it is the last", () => {
    const { socket, send } = rig({ handle: (exchange) => exchange.respond(OK, "x") });
    send(post(DISCARD_BYTES + 1) + "abc");
    assert.match(socket.sent, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n/);
    assert.deepEqual([socket.ended, socket.destroyed], [true, false]);
    send("x".repeat(DISCARD_BYTES));
    assert.equal(socket.destroyed, false, "a reset would take the answer away");
  });

  it("chunked without end: closed behind the answer, and never parsed as a request", () => {
    const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, "x") });
    send(CHUNKED);
    const chunk = `1000\r\n${"x".repeat(0x1000)}\r\n`;
    for (let sentBytes = 0; sentBytes <= DISCARD_BYTES; sentBytes += 0x1000) send(chunk);
    assert.equal(socket.ended, true);
    send(GET);
    assert.deepEqual([socket.ended, socket.destroyed, exchanges.length], [true, false, 1]);
  });

  it("announced with Expect: no 100, the answer is the last, whatever its size", () => {
    for (const length of [1, DISCARD_BYTES * 10]) {
      const { socket, exchanges, send } = rig({ handle: (exchange) => exchange.respond(OK, "x") });
      send(post(length, "Expect: 100-continue\r\n"));
      assert.deepEqual(statuses(socket.sent), [200]);
      assert.match(socket.sent, /Connection: close\r\n/);
      // The client may have sent it all the same, or its next request.
      send(GET);
      assert.deepEqual([socket.ended, exchanges.length], [true, 1]);
    }
  });

  it("cancelled by the application: like unread", () => {
    const { socket, exchanges, send } = rig();
    send(post(5) + "abc");
    exchanges[0]?.body?.cancel();
    exchanges[0]?.respond(OK, "x");
    send("de" + GET);
    assert.deepEqual([exchanges.length, socket.ended], [2, false]);
  });
});

describe("clients that half-close", () => {
  it("get the answers to all that they pipelined before", () => {
    const { socket, exchanges, send, finish } = rig();
    send(GET + GET + GET);
    finish();
    for (let count = 0; count < 3; count++) exchanges[count]?.respond(OK, `${count}`);
    assert.deepEqual(statuses(socket.sent), [200, 200, 200]);
    assert.match(socket.sent, /Connection: close\r\n[^]*2$/);
    assert.equal(socket.sent.match(/Connection: close/g)?.length, 1);
    assert.equal(socket.ended, true);
  });

  it("get 400 for a request that they did not finish, behind the answers before it", () => {
    const { socket, exchanges, send, finish } = rig();
    send(GET + "GET / HT");
    finish();
    exchanges[0]?.respond(OK, "x");
    assert.deepEqual(statuses(socket.sent), [200, 400]);
    assert.equal(socket.ended, true);
  });

  it("get 400 for content that ends early where it is read, and an answer where it is not", async () => {
    const reading = rig({ handle: (exchange) => void readAll(exchange) });
    reading.send(post(5) + "abc");
    await turn();
    reading.finish();
    await turn();
    assert.deepEqual(statuses(reading.socket.sent), [400]);
    const unread = rig();
    unread.send(post(5) + "abc");
    unread.finish();
    unread.exchanges[0]?.respond(OK, "x");
    assert.deepEqual(statuses(unread.socket.sent), [200]);
    assert.deepEqual([unread.socket.ended, unread.log], [true, []]);
    const answered = rig({ handle: (exchange) => exchange.respond(OK, "x") });
    answered.send(post(5) + "abc");
    answered.finish();
    assert.deepEqual([answered.socket.ended, answered.log], [true, []]);
  });

  it("are given up where a stream has nothing for them for long, so that it ends", () => {
    const { socket, exchanges, send, finish, advance, accessed } = rig();
    const reasons: string[] = [];
    send(GET);
    exchanges[0]?.onAbort(({ message }) => reasons.push(message));
    exchanges[0]?.start(OK);
    advance(2 * HALF_CLOSED_MS);
    finish();
    advance(0);
    advance(HALF_CLOSED_MS - 1);
    exchanges[0]?.write(new Uint8Array([97]));
    advance(1);
    advance(HALF_CLOSED_MS - 1);
    assert.deepEqual([exchanges[0]?.aborted, reasons.length, socket.destroyed], [false, 1, false]);
    advance(1);
    assert.deepEqual([exchanges[0]?.aborted, reasons.length, socket.destroyed], [true, 2, true]);
    assert.deepEqual(accessed.map(({ status, bodyBytes }) => [status, bodyBytes]), [[200, 1]]);
  });

  it("are kept as long as the application has not begun to answer", () => {
    const { socket, exchanges, send, finish, advance } = rig();
    send(GET);
    finish();
    advance(0);
    advance(10 * HALF_CLOSED_MS);
    exchanges[0]?.respond(OK, "late");
    assert.match(socket.sent, /late$/);
  });

  it("get nothing where they asked nothing", () => {
    const { socket, finish } = rig();
    finish();
    assert.deepEqual([socket.sent, socket.ended], ["", true]);
  });
});

describe("applications that fail", () => {
  it("in the middle of a stream: the client sees that it is not whole, and nothing follows", async () => {
    for (const fields of [[], ["Content-Length", "10"]]) {
      const { socket, exchanges, accessed, send } = rig();
      send(GET + GET);
      exchanges[0]?.start({ ...OK, fields });
      exchanges[0]?.write(new Uint8Array([97]));
      await turn();
      exchanges[0]?.fail(new Error("broken"));
      assert.deepEqual([socket.ended, socket.destroyed], [true, false], "a reset would take earlier answers away");
      assert.doesNotMatch(socket.sent, /\r\n0\r\n\r\n$/);
      assert.deepEqual(accessed.map(({ status, bodyBytes }) => [status, bodyBytes]), [[200, 1]]);
      assert.equal(exchanges.length, 1);
      exchanges[0]?.end();
      assert.equal(exchanges[0]?.write(new Uint8Array(1)), true);
    }
  });

  it("in the middle of a stream that the client takes slowly: what was said before still goes out", () => {
    const { socket, exchanges, send } = rig();
    send(GET);
    socket.accepts = false;
    exchanges[0]?.start({ ...OK, fields: ["Content-Length", "1000000"] });
    exchanges[0]?.write(new Uint8Array(PIECE_BYTES * 2).fill(97));
    exchanges[0]?.fail(new Error("broken"));
    assert.equal(socket.sent.split("\r\n\r\n")[1]?.length, PIECE_BYTES * 2);
    assert.deepEqual([socket.ended, socket.destroyed], [true, false]);
  });

  it("before the answer to HEAD: the head of the page only", () => {
    const { socket, accessed, send } = rig({ handle: (exchange) => exchange.fail(new Error("broken")) });
    send(GET.replace("GET", "HEAD"));
    assert.match(socket.sent, /^HTTP\/1\.1 500 [^]*\r\nContent-Length: [1-9]\d*\r\n\r\n$/);
    assert.deepEqual(accessed.map(({ status, bodyBytes }) => [status, bodyBytes]), [[500, 0]]);
  });

  it("before the answer: 500, which tells nothing", () => {
    const { socket, log, send } = rig({ handle: (exchange) => exchange.fail(new Error("secret")) });
    send(GET + GET);
    assert.deepEqual(statuses(socket.sent), [500]);
    assert.doesNotMatch(socket.sent, /secret/);
    assert.match(log.join("\n"), /secret/);
    assert.equal(socket.ended, true);
  });
});

describe("HEAD requests that are refused get the head of the page only", () => {
  const page = /^HTTP\/1\.1 \d{3} [^]*\r\nContent-Length: [1-9]\d*\r\n\r\n$/;
  for (
    const [what, text] of [
      ["without Host", "HEAD / HTTP/1.1\r\n\r\n"],
      ["after an empty line", "\r\nHEAD / HTTP/1.1\r\n\r\n"],
      ["with a bad field", "HEAD / HTTP/1.1\r\nHost : a\r\n\r\n"],
      ["with content that is too large", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nPOST / HTT"],
    ] as const
  ) {
    it(what, () => {
      const { socket, send } = rig({ limits: { bodyBytes: 8 } });
      send(text);
      assert.match(socket.sent, page);
    });
  }

  it("not whole in time", () => {
    const { socket, send, advance } = rig();
    send("HEAD / HT");
    advance(DEADLINES.headMs);
    assert.match(socket.sent, page);
  });

  it("and nothing else does, whatever its content begins with", () => {
    const { socket, send } = rig({ limits: { bodyBytes: 8 } });
    send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nHEAD / HT");
    assert.match(socket.sent, /^HTTP\/1\.1 413 [^]*<\/html>\n$/);
  });
});

describe("an answer that is cut off and marked by nothing but the end of the connection", () => {
  for (const [version, isReset] of [["HTTP/1.0", true], ["HTTP/1.1", false]] as const) {
    it(`${version} at the end of a drain: ${isReset ? "a reset" : "no reset"}`, async () => {
      const { socket, connection, exchanges, send } = rig();
      send(GET.replace("HTTP/1.1", version));
      exchanges[0]?.start(OK);
      exchanges[0]?.write(new Uint8Array(3));
      await turn();
      connection.abandon("The worker's graceful timeout is over");
      assert.deepEqual([socket.destroyed, socket.wasReset], [true, isReset]);
    });
  }

  it("of which a part waits for the client: a reset", () => {
    const { socket, connection, send } = rig({ handle: (exchange) => exchange.respond(OK, "x"), keepaliveMs: 0 });
    socket.accepts = false;
    send(GET);
    connection.abandon("The worker's graceful timeout is over");
    assert.deepEqual([socket.destroyed, socket.wasReset], [true, true]);
  });
});

describe("slow readers", () => {
  it("who pipeline without end get one answer at a time, and wait for it", () => {
    const { socket, exchanges, send, advance } = rig();
    socket.accepts = false;
    const batch = GET.repeat(1_000);
    let sentBytes = 0;
    for (let count = 0; count < 40; count += 1) {
      if (!socket.paused) {
        send(batch);
        sentBytes += batch.length;
      }
      advance(250);
    }
    assert.equal(exchanges.length, 1);
    assert.deepEqual([socket.paused, socket.destroyed], [true, false]);
    assert.ok(sentBytes <= PIPELINE_BYTES + 2 * READ_AHEAD_BYTES, `${sentBytes} bytes were taken`);
    assert.equal(exchanges[0]?.aborted, false);
  });

  it("stalled in the middle of a large answer are broken off, and the application hears of it", async () => {
    const { socket, exchanges, accessed, send, advance } = rig();
    send(GET);
    socket.accepts = false;
    exchanges[0]?.start(OK);
    let reason = "";
    exchanges[0]?.onAbort((error) => reason = error.message);
    exchanges[0]?.write(new Uint8Array(PIECE_BYTES * 2));
    const drained = exchanges[0]?.drained();
    advance(250);
    advance(DEADLINES.writeMs);
    assert.equal(socket.destroyed, true);
    assert.equal(socket.wasReset, true);
    assert.equal(reason, "The client stopped reading");
    await drained;
    assert.equal(accessed.length, 1);
  });
});

describe("the Server field", () => {
  for (const server of ["gate/2 (internal)", null]) {
    it(`${server ?? "none"}: in answers, error pages and the answer to an upgrade`, () => {
      const field = server === null
        ? /^HTTP\/1\.1 \d{3} [^\r]*\r\nDate: /
        : /^HTTP\/1\.1 \d{3} [^\r]*\r\nServer: gate\/2 \(internal\)\r\nDate: /;
      const answered = rig({ server, handle: (exchange) => exchange.respond(OK, "x") });
      answered.send(GET);
      const failed = rig({ server, handle: (exchange) => exchange.fail(new Error("x")) });
      failed.send(GET);
      const refused = rig({ server });
      refused.send("nonsense\r\n\r\n");
      const shed = rig({ server });
      shed.send("GET");
      shed.connection.shed();
      const switched = rig({ server });
      switched.send(GET.replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"));
      switched.exchanges[0]?.takeOver({ status: 101, reason: "", fields: ["Upgrade", "x"] });
      for (const { socket } of [answered, failed, refused, shed, switched]) assert.match(socket.sent, field);
    });
  }
});

describe("permissions", () => {
  it("reach the parser", () => {
    const { exchanges, send } = rig({ permissions: { unconventionalMethod: true } });
    send(GET.replace("GET", "x"));
    assert.deepEqual(exchanges.map(({ head }) => head.method), ["x"]);
  });
});

describe("the end of a drain", () => {
  const ended = (text: string, handle: (exchange: Exchange) => void = () => {}) => {
    const world = rig({ handle, draining: true });
    world.send(text);
    world.connection.giveUp();
    return world;
  };

  it("tells those whose request waits, or is not whole", () => {
    for (const text of [GET, "GET / HT", post(10)]) {
      const { socket } = ended(text);
      assert.deepEqual(statuses(socket.sent), [503], text);
      assert.match(socket.sent, /Connection: close\r\n/);
      assert.equal(socket.ended, true);
    }
  });

  it("says in the access log what they were told", () => {
    const { socket, accessed } = ended(GET);
    const bodyBytes = socket.sent.length - socket.sent.indexOf("\r\n\r\n") - 4;
    assert.deepEqual(accessed.map(({ status, bodyBytes: sent }) => [status, sent]), [[503, bodyBytes]]);
    assert.deepEqual(ended("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").accessed.map(({ status, bodyBytes: sent }) => [status, sent]), [[
      503,
      0,
    ]]);
  });

  it("gives a HEAD no page", () => {
    assert.match(ended("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").socket.sent, /\r\n\r\n$/);
  });

  it("tells the application that nobody waits any more", () => {
    const { exchanges } = ended(GET);
    assert.equal(exchanges[0]?.aborted, true);
    exchanges[0]?.respond(OK, "late");
  });

  it("breaks off what was begun, and says nothing to who did not ask", () => {
    const begun = ended(GET, (exchange) => exchange.start(OK));
    assert.deepEqual(statuses(begun.socket.sent), [200]);
    assert.equal(begun.socket.destroyed, true);
    assert.equal(ended("").socket.sent, "");
  });
});
