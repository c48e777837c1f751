import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { adapter } from "#runtime";
import { get, type Target } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { startLoad } from "../support/load.ts";
import { NotifySocket } from "../support/notify-socket.ts";
import { isAlive, type RunningServer, type StartOptions, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };

/** USR2 and WINCH: two arbiters on the same sockets, and no request that is lost by it. */
export function upgradeSuite(): void {
  describe("upgrade on the fly (USR2)", () => {
    for (const kind of ["TCP", "a unix socket"] as const) {
      it(`hands over at ${kind} and loses nothing: USR2, TERM, USR2 again, and undone`, LIMIT, async () => {
        await inFolder(async (folder) => {
          const path = join(folder, "app.sock");
          const pidfile = join(folder, "pid");
          const bind = kind === "TCP" ? "127.0.0.1:0" : `unix:${path}`;
          await withArbiters(["-b", bind, "-w", "2", "-p", pidfile, "app:app"], async (server) => {
            await server.ready(2);
            const target: Target = kind === "TCP" ? { port: await server.port() } : { path };
            const loads = [true, false].map((keepAlive) => startLoad(target, { clients: 6, path: "/", keepAlive }));
            const serve = (): Promise<unknown> => Promise.all(loads.map((load) => load.answers(100)));
            await serve();

            const second = await upgrade(server, server.pid, 1);
            assert.equal(textOf(pidfile), `${server.pid}\n`);
            assert.equal(textOf(`${pidfile}.2`), `${second}\n`);
            await serve();
            process.kill(server.pid, "SIGTERM");
            await server.line(/\[INFO\] Master has been promoted\./);
            assert.equal(server.count(/Shutting down: Master$/), 1);
            await until(() => textOf(pidfile) === `${second}\n` && !existsSync(`${pidfile}.2`));
            await serve();

            const third = await upgrade(server, second, 2);
            await serve();
            process.kill(third, "SIGTERM");
            await server.line(new RegExp(`The new arbiter \\(pid:${third}\\) has ended; this one goes on`));
            await serve();

            for (const load of loads) {
              const { failures, bodies } = await load.stop();
              assert.deepEqual(failures, []);
              assert.ok(bodies.size >= 2, `only ${bodies.size} workers answered`);
            }
            process.kill(second, "SIGTERM");
            await server.line(/Shutting down: Master$/, 2);
            await assert.rejects(get(target));
            await until(() => !existsSync(pidfile) && !existsSync(path) && !isAlive(second));
          });
        });
      });
    }

    it("follows gunicorn's choreography with WINCH, back and forth", LIMIT, async () => {
      await withArbiters(["-b", "127.0.0.1:0", "-w", "2", "app:app"], async (server) => {
        await server.ready(2);
        const port = await server.port();
        const [first = 0, other = 0] = server.workerPids();
        const load = startLoad({ port }, { clients: 6, path: "/", keepAlive: true });
        const second = await upgrade(server, server.pid, 1);

        server.signal("SIGWINCH");
        await server.line(/graceful stop of workers/);
        await server.line(/Worker exiting/, 2);
        await until(() => !isAlive(first) && !isAlive(other));
        await load.answers(100);

        // Back: HUP brings the old one's workers up, TERM ends the new one.
        server.signal("SIGHUP");
        await server.line(/Reload complete: generation 2 has 2 workers ready/);
        process.kill(second, "SIGTERM");
        await server.line(/The new arbiter \(pid:\d+\) has ended/);
        await load.answers(100);

        // Forth: the same again, and this time the old one goes.
        const third = await upgrade(server, server.pid, 2);
        server.signal("SIGWINCH");
        await server.line(/Worker exiting/, 6);
        await load.answers(100);
        server.signal("SIGQUIT");
        await server.line(/Master has been promoted\./);
        await load.answers(100);
        const { failures } = await load.stop();
        assert.deepEqual(failures, []);
        process.kill(third, "SIGTERM");
        await server.line(/Shutting down: Master$/, 2);
      });
    });

    it("that fails leaves the old arbiter as it was: a broken configuration, a broken application", LIMIT, async () => {
      await inFolder(async (folder) => {
        const config = join(folder, "tsgunicorn.config.mjs");
        const application = join(folder, "release.mjs");
        const configure = (text: string): void => writeFileSync(config, `export default ${text};\n`);
        const write = (text: string): void => writeFileSync(application, `export const app = () => new Response(${text});\n`);
        configure(`{ bind: ["127.0.0.1:0"] }`);
        write(`"first"`);
        await withArbiters(["-c", config, "release:app"], async (server) => {
          await server.ready(1);
          const port = await server.port();
          const failed = (nth: number): Promise<string> => server.line(/The new arbiter \(pid:\d+\) exited with code \d\./, nth);

          configure(`{ workers: "many" }`);
          server.signal("SIGUSR2");
          assert.match(await failed(1), /exited with code 1\. The upgrade has failed; this one goes on$/);
          configure(`{ bind: ["127.0.0.1:0"] }`);
          write("");
          writeFileSync(application, "export const app = ;\n");
          server.signal("SIGUSR2");
          assert.match(await failed(2), /exited with code 3\./);
          assert.equal((await get({ port })).body, "first");

          // And then it works, with what is on disk now.
          write(`"second"`);
          await upgrade(server, server.pid, 1);
          server.signal("SIGTERM");
          await server.line(/Master has been promoted\./);
          assert.equal((await get({ port })).body, "second");
          assert.equal(server.count(/USR2 signal ignored/), 0);
        }, { cwd: folder });
      });
    });

    it("follows a changed configuration: addresses stay, go, and come, and there may be more workers", LIMIT, async () => {
      await inFolder(async (folder) => {
        const config = join(folder, "tsgunicorn.config.mjs");
        const [stays, goes, comes] = ["stays", "goes", "comes"].map((name) => join(folder, `${name}.sock`)) as [
          string,
          string,
          string,
        ];
        const configure = (binds: readonly string[], workers: number): void =>
          writeFileSync(config, `export default ${JSON.stringify({ bind: binds, workers })};\n`);
        configure(["127.0.0.1:0", `unix:${stays}`, `unix:${goes}`], 1);
        await withArbiters(["-c", config, "app:app"], async (server) => {
          await server.ready(1);
          const port = await server.port();
          configure([`unix:${stays}`, "127.0.0.1:0", `unix:${comes}`], 6);
          await upgrade(server, server.pid, 1);
          assert.match(
            await server.line(/Listening at: /, 2),
            new RegExp(`unix:${stays},http://127\\.0\\.0\\.1:${port},unix:${comes} `),
          );
          server.signal("SIGTERM");
          await server.line(/Master has been promoted\./);
          const pids = new Set<string>();
          while (pids.size < 6) pids.add((await get({ port })).body);
          assert.equal((await get({ path: stays })).status, 200);
          assert.equal((await get({ path: comes })).status, 200);
          await assert.rejects(get({ path: goes }));
        });
      });
    });

    it(
      "is refused in gunicorn's words while there are two arbiters, and by a release that cannot read the other's hand-over",
      LIMIT,
      async () => {
        await withArbiters(["-b", "127.0.0.1:0", "app:app"], async (server) => {
          await server.ready(1);
          const second = await upgrade(server, server.pid, 1);
          server.signal("SIGUSR2");
          await server.line(/\[WARNING\] USR2 signal ignored\. Child exists\./);
          process.kill(second, "SIGUSR2");
          await server.line(/\[WARNING\] USR2 signal ignored\. Parent exists\./);
        });
        await withServer(["-b", "127.0.0.1:0", "app:app"], async (server) => {
          assert.equal((await server.exited).code, 1);
          assert.equal(server.count(/\[ERROR\] Cannot replace the old arbiter: it hands over in format 99/), 1);
        }, { env: { _TSGUNICORN_UPGRADE: '{"format":99}' } });
      },
    );

    it("goes on without the old arbiter when that is killed", LIMIT, async () => {
      await withArbiters(["-b", "127.0.0.1:0", "-w", "2", "app:app"], async (server) => {
        await server.ready(2);
        const port = await server.port();
        await upgrade(server, server.pid, 1);
        server.signal("SIGKILL");
        await server.line(/Master has been promoted\./);
        assert.equal((await get({ port })).status, 200);
      });
    });

    it(
      "serves from the sockets of a systemd unit, and tells systemd whose word counts before the old arbiter is gone",
      LIMIT,
      async () => {
        await inFolder(async (folder) => {
          const notify = new NotifySocket(join(folder, "notify"));
          const sockets = await adapter.sockets();
          const address = { kind: "tcp", family: 4, host: "127.0.0.1", port: 0 } as const;
          const listener = sockets.bind(address, { siblings: false, unixUmask: 0, v6Only: false });
          sockets.listen(listener, 16);
          try {
            await withArbiters(["-b", "192.0.2.1:1", "environment:app"], async (server) => {
              sockets.close(listener);
              await server.ready(1);
              const port = await server.port();
              const second = await upgrade(server, server.pid, 1);
              server.signal("SIGTERM");
              await notify.until(new RegExp(`^MAINPID=${second}\n`));
              assert.equal(server.count(/Master has been promoted/), 0, "systemd heard of it too late");
              await notify.until(new RegExp(`^MAINPID=${second}\nREADY=1\n`));
              assert.equal(notify.messages.some((message) => message.includes("STOPPING")), false);
              const names = (await get({ port })).body.split("\n");
              assert.deepEqual(names.filter((name) => /^_?(?:LISTEN_|NOTIFY_|WATCHDOG_|TSGUNICORN_UPGRADE)/.test(name)), []);
            }, {
              fds: [listener.fd],
              env: { LISTEN_FDS: "1", LISTEN_FDNAMES: "http", NOTIFY_SOCKET: join(folder, "notify") },
              listenPid: true,
            });
          } finally {
            notify.close();
          }
        });
      },
    );
  });
}

/** Sends USR2 to `pid`, waits until the `nth` new arbiter of the test serves, and gives its pid. */
async function upgrade(server: RunningServer, pid: number, nth: number): Promise<number> {
  process.kill(pid, "SIGUSR2");
  const line = await server.line(/Upgrade ready: \d+ of \d+ workers serve/, nth);
  return Number(/\] \[(\d+)\] /.exec(line)?.[1]);
}

/** Empty where there is no such file. */
function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

async function until(look: () => boolean): Promise<void> {
  while (!look()) await new Promise((resolve) => setImmediate(resolve));
}

/** As `withServer`, and ends the arbiters that were started after the first as well. */
async function withArbiters(
  args: readonly string[],
  test: (server: RunningServer) => Promise<void>,
  options?: StartOptions,
): Promise<void> {
  await withServer(args, async (server) => {
    try {
      await test(server);
    } finally {
      for (const line of server.lines) {
        const pid = Number(/Upgrading: the new arbiter has pid (\d+)/.exec(line)?.[1] ?? 0);
        if (pid > 0 && isAlive(pid)) process.kill(pid, "SIGKILL");
      }
      // Its workers leave by themselves; the log ends with the last of them.
      if (!isAlive(server.pid)) await server.exited;
    }
  }, options);
}
