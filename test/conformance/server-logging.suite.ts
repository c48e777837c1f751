import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Client, get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { NotifySocket } from "../support/notify-socket.ts";
import { type RunningServer, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const WAIT_MS = 30_000;

/** A server of datagrams on a port of its own. */
class DatagramBox {
  readonly messages: string[] = [];
  readonly #socket: Socket = createSocket("udp4");
  #wake: () => void = () => {};

  static async open(): Promise<DatagramBox> {
    const box = new DatagramBox();
    box.#socket.on("message", (bytes) => {
      box.messages.push(String(bytes));
      box.#wake();
    });
    box.#socket.bind(0, "127.0.0.1");
    await once(box.#socket, "listening");
    return box;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** What arrived, a line each. */
  get lines(): string[] {
    return this.messages.join("\n").split("\n");
  }

  async until(pattern: RegExp): Promise<string> {
    const limitMs = performance.now() + WAIT_MS;
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (performance.now() > limitMs) throw new Error(`No ${pattern} in ${JSON.stringify(this.messages)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, WAIT_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#socket.close();
  }
}

async function withBox(run: (box: DatagramBox) => Promise<void>): Promise<void> {
  const box = await DatagramBox.open();
  try {
    await run(box);
  } finally {
    box.close();
  }
}

/** The lines of the access log once there are so many. */
async function accessed(server: RunningServer, count: number): Promise<string[]> {
  const text = await server.until(() => server.stdout.split("\n").length > count ? server.stdout : undefined, `${count} lines`);
  return text.split("\n").slice(0, -1);
}

const PRINTING = `
import { spawnSync } from "node:child_process";
console.log("loaded");
export const app = (request) => {
  const { pathname } = new URL(request.url);
  console.log("out " + pathname);
  console.error("err " + pathname);
  spawnSync("echo", ["child"], { stdio: "inherit" });
  return new Response("x");
};
`;

const FORMAT = '%(h)s "%(r)s" %(s)s %(B)s %(p)s "%({x-id}o)s" "%({x-sent}i)s" %({wsgi.url_scheme}e)s %(D)s';

/** What is written about the server and its requests, and where it goes. */
export function loggingSuite(): void {
  describe("an access log", () => {
    for (
      const [title, app] of [
        ["of fetch handlers", 'export const app = () => new Response("hello", { headers: { "x-id": "7" } });'],
        ["of node handlers", 'export const app = (req, res) => { res.setHeader("x-id", "7"); res.end("hello"); };'],
      ] as const
    ) {
      it(`has the line that access_log_format says, ${title}`, LIMIT, async () => {
        await inFolder(async (folder) => {
          writeFileSync(join(folder, "app.mjs"), app);
          const argv = ["-b", "127.0.0.1:0", "--access-logfile", "-", "--access-logformat", FORMAT, "app:app"];
          if (title === "of node handlers") argv.unshift("--interface", "node");
          await withServer(argv, async (server) => {
            const port = await server.port();
            await server.ready(1);
            await get({ port }, "/a?b");
            const client = await Client.connect({ port });
            client.send('HEAD /c HTTP/1.1\r\nHost: a\r\nX-Sent: "\\\t\x9b\r\nConnection: close\r\n\r\n');
            await client.rest();
            const lines = await accessed(server, 2);
            const [pid] = server.workerPids();
            assert.match(
              lines[0] ?? "",
              new RegExp(`^127\\.0\\.0\\.1 "GET /a\\?b HTTP/1\\.1" 200 5 <${pid}> "7" "-" http \\d+$`),
            );
            assert.match(
              lines[1] ?? "",
              new RegExp(`^127\\.0\\.0\\.1 "HEAD /c HTTP/1\\.1" 200 0 <${pid}> "7" "\\\\"\\\\\\\\\\\\x09\\\\x9b" http \\d+$`),
            );
          }, { cwd: folder });
        });
      });
    }

    it("has an object per line for json", LIMIT, async () => {
      await withServer(
        ["-b", "127.0.0.1:0", "--access-logfile", "-", "--access-log-format=JSON", "plain:app"],
        async (server) => {
          const port = await server.port();
          await server.ready(1);
          const before = Date.now();
          await get({ port }, "/a?b");
          const [line = ""] = await accessed(server, 1);
          const { time, pid, duration_ms, host: _, ...rest } = JSON.parse(line);
          assert.deepEqual(rest, {
            remote_address: "127.0.0.1",
            user: null,
            scheme: "http",
            method: "GET",
            target: "/a?b",
            protocol: "HTTP/1.1",
            status: 200,
            body_bytes: 6,
            referer: null,
            user_agent: null,
          });
          assert.equal(pid, server.workerPids()[0]);
          assert.ok(Date.parse(time) >= before - 1 && duration_ms > 0 && duration_ms < WAIT_MS);
        },
      );
    });

    it("is refused before the start where its format has a mistake", LIMIT, async () => {
      const { code, stderr } = await runToEnd(["--access-logformat", "%(h)s %(status)s", "plain:app"]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^Error: access_log_format: has the unknown atom "%\(status\)s" \(from --access-logformat\); did you mean "%\(s\)s"\?$/,
      );
    });
  });

  describe("what workers print", () => {
    it("goes to the error log where capture_output is set, children included, and follows a rotation", LIMIT, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, "error.log");
        const here = (): string => existsSync(path) ? readFileSync(path, "utf8") : "";
        const until = async (pattern: RegExp): Promise<void> => {
          const limitMs = performance.now() + WAIT_MS;
          while (!pattern.test(here())) {
            if (performance.now() > limitMs) throw new Error(`No ${pattern} in ${here()}`);
            await new Promise((resolve) => setImmediate(resolve));
          }
        };
        writeFileSync(join(folder, "app.mjs"), PRINTING);
        const argv = ["-b", "unix:app.sock", "--error-logfile", path, "--capture-output", "app:app"];
        await withServer(argv, async (server) => {
          await until(/^loaded$/m);
          await until(/Booting worker/);
          const target = { path: join(folder, "app.sock") };
          await get(target, "/first");
          await until(/^out \/first$[^]*^child$/m);
          assert.match(here(), /^err \/first$/m);
          renameSync(path, `${path}.1`);
          server.signal("SIGUSR1");
          let count = 0;
          while (!/^out \/later\d+$/m.test(here())) await get(target, `/later${count++}`);
          await until(/^err \/later\d+$[^]*^child$/m);
          assert.deepEqual([server.stdout, server.lines], ["", []]);
        }, { cwd: folder });
      });
    });
  });

  describe("syslog", () => {
    it("gets the lines of arbiter and workers in gunicorn's form", LIMIT, async () => {
      await withBox(async (box) => {
        const argv = [
          "-b",
          "127.0.0.1:0",
          "--log-syslog",
          "--log-syslog-to",
          `udp://127.0.0.1:${box.port}`,
          "--log-syslog-facility",
        ];
        await withServer([...argv, "local0", "--log-syslog-prefix", "shop", "plain:app"], async (server) => {
          const port = await server.port();
          await server.ready(1);
          await get({ port }, "/a?b");
          const [pid] = server.workerPids();
          await box.until(new RegExp(`^<134>gunicorn\\.shop\\.error: \\[${server.pid}\\] Starting tsgunicorn `));
          await box.until(new RegExp(`^<134>gunicorn\\.shop\\.error: \\[${pid}\\] Booting worker with pid: ${pid}$`));
          const access = await box.until(/^<134>gunicorn\.shop\.access: /);
          assert.match(
            access,
            new RegExp(`: \\[${pid}\\] 127\\.0\\.0\\.1 - - \\[\\S+ \\S+\\] "GET /a\\?b HTTP/1\\.1" 200 6 "-" "-"$`),
          );
          assert.equal(server.stdout, "");
          await server.stop();
          await box.until(new RegExp(`\\[${pid}\\] Worker exiting \\(pid: ${pid}\\)$`));
          await box.until(/Shutting down: Master$/);
          assert.equal(box.messages.some((message) => message.includes("\0")), false);
        });
      });
    });

    it("is a unix socket too; what is said of it is said once, and a reload keeps requests out of it", LIMIT, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, "log");
        const config = join(folder, "tsgunicorn.config.json");
        const write = (settings: object): void =>
          writeFileSync(config, JSON.stringify({ syslog_addr: `unix://${path}#dgram`, ...settings }));
        write({ syslog: true });
        const argv = ["-c", config, "-b", "127.0.0.1:0", "--access-logfile", join(folder, "access.log"), "plain:app"];
        await withServer(argv, async (server) => {
          const port = await server.port();
          await server.ready(1);
          await get({ port }, "/lost");
          assert.match(
            await server.line(/\[WARNING\] syslog_addr: Cannot send to "unix:/),
            /ENOENT.*; what goes there is lost until it can be sent \(said once\)$/,
          );
          const socket = new NotifySocket(path);
          try {
            await get({ port }, "/found");
            assert.match(
              await socket.until(/\.access: .*found/),
              /^<14>gunicorn\.plain\.app\.access: \[\d+\] 127\.0\.0\.1 .*"GET \/found HTTP\/1\.1" 200 6 /,
            );
            write({ syslog: true, disable_redirect_access_to_syslog: true });
            server.signal("SIGHUP");
            await server.ready(2);
            await server.line(/Worker exiting/);
            await get({ port }, "/quiet");
            await server.stop();
            await socket.until(new RegExp(`\\[${server.workerPids()[1]}\\] Worker exiting`));
            await socket.until(/Shutting down: Master$/);
            assert.equal(socket.messages.some((message) => message.includes("/quiet")), false);
          } finally {
            socket.close();
          }
          // One line of the arbiter and one of each worker at most.
          assert.ok(server.count(/\[WARNING\] syslog_addr/) <= 3);
          assert.match(
            readFileSync(join(folder, "access.log"), "utf8"),
            /"GET \/lost HTTP.*\n.*"GET \/found HTTP.*\n.*"GET \/quiet HTTP/,
          );
        });
      });
    });
  });

  describe("StatsD", () => {
    it("gets gunicorn's metrics, with prefix and tags and without an access log", LIMIT, async () => {
      await withBox(async (box) => {
        const argv = ["--statsd-host", `127.0.0.1:${box.port}`, "--statsd-prefix", "my.app", "--dogstatsd-tags", "a:1,b:2"];
        await withServer(["-b", "127.0.0.1:0", "-w", "2", ...argv, "app:app"], async (server) => {
          const port = await server.port();
          await server.ready(2);
          await box.until(/^my\.app\.gunicorn\.workers:2\|g\|#a:1,b:2$/);
          await get({ port }, "/");
          await box.until(/^my\.app\.gunicorn\.requests:1\|c\|@1\.0\|#a:1,b:2$/);
          await box.until(/^my\.app\.gunicorn\.request\.status\.200:1\|c\|@1\.0\|#a:1,b:2$/);
          await box.until(/^my\.app\.gunicorn\.request\.duration:\d+(?:\.\d{1,3})?\|ms\|#a:1,b:2$/);
          await get({ port }, "/");
          // What waits for company is sent at the end.
          await server.stop();
          await box.until(/^my\.app\.gunicorn\.workers:0\|g/);
          const requests = box.lines.flatMap((line) => /gunicorn\.requests:(\d+)\|c/.exec(line)?.[1] ?? []);
          assert.equal(requests.map(Number).reduce((sum, count) => sum + count, 0), 2);
        });
      });
    });

    it("is a unix socket too, and one that is away costs a warning", LIMIT, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, "statsd");
        await withServer(["-b", "127.0.0.1:0", "--statsd-host", `unix:${path}`, "plain:app"], async (server) => {
          const port = await server.port();
          await server.line(/\[WARNING\] statsd_host: Cannot send to "unix:.*ENOENT/);
          const socket = new NotifySocket(path);
          try {
            await get({ port }, "/");
            await socket.until(/^gunicorn\.requests:1\|c\|@1\.0$/m);
          } finally {
            socket.close();
          }
        });
      });
    });
  });
}
