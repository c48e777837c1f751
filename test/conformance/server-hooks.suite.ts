import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import process from "node:process";
import { get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { type Exit, type RunningServer, runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 90_000 };
const APP = `export default (request) => new Response(request.url.endsWith("/exit") ? process.exit(7) : "hello");\n`;
/** An older Node cannot import it. */
const EXTENSIONS = process.env["TSGUNICORN_TEST_NODE"] === undefined ? ["mjs", "cjs", "ts"] : ["mjs", "cjs"];

const HOOKS = {
  on_starting: ["server"],
  on_reload: ["server"],
  when_ready: ["server"],
  nworkers_changed: ["server", "newValue", "oldValue"],
  pre_fork: ["server", "worker"],
  post_fork: ["server", "worker"],
  post_worker_init: ["worker"],
  worker_int: ["worker"],
  worker_abort: ["worker"],
  pre_exec: ["server"],
  pre_request: ["worker", "request"],
  post_request: ["worker", "request", "response"],
  child_exit: ["server", "worker"],
  worker_exit: ["server", "worker"],
  on_exit: ["server"],
} as const;

type Name = keyof typeof HOOKS;

/** What every hook tells of itself, as one line of standard error. */
const DETAILS: Partial<Record<Name, string>> = {
  nworkers_changed: "`${oldValue}-${newValue}`",
  pre_request: "request.target",
  post_request: "response.status",
  child_exit: "`${worker.age} ${worker.exitCode}`",
};

/** Text of a config file whose hooks say that they are called, and then do what `body` says. */
function configText(
  extension: string,
  options: { mark?: string; body?: string; only?: readonly Name[]; more?: string } = {},
): string {
  const { mark = "hook", body = "", only, more = "" } = options;
  const names = only ?? (Object.keys(HOOKS) as Name[]);
  const type = extension === "ts" ? ": any" : "";
  const methods = names.map((name) => {
    const parameters: readonly string[] = HOOKS[name];
    const detail = DETAILS[name] ?? (parameters.includes("worker") ? "worker.age" : '""');
    const list = parameters.map((parameter) => parameter + type).join(", ");
    return `  ${name}(${list}) { writeSync(2, \`${mark}: ${name} \${${detail}}\`.trim() + "\\n"); ${body} },`;
  });
  const settings = `{\n  bind: "127.0.0.1:0", wsgi_app: "app", graceful_timeout: 5, ${more}\n${methods.join("\n")}\n}`;
  return extension === "cjs"
    ? `const { writeSync } = require("node:fs");\nmodule.exports = ${settings};\n`
    : `import { writeSync } from "node:fs";\nexport default ${settings};\n`;
}

async function inSite(extension: string, text: string, run: (folder: string, path: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, `tsgunicorn.config.${extension}`);
    writeFileSync(join(folder, "app.mjs"), APP);
    writeFileSync(path, text);
    await run(folder, path);
  });
}

async function serving(
  text: string,
  run: (server: RunningServer, folder: string) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  await inSite("mjs", text, async (folder) => await withServer(args, (server) => run(server, folder), { cwd: folder }));
}

async function quit(server: RunningServer): Promise<Exit> {
  server.signal("SIGQUIT");
  return await server.exited;
}

function calls(server: RunningServer, mark = "hook"): string[] {
  return server.lines.filter((line) => line.startsWith(`${mark}: `)).map((line) => line.slice(mark.length + 2));
}

/** Hooks: their order, and what they can do to a server. */
export function hooksSuite(): void {
  describe("server hooks", () => {
    for (const extension of EXTENSIONS) {
      it(`are called in gunicorn's order, and a reload brings the changed ones: .${extension}`, LIMIT, async () => {
        await inSite(extension, configText(extension, { mark: "one" }), async (folder, path) => {
          await withServer([], async (server) => {
            const port = await server.port();
            assert.equal((await get({ port }, "/a")).body, "hello");
            await server.line(/^one: post_request 200/);
            writeFileSync(path, configText(extension, { mark: "two" }));
            server.signal("SIGHUP");
            await server.line(/: child_exit 1 0/);
            assert.equal((await get({ port }, "/b")).status, 200);
            await server.line(/^two: post_request 200/);
            assert.deepEqual(await quit(server), { code: 0, signal: null });
            const marked = [...server.lines].filter((line) => /^(one|two): /.test(line));
            assert.deepEqual(marked, [
              "one: nworkers_changed null-1",
              "one: on_starting",
              "one: when_ready",
              "one: pre_fork 1",
              "one: post_fork 1",
              "one: post_worker_init 1",
              "one: pre_request /a",
              "one: post_request 200",
              "two: nworkers_changed 1-1",
              "two: on_reload",
              "two: pre_fork 2",
              "two: post_fork 2",
              "two: post_worker_init 2",
              "one: worker_exit 1",
              "two: child_exit 1 0",
              "two: pre_request /b",
              "two: post_request 200",
              "two: worker_int 2",
              "two: worker_exit 2",
              "two: child_exit 2 0",
              "two: on_exit",
            ]);
          }, { cwd: folder });
        });
      });
    }

    it("stand in the log where they are called", LIMIT, async () => {
      await serving(configText("mjs"), async (server) => {
        // Before it serves, a worker is never told to hurry.
        await get({ port: await server.port() });
        await quit(server);
        const story = server.lines.map((line) =>
          line.replace(/^\[.*?\] \[\d+\] \[\w+\] /, "").replace(/[ :]+(http.*|\d+)?(\(.*\))?$/, "")
        );
        const at = (text: string): number => story.findIndex((line) => line.startsWith(text));
        const order = [
          "hook: nworkers_changed",
          "Starting",
          "hook: on_starting",
          "Listening at",
          "Using worker",
          "hook: when_ready",
          "hook: pre_fork",
          "Booting worker",
          "hook: post_fork",
          "hook: post_worker_init",
          "hook: worker_int",
          "Worker exiting",
          "hook: worker_exit",
          "hook: child_exit",
          "Shutting down",
          "hook: on_exit",
        ].map(at);
        assert.ok(order[0] !== -1);
        assert.deepEqual(order, [...order].sort((a, b) => a - b), story.join("\n"));
      });
    });

    it("tell how many workers are wanted (TTIN, TTOU)", LIMIT, async () => {
      await serving(configText("mjs", { only: ["nworkers_changed"] }), async (server) => {
        await server.line(/Booting worker/);
        for (const signal of ["SIGTTIN", "SIGTTOU", "SIGTTOU"] as const) {
          server.signal(signal);
          await server.line(
            new RegExp(`signal: ${signal.slice(3).toLowerCase()}`),
            signal === "SIGTTOU" ? server.count(/signal: ttou/) + 1 : 1,
          );
        }
        await quit(server);
        assert.deepEqual(calls(server), ["nworkers_changed null-1", "nworkers_changed 1-2", "nworkers_changed 2-1"]);
      });
    });

    it("are called at an upgrade (USR2), in both arbiters", LIMIT, async () => {
      await serving(configText("mjs", { only: ["pre_exec", "on_starting", "when_ready", "on_exit"] }), async (server) => {
        await get({ port: await server.port() });
        server.signal("SIGUSR2");
        const pid = Number(/has pid (\d+)/.exec(await server.line(/Upgrading: the new arbiter has pid/))?.[1]);
        await server.line(/hook: when_ready/, 2);
        process.kill(pid, "SIGQUIT");
        await server.line(/The new arbiter \(pid:\d+\) has ended/);
        await quit(server);
        const names = ["on_starting", "when_ready"];
        assert.deepEqual(calls(server), [...names, "pre_exec", ...names, "on_exit", "on_exit"]);
      });
    });

    it("that are asynchronous are waited for at the start and at the end", LIMIT, async () => {
      const body = `return new Promise((done) => setTimeout(() => { writeSync(2, "waited\\n"); done(); }, 20));`;
      const only = [
        "on_starting",
        "when_ready",
        "post_fork",
        "post_worker_init",
        "worker_int",
        "worker_exit",
        "on_exit",
      ] as const;
      await serving(configText("mjs", { body, only }), async (server) => {
        await server.line(/^waited/, 4);
        await get({ port: await server.port() });
        assert.deepEqual(await quit(server), { code: 0, signal: null });
        const story = server.lines.filter((line) => /^(hook|waited)/.test(line)).map((line) => line.split(" ")[1] ?? "waited");
        assert.deepEqual(story, only.flatMap((name) => [name, "waited"]));
      });
    });
  });

  describe("a server hook that throws", () => {
    for (const name of ["on_starting", "when_ready"] as const) {
      it(`ends the start: ${name}`, LIMIT, async () => {
        await inSite(
          "mjs",
          configText("mjs", { only: [name, "on_exit"], body: `throw new Error("no ${name}");` }),
          async (folder) => {
            const { code, stderr } = await runToEnd([], { cwd: folder });
            assert.equal(code, 1);
            assert.match(stderr, new RegExp(`\\[ERROR\\] Exception in ${name} hook\\nError: no ${name}\\n +at `));
            assert.doesNotMatch(stderr, /Booting worker|on_exit/);
          },
        );
      });
    }

    for (const name of ["post_fork", "post_worker_init"] as const) {
      it(`fails the boot of the worker: ${name}`, LIMIT, async () => {
        await inSite("mjs", configText("mjs", { only: [name], body: `throw new Error("no ${name}");` }), async (folder) => {
          const { code, stderr } = await runToEnd([], { cwd: folder });
          assert.equal(code, 3);
          assert.match(stderr, new RegExp(`Exception in worker process\\nException in ${name} hook\\nError: no ${name}`));
          assert.match(stderr, /Reason: Worker failed to boot\./);
        });
      });
    }

    it("is answered with 500, and the application does not see the request: pre_request", LIMIT, async () => {
      const text = configText("mjs", {
        only: ["pre_request", "post_request"],
        body: `if (request.path === "/exit") throw new Error("not you");`,
      });
      await serving(text, async (server) => {
        const port = await server.port();
        assert.equal((await get({ port }, "/exit")).status, 500);
        await server.line(/^hook: post_request 500/);
        assert.equal((await get({ port }, "/")).status, 200);
        await server.line(/Exception in pre_request hook/);
        await server.line(/Exception in post_request hook/);
        await server.line(/Error: not you/, 2);
        assert.equal(server.count(/Booting worker/), 1);
      });
    });

    it("is logged, and the server goes on: all others", LIMIT, async () => {
      const only: readonly Name[] = [
        "nworkers_changed",
        "pre_fork",
        "child_exit",
        "on_reload",
        "worker_int",
        "worker_exit",
        "on_exit",
      ];
      await serving(configText("mjs", { only, body: `throw new Error("thrown");` }), async (server) => {
        const port = await server.port();
        assert.equal((await get({ port })).status, 200);
        server.signal("SIGHUP");
        await server.line(/Exception in child_exit hook/);
        assert.equal((await get({ port })).status, 200);
        assert.deepEqual(await quit(server), { code: 0, signal: null });
        for (const name of only) assert.ok(server.count(new RegExp(`\\[ERROR\\] Exception in ${name} hook`)) > 0, name);
      });
    });

    it("later, when nobody waits any more, does not end the arbiter", LIMIT, async () => {
      const body = `void Promise.reject(new Error("stray"));`;
      await serving(configText("mjs", { only: ["pre_fork"], body }), async (server) => {
        await server.line(/Uncaught exception in the arbiter, which has server hooks/);
        await server.line(/Error: stray/);
        assert.equal((await get({ port: await server.port() })).status, 200);
      });
    });
  });

  describe("a server hook that never ends", () => {
    const body = "return new Promise(() => {});";

    it("is given up, and the server starts, reloads and stops", LIMIT, async () => {
      const only: readonly Name[] = [
        "on_starting",
        "when_ready",
        "pre_fork",
        "on_reload",
        "child_exit",
        "worker_int",
        "worker_exit",
        "on_exit",
      ];
      await serving(configText("mjs", { only, body, more: "hook_timeout: 1," }), async (server) => {
        const port = await server.port();
        assert.equal((await get({ port })).status, 200);
        server.signal("SIGHUP");
        await server.line(/hook: child_exit/);
        assert.equal((await get({ port })).status, 200);
        assert.deepEqual(await quit(server), { code: 0, signal: null });
        for (const name of only) {
          assert.ok(
            server.count(new RegExp(`\\[ERROR\\] Hook ${name} is given up: it did not finish within [\\d.]+ s`)) > 0,
            name,
          );
        }
        assert.equal(server.count(/SIGKILL/), 0, "a worker was killed for its hooks");
      });
    });

    it("fails the boot of a worker", LIMIT, async () => {
      await inSite("mjs", configText("mjs", { only: ["post_fork"], body, more: "hook_timeout: 1," }), async (folder) => {
        const { code, stderr } = await runToEnd([], { cwd: folder });
        assert.equal(code, 3);
        assert.match(stderr, /Hook post_fork is given up: it did not finish within 1 s/);
      });
    });
  });

  describe("a worker with hooks", () => {
    it("hears of its abort, and of its end", LIMIT, async () => {
      await serving(configText("mjs", { only: ["worker_abort", "worker_exit", "child_exit"] }), async (server) => {
        await get({ port: await server.port() });
        process.kill(server.workerPids()[0] ?? 0, "SIGABRT");
        await server.line(/Worker \(pid:\d+\) exited with code 1\./);
        await server.line(/hook: child_exit/);
        assert.deepEqual(calls(server), ["worker_abort 1", "worker_exit 1", "child_exit 1 1"]);
      });
    });

    it("is told that the application ends the process", LIMIT, async () => {
      await serving(configText("mjs", { only: ["worker_exit", "child_exit"] }), async (server) => {
        await assert.rejects(get({ port: await server.port() }, "/exit"));
        await server.line(/hook: child_exit/);
        assert.deepEqual(calls(server), ["worker_exit 1", "child_exit 1 7"]);
      });
    });

    it("says why it cannot boot when the config file is gone", LIMIT, async () => {
      await serving(configText("mjs", { only: ["post_fork"] }), async (server, folder) => {
        await get({ port: await server.port() });
        rmSync(join(folder, "tsgunicorn.config.mjs"));
        process.kill(server.workerPids()[0] ?? 0, "SIGKILL");
        await server.line(/Server hooks cannot be loaded\. Error: failed to read the config file/);
        await server.line(/Worker \(pid:\d+\) exited with code 3\./);
        assert.equal(server.exit, null);
      });
    });
  });

  describe("a config file whose hooks are wrong", () => {
    const wrong: readonly (readonly [text: string, problem: RegExp])[] = [
      ["export const on_exit = (a, b) => {};", /^Error: on_exit: value must have an arity of: 1, and has 2 parameters/],
      ["export const pre_fork = 'module:hook';", /^Error: pre_fork: value is not callable, got "module:hook"/],
      ["export const post_frok = () => {};", /^Error: post_frok: unknown setting .*did you mean "post_fork"\?/],
    ];
    for (const [text, problem] of wrong) {
      it(`is refused: ${text}`, LIMIT, async () => {
        await inSite("mjs", text, async (folder) => {
          const { code, stderr } = await runToEnd(["app"], { cwd: folder });
          assert.equal(code, 1);
          assert.match(stderr, problem);
        });
      });
    }

    it("is refused at a reload, and the server goes on", LIMIT, async () => {
      await serving(configText("mjs", { only: ["on_reload"] }), async (server, folder) => {
        await get({ port: await server.port() });
        writeFileSync(join(folder, "tsgunicorn.config.mjs"), "export const on_reload = (a, b) => {};");
        server.signal("SIGHUP");
        await server.line(/Reload failed: Error: on_reload: value must have an arity of: 1/);
        assert.equal((await get({ port: await server.port() })).status, 200);
        assert.deepEqual(calls(server), []);
      });
    });
  });
}
