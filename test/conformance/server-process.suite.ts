import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import process from "node:process";
import { adapter } from "#runtime";
import { get, type Target } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { APPS, isAlive, runToEnd, startCommand, withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const ANY = ["-b", "127.0.0.1:0"] as const;
const isRoot = process.getuid?.() === 0;
const system = await adapter.system();
const nobody = system.findUser("nobody");
const daemonGroup = system.findGroup("daemon");
const canUnshare = isRoot && spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0;

interface Seen {
  readonly pid: number;
  readonly atLoad: Who;
  readonly now: Who;
  readonly regain: string;
  readonly env: string | null;
  readonly tz: string | null;
}

interface Who {
  readonly uids: string;
  readonly gids: string;
  readonly groups: string;
  readonly capabilities: string;
}

async function ask(target: Target): Promise<Seen> {
  const seen: Seen = JSON.parse((await get(target)).body);
  return seen;
}

/** A folder that every user can read, with the application in it. */
async function inSite(run: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    chmodSync(folder, 0o755);
    copyFileSync(join(APPS, "identity.mjs"), join(folder, "identity.mjs"));
    await run(folder);
  });
}

const PATIENCE_MS = 30_000;
const LOOK_MS = 20;

/** Waits for something that no line tells of. */
async function eventually(look: () => boolean): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!look()) {
    assert.ok(performance.now() < endMs, `never came true: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
}

/** User, group, background, variables, names: how the processes stand in the system. */
export function processSuite(): void {
  describe("user and group", () => {
    it("refuses an unknown user and group before anything starts", LIMIT, async () => {
      const user = await runToEnd([...ANY, "-u", "no-such-user", "plain:app"]);
      assert.equal(user.code, 1);
      assert.equal(user.stderr, 'Error: user: there is no user "no-such-user" (from --user); create it, or give a number');
      const group = await runToEnd([...ANY, "-g", "no-such-group", "--check-config", "plain:app"]);
      assert.equal(group.code, 1);
      assert.match(group.stderr, /^Error: group: there is no group "no-such-group"/);
    });

    it("accepts who it is already, as any user", LIMIT, async () => {
      const flags = ["-u", String(process.getuid?.()), "-g", String(process.getgid?.())];
      await withServer([...ANY, ...flags, "plain:app"], async (server) => {
        assert.equal((await get({ port: await server.port() })).status, 200);
      });
    });

    if (!isRoot || nobody === null || daemonGroup === null) {
      it("cannot be tested further: not root, or without the user nobody and the group daemon", () => {
        assert.ok(!isRoot || nobody === null || daemonGroup === null);
      });
      return;
    }
    const { uid, gid } = nobody;
    const four = (id: number): string => Array.from({ length: 4 }, () => id).join(" ");

    it("are the worker's before the application loads, for good, and not the arbiter's", LIMIT, async () => {
      await inSite(async (folder) => {
        const path = join(folder, "app.sock");
        const flags = ["-b", `unix:${path}`, "-u", "nobody", "--error-logfile", "e.log", "--access-logfile", "a.log"];
        await withServer([...ANY, ...flags, "identity:app"], async (server) => {
          const log = join(folder, "e.log");
          await eventually(() => existsSync(log) && /Listening at/.test(readFileSync(log, "utf8")));
          const seen = await ask({ path });
          const who = { uids: four(uid), gids: four(gid), groups: "", capabilities: "0000000000000000" };
          assert.deepEqual([seen.atLoad, seen.now, seen.regain], [who, who, "EPERM"]);
          for (const file of [path, log, join(folder, "a.log")]) {
            assert.deepEqual([statSync(file).uid, statSync(file).gid], [uid, gid], file);
          }
          assert.equal(statSync(`/proc/${server.pid}`).uid, process.getuid?.());
          // The folder is root's: the worker can open again only what the arbiter has made for it.
          for (const name of ["e", "a"]) renameSync(join(folder, `${name}.log`), join(folder, `${name}.old`));
          server.signal("SIGUSR1");
          await eventually(() => existsSync(log) && existsSync(join(folder, "a.log")));
          await eventually(() => !openFiles(seen.pid).includes(join(folder, "e.old")));
          await ask({ path });
          await server.stop();
          assert.match(readFileSync(log, "utf8"), new RegExp(`\\[${seen.pid}\\] \\[INFO\\] Worker exiting`));
          assert.match(readFileSync(join(folder, "a.log"), "utf8"), /GET \/ HTTP/);
          assert.doesNotMatch(readFileSync(join(folder, "e.old"), "utf8") + readFileSync(log, "utf8"), /ERROR|CRITICAL/);
        }, { cwd: folder });
      });
    });

    it("follow a reload, with the groups that initgroups gives", LIMIT, async () => {
      await inSite(async (folder) => {
        const file = join(folder, "tsgunicorn.config.json");
        const configure = (settings: object): void => writeFileSync(file, JSON.stringify(settings));
        configure({ user: "nobody", group: "daemon" });
        await withServer([...ANY, "identity:app"], async (server) => {
          const port = await server.port();
          const first = await ask({ port });
          assert.deepEqual([first.now.uids, first.now.gids, first.now.groups], [four(uid), four(daemonGroup), ""]);
          configure({ user: "nobody", group: "daemon", initgroups: true });
          server.signal("SIGHUP");
          await server.line(new RegExp(`Worker exiting \\(pid: ${first.pid}\\)`));
          const second = await ask({ port });
          assert.equal(second.now.uids, four(uid));
          assert.deepEqual(
            second.now.groups.split(" ").map(Number),
            [...system.groupsOf("nobody", daemonGroup)].sort((a, b) => a - b),
          );
          configure({ user: "no-such-user" });
          server.signal("SIGHUP");
          await server.line(/there is no user "no-such-user"/);
          assert.equal((await ask({ port })).pid, second.pid);
        }, { cwd: folder });
      });
    });

    it("may be a user whose group is 0", LIMIT, async () => {
      await inSite(async (folder) => {
        await withServer([...ANY, "-u", "nobody", "-g", "0", "identity:app"], async (server) => {
          const { now, regain } = await ask({ port: await server.port() });
          assert.deepEqual([now.uids, now.gids, regain], [four(uid), four(0), "EPERM"]);
        }, { cwd: folder });
      });
    });

    it("get no file but the logs, whatever the workers' user puts in their place", LIMIT, async () => {
      await inSite(async (folder) => {
        const logs = join(folder, "logs");
        mkdirSync(logs);
        chownSync(logs, uid, gid);
        const log = join(logs, "e.log");
        await withServer([...ANY, "-u", "nobody", "--error-logfile", log, "identity:app"], async (server) => {
          await eventually(() => existsSync(log) && /Booting worker/.test(readFileSync(log, "utf8")));
          assert.equal(statSync(log).uid, uid);
          const secret = join(folder, "secret");
          writeFileSync(secret, "", { mode: 0o600 });
          rmSync(log);
          symlinkSync(secret, log);
          lchownSync(log, uid, gid);
          server.signal("SIGUSR1");
          await eventually(() => /ERROR\] Cannot give .* by a link that is not root's/.test(readFileSync(secret, "utf8")));
          assert.equal(statSync(secret).uid, process.getuid?.());
          // A link of root's is the administrator's own.
          lchownSync(log, 0, 0);
          server.signal("SIGUSR1");
          await eventually(() => statSync(secret).uid === uid);
          await server.stop();
        }, { cwd: folder });
      });
    });

    it("let the heartbeat go on", LIMIT, async () => {
      await inSite(async (folder) => {
        await withServer([...ANY, "-u", "nobody", "-t", "2", "identity:app"], async (server) => {
          const { pid } = await ask({ port: await server.port() });
          const link = openFiles(pid).findIndex((target) => target.includes("tsgunicorn-"));
          assert.ok(link >= 0, "the worker has no heartbeat file");
          const before = heartbeat(pid);
          await eventually(() => heartbeat(pid) > before + 1);
          assert.equal(server.count(/WORKER TIMEOUT|ERROR/), 0);
        }, { cwd: folder });
      });
    });
  });

  describe("raw_env and proc_name", () => {
    it("are there before the application loads, and exactly the new ones after a reload", LIMIT, async () => {
      await inSite(async (folder) => {
        const file = join(folder, "tsgunicorn.config.json");
        writeFileSync(file, JSON.stringify({ raw_env: ["GREETING=hello, you", "TZ=Asia/Tokyo"], proc_name: "till" }));
        await withServer([...ANY, "identity:app"], async (server) => {
          const port = await server.port();
          const first = await ask({ port });
          assert.deepEqual([first.env, first.tz], ["hello, you", "Asia/Tokyo"]);
          // Cut off where the command line ended that the process was started with.
          assert.match(commandLine(server.pid), /^tsgunicorn: arbiter \[till\]$/);
          assert.match(commandLine(first.pid), /^tsgunicorn: worker \[till\]/);
          writeFileSync(file, JSON.stringify({ raw_env: "GREETING=bye", proc_name: "counter" }));
          server.signal("SIGHUP");
          await server.line(new RegExp(`Worker exiting \\(pid: ${first.pid}\\)`));
          const second = await ask({ port });
          assert.deepEqual([second.env, second.tz], ["bye", "Europe/Lisbon"]);
          assert.match(commandLine(server.pid), /^tsgunicorn: arbiter \[counter\]$/);
          assert.match(commandLine(second.pid), /^tsgunicorn: worker \[counter\]/);
        }, { cwd: folder, env: { TZ: "Europe/Lisbon" } });
      });
    });

    it("refuses what is no variable", LIMIT, async () => {
      const { code, stderr } = await runToEnd([...ANY, "-e", "A=1", "-e", "B", "plain:app"]);
      assert.equal(code, 1);
      assert.equal(stderr, 'Error: raw_env: entry 2 "B" is not a variable (from --env); write it as NAME=VALUE');
    });
  });

  describe("preload_app", () => {
    it("stops the start before an address is bound", LIMIT, async () => {
      const { code, stderr } = await runToEnd([...ANY, "--preload", "throws:app"]);
      assert.equal(code, 3);
      assert.match(stderr, /Exception in worker process\nFailed to load 'throws:app'/);
      assert.match(stderr, /Reason: Worker failed to boot\.$/);
      assert.doesNotMatch(stderr, /Listening at/);
      const missing = await runToEnd([...ANY, "--preload", "plain:nothing"]);
      assert.equal(missing.code, 4);
      assert.match(missing.stderr, /Reason: App failed to load\.$/);
    });

    it("ends a load that hangs when the arbiter is stopped", LIMIT, async () => {
      await withServer([...ANY, "--preload", "never:app"], async (server) => {
        await server.line(/Starting tsgunicorn/);
        await eventually(() => children(server.pid).length > 0);
        server.signal("SIGTERM");
        assert.deepEqual(await server.exited, { code: 0, signal: null });
      });
    });

    it("stops a reload before a worker is touched", LIMIT, async () => {
      await inSite(async (folder) => {
        await withServer([...ANY, "--preload", "identity:app"], async (server) => {
          const port = await server.port();
          const { pid } = await ask({ port });
          writeFileSync(join(folder, "identity.mjs"), "throw new Error('a bad release');");
          server.signal("SIGHUP");
          await server.line(/a bad release/);
          assert.equal((await ask({ port })).pid, pid);
          assert.equal(server.count(/Booting worker/), 1);
        }, { cwd: folder });
      });
    });
  });

  describe("reuse_port", () => {
    it("lets two servers have one port, which is in use without it", LIMIT, async () => {
      await withServer([...ANY, "--reuse-port", "identity:app"], async (first) => {
        const port = await first.port();
        const one = await ask({ port });
        const bind = ["-b", `127.0.0.1:${port}`];
        await withServer([...bind, "--reuse-port", "identity:app"], async (second) => {
          await second.line(/Listening at/);
          const seen = new Set([one.pid]);
          while (seen.size < 2) seen.add((await ask({ port })).pid);
        });
        const third = await runToEnd([...bind, "identity:app"]);
        assert.equal(third.code, 1);
        assert.match(third.stderr, /Can't connect to/);
      });
    });
  });

  describe("daemon", () => {
    it("returns when the server serves, and leaves the terminal, the session and nothing behind", LIMIT, async () => {
      await inSite(async (folder) => {
        const flags = ["-D", "-p", "run.pid", "-b", "unix:app.sock", "--error-logfile", "e.log", "-n", "background"];
        const pidOf = (): number => Number(readFileSync(join(folder, "run.pid"), "utf8"));
        try {
          // The end of its output too: a daemon that kept the pipe would keep this waiting.
          const launched = await runToEnd([...flags, "identity:app"], { cwd: folder });
          assert.deepEqual(launched, { code: 0, signal: null, stdout: "", stderr: "" });
          const pid = pidOf();
          const seen = await ask({ path: join(folder, "app.sock") });
          for (const each of [pid, seen.pid]) {
            assert.deepEqual(
              [0, 1, 2].map((fd) => readlinkSync(`/proc/${each}/fd/${fd}`)),
              Array.from({ length: 3 }, () => "/dev/null"),
            );
          }
          assert.equal(sessionOf(pid), pid);
          assert.equal(readlinkSync(`/proc/${pid}/cwd`), folder);
          assert.match(readFileSync(`/proc/${pid}/status`, "utf8"), /^Umask:\t0022$/m);
          assert.equal(children(pid).length, 1);
          const again = await runToEnd([...flags, "identity:app"], { cwd: folder });
          assert.equal(again.code, 1);
          assert.match(
            again.stderr,
            new RegExp(`^Already running on PID ${pid} .*\nError: the server is not running \\(exit status 1\\); see "e\\.log"$`),
          );
          process.kill(pid, "SIGTERM");
          await eventually(() => !isAlive(pid));
          assert.equal(existsSync(join(folder, "run.pid")), false);
          assert.equal(existsSync(join(folder, "app.sock")), false);
        } finally {
          if (existsSync(join(folder, "run.pid"))) process.kill(pidOf(), "SIGKILL");
        }
      });
    });

    it("says why it cannot serve, and ends with the server's exit status", LIMIT, async () => {
      await inSite(async (folder) => {
        const flags = ["-D", "-b", "unix:app.sock", "--error-logfile", "e.log"];
        writeFileSync(join(folder, "bad.mjs"), "throw new Error('no good');");
        const broken = await runToEnd([...flags, "bad:app"], { cwd: folder });
        assert.equal(broken.code, 3);
        assert.match(
          broken.stderr,
          /Reason: Worker failed to boot\.\nError: the server is not running \(exit status 3\); see "e\.log"$/,
        );
        assert.match(readFileSync(join(folder, "e.log"), "utf8"), /no good/);
        const preloaded = await runToEnd([...flags, "--preload", "bad:app"], { cwd: folder });
        assert.equal(preloaded.code, 3);
        assert.match(preloaded.stderr, /no good/);
        const unbound = await runToEnd([...flags, "-b", "unix:nowhere/app.sock", "identity:app"], { cwd: folder });
        assert.equal(unbound.code, 1);
        assert.match(unbound.stderr, /the folder .* does not exist/);
      });
    });

    it("warns of logs that go nowhere, and refuses sockets that it would lose", LIMIT, async () => {
      const warned = await runToEnd(["-D", "-b", "unix:nowhere/app.sock", "plain:app"], { env: { NOTIFY_SOCKET: "/run/x" } });
      assert.match(
        warned.stderr,
        /^Warning: daemon: you shouldn't specify `daemon = true` when launching by systemd with `Type = notify` \(from --daemon\); leave it off/m,
      );
      assert.match(
        warned.stderr,
        /^Warning: errorlog: the error log of a daemon goes to \/dev\/null; name a file with --error-logfile$/m,
      );
      const refused = await runToEnd(["-D", "-b", "fd://3", "plain:app"]);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /^Error: daemon: a daemon cannot have sockets that it was started with/);
    });

    it("keeps an output that is a file with enable_stdio_inheritance", LIMIT, async () => {
      await inSite(async (folder) => {
        const [command, ...prefix] = startCommand();
        const out = openSync(join(folder, "out"), "a");
        const args = [...prefix, "-D", "-R", "-p", "run.pid", "-b", "unix:app.sock", "identity:app"];
        const child = spawn(command, args, { cwd: folder, stdio: ["ignore", out, out] });
        const code = await new Promise((resolve) => child.once("exit", resolve));
        assert.equal(code, 0, readFileSync(join(folder, "out"), "utf8"));
        const pid = Number(readFileSync(join(folder, "run.pid"), "utf8"));
        try {
          const seen = await ask({ path: join(folder, "app.sock") });
          assert.equal(readlinkSync(`/proc/${pid}/fd/2`), join(folder, "out"));
          assert.equal(readlinkSync(`/proc/${seen.pid}/fd/1`), join(folder, "out"));
        } finally {
          process.kill(pid, "SIGTERM");
        }
        await eventually(() => !isAlive(pid));
        assert.match(readFileSync(join(folder, "out"), "utf8"), /Booting worker[\s\S]*Shutting down: Master/);
      });
    });
  });

  describe("process 1", () => {
    if (!canUnshare) {
      it("cannot be tested: this user may not make pid namespaces (unshare)", () => assert.equal(canUnshare, false));
      return;
    }
    it("reaps orphans, and loses no end of its own workers", LIMIT, async () => {
      await inSite(async (folder) => {
        const log = join(folder, "e.log");
        const text = (): string => existsSync(log) ? readFileSync(log, "utf8") : "";
        // The inner shell ends at once, and what it started becomes process 1's.
        const script = 'sh -c "sleep 0.3 & (sleep 0.3; exit 3) &"; exec "$0" "$@"';
        const flags = ["-b", "unix:app.sock", "--error-logfile", "e.log", "--log-level", "debug", "identity:app"];
        const names = ["--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", script, ...startCommand(), ...flags];
        const outer = spawn("unshare", names, { cwd: folder, stdio: "ignore" });
        const ended = new Promise((resolve) => outer.once("exit", resolve));
        try {
          await eventually(() => /Reaped unknown child process \(pid:\d+, status:0\)/.test(text()));
          await eventually(() => /Reaped unknown child process \(pid:\d+, status:3\)/.test(text()));
          const [inner = 0] = children(outer.pid ?? 0);
          const [worker = 0] = children(inner);
          assert.deepEqual(children(inner), [worker], "nothing but the worker is left");
          process.kill(worker, "SIGKILL");
          await eventually(() => /was sent SIGKILL! Perhaps out of memory\?/.test(text()));
          await eventually(() => text().split("Booting worker").length === 3);
          process.kill(inner, "SIGTERM");
          assert.equal(await ended, 0);
          assert.equal(text().split("Reaped unknown").length, 3);
        } finally {
          outer.kill("SIGKILL");
        }
      });
    });
  });
}

function openFiles(pid: number): string[] {
  const found = spawnSync("ls", ["-l", `/proc/${pid}/fd`], { encoding: "utf8" }).stdout;
  return found.split("\n").flatMap((line) => line.split(" -> ")[1] ?? []);
}

/** The counter in the heartbeat file of a worker: its modification time in seconds. */
function heartbeat(pid: number): number {
  const script = `for f in /proc/${pid}/fd/*; do case "$(readlink $f)" in */tsgunicorn-*) stat -L -c %Y $f; break;; esac; done`;
  return Number(spawnSync("sh", ["-c", script], { encoding: "utf8" }).stdout);
}

/** Of all its threads. */
function children(pid: number): number[] {
  const found = spawnSync("sh", ["-c", `cat /proc/${pid}/task/*/children`], { encoding: "utf8" }).stdout;
  return found.trim().split(/\s+/).filter((word) => word !== "").map(Number);
}

/** Field 6 of proc_pid_stat(5). */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
}
