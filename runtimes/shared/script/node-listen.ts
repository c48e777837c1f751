/**
 * Takes over `listen` of the servers of `node:http`, on which Express, Koa, Fastify, NestJS and socket.io are built.
 *
 * @module
 */
import { Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import { Server as NetServer } from "node:net";
import type { ProgramAddress } from "../../../src/runtime/port.ts";
import { namesDescriptor, readListenCall } from "./listen-arguments.ts";
import { actAsListening, actAsServed } from "./node-server.ts";
import type { Takeover } from "./takeover.ts";

type Listen = (this: NetServer, ...args: unknown[]) => unknown;

/** Where TLS belongs; for `https`, `http2` and options with a certificate. */
export const TLS_REASON =
  "it serves TLS itself, and its listen call cannot be taken over. Serve plain HTTP/1.1 from the program, and let a proxy before tsgunicorn speak TLS";

const HTTP2_REASON =
  "it listens with node:http2, which cannot be taken over. Use node:http, and let a proxy before tsgunicorn speak HTTP/2";

/** From now on, in this process. `more`: what has a `listen` of its own on this runtime besides. */
export function takeOverNodeListen(takeover: Takeover, more: readonly object[] = []): void {
  // Runtimes differ in which of them has a `listen` of its own and which inherits it.
  const prototypes = new Set<object>([
    NetServer.prototype,
    HttpServer.prototype,
    HttpsServer.prototype,
    ...more,
  ]);
  for (const prototype of prototypes) {
    if (!Object.hasOwn(prototype, "listen")) continue;
    const original: unknown = Reflect.get(prototype, "listen");
    if (!isListen(original)) continue;
    Object.defineProperty(prototype, "listen", {
      value: function listen(this: NetServer, ...args: unknown[]): unknown {
        return listenInstead(takeover, this, args, original);
      },
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}

function listenInstead(takeover: Takeover, server: NetServer, args: unknown[], original: Listen): unknown {
  const reason = server instanceof HttpsServer ? TLS_REASON : /^Http2/.test(server.constructor.name) ? HTTP2_REASON : null;
  // Beside a server that is served, one of these is only left out.
  if (reason !== null && !takeover.isTaken) throw takeover.refuse(reason);
  if (reason === null && !(server instanceof HttpServer)) {
    // The worker's own acceptors among them, which name a descriptor.
    if (!namesDescriptor(args[0])) warnOfPlainServer(takeover, args);
    return original.apply(server, args);
  }
  const { asked, callback, signal } = readListenCall(args);
  // For the program's own use: it cannot collide.
  if (takeover.isTaken && asked?.kind === "tcp" && asked.port === 0) return takeover.natively(() => original.apply(server, args));
  if (callback !== null) server.once("listening", callback);
  signal?.addEventListener("abort", () => void server.close(), { once: true });
  let isServed = false;
  takeover.offer({
    asked,
    serve({ host, node }) {
      isServed = true;
      const bridge = node.serve(server, host);
      actAsServed(server, takeover, asked);
      return {
        handle: (exchange) => bridge.handle(exchange),
        get pendingCount(): number {
          return bridge.pendingCount;
        },
        settled: () => bridge.settled(),
        drain(): void {
          takeover.end.draining();
          bridge.drain();
        },
        async close(): Promise<void> {
          await bridge.close();
          await takeover.end.finish((error) => host.onError(error, "a callback of server.close()"));
        },
      };
    },
  });
  if (!isServed) actAsListening(server, takeover, asked);
  return server;
}

function warnOfPlainServer(takeover: Takeover, args: readonly unknown[]): void {
  let asked: ProgramAddress | null;
  try {
    asked = readListenCall(args).asked;
  } catch {
    // The runtime's own listen says it better.
    return;
  }
  if (asked === null || (asked.kind === "tcp" && asked.port === 0)) return;
  const where = asked.kind === "tcp" ? `port ${asked.port}` : `"${asked.path}"`;
  takeover.warn(
    `The program listens on ${where} with a server of its own that is no http.Server. Every worker does, and only the first gets it ` +
      "(EADDRINUSE); so does the next generation of a reload. Start that server as a program of its own",
  );
}

function isListen(value: unknown): value is Listen {
  return typeof value === "function";
}
