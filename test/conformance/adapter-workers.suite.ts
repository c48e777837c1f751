import assert from "node:assert/strict";
import { createAdapter } from "#runtime";
import { scriptCommand, type Site } from "../support/adapter-worker.ts";
import type { Contract } from "../support/contract.ts";
import { commandLine, commandName } from "../support/kernel.ts";
import { connectTo } from "../support/raw-client.ts";
import { startProgram } from "../support/run-program.ts";

const CLOSE_ON_EXEC = 0o2000000;
const NON_BLOCKING = 0o4000;

/** Spawning: what a worker gets, how it talks, how its end is told. */
export function workerContracts(contract: Contract, site: () => Site, folder: () => string): void {
  contract("spawn() hands listeners over in their order, non-blocking and close-on-exec", async () => {
    const sockets = Array.from({ length: 20 }, () => site().listen());
    const worker = await site().start([...sockets].reverse());
    const { flags } = await worker.order("describe");
    assert.ok(Array.isArray(flags) && flags.length === 20);
    for (const flag of flags) {
      assert.equal(Number.parseInt(flag, 8) & (CLOSE_ON_EXEC | NON_BLOCKING), CLOSE_ON_EXEC | NON_BLOCKING, flag);
    }
    await worker.order("accept", { index: 0 });
    await worker.order("accept", { index: 19 });
  });

  contract("spawn() adds to the environment, and the inheritance does not stay in it", async () => {
    const worker = await site().start([], { ADAPTER_TEST_EXTRA: "extra" });
    const seen = await worker.order("describe");
    assert.equal(seen["extra"], "extra");
    assert.deepEqual(seen["inheritedVariables"], []);
    assert.equal(seen["arbiterPid"], process.pid);
    assert.equal(seen["ppid"], process.pid);
  });

  contract("beats() is what the worker last wrote", async () => {
    const worker = await site().start();
    assert.equal(worker.heartbeat.beats(), 0);
    for (const count of [1, 2, 3, 86_400]) {
      await worker.order("beat", { count });
      assert.equal(worker.heartbeat.beats(), count);
    }
  });

  contract("createHeartbeat() says which folder it cannot use", () => {
    assert.throws(() => site().adapter.spawner.createHeartbeat(`${folder()}/none`), {
      code: "ENOENT",
      message: /heartbeat file in ".*none"/,
    });
    const heartbeat = site().adapter.spawner.createHeartbeat(folder());
    assert.equal(heartbeat.beats(), 0);
    assert.deepEqual(site().adapter.files.list(folder()), []);
    heartbeat.close();
    heartbeat.close();
  });

  for (const code of [0, 3, 4, 255]) {
    contract(`exited() reports the code ${code}`, async () => {
      const worker = await site().start();
      worker.send(JSON.stringify({ do: "exit", count: code }));
      assert.deepEqual(await worker.exited, { code, signal: null });
    });
  }

  for (const signal of ["SIGKILL", "SIGABRT"] as const) {
    contract(`exited() reports ${signal} for a worker that is stuck`, async () => {
      const worker = await site().start();
      worker.send(JSON.stringify({ do: "spin" }));
      await worker.fact("spinning");
      site().adapter.process.kill(worker.pid, signal);
      assert.deepEqual(await worker.exited, { code: null, signal });
    });
  }

  contract("a line said just before the exit arrives before exited()", async () => {
    const worker = await site().start();
    worker.send(JSON.stringify({ do: "exit", count: 3 }));
    await worker.exited;
    assert.deepEqual(worker.history.slice(-3), ['{"last":"words"}', "closed", "exited"]);
  });

  contract("the channel carries lines of every size up to its limit, in order", async () => {
    const worker = await site().start();
    const lines = ["echo é😀\u2028", `echo ${"x".repeat(1024 * 1024 - 10)}`, "echo ", `echo ${"é".repeat(200_000)}`];
    for (const line of lines) worker.send(line);
    for (const line of lines) await worker.line(line);
    assert.deepEqual(worker.history.slice(1), lines);
  });

  contract("the channel refuses to send what the other side would refuse", async () => {
    const worker = await site().start();
    assert.throws(() => worker.send("x".repeat(1024 * 1024)), RangeError);
    assert.throws(() => worker.send("two\nlines"), RangeError);
    worker.send("echo fine");
    await worker.line("echo fine");
  });

  contract("closing the channel tells the worker, and sending afterwards is harmless", async () => {
    const worker = await site().start();
    worker.closeChannel();
    worker.send("echo lost");
    assert.deepEqual(await worker.exited, { code: 7, signal: null });
    assert.equal(worker.history.includes("closed"), false);
    worker.send("echo lost");
  });

  contract("a worker hears that its arbiter was killed", async () => {
    const command = scriptCommand("adapter-program.ts");
    const program = startProgram({ file: command.file, args: [...command.args, "hold"] });
    const { worker, address } = JSON.parse(await program.firstLine);
    assert.equal(site().adapter.process.exists(worker.pid), true);
    const client = await connectTo({ fd: -1, address });
    client.send("served");
    await client.bytes(6);
    site().adapter.process.kill(program.pid, "SIGKILL");
    // The worker exits when its channel ends, and its connections go with it.
    await client.ended;
  });

  contract("spawn() throws when the program is not there", () => {
    const { spawner } = createAdapter({ selfCommand: { file: `${folder()}/missing`, args: [] } });
    const heartbeat = spawner.createHeartbeat(null);
    const request = { listenerFds: [], heartbeat, env: {}, title: "x", runtime: null };
    try {
      assert.throws(() => spawner.spawn(request, { line() {}, closed() {}, exited() {} }), {
        code: "ENOENT",
        message: /^Cannot start a worker with ".*missing"/,
      });
    } finally {
      heartbeat.close();
    }
  });

  contract("the program starts itself again, from another folder too, and workers start no workers", async () => {
    const command = scriptCommand("adapter-program.ts");
    const program = startProgram({ file: command.file, args: [...command.args, "start", folder()] });
    const { worker } = JSON.parse(await program.firstLine);
    assert.equal(worker.cwd, folder());
    assert.equal(worker.flag, "on");
    assert.equal(worker.spawns, false);
    assert.equal(worker.argv.length, 2);
    assert.equal((await program.over).code, 7);
  });

  contract("onSignal() hears every signal until it is undone", async () => {
    const worker = await site().start();
    const signals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;
    await worker.order("hear");
    for (const signal of signals) {
      site().adapter.process.kill(worker.pid, signal);
      await Promise.all([worker.line(`first ${signal}`), worker.line(`second ${signal}`)]);
    }
    await worker.order("unhear");
    for (const signal of signals) {
      site().adapter.process.kill(worker.pid, signal);
      await worker.line(`second ${signal} again`);
    }
    assert.equal(worker.history.filter((line) => line.startsWith("first ")).length, signals.length);
  });

  contract("ps shows the title of a worker", async () => {
    const worker = await site().start();
    assert.match(commandLine(worker.pid), /^tsgunicorn: worker/);
  });

  contract("setTitle() changes what ps shows", async () => {
    const worker = await site().start();
    await worker.order("title");
    assert.ok([commandLine(worker.pid), commandName(worker.pid)].some((text) => text.startsWith("tsg: title")));
  });

  contract("errors that nobody caught are heard and end nothing", async () => {
    const worker = await site().start();
    await worker.order("throw");
    const seen = async (origin: string): Promise<unknown> => {
      const text = JSON.stringify({ uncaught: origin === "exception" ? "Error: thrown" : "Error: rejected", origin });
      await worker.line(text);
      return text;
    };
    await Promise.all([seen("exception"), seen("rejection")]);
    worker.send("echo alive");
    await worker.line("echo alive");
  });
}

/** Running the program again and reading what it prints. */
export function captureContracts(contract: Contract, folder: () => string): void {
  const spawner = () => createAdapter({ selfCommand: scriptCommand("adapter-program.ts") }).spawner;

  contract("capture() gives output and exit code of the same program with other arguments", async () => {
    const run = await spawner().capture(["show", "--me", "a b"], { ADAPTER_TEST_EXTRA: "extra" }, 15_000);
    assert.deepEqual({ ...run, stdout: JSON.parse(run.stdout) }, {
      code: 5,
      signal: null,
      stdout: { args: ["show", "--me", "a b"], extra: "extra" },
      stderr: "to stderr",
    });
  });

  contract("capture() kills a program that takes too long", async () => {
    const run = await spawner().capture(["linger"], {}, 1000);
    assert.deepEqual({ code: run.code, signal: run.signal }, { code: null, signal: "SIGKILL" });
  });

  contract("capture() rejects when the program is not there", async () => {
    const { spawner } = createAdapter({ selfCommand: { file: `${folder()}/missing`, args: [] } });
    await assert.rejects(spawner.capture([], {}, 1000), { code: "ENOENT", message: /^Cannot run ".*missing"/ });
  });
}
