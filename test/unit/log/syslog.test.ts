import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Outlet } from "../../../src/log/outlet.ts";
import { ArbiterSyslog } from "../../../src/log/arbiter-syslog.ts";
import { createLogger, type Logger } from "../../../src/log/logger.ts";
import { SYSLOG_MESSAGE_MAX_CHARS, syslogLog, syslogMessage, syslogSink } from "../../../src/log/syslog.ts";
import { SYSLOG_FACILITIES, type SyslogSettings } from "../../../src/log/syslog-settings.ts";
import type { ClockPort, LogSink } from "../../../src/runtime/port.ts";

const SETTINGS: SyslogSettings = {
  target: { kind: "udp", host: "127.0.0.1", port: 514 },
  facility: "user",
  prefix: "shop",
  takesAccess: true,
};

const CLOCK: ClockPort = { monotonicMs: () => 0, wallMs: () => 0, after: () => () => {}, every: () => () => {} };

class Collecting implements Outlet, LogSink {
  readonly sent: string[] = [];
  reopened = 0;

  send(text: string): void {
    this.sent.push(text);
  }

  write(text: string): void {
    this.sent.push(text);
  }

  reopen(): void {
    this.reopened++;
  }

  close(): void {}
}

function logger(sink: LogSink, level: "info" | "error" = "info"): Logger {
  return createLogger({ sink, clock: CLOCK, pid: 7, level });
}

async function turn(): Promise<void> {
  for (let index = 0; index < 10; index++) await undefined;
}

describe("a message for syslog", () => {
  it("has gunicorn's form, with facility and severity", () => {
    assert.equal(syslogMessage(SETTINGS, "error", "info", 7, "a"), "<14>gunicorn.shop.error: [7] a");
    assert.equal(syslogMessage(SETTINGS, "error", "error", 7, "a"), "<11>gunicorn.shop.error: [7] a");
    assert.equal(
      syslogMessage({ ...SETTINGS, facility: "local7" }, "access", "critical", 7, "a"),
      "<186>gunicorn.shop.access: [7] a",
    );
    assert.equal(syslogMessage({ ...SETTINGS, facility: "kern" }, "error", "debug", 7, "a"), "<7>gunicorn.shop.error: [7] a");
    assert.equal(syslogMessage(SETTINGS, "error", "warning", 7, "a").slice(0, 4), "<12>");
  });

  it("is cut where it is too long", () => {
    const text = syslogMessage(SETTINGS, "error", "info", 7, "x".repeat(20_000));
    assert.ok(text.endsWith("x…") && text.length < SYSLOG_MESSAGE_MAX_CHARS + 100);
  });

  it("has every facility of gunicorn's", () => {
    assert.equal(Object.keys(SYSLOG_FACILITIES).length, 21);
    assert.equal(SYSLOG_FACILITIES.security, SYSLOG_FACILITIES.auth);
    for (let index = 0; index < 8; index++) assert.equal(SYSLOG_FACILITIES[`local${index}` as "local0"], 16 + index);
  });
});

describe("a log that goes to syslog too", () => {
  it("sends what it writes, of several lines in one datagram, and nothing below its level", () => {
    const file = new Collecting();
    const outlet = new Collecting();
    const log = syslogLog(logger(file, "error"), outlet, SETTINGS, 7);
    log.log("info", "left out");
    log.log("error", "two\nlines\x1b\r");
    assert.deepEqual(outlet.sent, ["<11>gunicorn.shop.error: [7] two\nlines\\x1b\\x0d"]);
    assert.equal(file.sent.length, 1);
    assert.deepEqual([log.isEnabled("info"), log.isEnabled("error")], [false, true]);
  });

  it("sends the lines of requests one by one, and writes them as they are", () => {
    const file = new Collecting();
    const outlet = new Collecting();
    const sink = syslogSink(outlet, SETTINGS, 7, file);
    sink.write("a\nb\n");
    sink.reopen();
    assert.deepEqual(outlet.sent, ["<14>gunicorn.shop.access: [7] a", "<14>gunicorn.shop.access: [7] b"]);
    assert.deepEqual([file.sent, file.reopened], [["a\nb\n"], 1]);
    syslogSink(outlet, SETTINGS, 7, null).write("c\n");
    assert.equal(outlet.sent.at(-1), "<14>gunicorn.shop.access: [7] c");
  });

  it("follows a reload: on, elsewhere and off", async () => {
    const file = new Collecting();
    const sent: string[] = [];
    let open = 0;
    const port = {
      resolve: (host: string) => Promise.resolve({ family: 4, host }),
      openDatagram: (address: { readonly port: number }) => {
        open++;
        return { send: (text: string) => void sent.push(`${address.port} ${text}`), close: () => void open-- };
      },
    };
    const host = { clock: CLOCK, process: { pid: 7 }, sockets: () => Promise.resolve(port) };
    const log = new ArbiterSyslog(host as unknown as ConstructorParameters<typeof ArbiterSyslog>[0], logger(file));
    log.log("info", "a");
    log.use(SETTINGS);
    log.log("info", "b");
    await turn();
    log.use({ ...SETTINGS });
    log.log("info", "c");
    log.use({ ...SETTINGS, target: { kind: "udp", host: "127.0.0.1", port: 1514 } });
    await turn();
    log.log("info", "d");
    log.use(null);
    log.log("info", "e");
    await turn();
    assert.deepEqual(sent.map((text) => text.replace(/<14>gunicorn.shop.error: \[7\] /, "")), ["514 b", "514 c", "1514 d"]);
    assert.deepEqual([file.sent.length, open], [5, 0]);
  });
});
