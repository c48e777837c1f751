/** @module A WSGI bridge over exchanges without connections. */
import type { BridgeHost, ServedApplication } from "../../../../src/app/bridge.ts";
import type { WsgiApplication, WsgiEnviron } from "../../../../src/app/wsgi/types.ts";
import { createWsgiApplication } from "../../../../src/app/wsgi/wsgi.ts";
import { FakeExchange } from "../fake-exchange.ts";

export interface Recorded {
  readonly application: ServedApplication;
  /** `level: text` of each message. */
  readonly logged: string[];
  readonly errors: { readonly error: unknown; readonly during: string }[];
}

export function bridge(callable: WsgiApplication, host: Partial<BridgeHost> = {}, scriptName = ""): Recorded {
  const logged: string[] = [];
  const errors: Recorded["errors"] = [];
  const application = createWsgiApplication(callable, {
    worker: { pid: 7, age: 3 },
    addresses: [],
    isMultiprocess: false,
    lightObjects: true,
    keepaliveMs: 2_000,
    log: (level, text) => void logged.push(`${level}: ${text}`),
    onError: (error, during) => void errors.push({ error, during }),
    ...host,
  }, scriptName);
  return { application, logged, errors };
}

/** Calls the application and waits for the end of the answer. */
export async function ask(callable: WsgiApplication, exchange = new FakeExchange()): Promise<FakeExchange & Recorded> {
  const recorded = bridge(callable);
  recorded.application.handle(exchange);
  await exchange.finished;
  await settle();
  return Object.assign(exchange, recorded);
}

/** The environ of a request. */
export async function environOf(
  exchange: FakeExchange,
  host: Partial<BridgeHost> = {},
  scriptName = "",
): Promise<WsgiEnviron> {
  const seen = Promise.withResolvers<WsgiEnviron>();
  const { application } = bridge(
    (environ, startResponse) => {
      seen.resolve(environ);
      startResponse("200 OK", []);
      return [];
    },
    host,
    scriptName,
  );
  application.handle(exchange);
  await exchange.finished;
  if (exchange.failed) throw exchange.failure;
  return await seen.promise;
}

/** Lets everything that waits for no I/O and no timer happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await undefined;
}
