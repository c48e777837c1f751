import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { Client, get } from "../support/client.ts";
import { inFolder } from "../support/folder.ts";
import { type RunningServer, withServer } from "../support/server.ts";

const LIMIT = { timeout: 120_000 };
const ANY = ["-b", "127.0.0.1:0"] as const;
const GET = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";

/** Signals at moments when nobody expects them. */
export function signalsSuite(): void {
  describe("signals while the first worker boots", () => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
      it(`${signal} ends the server with 0, whatever the application waits for`, LIMIT, async () => {
        await withServer([...ANY, "-t", "100", "--graceful-timeout", "100", "never:app"], async (server) => {
          await server.line(/Booting worker/);
          server.signal(signal);
          assert.deepEqual(await server.exited, { code: 0, signal: null });
          assert.equal(server.count(/WORKER TIMEOUT|Worker graceful timeout/), 0);
        });
      });
    }

    it("all others: the server gets up, and has the workers that it should have", LIMIT, async () => {
      await gated(async (server, open) => {
        for (const signal of ["SIGTTIN", "SIGUSR1", "SIGHUP", "SIGTTOU", "SIGHUP"] as const) {
          const before = server.count(/Handling signal/);
          server.signal(signal);
          await server.line(/Handling signal/, before + 1);
        }
        open();
        await server.line(/Reload complete: generation \d+ has 2 workers ready/);
        assert.equal((await pidsServing(await server.port(), 2)).length, 2);
        assert.deepEqual(await server.stop(), { code: 0, signal: null });
      });
    });

    it("USR2: an upgrade begins when there is something to upgrade, or is refused; the server gets up", LIMIT, async () => {
      await gated(async (server, open) => {
        server.signal("SIGUSR2");
        await server.line(/Handling signal: usr2/);
        open();
        await server.ready(2);
        const port = await server.port();
        assert.equal((await get({ port })).status, 200);
        // Where two arbiters serve, one that leaves takes nothing with it.
        for (const pid of server.successorPids()) process.kill(pid, "SIGTERM");
        if (server.successorPids().length > 0) await server.line(/The new arbiter \(pid:\d+\)/);
        assert.equal((await get({ port })).status, 200);
      });
    });
  });

  describe("signals while the server stops", () => {
    it("change nothing: the request under way is answered, and the end is 0", LIMIT, async () => {
      await withServer([...ANY, "-w", "2", "faulty:app"], async (server) => {
        await server.ready(2);
        const client = await Client.connect({ port: await server.port() });
        client.send(GET);
        await server.line(/slow request began/);
        server.signal("SIGTERM");
        await server.line(/Handling signal: term/);
        for (const signal of ["SIGHUP", "SIGUSR2", "SIGTTIN", "SIGTTOU", "SIGWINCH", "SIGUSR1", "SIGTERM", "SIGCHLD"] as const) {
          server.signal(signal);
        }
        assert.equal((await client.answer()).body, "slow");
        client.close();
        assert.deepEqual(await server.exited, { code: 0, signal: null });
        assert.deepEqual([server.count(/Booting worker/), server.successorPids()], [2, []]);
      });
    });

    it("INT makes a graceful stop quick", LIMIT, async () => {
      await withServer([...ANY, "--graceful-timeout", "100", "app:app"], async (server) => {
        const client = await Client.connect({ port: await server.port() });
        client.send("GET /slow?ms=90000 HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.line(/slow request began/);
        server.signal("SIGTERM");
        await server.line(/Handling signal: term/);
        server.signal("SIGINT");
        assert.deepEqual(await server.exited, { code: 0, signal: null });
        assert.equal(await client.rest(), "");
      });
    });
  });

  describe("a process that was suspended (STOP, CONT)", () => {
    it("the arbiter, for longer than timeout: kills nobody, and hears what it was told meanwhile", LIMIT, async () => {
      await withServer([...ANY, "-t", "2", "--boot-timeout", "30", "faulty:app"], async (server) => {
        const port = await server.port();
        const before = (await get({ port })).body;
        server.signal("SIGSTOP");
        // Not TTIN: the kernel forgets stop signals, which that is one of, at CONT.
        server.signal("SIGHUP");
        // Takes 3 s, and is served without an arbiter.
        assert.equal((await get({ port }, "/slow")).body, "slow");
        server.signal("SIGCONT");
        await server.line(/Reload complete/);
        await server.line(new RegExp(`Worker exiting \\(pid: ${before}\\)`));
        assert.notEqual((await get({ port })).body, before);
        assert.equal(server.count(/WORKER TIMEOUT/), 0);
      });
    });

    it("a worker, for a short time: its neighbour takes its connections, and it goes on afterwards", LIMIT, async () => {
      await withServer([...ANY, "-w", "2", "-t", "100", "faulty:app"], async (server) => {
        const port = await server.port();
        const pids = await pidsServing(port, 2);
        process.kill(Number(pids[0]), "SIGSTOP");
        const bodies = await Promise.all(Array.from({ length: 30 }, async () => (await get({ port })).body));
        assert.deepEqual([...new Set(bodies)], [pids[1]]);
        process.kill(Number(pids[0]), "SIGCONT");
        assert.deepEqual((await pidsServing(port, 2)).sort(), pids.sort());
        assert.equal(server.count(/WORKER TIMEOUT/), 0);
      });
    });

    it("a worker, for longer than timeout: is killed, as it cannot hear SIGABRT, and replaced", LIMIT, async () => {
      await withServer([...ANY, "-w", "2", "-t", "2", "faulty:app"], async (server) => {
        const port = await server.port();
        const [victim = ""] = await pidsServing(port, 2);
        process.kill(Number(victim), "SIGSTOP");
        await server.line(new RegExp(`\\[CRITICAL\\] WORKER TIMEOUT \\(pid:${victim}\\)`));
        await server.line(new RegExp(`\\[ERROR\\] Worker \\(pid:${victim}\\) was sent SIGKILL!$`));
        await server.ready(3);
        assert.equal((await pidsServing(port, 2)).includes(victim), false);
      });
    });
  });
}

/** Two workers whose application waits to be let in. */
async function gated(test: (server: RunningServer, open: () => void) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const gate = join(folder, "gate");
    await withServer([...ANY, "-w", "2", "faulty:app"], async (server) => {
      await server.line(/waiting at the gate/, 2);
      await test(server, () => writeFileSync(gate, ""));
    }, { env: { GATE: gate } });
  });
}

/** Asks until so many different workers have answered; gives their pids. */
async function pidsServing(port: number, count: number): Promise<string[]> {
  const pids = new Set<string>();
  while (pids.size < count) pids.add((await get({ port }, "/")).body);
  return [...pids];
}
