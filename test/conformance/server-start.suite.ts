import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import process from "node:process";
import { adapter } from "#runtime";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 60_000 };
const ANY = ["-b", "127.0.0.1:0"] as const;

/** Starting: addresses, applications, settings, and what is said when something is wrong. */
export function startSuite(): void {
  describe("start", () => {
    it("serves with one worker and gunicorn's log lines", LIMIT, async () => {
      await withServer([...ANY, "app:app"], async (server) => {
        const port = await server.port();
        assert.match((await get({ port })).body, /^pid=\d+$/);
        const [starting, listening, using, booting] = server.lines;
        assert.match(
          starting ?? "",
          /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\] \[INFO\] Starting tsgunicorn \d+\.\d+\.\d+$/,
        );
        assert.match(listening ?? "", new RegExp(`\\[INFO\\] Listening at: http://127\\.0\\.0\\.1:${port} \\(${server.pid}\\)$`));
        assert.match(using ?? "", /Using worker: async \((node|bun|deno) \d+\.\d+\.\d+\)$/);
        assert.match(booting ?? "", /\[(\d+)\] \[INFO\] Booting worker with pid: \1$/);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
        assert.equal(server.count(/Handling signal: term$/), 1);
        assert.equal(server.count(/Worker exiting \(pid: \d+\)$/), 1);
        assert.match(server.lines.at(-1) ?? "", /Shutting down: Master$/);
      });
    });

    it("serves a default export and an object with fetch", LIMIT, async () => {
      await withServer([...ANY, "app"], async (server) => {
        assert.match((await get({ port: await server.port() })).body, /^pid=\d+$/);
      });
    });

    it("listens on TCP, IPv6 and a unix socket at once", LIMIT, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, "app.sock");
        await withServer([...ANY, "-b", "[::1]:0", "-b", `unix:${path}`, "-m", "0077", "-w", "2", "app:app"], async (server) => {
          assert.equal((await get({ port: await server.port() })).status, 200);
          assert.equal((await get({ path })).status, 200);
          assert.ok(await server.port(1) > 0);
          assert.equal(statSync(path).mode & 0o777, 0o700);
          await server.stop();
          assert.throws(() => statSync(path), /ENOENT/);
        });
      });
    });

    it("replaces a stale unix socket and refuses a live one", LIMIT, async () => {
      await inFolder(async (folder) => {
        const path = join(folder, "app.sock");
        await withServer(["-b", `unix:${path}`, "plain:app"], async (first) => {
          await first.ready(1);
          const second = await runToEnd(["-b", `unix:${path}`, "plain:app"]);
          assert.equal(second.code, 1);
          assert.match(second.stderr, /Connection in use: unix:/);
          first.signal("SIGKILL");
          await first.exited;
          await withServer(["-b", `unix:${path}`, "plain:app"], async (third) => {
            await third.ready(1);
            assert.equal((await get({ path })).body, "hello\n");
          });
        });
      });
    });

    it("says which TCP address is in use, and ends with 1", LIMIT, async () => {
      await withServer([...ANY, "plain:app"], async (server) => {
        const port = await server.port();
        const second = await runToEnd(["-b", `127.0.0.1:${port}`, "plain:app"]);
        assert.equal(second.code, 1);
        assert.match(second.stderr, new RegExp(`Connection in use: http://127\\.0\\.0\\.1:${port}`));
        assert.match(second.stderr, new RegExp(`Can't connect to http://127\\.0\\.0\\.1:${port}`));
      });
    });

    it("takes PORT, WEB_CONCURRENCY and TSGUNICORN_CMD_ARGS from the environment", LIMIT, async () => {
      const printed = await runToEnd(["--print-config", "app:app"], {
        env: { PORT: "5555", WEB_CONCURRENCY: "3", TSGUNICORN_CMD_ARGS: "-t 77 --backlog=9" },
      });
      assert.equal(printed.code, 0, printed.stderr);
      assert.match(printed.stdout, /^bind +=.*0\.0\.0\.0:5555/m);
      assert.match(printed.stdout, /^workers +=.*3/m);
      assert.match(printed.stdout, /^timeout +=.*77/m);
      assert.match(printed.stdout, /^backlog +=.*9/m);
    });

    it("takes an inherited descriptor: fd://3", LIMIT, async () => {
      const sockets = await adapter.sockets();
      const listener = sockets.bind({ kind: "tcp", family: 4, host: "127.0.0.1", port: 0 }, {
        siblings: false,
        unixUmask: 0,
        v6Only: false,
      });
      sockets.listen(listener, 16);
      await withServer(["-b", "fd://3", "-w", "2", "plain:app"], async (server) => {
        sockets.close(listener);
        assert.equal(listener.address.kind, "tcp");
        assert.equal((await get({ port: await server.port() })).body, "hello\n");
      }, { fds: [listener.fd] });
    });

    it("runs a TypeScript application where the runtime does", LIMIT, async () => {
      await withServer([...ANY, "typed:app"], async (server) => {
        if (Number(process.versions.node?.split(".")[0]) >= 22 && process.env["TSGUNICORN_TEST_NODE"] === undefined) {
          assert.equal((await get({ port: await server.port() })).body, "typed");
        } else {
          assert.equal((await server.exited).code, 3);
          assert.match(server.transcript(), /TypeScript/);
        }
      });
    });

    it("writes a pid file, and refuses one whose owner lives", LIMIT, async () => {
      await inFolder(async (folder) => {
        const pidfile = join(folder, "app.pid");
        await withServer([...ANY, "-p", pidfile, "plain:app"], async (server) => {
          await server.ready(1);
          assert.equal(readFileSync(pidfile, "utf8"), `${server.pid}\n`);
          const second = await runToEnd([...ANY, "-p", pidfile, "plain:app"]);
          assert.equal(second.code, 1);
          assert.match(second.stderr, new RegExp(`Already running on PID ${server.pid} \\(or pid file '.*' is stale\\)`));
          await server.stop();
          assert.throws(() => statSync(pidfile), /ENOENT/);
        });
        writeFileSync(pidfile, "999999999\n");
        await withServer([...ANY, "-p", pidfile, "plain:app"], async (server) => {
          await server.ready(1);
          assert.equal(readFileSync(pidfile, "utf8"), `${server.pid}\n`);
        });
      });
    });

    it("writes the access log", LIMIT, async () => {
      await withServer([...ANY, "--access-logfile", "-", "app:app"], async (server) => {
        await get({ port: await server.port() }, "/unicode?q=%22", 'User-Agent: a"b\r\n');
        const line = await server.until(() => server.stdout.includes("\n") ? server.stdout : undefined, "an access line");
        assert.match(
          line,
          /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:[\d:]+ [+-]\d{4}\] "GET \/unicode\?q=%22 HTTP\/1\.1" 200 15 "-" "a\\"b"\n$/,
        );
      });
    });
  });

  describe("a wrong start", () => {
    const cases: readonly (readonly [name: string, args: readonly string[], code: number, says: readonly RegExp[]])[] = [
      ["no application", [], 1, [/No application module specified; name it on the command line/]],
      ["a missing module", ["nothing-here:app"], 3, [/nothing-here/, /Reason: Worker failed to boot\./]],
      ["a module that throws", ["throws:app"], 3, [/the module threw/, /throws\.mjs/, /Reason: Worker failed to boot\./]],
      ["a syntax error", ["syntax-error:app"], 3, [/syntax-error\.mjs/, /Reason: Worker failed to boot\./]],
      ["a missing export", ["app:ap"], 4, [
        /Failed to find attribute 'ap' in 'app'\./,
        /"?'?app'?"?/,
        /Reason: App failed to load\./,
      ]],
      ["something not callable", ["app:notCallable"], 4, [
        /Application object must be callable\./,
        /Reason: App failed to load\./,
      ]],
      ["an unknown flag", ["--wrokers", "2", "app:app"], 2, [/--wrokers/, /--workers/]],
      ["a flag without its value", ["app:app", "--workers"], 2, [/workers/]],
      ["a bad number", ["-w", "many", "app:app"], 2, [/workers/, /many/]],
      ["a folder that is not there", ["--chdir", "/nowhere/at/all", "app:app"], 1, [/chdir/, /\/nowhere\/at\/all/]],
      ["a bad address", ["-b", "127.0.0.1:99999", "app:app"], 1, [/bind/, /99999/]],
      ["an unwritable pid file", [...ANY, "-p", "/nowhere/at/all/app.pid", "app:app"], 1, [/pid/, /\/nowhere\/at\/all/]],
      ["an unwritable log", [...ANY, "--error-logfile", "/nowhere/at/all/e.log", "app:app"], 1, [
        /errorlog/,
        /\/nowhere\/at\/all/,
      ]],
      ["a unix socket in no folder", ["-b", "unix:/nowhere/at/all/app.sock", "app:app"], 1, [/\/nowhere\/at\/all/]],
      ["a missing config file", ["-c", "nowhere.config.mjs", "app:app"], 1, [/nowhere\.config\.mjs/]],
    ];
    for (const [name, args, code, says] of cases) {
      it(`${name} ends with ${code} and a clear message`, LIMIT, async () => {
        const run = await runToEnd(code >= 3 ? [...ANY, ...args] : args);
        assert.equal(run.code, code, `${run.stdout}\n${run.stderr}`);
        for (const pattern of says) assert.match(run.stderr, pattern);
        assert.doesNotMatch(run.stderr, /src\/(app|worker|arbiter|config|cli)\/|node:internal|ext:/, "a stack of ours is shown");
      });
    }

    it("with several workers ends with 3 as well, and removes its pid file", LIMIT, async () => {
      await inFolder(async (folder) => {
        const run = await runToEnd([...ANY, "-w", "4", "-p", join(folder, "p"), "throws:app"]);
        assert.equal(run.code, 3, run.stderr);
        assert.match(run.stderr, /Shutting down: Master\n.*Reason: Worker failed to boot\.$/);
        assert.throws(() => statSync(join(folder, "p")), /ENOENT/);
      });
    });
  });

  describe("print and leave", () => {
    it("-v", LIMIT, async () => {
      const run = await runToEnd(["-v"]);
      assert.deepEqual([run.code, run.stdout.replace(/\d+\.\d+\.\d+/, "N")], [0, "tsgunicorn (version N)\n"]);
    });

    it("-h names every flag", LIMIT, async () => {
      const run = await runToEnd(["-h"]);
      assert.equal(run.code, 0);
      for (const flag of ["--bind", "--workers", "--timeout", "--graceful-timeout", "--keep-alive", "--check-config"]) {
        assert.ok(run.stdout.includes(flag), flag);
      }
    });

    it("--check-config says OK, and what is wrong", LIMIT, async () => {
      const good = await runToEnd(["--check-config", "app:app"]);
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stdout, /^OK: /);
      const bad = await runToEnd(["--check-config", "app:nope"]);
      assert.equal(bad.code, 1);
      assert.match(bad.stderr, /^Error: wsgi_app: Failed to find attribute 'nope' in 'app' \(from APP_MODULE\)$/m);
    });

    it("reads a config file", LIMIT, async () => {
      await inFolder(async (folder) => {
        writeFileSync(join(folder, "tsgunicorn.config.mjs"), "export default { workers: 3, timeout: 11 };\n");
        const run = await runToEnd(["--print-config", "-t", "12", "app:app"], { cwd: folder });
        assert.equal(run.code, 0, run.stderr);
        assert.match(run.stdout, /^workers +=.*3.*tsgunicorn\.config\.mjs/m);
        assert.match(run.stdout, /^timeout +=.*12/m);
      });
    });
  });
}
