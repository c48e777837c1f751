/** @module The fetch bridge: calls a handler with a `Request` and sends the `Response` that it gives. */
import type { Exchange } from "./application.ts";
import type { ServedApplication } from "./bridge.ts";
import { type BridgeServices, Call, PendingWork, type WorkerIdentity } from "./call.ts";
import { CallContext, type FetchContext } from "./context.ts";
import { describeWrongResult, explainFailure } from "./handler-errors.ts";
import { NativeResponse } from "./natives.ts";
import { nativePayload } from "./native-response.ts";
import { createNativeRequest, LightRequest } from "./request.ts";
import { takePayload } from "./response.ts";
import { foreignPayload } from "./response-foreign.ts";
import { dismiss, sendResponse } from "./send.ts";
import type { SocketStreams } from "./socket-streams.ts";

/** An application of the fetch interface. */
export type FetchHandler = (request: Request, context: FetchContext) => Response | Promise<Response>;

/**
 * The same with its context once more: code written for Workers expects its `ctx` behind an `env`, and what both have here is
 * `waitUntil`.
 */
type WorkersHandler = (request: Request, context: FetchContext, workersContext: FetchContext) => Response | Promise<Response>;

export interface FetchOptions {
  readonly worker: WorkerIdentity;
  /** Hears of errors that no response can carry: of `waitUntil`, of streams that fail when they are cancelled. `during` says of what. */
  onError(error: unknown, during: string): void;
  /** Requests as light objects, as {@link installLightObjects} of `install.ts` expects them; else as the runtime's own. */
  readonly lightObjects: boolean;
}

/** No `Request` of the runtimes can have these (Fetch standard §2.2.1); ours can. */
const NO_REQUEST_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
const NOT_IMPLEMENTED = { status: 501, reason: "", fields: [] } as const;

/** Calls are answered in the turn of `handle` where the handler is synchronous and the body is text or bytes. */
export function createFetchApplication(handler: FetchHandler, options: FetchOptions): ServedApplication {
  const pending = new PendingWork();
  const services: BridgeServices = {
    worker: options.worker,
    pending,
    onError: (error, during) => options.onError(error, during),
  };
  const { lightObjects } = options;
  const run: WorkersHandler = handler;

  function handle(exchange: Exchange): void {
    if (!lightObjects && NO_REQUEST_METHODS.has(exchange.head.method)) return exchange.respond(NOT_IMPLEMENTED, null);
    const call = new Call(exchange, services);
    let result: unknown;
    try {
      const request = lightObjects ? new LightRequest(call) : createNativeRequest(call);
      const context = new CallContext(call);
      result = run(request, context, context);
      if (isThenable(result)) {
        result.then((value) => answer(call, value), (error) => fail(call, error));
        return;
      }
    } catch (error) {
      fail(call, error);
      return;
    }
    answer(call, result);
  }

  function fail(call: Call, error: unknown): void {
    const { exchange, upgraded } = call;
    if (upgraded === null) exchange.fail(explainFailure(handler, error));
    else failUpgraded(call, upgraded, error);
  }

  function answer(call: Call, result: unknown): void {
    if (call.upgraded !== null) return ignoreResult(call, result);
    try {
      const payload = takePayload(result) ?? nativePayload(result) ?? foreignPayload(result);
      if (payload === undefined) call.exchange.fail(describeWrongResult(handler, result));
      else sendResponse(call, payload.head, payload.body);
    } catch (error) {
      call.exchange.fail(error);
    }
  }

  return {
    handle,
    get pendingCount(): number {
      return pending.count;
    },
    settled: () => pending.settled(),
    drain: () => {},
    close: () => Promise.resolve(),
  };
}

/** The handler threw after it took the connection over: no response can tell the client. */
function failUpgraded(call: Call, streams: SocketStreams, error: unknown): void {
  streams.destroy(error);
  // A handler that reads fails with the connection, and need not catch that.
  if (!streams.isLoss(error)) call.services.onError(error, "an upgraded connection");
}

/** Some frameworks and types demand a response; content that nobody will see is a mistake. */
function ignoreResult(call: Call, result: unknown): void {
  if (result === undefined) return;
  const body = result instanceof NativeResponse ? result.body : undefined;
  if (body === null) return;
  if (body !== undefined) dismiss(call, body);
  call.services.onError(
    new TypeError("What the application returned after context.upgrade() is not sent; return nothing, or its `response`"),
    "an upgraded connection",
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
