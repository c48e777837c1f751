/**
 * What an `async` listener of a server rejects with. To `node:http` it is nobody's, and ends the process; here the process goes on, so the request
 * would wait for its answer for ever.
 *
 * @module
 */
import { EventEmitter } from "node:events";
import type { Server } from "node:http";

/** `event` and `args` as the listener had them. */
export type Rejected = (error: unknown, event: unknown, args: readonly unknown[]) => void;

/** https://nodejs.org/api/events.html#emittersymbolfornodejsrejectionerr-eventname-args */
const REJECTION: symbol = Symbol.for("nodejs.rejection");

/** Does nothing for a server that was made with `captureRejections`: it has its own way. */
export function catchRejections(server: Server, rejected: Rejected): void {
  const capturing = new EventEmitter({ captureRejections: true });
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === "kCapture");
  if (key === undefined || Reflect.get(server, key) === true) return;
  Object.defineProperty(server, REJECTION, {
    value: (error: unknown, event: unknown, ...args: readonly unknown[]) => rejected(error, event, args),
    configurable: true,
    writable: true,
  });
  Reflect.set(server, key, true);
  // Bun's emitters have another `emit` then. One that a tool for tracing has put in its place stays.
  if (Object.hasOwn(capturing, "emit") && server.emit === EventEmitter.prototype.emit) {
    Reflect.set(server, "emit", capturing.emit);
  }
}
