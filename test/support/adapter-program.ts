/**
 * A whole program on the adapter, as a user would start it: it starts itself again as a worker. The first argument says what it does.
 */
import { readFileSync } from "node:fs";
import { url as inspectorUrl } from "node:inspector";
import process from "node:process";
import { adapter } from "#runtime";
import type { InheritancePort } from "../../src/runtime/port.ts";

const [task = "", argument = ""] = process.argv.slice(2);

if (adapter.inheritance !== null) await work(adapter.inheritance);
else await run();

async function work(inheritance: InheritancePort): Promise<void> {
  const channel = inheritance.openChannel({ line: () => {}, closed: () => process.exit(7) });
  for (const fd of inheritance.listenerFds) {
    await inheritance.accept(fd, "tcp", 16, (socket) => {
      socket.attach({
        received: (bytes) => void socket.write(bytes),
        ended: () => socket.end(),
        drained: () => {},
        closed: () => {},
      });
    });
  }
  let mapped: unknown = null;
  const specifier: string = "mapped";
  try {
    mapped = (await import(specifier)).name;
  } catch {
    // Only the test of trap 13 has an import map.
  }
  channel.send(JSON.stringify({
    pid: process.pid,
    argv: process.argv,
    execArgv: process.execArgv,
    cwd: process.cwd(),
    flag: process.env["ADAPTER_TEST_FLAG"] ?? null,
    words: readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(0, -1),
    spawns: spawnsWorkers(),
    mapped,
  }));
}

/** Trap 12: a worker that took itself for an arbiter would start workers without end. */
function spawnsWorkers(): boolean {
  const heartbeat = adapter.spawner.createHeartbeat(null);
  try {
    adapter.spawner.spawn({ listenerFds: [], heartbeat, env: {}, title: "", runtime: null }, {
      line: () => {},
      closed: () => {},
      exited: () => {},
    });
    return true;
  } catch {
    return false;
  } finally {
    heartbeat.close();
  }
}

async function run(): Promise<void> {
  if (task === "start") return await start(false);
  if (task === "hold") return await start(true);
  if (task === "print") {
    adapter.logs.print("stdout", `${"x".repeat(Number(argument))}\n`);
    return adapter.process.exit(0);
  }
  if (task === "log") {
    const sink = adapter.logs.open("-stdout");
    for (let count = 0; count < Number(argument); count++) sink.write(`${count}\n`);
    sink.close();
    return adapter.process.exit(0);
  }
  if (task === "bind-unprivileged") return await bindUnprivileged(argument);
  if (task === "inspector") return watchInspector();
  if (task === "linger") {
    process.stdout.write("lingering\n");
    return void setInterval(() => {}, 60_000);
  }
  adapter.logs.print("stdout", JSON.stringify({ args: process.argv.slice(2), extra: process.env["ADAPTER_TEST_EXTRA"] ?? null }));
  adapter.logs.print("stderr", "to stderr");
  adapter.process.exit(5);
}

async function start(holds: boolean): Promise<void> {
  if (argument !== "") adapter.process.chdir(argument);
  const sockets = await adapter.sockets();
  const listener = sockets.bind({ kind: "tcp", family: 4, host: "127.0.0.1", port: 0 }, {
    siblings: false,
    unixUmask: 0,
    v6Only: false,
  });
  sockets.listen(listener, 16);
  const worker = adapter.spawner.spawn(
    {
      listenerFds: [listener.fd],
      heartbeat: adapter.spawner.createHeartbeat(null),
      env: { ADAPTER_TEST_FLAG: "on" },
      title: process.env["ADAPTER_TEST_TITLE"] ?? "",
      runtime: null,
    },
    {
      line(text): void {
        adapter.logs.print("stdout", `${JSON.stringify({ address: listener.address, worker: JSON.parse(text) })}\n`);
        if (!holds) worker.channel.close();
      },
      closed: () => {},
      exited: (status) => adapter.process.exit(status.code ?? 1),
    },
  );
}

async function bindUnprivileged(path: string): Promise<void> {
  const sockets = await adapter.sockets();
  if (process.getuid?.() === 0) {
    process.setgid?.(65534);
    process.setuid?.(65534);
  }
  try {
    sockets.bind({ kind: "unix", path }, { siblings: false, unixUmask: 0, v6Only: false });
    adapter.logs.print("stdout", "bound");
  } catch (error) {
    adapter.logs.print("stdout", error instanceof Error ? error.message : "");
  }
  adapter.process.exit(0);
}

/** Trap 3: prints whether the inspector is open a while after a SIGUSR1 that the program handles. */
function watchInspector(): void {
  const runtimeListensMs = 700;
  const limitMs = 1500;
  let isSeen = false;
  // A signal's listener alone does not keep a process alive.
  adapter.clock.every(60_000, () => {});
  adapter.process.onSignal("SIGUSR1", () => {
    const startMs = adapter.clock.monotonicMs();
    adapter.clock.every(1, () => {
      const isOpen = inspectorUrl() !== undefined;
      isSeen ||= isOpen;
      const isLate = adapter.clock.monotonicMs() - startMs > limitMs;
      if (!isLate && (isOpen || !isSeen)) return;
      adapter.logs.print("stdout", isOpen ? "open" : "closed");
      adapter.process.exit(0);
    });
  });
  adapter.clock.after(runtimeListensMs, () => adapter.process.kill(process.pid, "SIGUSR1"));
}
