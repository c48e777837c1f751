import assert from "node:assert/strict";
import { describe, it } from "node:test";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Exit, isAlive, ROOT, RunningServer } from "../support/server.ts";

const LIMIT = { timeout: 90_000 };
const FOLDER = fileURLToPath(new URL("../fixtures/embedded/", import.meta.url));
const OLD_NODE = process.env["TSGUNICORN_TEST_NODE"];
const ENV = {
  TSGUNICORN_TEST_MODULE: OLD_NODE === undefined ? `${ROOT}runtimes/mod.ts` : `${ROOT}dist/runtimes/mod.js`,
  // None of it is a setting unless the program says so.
  TSGUNICORN_KEEPALIVE: "99",
  PORT: "1",
};

/** A host program: its process, and what it says. */
function start(scenario: string): RunningServer {
  const flags = process.versions["deno"] ? ["run", "-A"] : [];
  const command = [OLD_NODE ?? process.execPath, ...flags, `${FOLDER}host.mjs`] as const;
  return new RunningServer([scenario], { command, cwd: FOLDER, env: ENV });
}

// deno-lint-ignore no-explicit-any
async function run(scenario: string): Promise<{ facts: any; exit: Exit; log: string }> {
  const host = start(scenario);
  try {
    // The end of its streams: no worker has them any more.
    const exit = await host.exited;
    const log = host.lines.join("\n");
    assert.notEqual(host.stdout, "", log);
    return { facts: JSON.parse(host.stdout), exit, log };
  } finally {
    host.killAll();
  }
}

export function embeddedSuite(): void {
  describe("a server inside a program", () => {
    it("starts, reloads, changes its number of workers, and stops", LIMIT, async () => {
      const { facts, exit, log } = await run("life");
      assert.deepEqual(exit, { code: 0, signal: null }, log);
      const { seen, first, beside, two, reloaded, errors } = facts;
      assert.equal(seen.addresses.length, 1);
      assert.match(seen.addresses[0], /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
      assert.deepEqual(seen.workers.map(({ age, slot, ready }: typeof seen.workers[0]) => [age, slot, ready]), [[1, 0, true], [
        2,
        1,
        true,
      ]]);
      assert.ok(seen.workers.some(({ pid }: { pid: number }) => pid === first.pid) && first.pid !== seen.pid);
      assert.deepEqual([first.cwd, first.mark], ["/", "1"]);
      // Two at once.
      assert.deepEqual(beside.map(({ mark, cwd }: typeof first) => [mark, cwd]), [["1", "/"], [
        "other",
        FOLDER.replace(/\/$/, ""),
      ]]);
      assert.deepEqual([two.addresses.length, new Set(two.addresses).size, two.status], [2, 2, 0]);
      // What changes.
      assert.deepEqual([reloaded.answer.mark, reloaded.answer.cwd, reloaded.ready.length], ["2", "/", 2]);
      assert.ok(reloaded.ready.every(({ generation }: { generation: number }) => generation === 2));
      assert.deepEqual([facts.grown, facts.shrunk], [3, 1]);
      assert.match(
        errors.many.message,
        /^Sockets were bound for 8 workers, got 1000; call reload\(\{ workers: 1000 \}\) for more$/,
      );
      assert.match(errors.none.message, /^The number of workers must be 1 or more, got 0$/);
      assert.match(errors.app.message, /^Reload failed: worker .* exited with code 3: Failed to load '\.\/missing\.mjs'/);
      assert.match(errors.setting.message, /^Reload failed: Error: workers: must be .* got "many" \(from serve\(\)\)/);
      assert.match(errors.hook.message, /^Reload failed: Error: pre_request: is a hook that workers call/);
      assert.match(facts.fails.message, /^Reload failed: Error: timeout: /);
      assert.deepEqual([facts.back, facts.after.mark], ["no error", null]);
      // The end.
      assert.deepEqual(facts.stopped, [0, 0, 0]);
      assert.deepEqual([facts.ended.refuses, facts.ended.alive, facts.ended.late.message], [true, [], "The server has ended"]);
      assert.equal(facts.calls[0], "nworkers_changed");
      assert.ok(facts.calls.includes("on_starting") && facts.calls.includes("when_ready 1 2"));
      assert.equal(facts.calls.at(-1), "on_exit");
      assert.match(log, /of the hook/);
      // The process is the program's own.
      assert.deepEqual(seen.during, seen.before);
      assert.deepEqual(facts.end, seen.before);
    });

    it("rejects with the reason, and leaves nothing", LIMIT, async () => {
      const { facts, exit, log } = await run("refusals");
      assert.deepEqual(exit, { code: 0, signal: null }, log);
      assert.equal(facts.mistakes.name, "ConfigError");
      const problems: readonly string[] = facts.mistakes.message.split("\n").map((line: string) => line.split(":")[1]?.trim());
      assert.deepEqual([...problems].sort(), ["bind", "config", "daemon", "post_fork", "pre_exec", "wokers"]);
      assert.match(facts.mistakes.message, /^Error: wokers: unknown setting \(from serve\(\)\); did you mean "workers"\?$/m);
      assert.match(facts.nothing.message, /^Error: app: no application is named/);
      assert.match(
        facts.handler.message,
        /^Error: app: must be the name of a module, got a function .* workers are other processes/,
      );
      assert.match(facts.daemon.message, /^Error: daemon: cannot be had .*\(from TSGUNICORN_DAEMON\)/);
      assert.deepEqual([facts.export.name, facts.export.exitCode], ["ServeError", 4]);
      assert.match(facts.export.message, /^The server did not start: Failed to find attribute 'nothing'/);
      assert.deepEqual([facts.module.name, facts.module.exitCode], ["ServeError", 3]);
      assert.match(facts.module.message, /cannot find module '\.\/missing\.mjs'/);
      assert.deepEqual([facts.hook.exitCode], [1]);
      assert.match(facts.hook.message, /not today/);
      assert.match(facts.worker.message, /serve\(\) was called in a worker of tsgunicorn/);
      assert.deepEqual([facts.taken.name, facts.taken.exitCode], ["ServeError", 1]);
      assert.match(facts.taken.message, /EADDRINUSE/);
      // The one that served all the while.
      assert.deepEqual([facts.answer, facts.status], [true, 0]);
    });

    it("handles signals only where it is asked to", LIMIT, async () => {
      const { facts, exit, log } = await run("signals");
      assert.deepEqual(exit, { code: 7, signal: null }, log);
      const added = facts.during.filter((name: string) => !facts.before.includes(name));
      assert.deepEqual(added.sort(), ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGTTIN", "SIGTTOU", "SIGUSR1"]);
      assert.deepEqual([facts.after, facts.status, facts.alive], [facts.before, 0, false]);
    });

    it("stops by an AbortSignal", LIMIT, async () => {
      const { facts, exit, log } = await run("abort");
      assert.deepEqual(exit, { code: 0, signal: null }, log);
      assert.deepEqual([facts.status, facts.during.message, facts.before.message], [0, "changed my mind", "never"]);
    });

    it("reads the environment and a config file where it is asked to, with hooks for workers", LIMIT, async () => {
      const { facts, exit, log } = await run("sources");
      assert.deepEqual(exit, { code: 0, signal: null }, log);
      assert.deepEqual([facts.configured, facts.workers], [[9, 7], 2]);
      assert.deepEqual([facts.answer.mark, facts.again.mark, facts.status], ["file", "file", 0]);
      assert.equal(log.match(/post_fork with keepalive 7/g)?.length, 4, log);
      assert.match(log, /pre_request \//);
    });

    it("does not outlive the program", LIMIT, async () => {
      const host = start("serving");
      try {
        const facts: { workers: number[] } = JSON.parse(
          await host.until(() => host.stdout.includes("\n") ? host.stdout : undefined, "a line"),
        );
        assert.ok(facts.workers.length === 2 && facts.workers.every(isAlive));
        host.signal("SIGKILL");
        // When no worker has its streams any more.
        assert.deepEqual(await host.exited, { code: null, signal: "SIGKILL" });
        assert.doesNotMatch(host.transcript(), /rror/);
      } finally {
        host.killAll();
      }
    });
  });
}
