/**
 * A worker that does what it is told over its channel, and tells what it sees. Started by the adapter under test; see
 * adapter-worker.ts for the side of the test. A connection's first line says how it is treated.
 */
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { url as inspectorUrl } from "node:inspector";
import process from "node:process";
import { adapter } from "#runtime";
import type { Acceptor, ClientSocket, SignalName, Undo } from "../../src/runtime/port.ts";

interface Order {
  readonly do: string;
  readonly index?: number;
  readonly kind?: "tcp" | "unix";
  readonly backlog?: number;
  readonly keep?: boolean;
  readonly count?: number;
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;

const inheritance = adapter.inheritance;
if (inheritance === null) throw new Error("This script is a worker");
const worker = inheritance;
const acceptors = new Map<number, Acceptor>();
const undos: Undo[] = [];
const paused = new Set<() => void>();

const channel = worker.openChannel({
  line: (text) => {
    if (text.startsWith("echo ")) return channel.send(text);
    const order: Order = JSON.parse(text);
    obey(order).then((result) => say({ did: order.do, ...result }), (error) => say({ failed: String(error) }));
  },
  closed: () => process.exit(7),
});

function say(fact: Readonly<Record<string, unknown>>): void {
  channel.send(JSON.stringify(fact));
}

async function obey(order: Order): Promise<Readonly<Record<string, unknown>>> {
  const { index = 0, kind = "tcp", backlog = 16, keep = true, count = 0 } = order;
  switch (order.do) {
    case "accept":
      acceptors.set(index, await worker.accept(worker.listenerFds[index] ?? -1, kind, backlog, welcome));
      return { index };
    case "close":
      acceptors.get(index)?.close(keep);
      return { index };
    case "beat":
      worker.beat(count);
      return { count };
    case "describe":
      return describeSelf();
    case "child-fds":
      return { fds: childDescriptors() };
    case "resume":
      for (const resume of paused) resume();
      return {};
    case "hear":
      for (const signal of SIGNALS) hear(signal);
      return {};
    case "unhear":
      for (const undo of [...undos, ...undos]) undo();
      return {};
    case "leave":
      adapter.process.onSignal("SIGTERM", () => adapter.process.exit(count));
      return {};
    case "count-fds":
      return { fds: readdirSync("/proc/self/fd").length };
    case "inspector":
      return { url: inspectorUrl() ?? null };
    case "throw":
      adapter.process.onUncaught((error, origin) => say({ uncaught: String(error), origin }));
      setTimeout(() => {
        throw new Error("thrown");
      }, 0);
      setTimeout(() => void Promise.reject(new Error("rejected")), 0);
      return {};
    case "title":
      adapter.process.setTitle("tsg: title");
      return {};
    case "exit":
      say({ last: "words" });
      return adapter.process.exit(count);
    case "spin":
      say({ spinning: true });
      for (;;);
    default:
      throw new Error(`Unknown order ${order.do}`);
  }
}

/** Two listeners, one of which can be undone. */
function hear(signal: SignalName): void {
  let count = 0;
  undos.push(adapter.process.onSignal(signal, () => channel.send(`first ${signal}`)));
  adapter.process.onSignal(signal, () => channel.send(count++ === 0 ? `second ${signal}` : `second ${signal} again`));
}

function describeSelf(): Readonly<Record<string, unknown>> {
  const flags = worker.listenerFds.map((fd) => {
    try {
      return /flags:\s*0?([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1] ?? "";
    } catch {
      return "closed";
    }
  });
  return {
    flags,
    fds: worker.listenerFds,
    arbiterPid: worker.arbiterPid,
    cwd: adapter.process.cwd(),
    ppid: process.ppid,
    execArgv: process.execArgv,
    inheritedVariables: ["_TSGUNICORN_INHERITED", "DENO_EXTRA_STDIO_FDS"].filter((name) =>
      name in process.env || name in adapter.process.env
    ),
    extra: adapter.process.env["ADAPTER_TEST_EXTRA"] ?? null,
  };
}

/** What a program that the application starts finds open: links of /proc/self/fd without the standard streams. */
function childDescriptors(): readonly string[] {
  const { stdout } = spawnSync("/bin/sh", ["-c", "ls -l /proc/self/fd"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return stdout.split("\n").filter((line) => / (?:[3-9]|\d\d+) -> /.test(line)).map((line) => line.split(" -> ")[1] ?? "");
}

function welcome(socket: ClientSocket): void {
  const events: string[] = [];
  const address = [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort];
  let mode = "";
  let leftBytes = 0;
  let unready = 0;
  let drained = 0;
  const pump = (): void => {
    while (leftBytes > 0) {
      const size = Math.min(leftBytes, 65_536);
      leftBytes -= size;
      if (!socket.write(new Uint8Array(size).fill(0x2e)) && leftBytes > 0) {
        if (unready++ === 0) say({ held: true });
        return;
      }
    }
    socket.end();
  };
  const first = (text: string): void => {
    const [word = "", argument = ""] = text.trim().split(" ");
    mode = word;
    if (mode === "who") socket.writeLatin1(`${process.pid}\n`);
    if (mode === "where") socket.writeLatin1(`${JSON.stringify(address)}\n`);
    if (mode === "latin1") socket.writeLatin1(Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join(""));
    if (mode === "destroy") socket.destroy();
    if (mode === "end") socket.end();
    if (mode === "buffered") buffered(socket, Number(argument));
    if (mode === "flood") {
      leftBytes = Number(argument);
      pump();
    }
    if (mode === "pause") {
      socket.pause();
      say({ paused: true });
      const resume = (): void => {
        paused.delete(resume);
        events.push("resume");
        socket.resume();
      };
      paused.add(resume);
    }
  };
  socket.attach({
    received(bytes): void {
      events.push("received");
      if (mode === "") first(adapter.bytes.latin1(bytes, 0, bytes.length));
      else if (mode === "who" || mode === "pause") socket.write(bytes);
    },
    ended(): void {
      events.push("ended");
      if (mode === "half") socket.writeLatin1("bye");
      if (mode !== "end") socket.end();
    },
    drained(): void {
      drained++;
      if (mode === "flood") pump();
      else events.push("drained");
    },
    closed(): void {
      events.push("closed");
      say({ over: mode, events, unready, drained });
    },
  });
}

function buffered(socket: ClientSocket, sizeBytes: number): void {
  const isReady = socket.write(new Uint8Array(sizeBytes));
  say({ buffered: socket.bufferedBytes(), isReady });
}

// A descriptor that the runtime opens after the start must not get in the way of the inherited ones.
closeSync(openSync("/dev/null", "r"));
say({ ready: process.pid });
