/**
 * Servers and frameworks whose applications are called with `(req, res)`, each known by what its applications have. None is imported.
 *
 * @module
 */
import type { NodeListener } from "../runtime/port.ts";
import { type Callable, hasMethods, methodOf, property } from "./shape.ts";

/** An application for the node interface. */
export interface NodeApplication {
  /** For messages: `an Express application`. */
  readonly what: string;
  /** Gets it ready; gives what the requests go to. Rejects with what the application throws. */
  open(): Promise<NodeListener | object>;
  /** Its own end; null where it has none. */
  readonly close: Callable | null;
}

/** Null where the value is none of them. A plain function is none: it could be anything. */
export function recogniseNode(value: unknown): NodeApplication | null {
  return recogniseInstance(value) ?? recogniseFunction(value);
}

function recogniseInstance(value: unknown): NodeApplication | null {
  if (typeof value !== "object" || value === null) return null;
  if (hasMethods(value, "getHttpAdapter", "getHttpServer", "init", "close")) {
    return { what: "a NestJS application", open: () => openNest(value), close: methodOf(value, "close") };
  }
  if (hasMethods(value, "ready", "routing", "inject", "close")) {
    return { what: "a Fastify instance", open: () => openFastify(value), close: methodOf(value, "close") };
  }
  const callback = methodOf(value, "callback");
  if (callback !== null && Array.isArray(property(value, "middleware"))) {
    return { what: "a Koa application", open: async () => requireTarget(callback(), "callback()"), close: null };
  }
  if (hasMethods(value, "listen", "close", "address", "on", "emit")) {
    return {
      what: property(value, "requestTimeout") === null ? "a server" : "an http.Server",
      open: async () => value,
      close: null,
    };
  }
  const handler = methodOf(value, "handler");
  if (handler !== null && hasMethods(value, "listen", "use", "find", "parse")) {
    return { what: "a polka application", open: async () => handler, close: null };
  }
  return null;
}

function recogniseFunction(value: unknown): NodeApplication | null {
  if (typeof value !== "function" || !hasMethods(value, "handle", "use", "listen")) return null;
  const what = hasMethods(value, "set", "engine") ? "an Express application" : "a connect application";
  return { what, open: async () => value, close: null };
}

/** Plugins are loaded before the first request, as `listen` would do. */
async function openFastify(instance: object): Promise<object> {
  await methodOf(instance, "ready")?.();
  return requireTarget(property(instance, "server"), "server");
}

/** As its `listen` would; the server has the listeners of gateways too. */
async function openNest(application: object): Promise<object> {
  await methodOf(application, "init")?.();
  const instance = methodOf(methodOf(application, "getHttpAdapter")?.(), "getInstance")?.();
  // Fastify under it: `init` does not wait for its plugins in every release.
  if (typeof instance === "object") await methodOf(instance, "ready")?.();
  return requireTarget(methodOf(application, "getHttpServer")?.() ?? instance, "getHttpServer()");
}

function requireTarget(target: unknown, name: string): object {
  if ((typeof target === "object" && target !== null) || typeof target === "function") return target;
  throw new TypeError(`The application's ${name} gave nothing that can be served`);
}
