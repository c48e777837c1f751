/**
 * The parts of Node's request and response classes that are no public interface, as every runtime has them. They have been the same since
 * Node 0.10, for `node:http` itself is written with them; whether they are there is looked at once, when the bridge is made.
 *
 * @module
 */
import { IncomingMessage, OutgoingMessage, type Server, ServerResponse } from "node:http";
import type { HttpSocket } from "./http-socket.ts";

/** What a readable stream knows of itself. */
export interface ReadableFlags {
  readingMore: boolean;
  ended: boolean;
  endEmitted: boolean;
  destroyed: boolean;
  closed: boolean;
  closeEmitted: boolean;
}

/** A request of the runtime's own class. */
export interface GenuineRequest extends Omit<IncomingMessage, "socket" | "connection"> {
  socket: HttpSocket;
  upgrade: boolean | null;
  joinDuplicateHeaders: boolean;
  /** Somebody has read, so that what is left need not be thrown away. */
  _consuming: boolean;
  readonly _readableState: ReadableFlags;
  /** Field lines: of the head while `complete` is false, else of the trailer section. */
  _addHeaderLines(lines: string[], count: number): void;
  /** Throws away what nobody reads. */
  _dump(): void;
}

/** A response of the runtime's own class. */
export interface GenuineResponse extends Omit<ServerResponse, "socket" | "connection"> {
  socket: HttpSocket | null;
  destroyed: boolean;
  /** The head as text; null before it is made. */
  _header: string | null;
  /** Whether the head says that the connection ends. */
  _last: boolean;
  _hasBody: boolean;
  /** What the head says, or what the only part of the content has; null: unknown. */
  _contentLength: number | null;
  /** In milliseconds; makes the field Keep-Alive. */
  _keepAliveTimeout: number;
  /** `close` was said. */
  _closed: boolean;
  _storeHeader(firstLine: string, headers: unknown): void;
  _finish(): void;
}

/** Options of the response's constructor. */
export interface ResponseOptions {
  readonly rejectNonStandardBodyWrites: boolean;
}

export type RequestClass = new (socket: HttpSocket) => GenuineRequest;
export type ResponseClass = new (request: GenuineRequest, options: ResponseOptions) => GenuineResponse;

/** The classes that a server was made with (its options `IncomingMessage` and `ServerResponse`). Throws where they are not what is needed. */
export function classesOf(server: Server): { readonly Request: RequestClass; readonly Response: ResponseClass } {
  const request: unknown = symbolOf(server, "IncomingMessage") ?? IncomingMessage;
  const response: unknown = symbolOf(server, "ServerResponse") ?? ServerResponse;
  if (!isRequestClass(request) || !isResponseClass(response)) {
    throw new Error("The node interface does not know the classes of node:http of this runtime. Please report its version");
  }
  return { Request: request, Response: response };
}

/** Value of the property with that description among an object's own symbols. */
function symbolOf(owner: object, description: string): unknown {
  const key = Object.getOwnPropertySymbols(owner).find((symbol) => symbol.description === description);
  return key === undefined ? undefined : Reflect.get(owner, key);
}

function isRequestClass(value: unknown): value is RequestClass {
  return has(value, ["_addHeaderLines", "_dump", "_read"]);
}

function isResponseClass(value: unknown): value is ResponseClass {
  return has(value, ["_storeHeader", "_finish", "_implicitHeader"]);
}

/** The method with which Node's class makes the text of a head. To be called on a response, whatever its prototype has become. */
export const storeGenuineHeader: GenuineResponse["_storeHeader"] = methodsOf(OutgoingMessage.prototype)._storeHeader;
/** What Node's class does when the last part was written. */
export const finishGenuine: GenuineResponse["_finish"] = methodsOf(ServerResponse.prototype)._finish;

function methodsOf(prototype: object): Pick<GenuineResponse, "_storeHeader" | "_finish"> {
  if (hasMethods(prototype)) return prototype;
  throw new Error("The node interface does not know the classes of node:http of this runtime. Please report its version");
}

function hasMethods(prototype: object): prototype is Pick<GenuineResponse, "_storeHeader" | "_finish"> {
  return ["_storeHeader", "_finish"].every((name) => typeof Reflect.get(prototype, name) === "function");
}

function has(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "function") return false;
  const prototype: unknown = value.prototype;
  return typeof prototype === "object" && prototype !== null &&
    names.every((name) => typeof Reflect.get(prototype, name) === "function");
}
