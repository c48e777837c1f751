/**
 * Takes over `Deno.serve` (https://docs.deno.com/api/deno/~/Deno.serve).
 *
 * @module
 */
import type { ProgramAddress, ProgramContext, ProgramHandler, ProgramServer, SocketAddress } from "../../src/runtime/port.ts";
import { TLS_REASON } from "../shared/script/node-listen.ts";
import type { Takeover } from "../shared/script/takeover.ts";
import { isFunction, serveFetch } from "../shared/script/fetch-server.ts";

const DEFAULT_PORT = 8000;
const PORT_MAX = 65_535;

const WEBSOCKET_REASON =
  "Deno.upgradeWebSocket needs a request of Deno's own server, which tsgunicorn replaces. Use the package 'ws' on an http.Server of node:http, " +
  "or the second argument of the handler: context.upgrade()";

type DenoAddress =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** From now on, in this process. */
export function takeOverServe(takeover: Takeover): void {
  replace("serve", (...args: readonly unknown[]) => serve(takeover, args));
  replace("upgradeWebSocket", () => {
    throw new TypeError(WEBSOCKET_REASON);
  });
}

function replace(name: "serve" | "upgradeWebSocket", value: (...args: readonly unknown[]) => unknown): void {
  Object.defineProperty(Deno, name, { value, configurable: true, writable: true, enumerable: true });
}

function serve(takeover: Takeover, args: readonly unknown[]): object {
  const { options, handler } = readServeCall(args);
  if ((options.cert !== undefined || options.key !== undefined) && !takeover.isTaken) throw takeover.refuse(TLS_REASON);
  const asked = readAddress(options);
  const { onListen, signal } = options;
  const { end } = takeover;
  const server: ProgramServer = {
    asked,
    serve: (bridges) => serveFetch(bridges, takeover, withOnError(handler, options.onError)),
  };
  const isServed = takeover.offer(server);
  const addr = denoAddress(takeover.shownAddress(asked, isServed));
  const other = Promise.withResolvers<void>();
  const shutdown = (): Promise<void> => {
    if (isServed) {
      takeover.closing();
      return end.closed();
    }
    other.resolve();
    return other.promise;
  };
  if (signal instanceof AbortSignal) signal.addEventListener("abort", () => void shutdown(), { once: true });
  if (isFunction<[DenoAddress], void>(onListen)) queueMicrotask(() => onListen(addr));
  return {
    addr,
    finished: isServed ? end.over() : other.promise,
    shutdown,
    ref: () => {},
    unref: () => {},
    [Symbol.asyncDispose]: shutdown,
  };
}

interface ServeOptions {
  readonly port?: unknown;
  readonly hostname?: unknown;
  readonly path?: unknown;
  readonly cert?: unknown;
  readonly key?: unknown;
  readonly onListen?: unknown;
  readonly onError?: unknown;
  readonly signal?: unknown;
  readonly handler?: unknown;
}

/** `(handler)`, `(options, handler)` and `({ handler, ...options })`. Throws a TypeError as Deno does. */
function readServeCall(args: readonly unknown[]): { readonly options: ServeOptions; readonly handler: ProgramHandler } {
  const [first, second] = args;
  const options: ServeOptions = typeof first === "object" && first !== null ? first : {};
  const handler: unknown = typeof first === "function" ? first : second ?? options.handler;
  if (isFunction<[Request, ProgramContext], Response | Promise<Response>>(handler)) return { options, handler };
  throw new TypeError(`Cannot serve HTTP requests: handler must be a function, received ${typeof handler}`);
}

function readAddress({ port, hostname, path }: ServeOptions): ProgramAddress {
  if (typeof path === "string") return { kind: "unix", path };
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (!Number.isInteger(number) || number < 0 || number > PORT_MAX) throw new RangeError(`Invalid port: ${String(port)}`);
  return { kind: "tcp", host: typeof hostname === "string" && hostname !== "0.0.0.0" ? hostname : null, port: number };
}

/** The program's own answer to an error; an error in that one is the bridge's to answer. */
function withOnError(handler: ProgramHandler, onError: unknown): ProgramHandler {
  if (!isFunction<[unknown], Response | Promise<Response>>(onError)) return handler;
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      return await onError(error);
    }
  };
}

function denoAddress(address: SocketAddress): DenoAddress {
  if (address.kind === "unix") return { transport: "unix", path: address.path };
  return { transport: "tcp", hostname: address.host, port: address.port };
}
