import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAccessLog, formatAccess } from "../../../src/log/access.ts";
import { createLogger, describeError, MESSAGE_LIMIT_CHARACTERS } from "../../../src/log/logger.ts";
import type { ClockPort, LogSink } from "../../../src/runtime/port.ts";
import type { RequestHead } from "../../../src/http/events.ts";

class MemorySink implements LogSink {
  text = "";
  write(text: string): void {
    this.text += text;
  }
  reopen(): void {}
  close(): void {}
}

function fakeClock(): { readonly clock: ClockPort; fire(): void; readonly pending: () => number } {
  let timers: (() => void)[] = [];
  return {
    clock: {
      monotonicMs: () => 0,
      wallMs: () => 0,
      every: () => () => {},
      after(_delayMs, run) {
        timers.push(run);
        return () => timers = timers.filter((other) => other !== run);
      },
    },
    fire() {
      const due = timers;
      timers = [];
      for (const run of due) run();
    },
    pending: () => timers.length,
  };
}

const HEAD: RequestHead = {
  method: "GET",
  target: "/a?b",
  form: "origin",
  minorVersion: 1,
  fields: ["User-Agent", 'x"y\\z\x7f', "Authorization", `Basic ${btoa("mary ann:secret")}`],
  authority: "a",
  framing: { kind: "none" },
  keepAlive: true,
  expectContinue: false,
  upgrade: false,
};

describe("the error log", () => {
  it("has gunicorn's line format and leaves lower levels out", () => {
    const sink = new MemorySink();
    const log = createLogger({ sink, clock: fakeClock().clock, pid: 7, level: "warning" });
    log.log("info", "not written");
    log.log("error", "two\nlines");
    assert.match(sink.text, /^\[(1970-01-01|1969-12-31) \d\d:00:00 [+-]\d{4}\] \[7\] \[ERROR\] two\nlines\n$/);
    assert.deepEqual([log.isEnabled("info"), log.isEnabled("critical")], [false, true]);
  });

  it("escapes control characters, so that a client cannot forge lines", () => {
    const sink = new MemorySink();
    createLogger({ sink, clock: fakeClock().clock, pid: 7, level: "debug" }).log("info", "a\r\x1b[31mb\x00");
    assert.match(sink.text, /a\\x0d\\x1b\[31mb\\x00\n$/);
  });

  it("cuts a message that is too long, and says how much is missing", () => {
    const sink = new MemorySink();
    createLogger({ sink, clock: fakeClock().clock, pid: 7, level: "debug" }).log(
      "info",
      "x".repeat(MESSAGE_LIMIT_CHARACTERS + 5),
    );
    assert.match(sink.text, /x… \(5 more characters\)\n$/);
    assert.ok(sink.text.length < MESSAGE_LIMIT_CHARACTERS + 200);
  });

  it("describes whatever was thrown", () => {
    assert.match(
      describeError(new TypeError("bad", { cause: new Error("deep") })),
      /^TypeError: bad[\s\S]*Caused by: Error: deep/,
    );
    assert.equal(describeError("text"), "Thrown: text");
    assert.equal(
      describeError({
        toString: () => {
          throw new Error("no");
        },
      }),
      "Thrown: a value that cannot be described",
    );
  });
});

describe("the access log", () => {
  it("has gunicorn's default format, with quotes and control characters escaped", () => {
    const line = formatAccess({ remoteAddress: "192.0.2.7", head: HEAD, status: 200, bodyBytes: 5 }, 0);
    assert.match(
      line,
      /^192\.0\.2\.7 - mary\\x20ann \[\d\d\/\w{3}\/\d{4}:\d\d:00:00 [+-]\d{4}\] "GET \/a\?b HTTP\/1\.1" 200 5 "-" "x\\"y\\\\z\\x7f"\n$/,
    );
  });

  it("shows a dash for a unix socket", () => {
    assert.match(formatAccess({ remoteAddress: "", head: HEAD, status: 404, bodyBytes: 0 }, 0), /^- - /);
  });

  it("collects lines for a moment and writes them together; flush writes at once", () => {
    const sink = new MemorySink();
    const { clock, fire, pending } = fakeClock();
    const access = createAccessLog(sink, clock);
    access.record({ remoteAddress: "", head: HEAD, status: 200, bodyBytes: 1 });
    access.record({ remoteAddress: "", head: HEAD, status: 200, bodyBytes: 2 });
    assert.deepEqual([sink.text, pending()], ["", 1]);
    fire();
    assert.equal(sink.text.split("\n").length, 3);
    access.record({ remoteAddress: "", head: HEAD, status: 200, bodyBytes: 3 });
    access.flush();
    assert.deepEqual([sink.text.split("\n").length, pending()], [4, 0]);
  });

  it("writes before the collected lines grow large", () => {
    const sink = new MemorySink();
    const access = createAccessLog(sink, fakeClock().clock);
    for (let index = 0; index < 1_000; index++) access.record({ remoteAddress: "", head: HEAD, status: 200, bodyBytes: index });
    assert.ok(sink.text.length > 30_000);
  });
});
