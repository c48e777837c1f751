/**
 * The WSGI bridge: PEP 3333 for JavaScript. Calls an application with an environ and `startResponse`, and sends the body that it returns.
 *
 * @module
 */
import type { Exchange } from "../application.ts";
import type { BridgeHost, ServedApplication } from "../bridge.ts";
import { type BridgeServices, Call, PendingWork } from "../call.ts";
import { sendBody } from "./body.ts";
import { isThenable } from "./body-source.ts";
import { CallContext } from "./context.ts";
import { EnvironMaker } from "./environ.ts";
import { HeaderLists } from "./header-list.ts";
import { EMPTY_INPUT, InputStream } from "./input.ts";
import { WsgiResponse } from "./response.ts";
import type { WsgiServices } from "./services.ts";
import { StatusLines } from "./status-lines.ts";
import type { WsgiApplication } from "./types.ts";

/**
 * Calls are answered in the turn of `handle` where the application is synchronous. `scriptName`: where it is mounted unless a trusted proxy
 * says otherwise; the environment variable SCRIPT_NAME, as in gunicorn.
 */
export function createWsgiApplication(callable: WsgiApplication, host: BridgeHost, scriptName: string = ""): ServedApplication {
  const pending = new PendingWork();
  const bridgeServices: BridgeServices = {
    worker: host.worker,
    pending,
    onError: (error, during) => host.onError(error, during),
  };
  const services: WsgiServices = {
    statuses: new StatusLines(),
    headerLists: new HeaderLists(),
    log: (level, text) => host.log(level, text),
    logError: (text) => host.log("error", text),
  };
  const environs = new EnvironMaker({ isMultiprocess: host.isMultiprocess, addresses: host.addresses, scriptName });

  function handle(exchange: Exchange): void {
    const call = new Call(exchange, bridgeServices);
    const response = new WsgiResponse(call, services);
    let result: unknown;
    try {
      const environ = environs.make(exchange, {
        input: exchange.body === null ? EMPTY_INPUT : new InputStream(exchange.body),
        errors: response.errors,
        context: new CallContext(call),
        earlyHints: response.earlyHints,
      });
      result = callable(environ, response.startResponse);
      if (isThenable(result)) {
        result.then((body) => sendBody(response, body), (error) => fail(response, error));
        return;
      }
    } catch (error) {
      return fail(response, error);
    }
    sendBody(response, result);
  }

  return {
    handle,
    get pendingCount(): number {
      return pending.count;
    },
    settled: () => pending.settled(),
    drain(): void {},
    close: () => Promise.resolve(),
  };
}

function fail(response: WsgiResponse, error: unknown): void {
  response.fail(error);
  response.errors.flush();
}
