/**
 * Puts the light objects in the place of the globals, so that applications which never heard of them use them.
 *
 * @module
 */
import type { Undo } from "../runtime/port.ts";
import { NativeRequest } from "./natives.ts";
import { LightRequest } from "./request.ts";
import { LightResponse } from "./response.ts";

/**
 * The global `Request` while light objects are installed: makes the runtime's own, also from a light request, which the runtime's
 * constructor would take for an object without its insides.
 */
class WrappedRequest extends NativeRequest {
  /** Throws the TypeErrors of the standard. */
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(LightRequest.is(input) ? unwrap(input, init) : input, init);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass inherits this method and means only itself.
    return this === WrappedRequest ? value instanceof NativeRequest : Function.prototype[Symbol.hasInstance].call(this, value);
  }
}
Object.defineProperty(WrappedRequest, "name", { value: "Request", configurable: true });

function unwrap(request: LightRequest, init: RequestInit | undefined): Request {
  const replacesBody = init?.body !== undefined && init.body !== null;
  if (!replacesBody && (request.bodyUsed || request.body?.locked === true)) {
    throw new TypeError("Cannot construct a Request with a Request whose body has been used");
  }
  return LightRequest.toNative(request);
}

/**
 * Replaces the globals `Request`, `Response` and `fetch` in this realm. A worker calls it before it loads the application, so that
 * modules which keep the globals at import time keep these. Classes of the runtime that look inside a `Response` (`Bun.serve`,
 * `Deno.serve`, `HTMLRewriter`) do not know light ones.
 */
export function installLightObjects(): Undo {
  const nativeFetch = globalThis.fetch;
  const wrappedFetch = function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (!LightRequest.is(input)) return nativeFetch(input, init);
    try {
      return nativeFetch(unwrap(input, init), init);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  // What a runtime hangs on its function (`fetch.preconnect` of Bun).
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(nativeFetch))) {
    if (!Object.hasOwn(wrappedFetch, name)) Object.defineProperty(wrappedFetch, name, property);
  }
  const undos = [
    replaceGlobal("Request", WrappedRequest),
    replaceGlobal("Response", LightResponse),
    replaceGlobal("fetch", wrappedFetch),
  ];
  return () => {
    for (const undo of undos.splice(0)) undo();
  };
}

function replaceGlobal(name: string, value: unknown): Undo {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? false });
  return () => {
    if (before === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, before);
  };
}
