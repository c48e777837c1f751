/**
 * One regression test for each trap of the runtimes that the adapters work around; comments in runtimes/ use the same numbers.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import process from "node:process";
import { createAdapter } from "#runtime";
import type { BoundSocket } from "../../src/runtime/port.ts";
import { scriptCommand } from "../support/adapter-worker.ts";
import { acceptQueue, isInheritable, isNonBlocking } from "../support/kernel.ts";
import { connectTo } from "../support/raw-client.ts";
import { startProgram } from "../support/run-program.ts";
import { useSite } from "./adapter.suite.ts";

const adapter = createAdapter({ selfCommand: scriptCommand("adapter-fixture.ts") });
const program = scriptCommand("adapter-program.ts");
const timeout = 30_000;

async function who(socket: BoundSocket): Promise<number> {
  const client = await connectTo(socket);
  client.send("who");
  return Number(await client.line());
}

describe(`traps on ${adapter.name}`, () => {
  const { site, folder } = useSite(adapter);

  it("trap 1: a worker that is started does not make the listeners of the others blocking", { timeout }, async () => {
    const socket = site().listen();
    const first = await site().serve(socket);
    const starting = site().start([socket]);
    assert.equal(isNonBlocking(socket.fd), true);
    const second = await starting;
    assert.equal(isNonBlocking(socket.fd), true);
    assert.equal(await who(socket), first.pid);
    await second.order("accept");
    first.send("echo not blocked in accept(2)");
    await first.line("echo not blocked in accept(2)");
  });

  it("trap 2: every signal is sent, and the end is reported as it was", { timeout }, async () => {
    const worker = await site().start();
    await worker.order("hear");
    for (const signal of ["SIGTERM", "SIGHUP", "SIGTERM"] as const) adapter.process.kill(worker.pid, signal);
    await Promise.all([worker.line("first SIGTERM"), worker.line("first SIGHUP")]);
    adapter.process.kill(worker.pid, "SIGWINCH");
    await worker.line("first SIGWINCH");
    worker.send(JSON.stringify({ do: "exit", count: 0 }));
    assert.deepEqual(await worker.exited, { code: 0, signal: null });
  });

  it("trap 5: descriptors in any order, also twice, stay what they are", { timeout }, async () => {
    const [a, b] = [site().listen(), site().listen()];
    const worker = await site().start([b, a, b]);
    await worker.order("accept", { index: 1 });
    assert.equal(await who(a), worker.pid);
    await connectTo(b);
    assert.deepEqual([acceptQueue(a.fd).waiting, acceptQueue(b.fd).waiting], [0, 1]);
    await worker.order("beat", { count: 4 });
    assert.equal(worker.heartbeat.beats(), 4);
  });

  it("trap 6: programs that the application starts do not inherit the listeners", { timeout }, async () => {
    const worker = await site().start(Array.from({ length: 24 }, () => site().listen()));
    const { fds } = await worker.order("child-fds");
    assert.ok(Array.isArray(fds) && fds.length > 0, "Saw no descriptors at all");
    assert.deepEqual(fds.filter((link) => String(link).startsWith("socket:")), []);
  });

  it("trap 6: nor do programs that the arbiter starts", { timeout }, async () => {
    const socket = site().listen();
    await site().start([socket]);
    assert.equal(isInheritable(socket.fd), false);
  });

  it("trap 7: exit() does not wait for an idle channel", { timeout }, async () => {
    const worker = await site().start();
    await worker.order("leave", { count: 4 });
    adapter.process.kill(worker.pid, "SIGTERM");
    assert.deepEqual(await worker.exited, { code: 4, signal: null });
  });

  it("trap 8: a worker that has said that it is ready is neither stopped nor killed by signals", { timeout }, async () => {
    const worker = await site().start();
    await worker.order("hear");
    for (const signal of ["SIGTTIN", "SIGTERM", "SIGHUP", "SIGUSR1"] as const) {
      adapter.process.kill(worker.pid, signal);
      await worker.line(`first ${signal}`);
    }
    worker.send("echo running");
    await worker.line("echo running");
  });

  it("trap 9: accepting does not change the backlog", { timeout }, async () => {
    const socket = site().listen(undefined, 33);
    const worker = await site().start([socket]);
    await worker.order("accept", { backlog: 33 });
    assert.equal(acceptQueue(socket.fd).backlog, 33);
    await worker.order("close");
    await worker.order("accept", { backlog: 33 });
    assert.equal(acceptQueue(socket.fd).backlog, 33);
  });

  it("trap 14: accepting can stop and start for ever without losing descriptors", { timeout }, async () => {
    const socket = site().listen();
    const worker = await site().serve(socket);
    const cycle = async (): Promise<void> => {
      await worker.order("close");
      await worker.order("accept");
    };
    await cycle();
    const { fds } = await worker.order("count-fds");
    for (let count = 0; count < 20; count++) await cycle();
    assert.deepEqual((await worker.order("count-fds"))["fds"], fds);
    assert.equal(await who(socket), worker.pid);
  });

  if (adapter.name === "node") {
    it("trap 8 on Node: SIGUSR1 does not open the inspector of a worker that handles no signals yet", { timeout }, async () => {
      const worker = await site().start();
      adapter.process.kill(worker.pid, "SIGUSR1");
      await worker.order("describe");
      assert.equal((await worker.order("inspector"))["url"], null);
    });

    it("respawning on Node keeps flags, but no debugger port", { timeout }, async () => {
      const { file, args } = program;
      const started = startProgram({
        file,
        args: ["--no-deprecation", "--inspect-port=0", "--stack-trace-limit=7", ...args, "start"],
      });
      const { worker } = JSON.parse(await started.firstLine);
      assert.deepEqual(worker.execArgv, ["--no-deprecation", "--stack-trace-limit=7"]);
      assert.equal((await started.over).code, 7);
    });
  }

  if (adapter.name === "bun") {
    it("trap 12 on Bun: a compiled program starts itself as a worker, once", { timeout: 60_000 }, async () => {
      const binary = join(folder(), "program");
      const source = program.args[0] ?? "";
      const build = await startProgram({ file: process.execPath, args: ["build", "--compile", source, "--outfile", binary] })
        .over;
      assert.equal(build.code, 0, build.stderr);
      const started = startProgram({ file: binary, args: ["start"] });
      const { worker } = JSON.parse(await started.firstLine);
      assert.equal(worker.spawns, false);
      assert.equal(worker.words.length, 1, worker.words);
      assert.equal((await started.over).code, 7);
    });
  }

  if (adapter.name === "deno") {
    it("trap 3 on Deno: SIGUSR1 does not leave the inspector open", { timeout }, async () => {
      assert.equal((await startProgram({ file: program.file, args: [...program.args, "inspector"] }).over).stdout, "closed");
    });

    it("trap 4 on Deno: the worker can use the heartbeat's descriptor with node:fs", { timeout }, async () => {
      const worker = await site().start([site().listen()]);
      await worker.order("beat", { count: 9 });
      assert.equal(worker.heartbeat.beats(), 9);
    });

    it("trap 5 on Deno: the heartbeat's descriptor is out of the way of the stdio slots", () => {
      const heartbeat = adapter.spawner.createHeartbeat(null);
      assert.ok(heartbeat.fd >= 100);
      assert.equal(isInheritable(heartbeat.fd), false);
      heartbeat.close();
    });

    it("trap 13 on Deno: a worker has the flags and the import map of its arbiter", { timeout }, async () => {
      mkdirSync(join(folder(), "config"));
      writeFileSync(join(folder(), "config", "mapped.ts"), 'export const name = "from the map";\n');
      const imports = {
        mapped: "./config/mapped.ts",
        "#runtime": new URL("../../runtimes/deno/adapter.ts", import.meta.url).href,
      };
      writeFileSync(join(folder(), "map.json"), JSON.stringify({ imports }));
      const path = program.args.at(-1) ?? "";
      // A relative path among the flags, and an arbiter that works elsewhere.
      const args = ["run", "-A", "--no-check", "--import-map", "map.json", "--v8-flags=--stack-size=900", path, "start", "/"];
      const started = startProgram({ file: program.file, args }, { cwd: folder() });
      const { worker } = JSON.parse(await started.firstLine);
      assert.equal(worker.mapped, "from the map");
      assert.equal(worker.cwd, "/");
      assert.deepEqual(worker.words.slice(1), args.slice(0, -2));
      assert.equal((await started.over).code, 7);
    });
  }
});
