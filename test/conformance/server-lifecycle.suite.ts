import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { Client, get } from "../support/client.ts";
import { startLoad } from "../support/load.ts";
import { inFolder } from "../support/folder.ts";
import { withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const FOUR = ["-b", "127.0.0.1:0", "-w", "4", "--keep-alive", "30", "-t", "100"] as const;

/** Processes: what happens to them, and that no request is lost by it. */
export function lifecycleSuite(): void {
  describe("workers", () => {
    it("accept evenly: 64 connections at once, none of 4 workers holds more than twice the mean", LIMIT, async () => {
      await withServer([...FOUR, "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 4);
        const clients = await Promise.all(Array.from({ length: 64 }, () => Client.connect({ port })));
        const held = new Map<string, number>();
        for (const client of clients) client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        for (const client of clients) {
          const { body } = await client.answer();
          held.set(body, (held.get(body) ?? 0) + 1);
        }
        for (const client of clients) client.close();
        assert.equal(held.size, 4, `workers: ${JSON.stringify([...held])}`);
        assert.ok(Math.max(...held.values()) <= 32, JSON.stringify([...held]));
      });
    });

    it("that are killed are replaced, and connections that wait for them are served", LIMIT, async () => {
      await withServer([...FOUR, "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 4);
        const victim = server.workerPids()[0] ?? 0;
        process.kill(victim, "SIGSTOP");
        const waiting = Array.from({ length: 40 }, () => get({ port }));
        process.kill(victim, "SIGKILL");
        for (const { status } of await Promise.all(waiting)) assert.equal(status, 200);
        await server.line(new RegExp(`Worker \\(pid:${victim}\\) was sent SIGKILL! Perhaps out of memory\\?`));
        await server.line(/Booting worker with pid: /, 5);
        await pidsServing(port, 4);
      });
    });

    it("that hang do not hold up new connections, and are aborted after timeout", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "-w", "4", "-t", "10", "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 4);
        const spinning = await Client.connect({ port });
        spinning.send("GET /spin HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/spinning in \d+/);
        const answers = await Promise.all(Array.from({ length: 40 }, () => get({ port })));
        assert.equal(answers.filter(({ status }) => status === 200).length, 40);
        assert.equal(server.count(/WORKER TIMEOUT/), 0, "the slot of a hung worker waited for its end");
        const line = await server.line(/\[CRITICAL\] WORKER TIMEOUT \(pid:\d+\)/);
        const pid = Number(/pid:(\d+)/.exec(line)?.[1]);
        await server.line(new RegExp(`Worker \\(pid:${pid}\\) was sent SIGABRT!`));
        await server.line(/Booting worker with pid: /, 5);
        spinning.close();
        assert.equal((await pidsServing(port, 4)).includes(pid), false);
      });
    });

    it("that exit by themselves are reported and replaced", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "app:app"], async (server) => {
        const port = await server.port();
        await assert.rejects(get({ port }, "/exit"));
        await server.line(/Worker \(pid:\d+\) exited with code 7\./);
        assert.equal((await get({ port })).status, 200);
      });
    });

    it("that never finish loading are aborted after timeout", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "-t", "2", "never:app"], async (server) => {
        assert.equal((await server.exited).code, 3);
        assert.equal(server.count(/\[CRITICAL\] WORKER TIMEOUT \(pid:\d+\): not ready within boot_timeout \(2 s\)/), 1);
      });
    });

    it("that hold as many connections as they may let others wait, and take them when there is room", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--keep-alive", "60", "app:app"], async (server) => {
        const port = await server.port();
        const clients = await Promise.all(Array.from({ length: 170 }, () => Client.connect({ port })));
        for (const client of clients) client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/150 connections, the most that the limit of open files/);
        const answers = clients.map((client) => client.answer().finally(() => client.close()));
        for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
        await server.line(/Connections are accepted again/);
        assert.equal((await get({ port })).status, 200);
      }, { openFiles: 200 });
    });

    it("leave when the arbiter is killed: no process and no port stays behind", LIMIT, async () => {
      await withServer([...FOUR, "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 4);
        server.signal("SIGKILL");
        // Resolves when every process that holds the log is gone.
        await server.exited;
        assert.equal(server.count(/Parent changed, shutting down: <Worker \d+>/), 4);
        await assert.rejects(Client.connect({ port }), /ECONNREFUSED/);
        await withServer(["-b", `127.0.0.1:${port}`, "app:app"], async (next) => {
          assert.equal((await get({ port: await next.port() })).status, 200);
        });
      });
    });
  });

  for (const keepAlive of [true, false]) {
    const kind = keepAlive ? "kept-alive connections" : "a connection per request";
    describe(`no request fails with ${kind}`, () => {
      it("when workers are added and removed (TTIN, TTOU)", LIMIT, async () => {
        await withServer([...FOUR, "app:app"], async (server) => {
          const port = await server.port();
          await pidsServing(port, 4);
          const load = startLoad({ port }, { clients: 16, path: "/", keepAlive });
          await load.answers(200);
          for (let turn = 1; turn <= 3; turn++) {
            server.signal("SIGTTIN");
            await server.line(/Booting worker with pid: /, 4 + turn);
            await load.answers(200);
            server.signal("SIGTTOU");
            await server.line(/Worker exiting/, turn);
            await load.answers(200);
          }
          const { failures, bodies } = await load.stop();
          assert.deepEqual(failures, []);
          assert.ok(bodies.size >= 4, `only ${bodies.size} workers answered`);
          assert.equal((await pidsServing(port, 4)).length, 4);
        });
      });

      it("when the application is reloaded (HUP)", LIMIT, async () => {
        await inFolder(async (folder) => {
          const release = join(folder, "release");
          writeFileSync(release, "first");
          await withServer([...FOUR, "reloadable:app"], async (server) => {
            const port = await server.port();
            const load = startLoad({ port }, { clients: 16, path: "/", keepAlive });
            await load.answers(200);
            for (const [turn, name] of ["second", "third"].entries()) {
              writeFileSync(release, name);
              server.signal("SIGHUP");
              await server.line(/Worker exiting/, (turn + 1) * 4);
              await load.answers(200);
              assert.equal((await get({ port })).body, name);
            }
            const { failures, bodies } = await load.stop();
            assert.deepEqual(failures, []);
            assert.deepEqual([...bodies.keys()].sort(), ["first", "second", "third"]);
          }, { env: { RELEASE: release } });
        });
      });

      it("when a reload fails: the old workers go on serving", LIMIT, async () => {
        await inFolder(async (folder) => {
          const release = join(folder, "release");
          writeFileSync(release, "first");
          await withServer([...FOUR, "reloadable:app"], async (server) => {
            const port = await server.port();
            const load = startLoad({ port }, { clients: 8, path: "/", keepAlive });
            await load.answers(100);
            writeFileSync(release, "broken");
            server.signal("SIGHUP");
            await server.line(/this release is broken/);
            await server.line(/Reload failed/);
            await load.answers(100);
            writeFileSync(release, "second");
            server.signal("SIGHUP");
            await server.line(/Worker exiting \(pid: (?!0)\d+\)/);
            await server.until(() => server.count(/Booting worker/) >= 9 ? true : undefined, "a third generation");
            for (let body = ""; body !== "second";) body = (await get({ port })).body;
            const { failures } = await load.stop();
            assert.deepEqual(failures, []);
          }, { env: { RELEASE: release } });
        });
      });
    });
  }

  describe("HUP reads the configuration again", () => {
    it("takes new values and refuses wrong ones", LIMIT, async () => {
      await inFolder(async (folder) => {
        const file = join(folder, "tsgunicorn.config.mjs");
        const write = (settings: Record<string, unknown>): void =>
          writeFileSync(file, `export default ${JSON.stringify(settings)};\n`);
        write({ bind: ["127.0.0.1:0"], workers: 1 });
        await withServer(["-c", file, "app:app"], async (server) => {
          const port = await server.port();
          await pidsServing(port, 1);
          write({ bind: ["127.0.0.1:0"], workers: 3, keepalive: 0 });
          server.signal("SIGHUP");
          await server.line(/Reload complete: generation 2 has 3 workers ready/);
          await pidsServing(port, 3);
          const client = await Client.connect({ port });
          client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          assert.match((await client.answer()).head, /^connection: close\r$/im);
          client.close();

          write({ bind: ["127.0.0.1:0"], workers: "many", wrokers: 1 });
          server.signal("SIGHUP");
          await server.line(/Reload failed/);
          await server.line(/workers: .*many/);
          assert.match(server.transcript(), /wrokers.*workers/);
          await pidsServing(port, 3);
        });
      });
    });
  });

  describe("stop", () => {
    it("TERM lets requests end, closes kept-alive connections after their next answer, and ends with 0", LIMIT, async () => {
      await withServer([...FOUR, "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 4);
        const idle = await Client.connect({ port });
        idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert.doesNotMatch((await idle.answer()).head, /^connection: close/im);
        const busy = await Client.connect({ port });
        busy.send("GET /slow?ms=500 HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/slow request began/);
        server.signal("SIGTERM");
        await server.line(/Handling signal: term/);
        idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        const last = await idle.answer();
        assert.equal(last.status, 200);
        const slow = await busy.answer();
        assert.match(slow.body, /^slow/);
        assert.match(slow.head, /^connection: close\r$/im);
        assert.deepEqual(await server.exited, { code: 0, signal: null });
        assert.equal(server.count(/Worker exiting/), 4);
        await assert.rejects(Client.connect({ port }), /ECONNREFUSED/);
        idle.close();
        busy.close();
      });
    });

    it("TERM refuses new connections while a request is still under way", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "-w", "2", "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 2);
        const busy = await Client.connect({ port });
        busy.send("GET /slow?ms=2000 HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/slow request began/);
        server.signal("SIGTERM");
        await server.line(/Worker exiting/);
        await assert.rejects(Client.connect({ port }), /ECONNREFUSED/);
        assert.match((await busy.answer()).body, /^slow/);
        busy.close();
      });
    });

    it("workers that drain leave soon after the arbiter was killed, and free the port", LIMIT, async () => {
      await withServer([...FOUR, "--graceful-timeout", "90", "app:app"], async (server) => {
        const port = await server.port();
        const busy = await Client.connect({ port });
        busy.send("GET /slow?ms=90000 HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/slow request began/);
        server.signal("SIGHUP");
        await server.line(/Reload complete/);
        await server.line(/Worker exiting/, 3);
        server.signal("SIGKILL");
        await server.exited;
        await assert.rejects(Client.connect({ port }), /ECONNREFUSED/);
        busy.close();
      });
    });

    it("TERM under load resets nobody who was accepted", LIMIT, async () => {
      await withServer([...FOUR, "app:app"], async (server) => {
        const port = await server.port();
        await pidsServing(port, 4);
        const load = startLoad({ port }, { clients: 16, path: "/", keepAlive: false });
        await load.answers(300);
        server.signal("SIGTERM");
        await server.exited;
        const { failures } = await load.stop();
        const lost = failures.filter((failure) => !/ECONNREFUSED/.test(failure));
        assert.deepEqual(lost, []);
      });
    });

    it("gives up at graceful_timeout, and says so to who waits", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--graceful-timeout", "1", "app:app"], async (server) => {
        const client = await Client.connect({ port: await server.port() });
        client.send("GET /slow?ms=90000 HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/slow request began/);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        assert.equal(server.count(/Worker graceful timeout/), 1);
        assert.match(await client.rest(), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
      });
    });

    for (const signal of ["SIGINT", "SIGQUIT"] as const) {
      it(`${signal} is quick: it waits for no request`, LIMIT, async () => {
        await withServer([...FOUR, "app:app"], async (server) => {
          const client = await Client.connect({ port: await server.port() });
          client.send("GET /slow?ms=90000 HTTP/1.1\r\nHost: a\r\n\r\n");
          await server.line(/slow request began/);
          server.signal(signal);
          assert.deepEqual(await server.exited, { code: 0, signal: null });
          assert.equal(await client.rest(), "");
        });
      });
    }
  });

  describe("logs", () => {
    it("that cannot be reopened are written on", LIMIT, async () => {
      await inFolder(async (folder) => {
        const logs = join(folder, "logs");
        mkdirSync(logs);
        await withServer(["-b", "127.0.0.1:0", "--access-logfile", join(logs, "access.log"), "app:app"], async (server) => {
          const port = await server.port();
          await server.ready(1);
          await get({ port });
          rmSync(logs, { recursive: true });
          server.signal("SIGUSR1");
          await server.line(/Cannot reopen the log: .*access\.log/);
          assert.equal((await get({ port })).status, 200);
        });
      });
    });

    it("are reopened on USR1", LIMIT, async () => {
      await inFolder(async (folder) => {
        const [first, second] = [join(folder, "error.log"), join(folder, "error.log.1")];
        const { renameSync, readFileSync } = await import("node:fs");
        await withServer(["-b", "127.0.0.1:0", "--error-logfile", first, "app:app"], async (server) => {
          const read = (path: string): string => {
            try {
              return readFileSync(path, "utf8");
            } catch {
              return "";
            }
          };
          const wait = async (path: string, pattern: RegExp): Promise<void> => {
            while (!pattern.test(read(path))) await new Promise((resolve) => setImmediate(resolve));
          };
          await wait(first, /Booting worker/);
          renameSync(first, second);
          server.signal("SIGUSR1");
          await wait(second, /Handling signal: usr1/);
          server.signal("SIGTTOU");
          await wait(first, /Handling signal: ttou/);
          assert.doesNotMatch(read(second), /ttou/);
        });
      });
    });
  });
}

/** Asks until so many different workers have answered; gives their pids. */
async function pidsServing(port: number, count: number): Promise<number[]> {
  const pids = new Set<number>();
  while (pids.size < count) pids.add(Number((await get({ port })).body.slice(4)));
  return [...pids];
}
