import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RequestHead } from "../../../src/http/events.ts";
import type { AccessRecord } from "../../../src/log/access.ts";
import { ArbiterMetrics } from "../../../src/metrics/arbiter-metrics.ts";
import { meteredLog } from "../../../src/metrics/metered-log.ts";
import { DatagramOutlet, type OutletParts } from "../../../src/log/outlet.ts";
import { meteredRequests } from "../../../src/metrics/request-metrics.ts";
import { Statsd } from "../../../src/metrics/statsd.ts";
import type { ClockPort, DatagramSocket, SocketAddress } from "../../../src/runtime/port.ts";

class FakeClock implements ClockPort {
  nowMs = 0;
  timers: (() => void)[] = [];

  monotonicMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.nowMs;
  }

  after(_delayMs: number, run: () => void): () => void {
    this.timers.push(run);
    return () => this.timers = this.timers.filter((other) => other !== run);
  }

  every(): () => void {
    return () => {};
  }

  fire(): void {
    for (const run of this.timers.splice(0)) run();
  }
}

/** The network, as far as an outlet knows it. */
class FakeSockets {
  readonly opened: SocketAddress[] = [];
  readonly sent: string[] = [];
  readonly warnings: string[] = [];
  readonly clock = new FakeClock();
  closed = 0;
  resolveError: Error | null = null;
  sendError: Error | null = null;

  parts(): OutletParts {
    const port = {
      resolve: (host: string) => {
        if (this.resolveError !== null) throw this.resolveError;
        return Promise.resolve({ family: 4, host: host === "stats.test" ? "192.0.2.9" : host });
      },
      openDatagram: (address: SocketAddress): DatagramSocket => {
        this.opened.push(address);
        return {
          send: (text) => {
            if (this.sendError !== null) throw this.sendError;
            this.sent.push(text);
          },
          close: () => void this.closed++,
        };
      },
    };
    const adapter = { clock: this.clock, sockets: () => Promise.resolve(port) } as unknown as OutletParts["adapter"];
    return {
      adapter,
      log: { log: (level, text) => void this.warnings.push(`${level} ${text}`), isEnabled: () => true },
      setting: "statsd_host",
    };
  }
}

const UDP = { kind: "udp", host: "stats.test", port: 8125 } as const;

async function turn(): Promise<void> {
  for (let index = 0; index < 10; index++) await undefined;
}

function collecting(): { readonly sent: string[]; readonly clock: FakeClock; statsd(prefix?: string, tags?: string): Statsd } {
  const sent: string[] = [];
  const clock = new FakeClock();
  const outlet = { send: (text: string) => void sent.push(text), close: () => {} };
  return { sent, clock, statsd: (prefix = "", tags = "") => new Statsd(outlet, clock, { prefix, tags }) };
}

function entry(status: number, durationMs: number): AccessRecord {
  const origin = { scheme: "http", authority: "", clientAddress: "", clientPort: 0 } as const;
  return { remoteAddress: "", head: {} as RequestHead, status, bodyBytes: 0, detail: { durationMs, responseHead: "", origin } };
}

describe("metrics in the StatsD format", () => {
  it("have gunicorn's names and forms, with prefix and tags", () => {
    const { sent, clock, statsd } = collecting();
    const access = meteredRequests(statsd("my.app.", "a:1,b:2"), null, clock);
    access.record(entry(200, 1.735_4));
    clock.fire();
    assert.deepEqual(sent, [[
      "my.app.gunicorn.request.duration:1.735|ms|#a:1,b:2",
      "my.app.gunicorn.requests:1|c|@1.0|#a:1,b:2",
      "my.app.gunicorn.request.status.200:1|c|@1.0|#a:1,b:2",
    ].join("\n")]);
  });

  it("add counters up, and are sent after a moment or by flush", () => {
    const { sent, clock, statsd } = collecting();
    const metrics = statsd();
    for (let index = 0; index < 3; index++) metrics.increment("a");
    metrics.gauge("b", 7);
    assert.deepEqual([sent, clock.timers.length], [[], 1]);
    metrics.flush();
    assert.deepEqual([sent, clock.timers.length], [["b:7|g\na:3|c|@1.0"], 0]);
    metrics.flush();
    assert.equal(sent.length, 1);
  });

  it("fill datagrams that fit into a frame, and lose none", () => {
    const { sent, statsd } = collecting();
    const metrics = statsd("p.");
    for (let index = 0; index < 200; index++) metrics.timing("t", index);
    metrics.flush();
    assert.ok(sent.length > 1 && sent.every((text) => text.length <= 1432));
    assert.deepEqual(sent.join("\n").split("\n"), Array.from({ length: 200 }, (_, index) => `p.t:${index}|ms`));
  });

  it("leave the access log what it had, and flush it too", () => {
    const { clock, statsd } = collecting();
    const heard: unknown[] = [];
    const inner = { record: (record: AccessRecord) => void heard.push(record.status), flush: () => void heard.push("flush") };
    const access = meteredRequests(statsd(), inner, clock);
    access.record(entry(404, 1));
    access.flush();
    assert.deepEqual(heard, [404, "flush"]);
    assert.equal(access.nowMs?.(), clock.monotonicMs());
  });

  it("count what the log says is wrong, also what it leaves out", () => {
    const counted: string[] = [];
    const lines: string[] = [];
    const log = meteredLog(
      { log: (_level, text) => void lines.push(text), isEnabled: () => false },
      (name) => void counted.push(name),
    );
    for (const level of ["debug", "info", "warning", "error", "critical"] as const) log.log(level, level);
    assert.equal(lines.length, 5);
    assert.equal(log.isEnabled("error"), false);
    assert.deepEqual(counted, ["gunicorn.log.warning", "gunicorn.log.error", "gunicorn.log.critical"]);
  });
});

describe("where datagrams leave", () => {
  it("looks the host up once, and keeps what comes meanwhile", async () => {
    const net = new FakeSockets();
    const outlet = new DatagramOutlet(net.parts(), UDP);
    outlet.send("a");
    await turn();
    outlet.send("b");
    assert.deepEqual(net.sent, ["a", "b"]);
    assert.deepEqual(net.opened, [{ kind: "tcp", family: 4, host: "192.0.2.9", port: 8125 }]);
  });

  it("keeps no more than 64 of them", async () => {
    const net = new FakeSockets();
    const outlet = new DatagramOutlet(net.parts(), UDP);
    for (let index = 0; index < 100; index++) outlet.send(`${index}`);
    await turn();
    assert.deepEqual(net.sent, Array.from({ length: 64 }, (_, index) => `${index}`));
  });

  it("says once that something is lost, and tries again after a while", async () => {
    const net = new FakeSockets();
    net.resolveError = new Error('Cannot resolve "stats.test" (ENOTFOUND)');
    const outlet = new DatagramOutlet(net.parts(), UDP);
    await turn();
    outlet.send("lost");
    await turn();
    net.resolveError = null;
    outlet.send("waits");
    await turn();
    assert.deepEqual([net.sent, net.opened.length], [[], 0]);
    net.clock.nowMs += 10_000;
    outlet.send("arrives");
    await turn();
    assert.ok(net.sent.includes("arrives"));
    net.sendError = new Error("Cannot send");
    outlet.send("lost too");
    assert.deepEqual(net.warnings, [
      'warning statsd_host: Cannot resolve "stats.test" (ENOTFOUND); what goes there is lost until it can be sent (said once)',
    ]);
  });

  it("does nothing after its end, and closes the socket that came too late", async () => {
    const net = new FakeSockets();
    const outlet = new DatagramOutlet(net.parts(), { kind: "unix", path: "/run/s" });
    outlet.close();
    outlet.send("a");
    await turn();
    assert.deepEqual([net.sent, net.opened.length, net.closed], [[], 1, 1]);
  });
});

describe("what an arbiter counts", () => {
  it("sends the number of workers when it changes, and again after ten seconds", async () => {
    const net = new FakeSockets();
    const { adapter, log } = net.parts();
    const metrics = new ArbiterMetrics(adapter, log);
    const settings = { target: UDP, prefix: "", tags: "" };
    metrics.workers(1);
    metrics.use(settings);
    await turn();
    for (const count of [1, 1, 2]) metrics.workers(count);
    metrics.use({ ...settings });
    metrics.workers(2);
    net.clock.nowMs += 10_000;
    metrics.workers(2);
    net.clock.fire();
    assert.deepEqual(net.sent, ["gunicorn.workers:1|g\ngunicorn.workers:2|g\ngunicorn.workers:2|g"]);
  });

  it("goes to another server when the settings say so, and leaves nothing behind", async () => {
    const net = new FakeSockets();
    const { adapter, log } = net.parts();
    const metrics = new ArbiterMetrics(adapter, log);
    metrics.use({ target: UDP, prefix: "", tags: "" });
    await turn();
    metrics.count("gunicorn.log.error");
    metrics.use({ target: UDP, prefix: "x.", tags: "" });
    await turn();
    metrics.workers(3);
    metrics.use(null);
    metrics.workers(4);
    net.clock.fire();
    assert.deepEqual(net.sent, ["gunicorn.log.error:1|c|@1.0", "x.gunicorn.workers:3|g"]);
    assert.equal(net.closed, 2);
  });
});
