/**
 * An `http.Server` that never listened, made to look as if it did: the worker accepts for it. What the application asks of the server is
 * answered from here; what `node:http` would do by itself with a listening server is kept from it.
 *
 * @module
 */
import { createServer, type Server } from "node:http";
import process from "node:process";
import type { BridgeHost } from "../../../src/app/bridge.ts";
import type { Session } from "./session.ts";

/** What the bridge decides for its server. */
export interface ServerParts {
  readonly host: BridgeHost;
  /** Of the connections that carried a request. */
  readonly sessions: ReadonlySet<Session>;
}

export class ServerState {
  readonly #server: Server;
  readonly #parts: ServerParts;
  /** The application or the end of the worker has closed it. */
  #isClosing = false;
  #isClosed = false;

  /** Throws an Error for a server that listens already. */
  constructor(server: Server, parts: ServerParts) {
    if (server.listening) {
      throw new Error(
        "The application's http.Server listens by itself already: take its listen() out, for tsgunicorn listens (setting 'bind'), " +
          "or start the program as it is with --interface script",
      );
    }
    this.#server = server;
    this.#parts = parts;
    this.#replace();
  }

  /** The worker leaves: no new connections. */
  drain(): void {
    this.#isClosing = true;
  }

  /** The last connection is gone. Calls what waits for `close`. */
  closed(): void {
    if (this.#isClosed) return;
    this.#isClosing = true;
    this.#isClosed = true;
    this.#server.emit("close");
  }

  /** Tells the application's own listeners of an event that `node:http` listens for as well. */
  tell(event: "connection" | "listening", ...args: unknown[]): void {
    if (this.#server.listenerCount(event) <= INTERNAL_COUNTS[event]) return;
    for (const listener of this.#server.rawListeners(event)) {
      if (!INTERNAL[event].has(String(listener))) Reflect.apply(listener, this.#server, args);
    }
  }

  #replace(): void {
    const { host, sessions } = this.#parts;
    const server = this.#server;
    const [first] = host.addresses;
    const own: Readonly<Record<string, PropertyDescriptor>> = {
      listening: { get: () => !this.#isClosing },
      address: {
        value: () => {
          if (this.#isClosed || first === undefined) return null;
          if (first.kind === "unix") return first.path;
          return { address: first.host, family: first.host.includes(":") ? "IPv6" : "IPv4", port: first.port };
        },
      },
      listen: {
        value: (...args: readonly unknown[]) => {
          host.log("info", "The application's listen() is left out: tsgunicorn listens for it (setting 'bind')");
          const listener = args.find((argument) => typeof argument === "function");
          if (listener !== undefined) process.nextTick(() => Reflect.apply(listener, server, []));
          process.nextTick(() => this.tell("listening"));
          return server;
        },
      },
      close: {
        value: (callback?: unknown) => {
          this.#close(callback);
          return server;
        },
      },
      getConnections: {
        value: (callback: unknown) => {
          if (typeof callback === "function") process.nextTick(() => Reflect.apply(callback, server, [null, sessions.size]));
          return server;
        },
      },
      closeAllConnections: {
        value: () => {
          for (const { socket } of [...sessions]) socket.destroy();
        },
      },
      closeIdleConnections: {
        value: () => {
          for (const { socket, response } of [...sessions]) if (response === null && !socket.isTakenOver) socket.destroy();
        },
      },
      ref: { value: () => server },
      unref: { value: () => server },
      [Symbol.asyncDispose]: { value: () => new Promise<void>((resolve) => this.#close(() => resolve())) },
    };
    for (const key of Reflect.ownKeys(own)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(own, key)?.value;
      Object.defineProperty(server, key, {
        configurable: true,
        ...("value" in descriptor ? { writable: true } : {}),
        ...descriptor,
      });
    }
  }

  /** Stops nothing by itself: the worker goes on until it drains. The callback hears of the end of that. */
  #close(callback: unknown): void {
    if (typeof callback === "function") {
      const listener = (error?: Error): void => void Reflect.apply(callback, this.#server, error === undefined ? [] : [error]);
      if (this.#isClosed) {
        const error = Object.assign(new Error("Server is not running."), { code: "ERR_SERVER_NOT_RUNNING" });
        process.nextTick(() => listener(error));
      } else {
        this.#server.once("close", listener);
      }
    }
  }
}

/** What a fresh server of this runtime listens for itself, by source text: the functions are made anew for each on some. */
const INTERNAL: Readonly<Record<"connection" | "listening", ReadonlySet<string>>> = {
  connection: internal("connection"),
  listening: internal("listening"),
};
const INTERNAL_COUNTS: Readonly<Record<"connection" | "listening", number>> = {
  connection: createServer().listenerCount("connection"),
  listening: createServer().listenerCount("listening"),
};

function internal(event: string): ReadonlySet<string> {
  return new Set(createServer().rawListeners(event).map((listener) => String(listener)));
}
