import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { adapter } from "#runtime";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { type Exit, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const APP = 'export const app = () => new Response("checked");\n';
/** A file that nobody may write, root neither. */
const UNWRITABLE = "/proc/sys/kernel/ostype";

type Run = Exit & { readonly stdout: string; readonly stderr: string };

/** Setting `check_config`, in processes: what it finds, what it says, and what it leaves alone. */
export function checkConfigSuite(): void {
  describe("--check-config", () => {
    it("says OK, and of what, and leaves everything as it was", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, {
          "app.mjs": APP,
          "p.pid": "4194305\n",
          "e.log": "old\n",
          "tsgunicorn.config.mjs": "export const pre_request = (worker, request) => {};\nexport const when_ready = () => {};\n",
        });
        const stale = (await adapter.sockets()).bind({ kind: "unix", path: join(folder, "stale.sock") }, {
          siblings: false,
          unixUmask: 0,
          v6Only: false,
        });
        const before = snapshot(folder);
        const binds = ["-b", "127.0.0.1:0", "-b", "unix:new.sock", "-b", "unix:stale.sock", "-b", "unix:@tsgunicorn-check"];
        const files = ["--pid", "p.pid", "--log-file", "e.log", "--access-logfile", "a.log"];
        const run = await check(folder, ["-w", "2", ...binds, ...files, "app:app"]);
        assert.deepEqual([run.code, run.stderr], [0, ""]);
        const addresses = [
          "http://127.0.0.1:0",
          ...["new", "stale"].map((name) => `unix:${folder}/${name}.sock`),
          "unix:@tsgunicorn-check",
        ];
        const { name, version } = await ownVersion();
        assert.equal(run.stdout, `OK: 2 workers on ${addresses.join(" and ")}, app:app (fetch) with ${name} ${version}\n`);
        assert.deepEqual(snapshot(folder), before);
        (await adapter.sockets()).close(stale);
      });
    });

    it("tells every problem with what to do, the application's too", LIMIT, async () => {
      await inFolder(async (folder) => {
        const taken = createServer();
        await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
        const address = taken.address();
        assert.ok(typeof address === "object" && address !== null);
        write(folder, {
          "app.mjs": APP,
          "tsgunicorn.config.mjs": 'export default { workers: 0, wrokers: 2, loglevel: "loud" };',
        });
        mkdirSync(join(folder, "run"));
        const binds = [`127.0.0.1:${address.port}`, "192.0.2.1:0", "unix:app.mjs", "unix:none/a.sock"];
        const run = await check(folder, [
          ...binds.flatMap((bind) => ["-b", bind]),
          ...["--access-logfile", UNWRITABLE, "--pid", "run", "-u", "no-such-user", "-g", "no-such-group", "app:app"],
        ]);
        taken.close();
        const config = join(folder, "tsgunicorn.config.mjs");
        assert.deepEqual([run.code, run.stdout], [1, ""]);
        assert.deepEqual(run.stderr.split("\n").map((line) => line.replace(/; .*/, "")), [
          `Error: wrokers: unknown setting (from ${config})`,
          `Error: workers: must be at least 1, got 0 (from ${config})`,
          `Error: loglevel: must be one of "debug", "info", "warning", "error", "critical", got "loud" (from ${config})`,
          'Error: pidfile: "run" is a directory (from --pid)',
          `Error: accesslog: Cannot write "${UNWRITABLE}": permission denied (EACCES) (from --access-logfile)`,
          'Error: user: there is no user "no-such-user" (from --user)',
          'Error: group: there is no group "no-such-group" (from --group)',
          `Error: bind: "127.0.0.1:${address.port}" is in use (from --bind)`,
          'Error: bind: Cannot bind "192.0.2.1:0": address not available (EADDRNOTAVAIL) (from --bind)',
          `Error: bind: Cannot bind "unix:${folder}/app.mjs": the path exists and is not a socket. Remove it or choose another path (ENOTSOCK) (from --bind)`,
          `Error: bind: Cannot bind "unix:${folder}/none/a.sock": the folder "${folder}/none" does not exist (ENOENT) (from --bind)`,
        ]);
      });
    });

    it("goes on with the application where the configuration has problems that do not touch it", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, { "app.mjs": APP });
        const run = await check(folder, ["-b", "8000", "app:none"]);
        assert.deepEqual([run.code, run.stdout], [1, ""]);
        assert.deepEqual(run.stderr.split("\n"), [
          'Error: bind: "8000" is neither a host nor a port (from --bind); use ":8000" for a port',
          "Error: wsgi_app: Failed to find attribute 'none' in 'app' (from APP_MODULE)",
          "  The module exports: app",
        ]);
        const nothing = await check(folder, ["--bind", "127.0.0.1:0"]);
        assert.equal(nothing.code, 1);
        assert.match(
          nothing.stderr,
          /^Error: No application module specified; name it on the command line, as in: tsgunicorn \.\/app\.mjs$/,
        );
      });
    });

    it("the addresses of the server that runs are no problem, and it is not disturbed", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, { "app.mjs": APP });
        await withServer(["-b", "127.0.0.1:0", "-b", "unix:a.sock", "--pid", "p.pid", "app:app"], async (server) => {
          const port = await server.port();
          await server.ready(1);
          const binds = ["-b", `127.0.0.1:${port}`, "-b", "unix:a.sock"];
          const known = await check(folder, [...binds, "--pid", "p.pid", "app:app"]);
          assert.equal(known.code, 0, known.stderr);
          assert.match(known.stdout, /^OK: 1 worker on /);
          assert.deepEqual(
            known.stderr.split("\n"),
            [`127.0.0.1:${port}`, `unix:${folder}/a.sock`].map((text) =>
              `Note: "${text}" is in use, as it is while the server runs (pid ${server.pid}, as the pidfile says)`
            ),
          );
          const unknown = await check(folder, [...binds, "app:app"]);
          assert.equal(unknown.code, 1);
          assert.equal(unknown.stderr.match(/ is in use \(from --bind\); stop the other server/g)?.length, 2, unknown.stderr);
          assert.equal((await get({ port })).body, "checked");
          assert.equal((await get({ path: join(folder, "a.sock") })).body, "checked");
          assert.equal(Number(readFileSync(join(folder, "p.pid"), "utf8")), server.pid);
        }, { cwd: folder });
        write(folder, { "p.pid": `${process.pid}\n` });
        const strange = await check(folder, ["-b", "127.0.0.1:0", "--pid", "p.pid", "app:app"]);
        assert.match(
          strange.stderr,
          new RegExp(`^Error: pidfile: "p\\.pid" names process ${process.pid}, which lives and is no tsgunicorn`),
        );
      });
    });

    it("settings that do not go together: warnings are told here and at the start, problems end both", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, { "app.mjs": APP });
        const odd = ["-b", "127.0.0.1:0", "--max-requests-jitter", "5", "app:app"];
        const text =
          "max_requests_jitter: has no effect without max_requests (from --max-requests-jitter); set max_requests, or leave it out";
        const run = await check(folder, odd);
        assert.deepEqual([run.code, run.stderr], [0, `Warning: ${text}`]);
        assert.match(run.stdout, /^OK: /);
        await withServer(odd, async (server) => {
          await server.ready(1);
          assert.equal(server.lines.filter((line) => line.endsWith(`[WARNING] ${text}`)).length, 1);
        }, { cwd: folder });
        const wrong = ["-b", "127.0.0.1:0", "--pid", "x", "--log-file", "x", "app:app"];
        for (const flags of [["--check-config"], []]) {
          const { code, stderr } = await runToEnd([...flags, ...wrong], { cwd: folder });
          assert.deepEqual([code, stderr], [
            1,
            'Error: pidfile: "x" is also the path of errorlog (from --pid); give it a file of its own',
          ]);
        }
        assert.deepEqual(readdirSync(folder), ["app.mjs"]);
      });
    });

    it("loads application and hooks as a worker does: in its process, with its variables and its time", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, {
          "exits.mjs": "process.exit(7);",
          "waits.mjs": "setInterval(() => {}, 1000);\nawait new Promise(() => {});",
          "app.mjs": APP,
          "hooks.mjs": 'export const post_fork = process.env["IN_WORKER"] ? 5 : () => {};',
          "listens.mjs": 'import { createServer } from "node:http";\ncreateServer(() => {}).listen(0, "127.0.0.1");',
        });
        const bind = ["-b", "127.0.0.1:0"];
        const [exits, waits, hooks, script] = await Promise.all([
          check(folder, [...bind, "exits:app"]),
          check(folder, [...bind, "--boot-timeout", "2", "waits:app"]),
          check(folder, [...bind, "-c", "hooks.mjs", "--env", "IN_WORKER=1", "app:app"]),
          check(folder, ["--interface", "script", "listens.mjs"]),
        ]);
        assert.deepEqual([exits, waits, hooks, script].map(({ code }) => code), [1, 1, 1, 0]);
        assert.match(
          exits.stderr,
          /^Error: wsgi_app: Failed to load 'exits:app': the process ended while it was being loaded \(exit 7\)/m,
        );
        assert.match(waits.stderr, /^Error: wsgi_app: Failed to load 'waits:app': it is not loaded after 2 s \(boot_timeout\)/m);
        assert.match(hooks.stderr, /^Error: wsgi_app: Server hooks cannot be loaded\. Error: post_fork: value is not callable/m);
        assert.match(script.stdout, /^OK: 1 worker on http:\/\/127\.0\.0\.1:0, listens\.mjs \(script\) with /);
      });
    });

    it("sockets that it is started with", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, { "app.mjs": APP });
        const sockets = await adapter.sockets();
        const given = sockets.bind({ kind: "tcp", family: 4, host: "127.0.0.1", port: 0 }, {
          siblings: false,
          unixUmask: 0,
          v6Only: false,
        });
        const [inherited, activated, missing] = await Promise.all([
          check(folder, ["-b", "fd://3", "app:app"], { fds: [given.fd] }),
          check(folder, ["-b", "8.8.8.8:1", "app:app"], { fds: [given.fd], env: { LISTEN_FDS: "1" }, listenPid: true }),
          check(folder, ["-b", "fd://77", "app:app"]),
        ]);
        sockets.close(given);
        assert.deepEqual([inherited.code, activated.code, missing.code], [0, 0, 1], `${inherited.stderr}${activated.stderr}`);
        assert.match(inherited.stdout, /^OK: 1 worker on fd:\/\/3, app:app /);
        assert.match(activated.stdout, /^OK: 1 worker on fd:\/\/3, app:app /);
        assert.match(
          missing.stderr,
          /^Error: bind: Cannot take over descriptor 77: bad file descriptor \(EBADF\) \(from --bind\); the socket must be/,
        );
      });
    });
  });
}

async function check(cwd: string, args: readonly string[], options: Parameters<typeof runToEnd>[1] = {}): Promise<Run> {
  return await runToEnd(["--check-config", ...args], { cwd, ...options });
}

/** As the server's command says it: tests may run on another version. */
async function ownVersion(): Promise<{ readonly name: string; readonly version: string }> {
  const { stdout } = await runToEnd(["--check-config", "-b", "127.0.0.1:0", "app:app"]);
  const [, name = "", version = ""] = /with (node|bun|deno) (\d+\.\d+\.\d+)$/m.exec(stdout) ?? [];
  return { name, version };
}

/** Names, kinds, modes, owners, contents and times. */
function snapshot(folder: string): unknown {
  return ["", ...readdirSync(folder)].map((name) => {
    const path = join(folder, name);
    const { mode, uid, gid, ino, mtimeMs, ctimeMs } = statSync(path);
    return [name, mode, uid, gid, ino, mtimeMs, ctimeMs, statSync(path).isFile() ? readFileSync(path, "utf8") : null];
  });
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
