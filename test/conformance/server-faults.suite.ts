import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { type Answer, get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { startLoad } from "../support/load.ts";
import { runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const ANY = ["-b", "127.0.0.1:0"] as const;

/** What can break around a server. Each says what it logs and how it ends; more are in the suites of what they break. */
export function faultsSuite(): void {
  describe("a disk that is full", () => {
    it("for the logs (/dev/full): everything is served, and nobody ends", LIMIT, async () => {
      const logs = ["--access-logfile", "/dev/full", "--error-logfile", "/dev/full"];
      await inFolder(async (folder) => {
        const path = join(folder, "sock");
        await withServer(["-b", `unix:${path}`, ...logs, "plain:app"], async (server) => {
          const first = await served(path);
          server.signal("SIGHUP");
          for (let { body } = first; body === first.body;) body = (await get({ path }, "/pid")).body;
          assert.deepEqual(await server.stop(), { code: 0, signal: null });
        });
      });
    });

    it("for pid file and logs (a small file system, where one may be mounted)", { ...LIMIT, skip: mayNotMount() }, async () => {
      await inFolder(async (outer) => {
        const disk = join(outer, "disk");
        mkdirSync(disk);
        assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", disk]).status, 0);
        try {
          const [pidfile, log, filler] = ["pid", "log", "filler"].map((name) => join(disk, name)) as [string, string, string];
          fill(filler);
          const { code, stderr } = await runToEnd([...ANY, "-p", pidfile, "plain:app"]);
          assert.equal(code, 1);
          assert.match(stderr, /\[ERROR\] Cannot write pidfile ".*\(ENOSPC\)$/m);
          assert.deepEqual(readdirSync(disk), ["filler"]);

          rmSync(filler);
          const settings = ["-p", pidfile, "--access-logfile", log, "plain:app"];
          await withServer([...ANY, ...settings], async (server) => {
            const port = await server.port();
            await server.ready(1);
            fill(filler);
            for (let turn = 0; turn < 50; turn++) assert.equal((await get({ port }, "/filled")).status, 200);
            // The new arbiter cannot write its own.
            server.signal("SIGUSR2");
            await server.line(/The new arbiter \(pid:\d+\) exited with code 1\. The upgrade has failed; this one goes on/);
            server.signal("SIGHUP");
            await server.line(/Reload complete/);
            rmSync(filler);
            while (!textOf(log).includes("/free")) assert.equal((await get({ port }, "/free")).status, 200);
            assert.equal(readFileSync(pidfile, "utf8"), `${server.pid}\n`);
          });
        } finally {
          spawnSync("umount", [disk]);
        }
      });
    });
  });

  describe("worker_tmp_dir that has gone", () => {
    it("lets no worker start, says why, and serves again when it is back", LIMIT, async () => {
      await inFolder(async (folder) => {
        const beats = join(folder, "beats");
        mkdirSync(beats);
        await withServer([...ANY, "-w", "2", "--worker-tmp-dir", beats, "faulty:app"], async (server) => {
          const port = await server.port();
          await server.ready(2);
          const [victim = 0, other = 0] = server.workerPids();
          rmSync(beats, { recursive: true });
          process.kill(victim, "SIGKILL");
          await server.line(new RegExp(`\\[ERROR\\] Worker could not be started: Cannot make a heartbeat file in "${beats}"`));
          assert.equal((await get({ port })).body, String(other));
          mkdirSync(beats);
          await server.ready(3);
          await pidsServing(port, 2);
        });
      });
    });
  });

  describe("an application that", () => {
    it("hoards memory is replaced before it takes all of it, and no request is lost", LIMIT, async () => {
      const most = String(400 * 1024 * 1024);
      await withServer([...ANY, "--max-worker-memory", most, "faulty:app"], async (server) => {
        const port = await server.port();
        const first = (await get({ port })).body;
        for (let body = first; body === first;) {
          const answer = await get({ port }, server.count(/Autorestarting/) === 0 ? "/hoard" : "/");
          assert.equal(answer.status, 200);
          body = answer.body;
        }
        await server.line(/Autorestarting worker after \d+ bytes of memory \(max_worker_memory\)/);
        assert.equal(server.count(/SIGKILL/), 0);
      });
    });

    it("crashes its runtime is reported with the signal, and replaced", LIMIT, async () => {
      await withServer([...ANY, "faulty:app"], async (server) => {
        const port = await server.port();
        const [victim] = [(await get({ port })).body];
        await assert.rejects(get({ port }, "/crash"));
        await server.line(new RegExp(`\\[WARNING\\] Worker \\(pid:${victim}\\) was sent SIGTRAP!`));
        assert.notEqual((await get({ port })).body, victim);
      });
    });

    it("spins while it is imported is killed at boot_timeout, and the start ends with 3", LIMIT, async () => {
      await withServer([...ANY, "--boot-timeout", "1", "spinning:app"], async (server) => {
        assert.deepEqual(await server.exited, { code: 3, signal: null });
        assert.equal(server.count(/\[CRITICAL\] WORKER TIMEOUT \(pid:\d+\): not ready within boot_timeout \(1 s\)/), 1);
        assert.equal(server.count(/Reason: Worker failed to boot\./), 1);
      });
    });
  });

  describe("user and group that do not exist", () => {
    for (const setting of ["user", "group"] as const) {
      it(`end the start with 1: ${setting}`, LIMIT, async () => {
        const { code, stderr } = await runToEnd([...ANY, `--${setting}`, "no-such-name", "plain:app"]);
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`${setting}: there is no ${setting} "no-such-name"`));
        assert.doesNotMatch(stderr, /Booting worker/);
      });
    }
  });

  describe("HUP while logs are rotated (USR1)", () => {
    it("writes every request once, in the old or in the new file", LIMIT, async () => {
      await inFolder(async (folder) => {
        const log = join(folder, "access.log");
        await withServer([...ANY, "-w", "2", "--access-logfile", log, "plain:app"], async (server) => {
          const port = await server.port();
          await server.ready(2);
          const load = startLoad({ port }, { clients: 8, path: "/counted", keepAlive: true });
          for (let turn = 1; turn <= 3; turn++) {
            await load.answers(50);
            renameSync(log, `${log}.${turn}`);
            server.signal("SIGUSR1");
            server.signal("SIGHUP");
            await server.line(/Reload complete/, turn);
          }
          await load.answers(50);
          const { answered, failures } = await load.stop();
          assert.deepEqual(failures, []);
          assert.deepEqual(await server.stop(), { code: 0, signal: null });
          const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
          assert.equal(lines.filter((line) => line.includes('"GET /counted HTTP/1.1" 200')).length, answered);
          assert.ok(existsSync(log), "the new file");
        });
      });
    });
  });
}

/** Asks until so many different workers have answered; gives their pids. */
async function pidsServing(port: number, count: number): Promise<string[]> {
  const pids = new Set<string>();
  while (pids.size < count) pids.add((await get({ port }, "/")).body);
  return [...pids];
}

/** Why no file system can be mounted here; false: it can. */
function mayNotMount(): string | false {
  if (process.getuid?.() !== 0) return "only root may mount a small file system";
  const probe = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]);
  return probe.status === 0 ? false : "this container may not mount a small file system";
}

/** Writes until nothing more fits. */
function fill(path: string): void {
  for (;;) {
    try {
      writeFileSync(path, "x".repeat(512), { flag: "a" });
    } catch {
      return;
    }
  }
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** The first answer of a server whose log nobody can read. */
async function served(path: string): Promise<Answer> {
  for (;;) {
    try {
      return await get({ path }, "/pid");
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
