import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { startLoad } from "../support/load.ts";
import { APPS, type RunningServer, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };

/** How workers come and go while everything is well. */
export function recyclingSuite(): void {
  describe("recycling", () => {
    for (
      const [socket, bind] of [["TCP", () => "127.0.0.1:0"], ["a unix socket", (folder: string) => `unix:${folder}/s`]] as const
    ) {
      for (const keepAlive of [true, false]) {
        it(`max_requests loses no request over ${socket}, ${keepAlive ? "kept alive" : "a connection each"}`, LIMIT, async () => {
          await inFolder(async (folder) => {
            const args = ["-b", bind(folder), "-w", "3", "--max-requests", "300", "--max-requests-jitter", "50", "plain:app"];
            await withServer(args, async (server) => {
              await server.ready(3);
              const target = socket === "TCP" ? { port: await server.port() } : { path: `${folder}/s` };
              const load = startLoad(target, { clients: 16, path: "/pid", keepAlive });
              await server.line(/Autorestarting worker after \d+ requests \(max_requests\)/, 4);
              await server.line(/Booting worker with pid: /, 7);
              const { answered, failures, bodies } = await load.stop();
              assert.deepEqual(failures, []);
              assert.ok(answered > 900, `${answered} answers`);
              assert.ok(bodies.size >= 4, `${bodies.size} workers answered`);
            });
          });
        });
      }
    }

    it("max_worker_memory replaces a worker that grew", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--max-worker-memory", "1", "plain:app"], async (server) => {
        await server.line(/Autorestarting worker after \d+ bytes of memory \(max_worker_memory\)/);
        await server.ready(2);
        assert.equal((await get({ port: await server.port() })).status, 200);
      });
    });
  });

  describe("reload_surge", () => {
    it("keeps no more processes than asked for, and loses no request", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "-w", "3", "--reload-surge", "1", "plain:app"], async (server) => {
        await server.ready(3);
        const load = startLoad({ port: await server.port() }, { clients: 8, path: "/", keepAlive: false });
        for (let reload = 1; reload <= 2; reload++) {
          server.signal("SIGHUP");
          await server.line(/Reload complete: generation \d+ has 3 workers ready/, reload);
        }
        assert.deepEqual((await load.stop()).failures, []);
        assert.ok(mostAlive(server) <= 4, server.transcript());
      });
    });
  });

  describe("shutdown_delay", () => {
    it("goes on accepting after TERM", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "--shutdown-delay", "1", "plain:app"], async (server) => {
        await server.ready(1);
        const port = await server.port();
        // Only who ever had a worker ready has a delay.
        server.signal("SIGHUP");
        await server.line(/Reload complete/);
        server.signal("SIGTERM");
        await server.line(/Accepting for another 1 s \(shutdown_delay\)/);
        assert.equal((await get({ port })).status, 200);
        assert.deepEqual(await server.exited, { code: 0, signal: null });
      });
    });
  });

  describe("boot_timeout", () => {
    it("ends a worker that does not get ready, whatever timeout says", LIMIT, async () => {
      await withServer(["-b", "127.0.0.1:0", "-t", "100", "--boot-timeout", "1", "never:app"], async (server) => {
        await server.line(/WORKER TIMEOUT \(pid:\d+\): not ready within boot_timeout \(1 s\)/);
        assert.equal((await server.exited).code, 3);
      });
    });

    it("lets an application take longer than timeout", LIMIT, async () => {
      await inFolder(async (folder) => {
        const wait = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);";
        writeFileSync(join(folder, "slow.mjs"), `${wait}\nexport const app = () => new Response("slow");\n`);
        await withServer(["-b", "127.0.0.1:0", "-t", "1", "--boot-timeout", "30", "slow:app"], async (server) => {
          assert.equal((await get({ port: await server.port() })).body, "slow");
          assert.equal(server.count(/WORKER TIMEOUT/), 0);
        }, { cwd: folder });
      });
    });
  });
}

/** The most workers that were there at once, by the log. */
function mostAlive(server: RunningServer): number {
  let alive = 0;
  let most = 0;
  for (const line of server.lines) {
    if (/Booting worker with pid: /.test(line)) most = Math.max(most, ++alive);
    else if (/Worker exiting \(pid: /.test(line)) alive--;
  }
  assert.ok(most > 0, APPS);
  return most;
}
