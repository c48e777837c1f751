import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { type Exit, type RunningServer, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };

/** Tells what the worker sees of the environment, and what a hook of the config file has seen. */
const APP = `
import process from "node:process";
export const app = () => Response.json({ name: process.env.NAME ?? null, more: process.env.MORE ?? null, secret: process.env.SECRET ?? null });
`;

/** Settings from where a module, the environment and the processors say. */
const CONFIG = `
import { timeout } from "./values.mjs";
export default async ({ env, cpus }) => ({
  timeout,
  workers: Math.min(cpus, 1),
  proc_name: env.NAME,
  on_reload(server) { server.log("info", "reloaded as " + env.NAME + " after " + process.env.NAME); },
});
`;

/** Where values come from, in processes. */
export function configSuite(): void {
  describe("configuration", () => {
    it("prints each value with its origin, for people and for programs", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, {
          "prod.env": "WEB_CONCURRENCY=3\nTSGUNICORN_TIMEOUT=40s\nPASSWORD=hidden",
          "package.json": '{ "tsgunicorn": { "keepalive": 7, "bind": ":0" } }',
          "tsgunicorn.config.mjs": 'console.log("a line of its own");\nexport const backlog = 77;',
        });
        const argv = ["--env-file", "prod.env", "--env", "TOKEN=hidden", "app:app"];
        const text = await run(folder, ["--print-config", ...argv], { GUNICORN_CMD_ARGS: "--limit-request-fields 50" });
        assert.deepEqual([text.code, text.stderr], [0, ""]);
        assert.equal(text.stdout.includes("hidden"), false);
        const shown = text.stdout.split("\n").map((line) => line.replaceAll(/ +/g, " "));
        for (
          const line of [
            "workers = 3 # WEB_CONCURRENCY in prod.env",
            "timeout = 40 # TSGUNICORN_TIMEOUT in prod.env",
            `keepalive = 7 # "tsgunicorn" in ${folder}/package.json`,
            `backlog = 77 # ${folder}/tsgunicorn.config.mjs`,
            "limit_request_fields = 50 # --limit-request-fields in GUNICORN_CMD_ARGS",
            'raw_env = ["TOKEN=***"] # --env',
            'wsgi_app = "app:app" # APP_MODULE',
            "daemon = false # default",
          ]
        ) assert.ok(shown.includes(line), `${line}\n${text.stdout}`);
        const json = await run(folder, ["--print-config=json", ...argv], { PORT: "0", WEB_CONCURRENCY: "2" });
        const { file, variables, settings } = JSON.parse(json.stdout.trimEnd().split("\n").at(-1) ?? "");
        assert.equal(file, join(folder, "tsgunicorn.config.mjs"));
        assert.deepEqual(variables, { TSGUNICORN_TIMEOUT: "40s", PASSWORD: "hidden" });
        assert.deepEqual(settings.workers, { value: 2, origin: "WEB_CONCURRENCY" });
        assert.deepEqual(settings.bind, { value: [":0"], origin: `"tsgunicorn" in ${folder}/package.json` });
      });
    });

    it("says everything that is wrong at once, and ends with 1", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, {
          "bad.env": "A\nTSGUNICORN_WORKERS=-1",
          "package.json": '{ "tsgunicorn": { "wrokers": 2 } }',
          "tsgunicorn.config.mjs": "export default { loglevel: 'loud' };",
        });
        const { code, stdout, stderr } = await run(folder, ["--env-file", "bad.env", "-b", "8000", "app:app"], { PORT: "" });
        assert.deepEqual([code, stdout], [1, ""]);
        const lines = stderr.split("\n");
        assert.deepEqual(lines.map((line) => /^Error: (?:(\w+): )?/.exec(line)?.[1]), [
          "env_file",
          "wrokers",
          "workers",
          "loglevel",
          "bind",
        ]);
        assert.match(lines[2] ?? "", /\(from TSGUNICORN_WORKERS in bad\.env\)/);
      });
    });

    it("is read afresh at HUP: the module that a function imports, package.json and the file of variables", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, {
          "app.mjs": APP,
          "tsgunicorn.config.mjs": CONFIG,
          "values.mjs": "export const timeout = 31;",
          "package.json": '{ "tsgunicorn": { "keepalive": 7, "loglevel": "debug" } }',
          "prod.env": "NAME=first\nMORE=one\nSECRET=in the file",
        });
        const argv = ["-b", "127.0.0.1:0", "--env-file", "prod.env", "app:app"];
        await withServer(argv, async (server) => {
          assert.deepEqual(await seen(server), { name: "first", more: "one", secret: "real" });
          write(folder, {
            "values.mjs": "export const timeout = 32;",
            "package.json": '{ "tsgunicorn": { "loglevel": "info" } }',
            "prod.env": "NAME=second\nSECRET=still not",
          });
          await reload(server, 1);
          assert.deepEqual(await seen(server), { name: "second", more: null, secret: "real" });
          await server.line(/reloaded as second after first$/);
          write(folder, { "prod.env": "NAME='third" });
          server.signal("SIGHUP");
          assert.match(
            await server.line(/Reload failed/),
            /a quotation of "NAME" that begins with ' does not end \(from prod\.env:1\)/,
          );
          rmSync(join(folder, "prod.env"));
          server.signal("SIGHUP");
          assert.match(await server.line(/Reload failed/, 2), /prod\.env.*(?:doesn't exist|not found)/);
          assert.deepEqual(await seen(server), { name: "second", more: null, secret: "real" });
          write(folder, { "prod.env": 'NAME="fourth"\nMORE="two"' });
          await reload(server, 2);
          assert.deepEqual(await seen(server), { name: "fourth", more: "two", secret: "real" });
          // The arbiter itself follows when the reload is through.
          await server.line(/reloaded as fourth after second$/);
        }, { cwd: folder, env: { SECRET: "real" } });
      });
    });

    it("reads no .env that is not named, neither in the arbiter nor in workers", LIMIT, async () => {
      await inFolder(async (folder) => {
        const names = [".env", ".env.local", ".env.development", ".env.production.local", ".env.test"];
        write(folder, {
          "app.mjs": APP,
          ...Object.fromEntries(
            names.map((name) => [name, "NAME=silent\nexport MORE: silent\nSECRET=silent\nTSGUNICORN_WORKERS=9\n"]),
          ),
        });
        await withServer(["-b", "127.0.0.1:0", "app:app"], async (server) => {
          assert.deepEqual(await seen(server), { name: null, more: null, secret: "real" });
          assert.equal(server.workerPids().length, 1);
          assert.equal(server.count(/"\.env" was not read: /), isBun(server) ? 1 : 0);
        }, { cwd: folder, env: { SECRET: "real" } });
      });
    });

    it("says of gunicorn.conf.py that it was not read", LIMIT, async () => {
      await inFolder(async (folder) => {
        write(folder, { "app.mjs": APP, "gunicorn.conf.py": "workers = 9\n" });
        await withServer(["-b", "127.0.0.1:0", "app:app"], async (server) => {
          await server.line(/\[INFO\] "gunicorn\.conf\.py" is Python and was not read: "tsgunicorn init" makes/);
          await server.line(/Booting worker/);
        }, { cwd: folder });
        const { code, stderr } = await run(folder, ["-c", "gunicorn.conf.py", "app:app"]);
        assert.equal(code, 1);
        assert.match(
          stderr,
          /gunicorn\.conf\.py" is no kind of config file \(from --config\); write its settings into a "tsgunicorn\.config\.ts"/,
        );
      });
    });
  });
}

function isBun(server: RunningServer): boolean {
  return server.count(/Using worker: \w+ \(bun /) > 0;
}

async function seen(server: RunningServer): Promise<unknown> {
  return JSON.parse((await get({ port: await server.port() })).body);
}

/** Until the worker of before, which still accepts when the new one serves, is gone. */
async function reload(server: RunningServer, count: number): Promise<void> {
  const [old] = server.workerPids().slice(-1);
  server.signal("SIGHUP");
  await server.line(/Reload complete/, count);
  await server.line(new RegExp(`Worker exiting \\(pid: ${old}\\)`));
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

async function run(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  return await runToEnd(args, { cwd, env });
}
