/**
 * Starts workers from adapter-fixture.ts through the adapter under test, and ends them whatever happens.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import type {
  BoundSocket,
  ExitStatus,
  HeartbeatFile,
  RuntimeAdapter,
  SocketAddress,
  SocketPort,
  WorkerRuntime,
} from "../../src/runtime/port.ts";

type Fact = Readonly<Record<string, unknown>>;

/** A worker under the test's command. */
export interface TestWorker {
  readonly pid: number;
  readonly heartbeat: HeartbeatFile;
  readonly exited: Promise<ExitStatus>;
  /** Everything that happened, in order: lines, "closed", "exited". */
  readonly history: readonly string[];
  readonly send: (line: string) => void;
  readonly closeChannel: () => void;
  /** Gives an order and resolves with the answer; an order that failed rejects. */
  readonly order: (name: string, details?: Fact) => Promise<Fact>;
  /** The first line, past or to come, that has this key. */
  readonly fact: (key: string) => Promise<Fact>;
  readonly line: (text: string) => Promise<void>;
}

/** The command that runs a script of this folder on the runtime of the test. */
export function scriptCommand(script: string): { readonly file: string; readonly args: readonly string[] } {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return { file: process.execPath, args: "Deno" in globalThis ? ["run", "-A", "--no-check", path] : [path] };
}

/** Sockets and workers of one test; `stop` leaves nothing behind. */
export class Site {
  readonly adapter: RuntimeAdapter;
  readonly sockets: SocketPort;
  readonly #runtime: WorkerRuntime | null;
  readonly #workers: { readonly worker: TestWorker; isOver: boolean }[] = [];
  readonly #bound = new Set<BoundSocket>();

  /** Workers run on `runtime`; null: on the adapter's own. */
  constructor(adapter: RuntimeAdapter, sockets: SocketPort, runtime: WorkerRuntime | null = null) {
    this.adapter = adapter;
    this.sockets = sockets;
    this.#runtime = runtime;
  }

  bind(
    address: SocketAddress = loopback(),
    options: { siblings?: boolean; unixUmask?: number; v6Only?: boolean } = {},
  ): BoundSocket {
    return this.own(this.sockets.bind(address, { siblings: false, unixUmask: 0o077, v6Only: false, ...options }));
  }

  listen(address: SocketAddress = loopback(), backlog = 64): BoundSocket {
    const socket = this.bind(address);
    this.sockets.listen(socket, backlog);
    return socket;
  }

  sibling(first: BoundSocket): BoundSocket {
    return this.own(this.sockets.bindSibling(first));
  }

  own(socket: BoundSocket): BoundSocket {
    this.#bound.add(socket);
    return socket;
  }

  close(socket: BoundSocket): void {
    if (this.#bound.delete(socket)) this.sockets.close(socket);
  }

  /** Resolves when the worker has said that it runs. */
  async start(listeners: readonly BoundSocket[] = [], env: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
    const worker = this.#spawn(listeners, env);
    await Promise.race([
      worker.fact("ready"),
      worker.exited.then((status) => Promise.reject(new Error(`Worker ended: ${JSON.stringify(status)}`))),
    ]);
    return worker;
  }

  /** A worker that accepts from its first listener. */
  async serve(...listeners: readonly BoundSocket[]): Promise<TestWorker> {
    const worker = await this.start(listeners);
    await worker.order("accept", { index: 0, kind: listeners[0]?.address.kind ?? "tcp" });
    return worker;
  }

  async stop(): Promise<void> {
    for (const entry of this.#workers) if (!entry.isOver) this.adapter.process.kill(entry.worker.pid, "SIGKILL");
    await Promise.all(this.#workers.map(({ worker }) => worker.exited));
    for (const { worker } of this.#workers) worker.heartbeat.close();
    for (const socket of this.#bound) this.sockets.close(socket);
  }

  #spawn(listeners: readonly BoundSocket[], env: Readonly<Record<string, string>>): TestWorker {
    const history: string[] = [];
    const waiting = new Set<() => void>();
    const happened = (text: string): void => {
      history.push(text);
      for (const look of waiting) look();
    };
    const { promise: exited, resolve: end } = Promise.withResolvers<ExitStatus>();
    const heartbeat = this.adapter.spawner.createHeartbeat(null);
    const { pid, channel } = this.adapter.spawner.spawn(
      { listenerFds: listeners.map(({ fd }) => fd), heartbeat, env, title: "tsgunicorn: worker [test]", runtime: this.#runtime },
      {
        line: happened,
        closed: () => happened("closed"),
        exited: (status) => {
          entry.isOver = true;
          happened("exited");
          end(status);
        },
      },
    );
    /** Resolves with the first answer of `find` that is not null. */
    const until = <T>(find: () => T | null): Promise<T> =>
      new Promise((fulfil, reject) => {
        const look = (): void => {
          const found = find();
          if (found === null && !history.includes("exited")) return;
          waiting.delete(look);
          if (found === null) reject(new Error(`Worker ended before it said so: ${history.join(" | ")}`));
          else fulfil(found);
        };
        waiting.add(look);
        look();
      });
    const factFrom = (from: number, keys: readonly string[]): Promise<Fact> =>
      until(() => history.slice(from).map(parse).find((fact) => fact !== null && keys.some((key) => key in fact)) ?? null);
    const worker: TestWorker = {
      pid,
      heartbeat,
      exited,
      history,
      send: (line) => channel.send(line),
      closeChannel: () => channel.close(),
      order: async (name, details = {}) => {
        const from = history.length;
        channel.send(JSON.stringify({ do: name, ...details }));
        const answer = await factFrom(from, ["did", "failed"]);
        if ("failed" in answer) throw new Error(String(answer["failed"]));
        return answer;
      },
      fact: (key) => factFrom(0, [key]),
      line: async (text) => void (await until(() => history.includes(text) ? text : null)),
    };
    const entry = { worker, isOver: false };
    this.#workers.push(entry);
    return worker;
  }
}

/** Any free port of 127.0.0.1. */
export function loopback(): SocketAddress {
  return { kind: "tcp", family: 4, host: "127.0.0.1", port: 0 };
}

/** Any free port of an IPv6 address. */
export function ipv6(host = "::1"): SocketAddress {
  return { kind: "tcp", family: 6, host, port: 0 };
}

function parse(line: string): Fact | null {
  return line.startsWith("{") ? JSON.parse(line) : null;
}
