/**
 * What a server of `node:http` shows of itself when its listen call was taken over.
 *
 * @module
 */
import type { Server } from "node:net";
import type { ProgramAddress, SocketAddress } from "../../../src/runtime/port.ts";
import type { Takeover } from "./takeover.ts";

type Callback = (...args: unknown[]) => unknown;

/** What the node bridge leaves open of the server that it serves. Says a turn later that it listens. */
export function actAsServed(server: Server, takeover: Takeover, asked: ProgramAddress | null): void {
  const { end } = takeover;
  const shown = takeover.shownAddress(asked, true);
  actAsStarted(server, {
    address: { value: () => end.isOver ? null : nodeAddress(shown) },
    close: {
      // What it gives, where that is a promise, is waited for: it stops what the program has besides.
      value: (callback?: Callback): Server => {
        takeover.closing();
        if (end.isOver) callLater(callback, notRunning());
        else end.whenOver(() => callback?.());
        return server;
      },
    },
  });
}

/** A server of which nothing is served: it says that it listens, so that the program goes on, and closes when it is told to. */
export function actAsListening(server: Server, takeover: Takeover, asked: ProgramAddress | null): void {
  const shown = takeover.shownAddress(asked, false);
  let isListening = true;
  actAsStarted(server, {
    listening: { get: () => isListening },
    address: { value: () => isListening ? nodeAddress(shown) : null },
    close: {
      value: (callback?: Callback): Server => {
        if (!isListening) {
          callLater(callback, notRunning());
          return server;
        }
        isListening = false;
        setImmediate(() => {
          server.emit("close");
          callback?.();
        });
        return server;
      },
    },
    closeIdleConnections: { value: () => {} },
    closeAllConnections: { value: () => {} },
    ref: { value: () => server },
    unref: { value: () => server },
  });
}

function actAsStarted(server: Server, own: Readonly<Record<string, PropertyDescriptor>>): void {
  const properties: Readonly<Record<PropertyKey, PropertyDescriptor>> = {
    ...own,
    listen: {
      value: (): never => {
        throw Object.assign(new Error("Listen method has been called more than once without closing."), {
          code: "ERR_SERVER_ALREADY_LISTEN",
        });
      },
    },
    [Symbol.asyncDispose]: { value: () => new Promise<void>((resolve) => void server.close(() => resolve())) },
  };
  for (const name of Reflect.ownKeys(properties)) {
    Object.defineProperty(server, name, { ...Reflect.get(properties, name), configurable: true });
  }
  setImmediate(() => server.emit("listening"));
}

function callLater(callback: Callback | undefined, error: Error): void {
  if (typeof callback === "function") queueMicrotask(() => callback(error));
}

/** As `server.address()` gives it. */
function nodeAddress(
  address: SocketAddress,
): string | { readonly address: string; readonly family: string; readonly port: number } {
  if (address.kind === "unix") return address.path;
  return { address: address.host, family: `IPv${address.family}`, port: address.port };
}

function notRunning(): Error {
  return Object.assign(new Error("Server is not running."), { code: "ERR_SERVER_NOT_RUNNING" });
}
