/**
 * From what a program gives to `Bun.serve` to one fetch handler.
 *
 * @module
 */
import type { ProgramContext } from "../../src/runtime/port.ts";
import { isFunction } from "../shared/script/fetch-server.ts";
import { compileRoutes, type RouteHandler, type RouteMatch } from "./script-routes.ts";

/** Of `Bun.serve`; what is not here is Bun's own affair (development, idleTimeout, reusePort, id). */
export interface ServeOptions {
  readonly fetch?: unknown;
  readonly routes?: unknown;
  /** The name that routes had before Bun 1.2.3. */
  readonly static?: unknown;
  readonly error?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
  readonly unix?: unknown;
  readonly tls?: unknown;
  readonly websocket?: unknown;
  readonly id?: unknown;
}

/** Where a request keeps what `server.requestIP(request)` tells. */
const CONTEXT: unique symbol = Symbol("context");

interface KnownRequest extends Request {
  [CONTEXT]?: ProgramContext;
}

/** What a program's server does with requests; `reload` replaces it. */
export interface ServeHandler {
  answer(request: Request, context: ProgramContext): Response | Promise<Response>;
}

/** The context that a request came with; undefined for one that the program made. */
export function contextOf(request: KnownRequest): ProgramContext | undefined {
  return request[CONTEXT];
}

/** Throws a TypeError for routes that cannot be served. */
export function createProgramHandler(options: ServeOptions, server: object): ServeHandler {
  const find = compileRoutes(options.routes ?? options.static);
  const { error } = options;
  const fallback = isFunction<[Request, object], Response | Promise<Response>>(options.fetch) ? options.fetch : null;
  const call = (request: Request): Response | Promise<Response> => {
    const match = find === null ? null : find(request.method, request.url);
    if (match !== null) return follow(match, request, server);
    // Bun's own answer.
    if (fallback === null) return new Response(null, { status: 404 });
    return fallback.call(server, request, server);
  };
  const guarded = isFunction<[unknown], Response | Promise<Response>>(error) ? withError(call, error, server) : call;
  return {
    answer(request: KnownRequest, context): Response | Promise<Response> {
      request[CONTEXT] = context;
      return guarded(request);
    },
  };
}

function follow({ action, params }: RouteMatch, request: Request, server: object): Response | Promise<Response> {
  // The same object answers every request, so its body must stay.
  const result = action instanceof Response ? action.clone() : callRoute(action, request, params, server);
  // Whatever it is, the bridge judges it.
  return result as Response | Promise<Response>;
}

/** Gives the request what Bun's has in routes: `params`, and `cookies`, whose changes go into the response. */
function callRoute(handler: RouteHandler, request: Request, params: RouteMatch["params"], server: object): unknown {
  let cookies: Bun.CookieMap | null = null;
  Object.defineProperties(request, {
    params: { value: params ?? {}, enumerable: true, configurable: true },
    cookies: {
      get: () => cookies ??= new Bun.CookieMap(request.headers.get("cookie") ?? ""),
      enumerable: true,
      configurable: true,
    },
  });
  const finish = (value: unknown): unknown => {
    if (cookies === null || !(value instanceof Response)) return value;
    for (const line of cookies.toSetCookieHeaders()) value.headers.append("set-cookie", line);
    return value;
  };
  const result = handler(request, server);
  return result instanceof Promise ? result.then(finish) : finish(result);
}

function withError(
  call: (request: Request) => Response | Promise<Response>,
  onError: (error: unknown) => Response | Promise<Response>,
  server: object,
): (request: Request) => Response | Promise<Response> {
  const explain = (error: unknown): Response | Promise<Response> => onError.call(server, error);
  return (request) => {
    try {
      const result = call(request);
      return result instanceof Promise ? result.catch(explain) : result;
    } catch (error) {
      return explain(error);
    }
  };
}
