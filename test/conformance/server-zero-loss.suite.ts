import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { isAlive, withServer } from "../support/server.ts";
import { descriptors, withStorm } from "../support/storm.ts";

const LIMIT = { timeout: 120_000 };
/** The order of the events; another one each day would find more, and could not be repeated. */
const SEED = 5;

/** Everything at once, and nobody who notices. `test/bench/zero-loss.ts` runs the same with larger numbers. */
export function zeroLossSuite(): void {
  describe("reloads, upgrades, resizes and recycling in any order", () => {
    it("lose no request over TCP and a unix socket, kept alive and not, and leave nothing behind", LIMIT, async () => {
      await inFolder(async (folder) => {
        const [path, pidfile] = [join(folder, "app.sock"), join(folder, "pid")];
        const args = ["-b", "127.0.0.1:0", "-b", `unix:${path}`, "-w", "2", "-p", pidfile, "--max-requests", "400"];
        await withStorm([...args, "plain:app"], async (storm) => {
          await storm.server.ready(2);
          const target = { port: await storm.server.port() };
          await storm.hammer(path, 16);
          // One that took over keeps the numbers that it inherited, so the first arbiter is no measure.
          await storm.upgrade();
          await storm.settle(2, target);
          const before = descriptors(storm.arbiterPid);
          await storm.rage({ seed: SEED, reloads: 4, upgrades: 1, resizes: 3 });
          await storm.server.line(/Autorestarting worker after \d+ requests \(max_requests\)/);
          for (const { socket, keepAlive, load } of storm.crowds) {
            const { answered, failures, bodies, events } = await load.stop();
            assert.deepEqual(failures, [], `${socket}, ${keepAlive ? "kept alive" : "a connection each"}`);
            assert.ok(bodies.size >= 4, `${answered} answers of ${bodies.size} workers`);
            for (const event of ["HUP", "USR2", "TTIN/TTOU"]) assert.ok((events.get(event)?.answered ?? 0) > 0, event);
          }

          await storm.settle(2, target);
          // Those of a worker that has just left are closed a moment later.
          while (descriptors(storm.arbiterPid) > before) await get(target);
          assert.equal((await get({ path })).status, 200);
          assert.equal(readFileSync(pidfile, "utf8"), `${storm.arbiterPid}\n`);
          assert.equal(existsSync(`${pidfile}.2`), false);
          assert.equal(storm.server.count(/\[(?:ERROR|CRITICAL|WARNING)\]/), 0, storm.server.transcript());

          await storm.stop();
          assert.deepEqual([existsSync(path), existsSync(pidfile)], [false, false]);
          while (storm.processes().some(isAlive)) await new Promise((resolve) => setImmediate(resolve));
        });
      });
    });
  });

  describe("kill -9 of workers", () => {
    it("fails only requests on their own connections, one each at most", LIMIT, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, "app.sock");
        await withStorm(["-b", "127.0.0.1:0", "-b", `unix:${path}`, "-w", "3", "plain:app"], async (storm) => {
          await storm.server.ready(3);
          await storm.hammer(path, 16);
          const victims: string[] = [];
          let held = 0;
          for (const nth of [0, 1, 2]) {
            const victim = storm.server.workerPids()[nth] ?? 0;
            victims.push(`${victim}\n`);
            held += storm.crowds.reduce((sum, { load }) => sum + load.held(`${victim}\n`), 0);
            process.kill(victim, "SIGKILL");
            await storm.server.line(new RegExp(`Worker \\(pid:${victim}\\) was sent SIGKILL! Perhaps out of memory\\?`));
            await storm.server.ready(4 + nth);
            await storm.answers(100);
          }
          for (const { keepAlive, load } of storm.crowds) {
            const { failed } = await load.stop();
            assert.ok(failed.length <= victims.length * 4, `${failed.length} failures of 4 clients`);
            for (const { text, previousBody } of failed) {
              assert.doesNotMatch(text, /ECONNREFUSED|ENOENT|status/);
              if (keepAlive && previousBody !== null) {
                assert.ok(victims.includes(previousBody), `${text}, held by ${previousBody}`);
              }
            }
            if (keepAlive) assert.ok(failed.length <= held + 4, `${failed.length} failures, ${held} connections`);
          }
        });
      });
    });
  });

  describe("kill -9 of the arbiter", () => {
    it("frees address, unix socket and pid file for the next one while clients hammer", LIMIT, async () => {
      await inFolder(async (folder) => {
        const [path, pidfile] = [join(folder, "app.sock"), join(folder, "pid")];
        const args = ["-w", "2", "-b", `unix:${path}`, "-p", pidfile, "plain:app"];
        await withStorm(["-b", "127.0.0.1:0", ...args], async (storm) => {
          await storm.server.ready(2);
          await storm.hammer(path, 8);
          const bind = `127.0.0.1:${await storm.server.port()}`;
          storm.signal("SIGKILL");
          // The log ends with the last worker.
          await storm.server.exited;
          for (const { load } of storm.crowds) void load.stop();
          await withServer(["-b", bind, ...args], async (next) => {
            await next.ready(2);
            assert.equal((await get({ port: await next.port() })).status, 200);
            assert.equal((await get({ path })).status, 200);
            assert.equal(readFileSync(pidfile, "utf8"), `${next.pid}\n`);
          });
        });
      });
    });
  });
}
