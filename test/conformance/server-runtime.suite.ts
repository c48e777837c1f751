import assert from "node:assert/strict";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { Client, get, type Target } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { commandLine } from "../support/kernel.ts";
import { startLoad } from "../support/load.ts";
import { runToEnd, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const OWN = process.versions["bun"] ? "bun" : process.versions["deno"] ? "deno" : "node";
const FOREIGN = (["node", "bun", "deno"] as const).filter((name) => name !== OWN);
const ONE = ["-b", "127.0.0.1:0", "-w", "1"] as const;

/** Workers on another runtime than the arbiter's: with the three runtimes of the tests, all pairs. */
export function runtimeSuite(): void {
  for (const name of FOREIGN) {
    describe(`--runtime ${name} with an arbiter on ${OWN}`, () => {
      it("serves TCP and unix sockets, replaces killed workers, and ends like any other", LIMIT, async () => {
        await inFolder(async (folder) => {
          const path = join(folder, "app.sock");
          const args = ["-b", "127.0.0.1:0", "-b", `unix:${path}`, "-w", "2", "--runtime", name, "runtime:app"];
          await withServer(args, async (server) => {
            const port = await server.port();
            await server.line(new RegExp(`Using worker: async \\(${name} \\d+\\.\\d+\\.\\d+\\)$`));
            const targets: readonly Target[] = [{ port }, { path }];
            for (const target of targets) assert.equal((await get(target)).body, name);
            const pids = await pidsServing({ port }, 2);
            const [victim = 0] = pids;
            assert.match(commandLine(victim), /^tsgunicorn: worker \[runtime:app\]/);
            process.kill(victim, "SIGKILL");
            await server.line(new RegExp(`Worker \\(pid:${victim}\\) was sent SIGKILL!`));
            await server.line(/Booting worker with pid: /, 3);
            assert.equal((await pidsServing({ port }, 2)).includes(victim), false);
            server.signal("SIGUSR1");
            for (const target of targets) assert.equal((await get(target)).body, name);
            assert.deepEqual(await server.stop(), { code: 0, signal: null });
            assert.equal(server.count(/Worker exiting/), 2);
          });
        });
      });

      for (const keepAlive of [true, false]) {
        const kind = keepAlive ? "kept-alive connections" : "a connection per request";
        it(`HUP changes the runtime and back, and no request fails with ${kind}`, LIMIT, async () => {
          await inFolder(async (folder) => {
            const file = join(folder, "tsgunicorn.config.json");
            const use = (runtime: string | null): void =>
              writeFileSync(file, JSON.stringify({ bind: ["127.0.0.1:0"], workers: 2, keepalive: 30, runtime }));
            use(null);
            await withServer(["-c", file, "runtime:app"], async (server) => {
              const port = await server.port();
              await pidsServing({ port }, 2);
              const load = startLoad({ port }, { clients: 8, path: "/", keepAlive });
              await load.answers(100);
              const open = (): number => readdirSync(`/proc/${server.pid}/fd`).length;
              let before = 0;
              for (let turn = 1; turn <= 4; turn++) {
                const [runtime, answers] = turn % 2 === 1 ? [name, name] : [null, OWN];
                use(runtime);
                server.signal("SIGHUP");
                await server.line(new RegExp(`Using worker: async \\(${answers} `), Math.floor(turn / 2) + 1);
                await server.line(/Worker exiting/, turn * 2);
                await load.answers(100);
                assert.equal((await get({ port })).body, answers);
                if (turn === 2) before = open();
              }
              const { failures, bodies } = await load.stop();
              assert.deepEqual(failures, []);
              assert.deepEqual([...bodies.keys()].sort(), [OWN, name].sort());
              // What belonged to the last workers is closed when their end has been seen; descriptors that leak stay for ever.
              while (open() > before) await get({ port });
            });
          });
        });
      }

      it("the workers leave when the arbiter is killed", LIMIT, async () => {
        await withServer(["-b", "127.0.0.1:0", "-w", "2", "--runtime", name, "runtime:app"], async (server) => {
          const port = await server.port();
          await pidsServing({ port }, 2);
          server.signal("SIGKILL");
          // Resolves when every process that holds the log is gone.
          await server.exited;
          assert.equal(server.count(/Parent changed, shutting down: <Worker \d+>/), 2);
          // The kernel closes what a dead process of several threads had open some milliseconds later, its log first.
          while (await isTaken(port));
        });
      });

      it("--check-config loads the application on the workers' runtime", LIMIT, async () => {
        const env = { ONLY_ON: name };
        const good = await runToEnd(["--check-config", "--runtime", name, "runtime:app"], { env });
        assert.equal(good.code, 0, good.stderr);
        assert.match(good.stdout, new RegExp(`^OK: .* runtime:app \\(fetch\\) with ${name} \\d`));
        const bad = await runToEnd(["--check-config", "--runtime", name, "runtime:app"], { env: { ONLY_ON: OWN } });
        assert.equal(bad.code, 1);
        assert.match(bad.stderr, new RegExp(`this application runs on ${OWN}, not on ${name} \\(.*runtime\\.mjs:`));
      });

      it("an application that does not load there ends the start with 3", LIMIT, async () => {
        const run = await runToEnd([...ONE, "--runtime", name, "runtime:app"], { env: { ONLY_ON: OWN } });
        assert.equal(run.code, 3, run.stderr);
        assert.match(run.stderr, new RegExp(`this application runs on ${OWN}, not on ${name}`));
        assert.match(run.stderr, /Reason: Worker failed to boot\.$/);
      });
    });
  }

  describe("a runtime that cannot be had", () => {
    it("ends the start with 1, and says what to do", LIMIT, async () => {
      await inFolder(async (folder) => {
        const [name = ""] = FOREIGN;
        const options = { cwd: folder, env: { PATH: folder } };
        const missing = await runToEnd(["--runtime", name, "app:app"], options);
        assert.equal(missing.code, 1);
        assert.match(
          missing.stderr,
          new RegExp(`^Error: runtime: .*no "${name}" on PATH \\(.*${folder}\\).*\\(from --runtime\\)`),
        );
        const wrong = await runToEnd(["--runtime", "bunn", "app:app"], options);
        assert.equal(wrong.code, 1);
        assert.match(wrong.stderr, /^Error: runtime: must be node, bun, deno or a path, got "bunn".*did you mean "bun"\?/);
        const path = join(folder, "bun");
        writeFileSync(path, `#!/bin/sh\necho '{"versions":{"node":"22.0.0","bun":"1.0.36"},"execPath":"${path}"}'\n`);
        const locked = await runToEnd(["--runtime", "./bun", "app:app"], options);
        assert.match(locked.stderr, new RegExp(`^Error: runtime: "${path}" is not executable`));
        chmodSync(path, 0o755);
        const old = await runToEnd(["--runtime", "./bun", "app:app"], { ...options, env: {} });
        assert.equal(old.code, 1);
        assert.match(old.stderr, /^Error: runtime: tsgunicorn needs Bun 1\.\d+ or newer, and ".*\/bun" is 1\.0\.36/);
      });
    });

    it("refuses a reload: the old workers go on serving", LIMIT, async () => {
      await inFolder(async (folder) => {
        const file = join(folder, "tsgunicorn.config.json");
        writeFileSync(file, JSON.stringify({ bind: ["127.0.0.1:0"] }));
        await withServer(["-c", file, "runtime:app"], async (server) => {
          const port = await server.port();
          const [pid] = await pidsServing({ port }, 1);
          writeFileSync(file, JSON.stringify({ bind: ["127.0.0.1:0"], runtime: `${folder}/gone` }));
          server.signal("SIGHUP");
          await server.line(/Reload failed: Error: runtime: ".*\/gone" does not exist.*the old workers go on serving/);
          assert.deepEqual(await pidsServing({ port }, 1), [pid]);
        });
      });
    });
  });
}

async function isTaken(port: number): Promise<boolean> {
  try {
    (await Client.connect({ port })).close();
    return true;
  } catch (error) {
    // A reset comes from a listener that is just being closed.
    return !/ECONNREFUSED/.test(String(error));
  }
}

async function pidsServing(target: Target, count: number): Promise<number[]> {
  const pids = new Set<number>();
  while (pids.size < count) {
    const { body } = await get(target, "/pid");
    assert.match(body, /^\d+$/);
    pids.add(Number(body));
  }
  return [...pids];
}
