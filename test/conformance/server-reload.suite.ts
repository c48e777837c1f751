import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { Client, get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { startLoad } from "../support/load.ts";
import { isAlive, type RunningServer, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const APP = "app:app";

interface Stage {
  readonly server: RunningServer;
  readonly folder: string;
  /** In the folder. */
  path(name: string): string;
  write(settings: Readonly<Record<string, unknown>>): void;
  /** HUP with other settings; resolves when their generation serves. */
  reload(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** HUP with settings that are refused; gives the line that says why. */
  refused(settings: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A server with a configuration file of its own. */
async function withConfig(first: Readonly<Record<string, unknown>>, test: (stage: Stage) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, "tsgunicorn.config.json");
    const write = (settings: Readonly<Record<string, unknown>>): void => writeFileSync(file, JSON.stringify(settings));
    write(first);
    await withServer(["-c", file, APP], async (server) => {
      await server.line(/Booting worker/);
      await test({
        server,
        folder,
        path: (name) => join(folder, name),
        write,
        async reload(settings) {
          const before = server.count(/Reload complete/);
          write(settings);
          server.signal("SIGHUP");
          await server.line(/Reload complete/, before + 1);
        },
        async refused(settings) {
          const before = server.count(/Reload failed/);
          write(settings);
          server.signal("SIGHUP");
          return await server.line(/Reload failed/, before + 1);
        },
      });
    });
  });
}

/** What changes when a reload takes effect: descriptors of sockets, by their inode. */
function sockets(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return target.startsWith("socket:") && Number(fd) >= 100 ? [target] : [];
    } catch {
      return [];
    }
  }).sort();
}

async function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { server, port: address.port };
}

/** Below the ephemeral range, and free a moment ago. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise<void>((resolve) => isFree ? server.close(() => resolve()) : resolve());
    if (isFree) return port;
  }
}

/** Every setting that belongs to the arbiter takes effect at HUP, as a whole or not at all. */
export function reloadSuite(): void {
  describe("HUP with another bind", () => {
    it("answers everybody: on the address that stays, on the one that goes, on the new one", LIMIT, async () => {
      const [stays, goes] = [await freePort(), await freePort()];
      const base = { workers: 2, keepalive: 30 };
      await withConfig({ ...base, bind: [`127.0.0.1:${stays}`, `127.0.0.1:${goes}`] }, async ({ server, path, reload }) => {
        const socket = path("new.sock");
        const kept = sockets(server.pid).slice();
        const loads = [true, false].map((keepAlive) => startLoad({ port: stays }, { clients: 6, path: "/", keepAlive }));
        const leaving = startLoad({ port: goes }, { clients: 6, path: "/", keepAlive: false });
        await Promise.all([...loads, leaving].map((load) => load.answers(60)));
        await reload({ ...base, bind: [`127.0.0.1:${stays}`, `unix:${socket}`] });
        await server.line(new RegExp(`Listening at: http://127.0.0.1:${stays},unix:${socket}$`));
        await server.line(/Worker exiting/, 2);
        await Promise.all(loads.map((load) => load.answers(60)));
        for (const load of loads) assert.deepEqual((await load.stop()).failures, []);
        const lost = (await leaving.stop()).failures.filter((failure) => !/ECONNREFUSED/.test(failure));
        assert.deepEqual(lost, [], "somebody whom the old address had accepted was lost");
        await assert.rejects(Client.connect({ port: goes }), /ECONNREFUSED/);
        assert.equal((await get({ path: socket })).status, 200);
        const now = sockets(server.pid);
        assert.equal(now.filter((each) => kept.includes(each)).length, 8, "the address that stays has other sockets");
      });
    });

    it("answers who waits on an address that goes", LIMIT, async () => {
      const [stays, goes] = [await freePort(), await freePort()];
      await withConfig({ workers: 1, bind: [`127.0.0.1:${stays}`, `127.0.0.1:${goes}`] }, async ({ server, write }) => {
        assert.equal((await get({ port: goes })).status, 200);
        const [old = 0] = server.workerPids();
        write({ workers: 1, bind: [`127.0.0.1:${stays}`] });
        // It cannot accept until its successor is there and the address has been given up.
        process.kill(old, "SIGSTOP");
        const waiting = await Promise.all(Array.from({ length: 20 }, () => Client.connect({ port: goes })));
        server.signal("SIGHUP");
        await server.line(/Reload complete/);
        process.kill(old, "SIGCONT");
        for (const client of waiting) client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        for (const client of waiting) assert.equal((await client.answer()).body, `pid=${old}`);
        for (const client of waiting) client.close();
      });
    });

    it("goes from one address to all and back on the same port", LIMIT, async () => {
      const port = await freePort();
      await withConfig({ bind: [`127.0.0.1:${port}`] }, async ({ server, reload }) => {
        const load = startLoad({ port }, { clients: 4, path: "/", keepAlive: true });
        await load.answers(20);
        for (const host of ["0.0.0.0", "127.0.0.1"]) {
          await reload({ bind: [`${host}:${port}`] });
          await load.answers(20);
        }
        await server.line(/Worker exiting/, 2);
        assert.deepEqual((await load.stop()).failures, []);
        assert.equal(new Set(sockets(server.pid)).size, 8);
      });
    });

    it("is refused when an address is taken: nothing has changed, and nothing is left behind", LIMIT, async () => {
      const other = await listening();
      try {
        await withConfig({ workers: 2, bind: ["127.0.0.1:0"] }, async ({ server, path, refused }) => {
          const port = await server.port();
          await server.ready(2);
          const before = sockets(server.pid);
          const load = startLoad({ port }, { clients: 4, path: "/", keepAlive: true });
          await load.answers(20);
          const socket = path("new.sock");
          const line = await refused({
            workers: 2,
            bind: [`unix:${socket}`, `127.0.0.1:${other.port}`],
            pidfile: path("pid"),
            errorlog: path("log"),
          });
          assert.match(
            line,
            new RegExp(`\\[ERROR\\] Reload failed: .*127\\.0\\.0\\.1:${other.port}.*; the old workers go on serving`),
          );
          await load.answers(20);
          assert.deepEqual((await load.stop()).failures, []);
          assert.deepEqual(sockets(server.pid), before);
          for (const name of ["new.sock", "pid", "log"]) assert.equal(existsSync(path(name)), false, name);
          assert.equal(server.count(/Booting worker/), 2);
        });
      } finally {
        other.server.close();
      }
    });

    it("that comes to nothing closes what was bound and removes what was written", LIMIT, async () => {
      await withConfig({ bind: ["127.0.0.1:0"] }, async ({ server, path, refused }) => {
        const port = await server.port();
        await get({ port });
        const before = sockets(server.pid);
        const socket = path("new.sock");
        await refused({ bind: ["127.0.0.1:0", `unix:${socket}`], pidfile: path("pid"), wsgi_app: APP, chdir: path(".") });
        assert.equal((await get({ port })).status, 200);
        while (sockets(server.pid).join() !== before.join()) await get({ port });
        assert.deepEqual([existsSync(socket), existsSync(path("pid"))], [false, false]);
      });
    });
  });

  describe("HUP with more workers than there were sockets for", () => {
    it("binds for them, and everybody serves", LIMIT, async () => {
      await withConfig({ workers: 1, bind: ["127.0.0.1:0"] }, async ({ server, reload }) => {
        const port = await server.port();
        const load = startLoad({ port }, { clients: 4, path: "/", keepAlive: false });
        await load.answers(20);
        await reload({ workers: 9, bind: ["127.0.0.1:0"] });
        assert.equal(new Set(sockets(server.pid)).size, 18);
        const pids = new Set<string>();
        while (pids.size < 9) pids.add((await get({ port })).body);
        await reload({ workers: 1, bind: ["127.0.0.1:0"] });
        await server.line(/Worker exiting/, 10);
        await load.answers(200);
        assert.deepEqual((await load.stop()).failures, []);
      });
    });
  });

  describe("HUP with other files", () => {
    it("moves the pid file, the error log and the working directory", LIMIT, async () => {
      await withConfig({ bind: ["127.0.0.1:0"] }, async ({ server, path, reload }) => {
        const port = await server.port();
        for (const name of ["one", "two"]) {
          mkdirSync(path(name));
          writeFileSync(join(path(name), "app.mjs"), "export const app = () => new Response(process.cwd());\n");
        }
        const at = (name: string): Record<string, unknown> => ({
          bind: ["127.0.0.1:0"],
          chdir: path(name),
          pidfile: "pid",
          accesslog: "access.log",
          worker_tmp_dir: ".",
        });
        await reload(at("one"));
        assert.equal(readlinkSync(`/proc/${server.pid}/cwd`), path("one"));
        assert.equal(readFileSync(join(path("one"), "pid"), "utf8"), `${server.pid}\n`);
        const [newest = 0] = server.workerPids().slice(-1);
        assert.equal(readlinkSync(`/proc/${newest}/cwd`), path("one"));
        while ((await get({ port })).body !== path("one"));
        await reload({ ...at("two") });
        assert.deepEqual([existsSync(join(path("one"), "pid")), existsSync(join(path("two"), "pid"))], [false, true]);
        assert.equal((await get({ port })).status, 200);
        while (!existsSync(join(path("two"), "access.log"))) await get({ port });

        server.signal("SIGHUP");
        await server.line(/Reload complete/, 3);
        const log = join(path("two"), "error.log");
        writeFileSync(path("tsgunicorn.config.json"), JSON.stringify({ ...at("two"), errorlog: "error.log", loglevel: "debug" }));
        server.signal("SIGHUP");
        await server.line(new RegExp(`The error log goes on in "${log}"`));
        while (!/Reload complete: generation \d+ has 1 workers ready/.test(readFileSync(log, "utf8"))) await get({ port });
        server.signal("SIGTERM");
        await server.exited;
        assert.match(readFileSync(log, "utf8"), /Shutting down: Master/);
        assert.equal(server.count(/Shutting down/), 0);
        assert.equal(existsSync(join(path("two"), "pid")), false);
      });
    });

    it("is refused for files that cannot be had, and says which", LIMIT, async () => {
      await withConfig({ bind: ["127.0.0.1:0"] }, async ({ server, path, refused }) => {
        const port = await server.port();
        const before = sockets(server.pid);
        writeFileSync(path("foreign"), `${process.pid}\n`);
        const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
          [{ pidfile: path("foreign") }, new RegExp(`Already running on PID ${process.pid}`)],
          [{ pidfile: path("no/pid") }, /pidfile/],
          [{ errorlog: path("no/log") }, /errorlog/],
          [{ accesslog: path("no/log") }, /accesslog/],
          [{ worker_tmp_dir: path("no") }, /worker_tmp_dir/],
          [{ chdir: path("no") }, /chdir/],
          [{ bind: ["127.0.0.1:0", "fd://9"] }, /fd:\/\//],
        ];
        for (const [settings, why] of cases) {
          const from = server.lines.length;
          await refused({ bind: ["127.0.0.1:0"], ...settings });
          assert.match(server.lines.slice(from).join("\n"), why);
        }
        assert.equal(readFileSync(path("foreign"), "utf8"), `${process.pid}\n`);
        assert.deepEqual(sockets(server.pid), before);
        assert.equal(server.count(/Booting worker/), 1);
        assert.equal((await get({ port })).status, 200);
      });
    });

    it("makes new unix sockets with the new umask, and leaves those that stay", LIMIT, async () => {
      await inFolder(async (other) => {
        const [stays, added] = [join(other, "a"), join(other, "b")];
        await withConfig({ bind: [`unix:${stays}`], umask: "0077" }, async ({ reload }) => {
          await reload({ bind: [`unix:${stays}`, `unix:${added}`], umask: "0007" });
          assert.deepEqual([stays, added].map((path) => (statSync(path).mode & 0o777).toString(8)), ["700", "770"]);
          await reload({ bind: [`unix:${added}`], umask: "0007", backlog: 7 });
          while (existsSync(stays)) await get({ path: added });
        });
      });
    });
  });

  describe("HUP with a configuration that cannot be read", () => {
    const broken: readonly (readonly [name: string, text: string | null, why: RegExp])[] = [
      ["was removed", null, /doesn't exist/],
      ["is no JavaScript", "export default {", /config/],
      ["throws", "throw new Error('not today');", /not today/],
      ["ends the process", "process.exit(0);", /printed configuration/],
    ];
    it("is refused, whatever is wrong, and the next one that is right counts", LIMIT, async () => {
      await inFolder(async (folder) => {
        const file = join(folder, "tsgunicorn.config.mjs");
        // What it prints itself, with a newline or without, is not taken for the configuration.
        const good =
          'console.log("reading"); process.on("exit", () => console.log("garbage")); export default { bind: ["127.0.0.1:0"] };';
        writeFileSync(file, good);
        await withServer(["-c", file, APP], async (server) => {
          const port = await server.port();
          await get({ port });
          const before = sockets(server.pid);
          for (const [index, [name, text, why]] of broken.entries()) {
            const from = server.lines.length;
            if (text === null) rmSync(file);
            else writeFileSync(file, text);
            server.signal("SIGHUP");
            // A reason of several lines ends with this.
            await server.line(/the old workers go on serving/, index + 1);
            assert.match(server.lines.slice(from).join("\n"), why, name);
            assert.equal((await get({ port })).status, 200);
          }
          assert.deepEqual(sockets(server.pid), before);
          writeFileSync(file, good);
          server.signal("SIGHUP");
          await server.line(/Reload complete/);
        });
      });
    });

    it("is refused when the file that was found by itself is gone", LIMIT, async () => {
      await inFolder(async (folder) => {
        const file = join(folder, "tsgunicorn.config.json");
        writeFileSync(file, '{"bind":["127.0.0.1:0"]}');
        writeFileSync(join(folder, "app.mjs"), "export const app = () => new Response('here');\n");
        await withServer(["app:app"], async (server) => {
          const port = await server.port();
          rmSync(file);
          server.signal("SIGHUP");
          await server.line(/Reload failed: the config file ".*tsgunicorn\.config\.json" is gone/);
          assert.equal((await get({ port })).body, "here");
        }, { cwd: folder });
      });
    });
  });

  describe("HUP, and HUP again", () => {
    it("1,000 in a burst end in order: one generation, and as many descriptors as before", LIMIT, async () => {
      const bind = ["127.0.0.1:0"];
      await withConfig({ workers: 2, bind }, async ({ server, path, write }) => {
        const port = await server.port();
        await server.ready(2);
        const pids = new Set<string>();
        while (pids.size < 2) pids.add((await get({ port })).body);
        const count = (): number => readdirSync(`/proc/${server.pid}/fd`).length;
        const before = count();
        const load = startLoad({ port }, { clients: 4, path: "/", keepAlive: true });
        await load.answers(10);
        for (let turn = 0; turn < 1_000; turn += 1) {
          write({
            workers: 2,
            bind: turn % 2 === 0 ? [...bind, `unix:${path("sock")}`] : bind,
            pidfile: turn % 3 === 0 ? path("pid") : null,
          });
          server.signal("SIGHUP");
          if (turn % 100 === 0) await load.answers(1);
        }
        // All of them are through when one more has been read by itself, and nobody else is left.
        const last = { workers: 3, bind };
        write(last);
        server.signal("SIGHUP");
        await server.line(/Reload complete: generation \d+ has 3 workers ready/);
        await load.answers(50);
        assert.deepEqual((await load.stop()).failures, []);
        write({ workers: 2, bind });
        server.signal("SIGHUP");
        const line = await server.line(
          /Reload complete: generation \d+ has 2 workers ready/,
          server.count(/has 2 workers ready/) + 1,
        );
        const generations = Number(/generation (\d+)/.exec(line)?.[1]);
        assert.ok(generations < 60, `${generations} generations`);
        while (server.workerPids().filter(isAlive).length > 2 || count() > before) await get({ port });
        assert.equal(count(), before);
        assert.deepEqual([existsSync(path("sock")), existsSync(path("pid"))], [false, false]);
      });
    });
  });
}
