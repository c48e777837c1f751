import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { io } from "socket.io-client";
import { get } from "../support/client.ts";
import { type RunningServer, withServer } from "../support/server.ts";

const LIMIT = { timeout: 90_000 };
const ARGS = ["-b", "127.0.0.1:0", "--interface", "node"] as const;
const IS_NODE = process.versions["bun"] === undefined && process.versions["deno"] === undefined;

/** WebSocket packages attached to an exported http.Server. */
export function nodeWebSocketSuite(): void {
  describe("WebSockets on an exported http.Server", () => {
    it("echoes by ws, in both directions and all sizes", LIMIT, async () => {
      await withServer([...ARGS, "node-websocket:server"], async (server) => {
        const port = await server.port();
        const socket = await open(port, "/echo");
        assert.equal(await socket.next(), "hello 127.0.0.1");
        for (const size of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
          socket.send("x".repeat(size));
          assert.equal((await socket.next()).length, size);
        }
        socket.close();
        assert.equal((await get({ port })).body, "plain");
        await assert.rejects(open(port, "/elsewhere"));
      });
    });

    for (
      const [signal, how, args, env] of [
        ["SIGTERM", "the application's handler of SIGTERM", [], { CLOSE_ON: "SIGTERM" }],
        ["SIGTERM", "the hook worker_exit", ["-c", "node-websocket-closing.config.mjs"], {}],
        ["SIGHUP", "the hook worker_exit", ["-c", "node-websocket-closing.config.mjs"], {}],
      ] as const
    ) {
      it(`closes with 1001 at ${signal} by ${how}`, LIMIT, async () => {
        await withServer([...ARGS, ...args, "node-websocket:server"], async (server) => {
          const socket = await open(await server.port(), "/echo");
          assert.equal(await socket.next(), "hello 127.0.0.1");
          server.signal(signal);
          assert.deepEqual(await socket.closed, { code: 1001, reason: "the worker leaves" });
          if (signal === "SIGHUP") await goneOld(server);
          else assert.equal((await server.exited).code, 0);
          assert.equal(server.count(/graceful timeout/i), 0);
        }, { env });
      });
    }

    it("carries socket.io, by WebSocket and by polling", LIMIT, async () => {
      await withServer([...ARGS, "node-socket-io:server"], async (server) => {
        const port = await server.port();
        for (const transport of ["websocket", "polling"]) {
          const socket = io(`http://127.0.0.1:${port}`, { transports: [transport], forceNew: true, reconnection: false });
          const answer = await new Promise<unknown>((resolve, reject) => {
            socket.on("connect_error", reject);
            socket.on("connect", () => socket.emit("echo", { by: transport }, resolve));
          });
          socket.close();
          assert.deepEqual(answer, { by: transport });
        }
      });
    });

    it(
      IS_NODE ? "carries crossws" : "cannot carry the Node adapter of crossws, which refuses other runtimes itself",
      LIMIT,
      async () => {
        await withServer([...ARGS, "node-crossws:server"], async (server) => {
          if (!IS_NODE) {
            await server.line(/\[crossws\] Using Node\.js adapter in an incompatible environment/);
            return;
          }
          const socket = await open(await server.port(), "/");
          assert.equal(await socket.next(), "open");
          socket.send("again");
          assert.equal(await socket.next(), "again");
          socket.close();
        });
      },
    );
  });
}

interface Talk {
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  next(): Promise<string>;
  send(text: string): void;
  close(): void;
}

/** A WebSocket of the runtime's own class. */
function open(port: number, path: string): Promise<Talk> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const messages: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.addEventListener("message", ({ data }) => {
    const take = waiting.shift();
    if (take === undefined) messages.push(String(data));
    else take(String(data));
  });
  const { promise: closed, resolve } = Promise.withResolvers<{ code: number; reason: string }>();
  socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  const talk: Talk = {
    closed,
    next: () => {
      const text = messages.shift();
      return text === undefined ? new Promise((take) => waiting.push(take)) : Promise.resolve(text);
    },
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
  return new Promise((fulfil, reject) => {
    socket.addEventListener("open", () => fulfil(talk));
    socket.addEventListener("error", () => reject(new Error("The WebSocket did not open")));
  });
}

/** Waits until the first worker has left. */
async function goneOld(server: RunningServer): Promise<void> {
  const [old] = server.workerPids();
  await server.line(new RegExp(`Worker exiting \\(pid: ${old}\\)`));
}
